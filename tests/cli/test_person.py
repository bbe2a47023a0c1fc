"""What a person may ask for: a copy of everything that is kept of them, and that it is deleted."""

import base64
import json
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta

import pytest

from mailflow.cli import exits
from mailflow.core.audit import faults
from mailflow.core.case import Outcome
from mailflow.core.events import StaffClosed, StaffNoted
from mailflow.steps.operate import act
from mailflow.steps.periodic import send_digest
from mailflow.store.schema import case_history, cases, mails, outbox
from tests.world import COMPLETE, INCOMPLETE

JO = "jo@example.org"


@pytest.fixture
def story(world):
    """Jo has two cases, one of them closed, and named Kim's; an automatic reply of theirs is in none."""
    world.write(COMPLETE, sender="kim@example.com")
    world.kims = world.case().reference
    world.write(COMPLETE)
    world.first = world.case().reference
    act(world.app, world.first, StaffNoted("phoned jo@example.org"), "lee")
    act(world.app, world.first, StaffClosed(Outcome.RECOVERED), "lee")
    world.run()
    world.now += timedelta(hours=1)
    world.write(
        f"{INCOMPLETE}\n\nAbout my friend's case {world.kims}: she is real.", Subject=f"Re: {world.kims}"
    )
    world.write("I am away", Auto_Submitted="auto-replied")
    world.now += timedelta(days=1)
    send_digest(world.app, "test")
    world.run()
    return world


def files(world):
    return b"".join(path.read_bytes() for path in world.folder.glob("mailflow.db*"))


def tables(world):
    """Every value of every table, as text; sealed ones are left out."""
    with closing(sqlite3.connect(world.folder / "mailflow.db")) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return repr([connection.execute(f"SELECT * FROM {name}").fetchall() for name in names])


# ------------------------------------------------------------------------------------------------ export


def keys(value):
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in keys(one)}
    return {key for one in value for key in keys(one)} if isinstance(value, list) else set()


# What is the desk's own affair, or another form of what is exported.
OWN = {
    cases: {"party_key", "account_key", "queued_at", "failing", "details"},
    case_history: {"id", "case_id"},
    mails: {"digest", "filler", "fresh_sealed", "key_id", "case_id"},
    outbox: {"recipient_key", "text_sealed", "asked", "key_id", "case_id", "lease_until", "leased_by"},
}


@pytest.mark.parametrize(
    ("table", "place"), [(cases, None), (case_history, "history"), (mails, "mails"), (outbox, "letters")]
)
def test_an_export_has_every_column_that_is_kept(shell, story, table, place):
    (case,) = shell.good("cases", "export", story.first).objects
    exported = keys(case["record"]) | set(case) if place is None else set(case[place][0])
    assert place != "mails" or "authentication" in exported  # which has a table of its own
    assert {column.name for column in table.c} - OWN[table] <= exported


def test_an_export_of_a_person_has_all_cases_and_what_belongs_to_none(shell, story):
    (whole,) = shell.good("cases", "export", "--person", JO.upper()).objects
    assert {one["reference"] for one in whole["cases"]} >= {story.first}
    assert all(one["party"] == JO for one in whole["cases"])
    raws = [base64.b64decode(mail["raw"]) for one in (whole, *whole["cases"]) for mail in one["mails"]]
    with story.store.read() as uow:
        stored = [uow.mails.get(number) for number in range(1, 5)]
    theirs = [mail.raw for mail in stored if mail.sender == JO]
    assert len(theirs) == 3
    assert sorted(raws) == sorted(theirs)
    assert "phoned jo@example.org" in json.dumps(whole)
    assert "kim@example.com" not in json.dumps({**whole, "letters": []})


def test_an_export_is_an_entry_of_the_audit_log(shell, story):
    shell.good("cases", "export", story.first)
    shell.good("cases", "export", "--person", JO)
    person, case = shell.good("audit", "list", "--limit", "2", "--json").objects
    assert (case["verb"], case["case"]) == ("export", story.first)
    assert story.first in person["facts"]["cases"]


def test_an_export_goes_into_a_file_that_is_new_and_private(shell, story, tmp_path):
    path = tmp_path / "jo.json"
    assert shell.good("cases", "export", "--person", JO, "--output", str(path)).out == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["address"] == JO
    refused = shell("cases", "export", story.first, "--output", str(path))
    assert refused.status == exits.CANNOT_CREATE
    assert json.loads(path.read_text())["address"] == JO


@pytest.mark.parametrize("place", ["not/there/jo.json", "file/jo.json"])
def test_an_export_that_cannot_be_made_is_told_in_words(shell, story, tmp_path, place):
    (tmp_path / "file").touch()
    path = tmp_path / place
    refused = shell("cases", "export", story.first, "--output", str(path))
    assert refused.status == exits.CANNOT_CREATE
    assert refused.err.startswith(f"mailflow: {path} cannot be made: No")


@pytest.mark.parametrize("words", [[], ["0000-0000", "--person", JO]])
def test_an_export_is_of_one_thing(shell, story, words):
    assert shell("cases", "export", *words).status == exits.USAGE


# ------------------------------------------------------------------------------------------------ forget


def test_nothing_of_them_is_left_but_the_record_that_it_was_done(shell, story):
    assert JO in tables(story)
    done = shell.good("forget", JO, "--yes")
    assert "deleted: " in done.out
    assert JO not in tables(story).lower()
    assert JO.encode() not in files(story).lower()
    with story.store.read() as uow:
        assert [case.reference for case in uow.views.cases()] == [story.kims]
        assert list(faults(uow.audit.entries())) == []
    (entry,) = shell.good("audit", "list", "--person", JO, "--json").objects
    assert (entry["verb"], entry["case"]) == ("forget", None)
    assert entry["by"].startswith("staff:")
    assert story.first in entry["facts"]["cases"]
    assert shell.good("audit", "list", "--person", "kim@example.com").out == "nothing was done yet\n"
    assert "kim@example.com" in shell.good("cases", "show", story.kims).out


def test_the_desk_goes_on_and_they_may_come_back(shell, story):
    shell.good("forget", JO, "--yes")
    (letter,) = story.write(INCOMPLETE)
    assert letter.recipient == JO
    assert shell("cases", "show", story.first).status == exits.BAD_DATA


def test_a_dry_run_deletes_nothing(shell, story):
    before = tables(story)
    said = shell.good("forget", JO, "--dry-run").out
    assert f"\n{story.first}, recovered\n" in said
    assert "nothing was deleted: that was a dry run" in said
    assert tables(story) == before


def test_who_types_the_address_again_means_it(shell, story):
    done = shell("forget", JO, tty=True, stdin=b"JO@example.org\n")
    assert done.status == exits.OK, done
    assert "deleted: " in done.out
    assert JO not in tables(story).lower()


@pytest.mark.parametrize("typed", [b"yes\n", b"\n", b"kim@example.com\n"])
def test_who_does_not_deletes_nothing(shell, story, typed):
    before = tables(story)
    done = shell("forget", JO, tty=True, stdin=typed)
    assert done.status == exits.USAGE
    assert "nothing was deleted" in done.err
    assert tables(story) == before


def test_a_program_has_to_say_yes(shell, story):
    done = shell("forget", JO)
    assert done.status == exits.USAGE
    assert "--yes" in done.err


def test_nobody_forgets_whom_nothing_is_kept_of(shell, story):
    done = shell("forget", "nobody@example.net", "--yes")
    assert done.status == exits.BAD_DATA
    assert "nothing is kept of nobody@example.net" in done.err


@pytest.mark.parametrize("address", ["recovery@pypi.example", "Recovery-Staff@pypi.example"])
def test_the_desk_does_not_forget_itself(shell, story, address):
    assert shell("forget", address, "--yes").status == exits.USAGE


def test_a_hostile_address_is_no_pattern(shell, story):
    for address in ("%@%", "_o@example.org", ".*@example.org", "jo@example.org'OR'1'='1"):
        assert shell("forget", address, "--yes").status == exits.BAD_DATA, address
    for address in ("", " ", "@", "%", "jo", "[forgotten]", "jo@example.org OR 1=1", "Jo <jo@example.org>"):
        assert shell("forget", address, "--yes").status == exits.USAGE, address
        assert shell("cases", "export", "--person", address).status == exits.USAGE, address
    assert JO in tables(story)


def test_the_record_is_keyed_and_a_key_that_still_verifies_finds_it(shell, story):
    path = story.config.desk.reply_key
    shell.good("forget", JO, "--yes")
    old, new = path.read_text(), "cd" * 32 + "\n"
    path.write_text(new + old)
    assert len(shell.good("audit", "list", "--person", JO.upper(), "--json").objects) == 1
    path.write_text(new)
    assert shell.good("audit", "list", "--person", JO).out == "nothing was done yet\n"
