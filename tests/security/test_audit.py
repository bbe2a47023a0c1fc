"""Whoever can write to the database can write to its audit log; what they did there is found all the same."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailflow.cli import exits
from mailflow.core.audit import START, next_entry
from mailflow.core.case import Outcome
from mailflow.core.events import StaffAsked, StaffClosed, StaffNoted, StaffReopened
from mailflow.steps.operate import act, merge
from mailflow.steps.periodic import purge_now, send_digest
from tests.cli import conftest as commands
from tests.world import COMPLETE, INCOMPLETE

config, shell, world = commands.config, commands.shell, commands.world
QUESTION = "Which projects does heliotrope own?"


def entries(world):
    with world.store.read() as uow:
        return list(uow.audit.entries())


@pytest.fixture
def acted(world):
    """Five entries."""
    world.write(COMPLETE)
    reference = world.case().reference
    act(world.app, reference, StaffAsked(QUESTION), "kim")
    act(world.app, reference, StaffNoted("heliotrope is her nickname"), "lee")
    act(world.app, reference, StaffClosed(Outcome.DENIED, "heliotrope is not yours"), "kim")
    act(world.app, reference, StaffReopened(), "kim")
    act(world.app, reference, StaffClosed(Outcome.RECOVERED), "lee")
    world.run()
    return reference


def tamper(world, *statements):
    """As somebody does who owns the database: its triggers stop nobody who may drop them."""
    with closing(sqlite3.connect(world.folder / "mailflow.db")) as connection, connection:
        for name in ("audit_keeps", "audit_stays", "audit_follows"):
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement, *values in statements:
            connection.execute(statement, values)


def insert(entry):
    values = (entry.number, int(entry.at.timestamp() * 1_000_000), entry.by, entry.verb)
    values += (entry.reference, entry.facts, entry.previous, entry.hash)
    return "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *values


# ------------------------------------------------------------------------------------------------ what it holds


def test_what_the_staff_did_stands_there_and_nothing_of_the_person(world, acted):
    found = entries(world)
    assert [(entry.by, entry.verb) for entry in found] == [
        ("staff:kim", "ask"),
        ("staff:lee", "note"),
        ("staff:kim", "close"),
        ("staff:kim", "reopen"),
        ("staff:lee", "close"),
    ]
    assert {entry.reference for entry in found} == {acted}
    assert '"status":"denied"' in found[2].facts
    assert '"letters":["question"]' in found[0].facts
    everything = repr(found)
    for word in ("heliotrope", "jo@example.org", "jdoe42"):
        assert word not in everything


def test_a_merge_names_both_cases(world):
    world.write(COMPLETE, sender="kim@example.com")
    other = world.case().reference
    world.write(COMPLETE)
    merge(world.app, world.case().reference, other, "lee")
    (entry,) = entries(world)
    assert (entry.verb, entry.by) == ("merge", "staff:lee")
    assert f'"into":"{other}"' in entry.facts


def test_what_fails_leaves_no_entry(world, acted):
    with pytest.raises(ValueError, match="cannot be merged"):
        merge(world.app, acted, acted, "kim")
    assert len(entries(world)) == 5


def test_the_purge_takes_the_case_and_leaves_its_entries(world, acted, shell):
    world.now += world.config.case.keep_closed + timedelta(days=1)
    assert purge_now(world.app, "time").rows == 1
    with world.store.read() as uow:
        assert uow.views.cases() == []
    found = entries(world)
    assert [entry.verb for entry in found[-2:]] == ["close", "purge"]
    assert (found[-1].by, found[-1].facts) == ("time", '{"raws":0,"rows":1}')
    assert "6 entries" in shell.good("audit", "verify").out
    purge_now(world.app, "time")
    assert len(entries(world)) == 6, "nothing was deleted"


def test_the_digest_tells_the_head(world, acted):
    world.write(INCOMPLETE, sender="kim@example.com")
    world.now += timedelta(days=1)
    send_digest(world.app, "test")
    (letter,) = [letter for letter in world.run() if letter.recipient == world.config.desk.staff[0]]
    assert f"Head of the audit log: {entries(world)[-1].head}" in letter.text


def test_what_is_done_to_the_queues_is_an_entry(world, shell):
    world.receive(world.mail(INCOMPLETE), "jo@example.org")
    with world.store.begin() as uow:
        uow.mails.park(1, "x")
    shell.good("queue", "replay", "mail:1")
    assert shell("queue", "drop", "mail:1").status == exits.BAD_DATA
    (entry,) = entries(world)
    assert (entry.verb, entry.facts) == ("queue replay", '{"ids":["mail:1"]}')
    assert shell.good("audit", "list").out.rstrip().endswith("  queue replay: ids mail:1")


# ------------------------------------------------------------------------------------------------ on the command line


def test_it_is_listed_the_newest_first(world, acted, shell):
    listed = shell.good("audit", "list").out.splitlines()
    assert [line.split()[0] for line in listed] == ["entry", "5", "4", "3", "2", "1"]
    assert listed[1].split()[3:] == ["staff:lee", "close:", "recovered", acted]
    assert len(shell.good("audit", "list", "--limit", "2").out.splitlines()) == 3
    of_case = shell.good("audit", "list", "--case", acted.lower(), "--json").objects
    assert [one["number"] for one in of_case] == [5, 4, 3, 2, 1]
    assert set(of_case[0]) == {"number", "at", "by", "verb", "case", "facts", "previous", "hash"}
    assert shell.good("audit", "list", "--case", "0000-0000").out == "nothing was done yet\n"


def test_a_log_that_is_whole_is_told_with_its_head(world, acted, shell):
    found = entries(world)
    said = shell.good("audit", "verify", "--head", str(found[1].head), "--head", str(found[-1].head)).out
    assert said == f"the audit log is whole: 5 entries, head {found[-1].head}\n"


@pytest.mark.parametrize("text", ["x", "5:ab", "5"])
def test_what_is_no_head_is_a_slip_of_the_command(shell, world, text):
    assert shell("audit", "verify", "--head", text).status == exits.USAGE


# ------------------------------------------------------------------------------------------------ tampering


TAMPERED = {
    "who": [("UPDATE audit SET \"by\" = 'staff:lee' WHERE number = 3",)],
    "when": [("UPDATE audit SET at = at + 1 WHERE number = 3",)],
    "what": [("UPDATE audit SET facts = replace(facts, 'denied', 'expired') WHERE number = 3",)],
    "which case": [("UPDATE audit SET reference = '0000-0000' WHERE number = 3",)],
    "removed": [("DELETE FROM audit WHERE number = 3",)],
    "removed, and those after it renumbered": [
        ("DELETE FROM audit WHERE number = 3",),
        ("UPDATE audit SET number = number - 1 WHERE number = 4",),
        ("UPDATE audit SET number = number - 1 WHERE number = 5",),
    ],
    "the first one removed": [("DELETE FROM audit WHERE number = 1",)],
    "two in each other's place": [
        ("UPDATE audit SET number = 99 WHERE number = 2",),
        ("UPDATE audit SET number = 2 WHERE number = 3",),
        ("UPDATE audit SET number = 3 WHERE number = 99",),
    ],
}


@pytest.mark.parametrize("name", TAMPERED)
def test_it_is_found(world, acted, shell, name):
    tamper(world, *TAMPERED[name])
    done = shell("audit", "verify")
    assert (done.status, done.out) == (exits.BAD_DATA, "")
    assert "the audit log is not whole" in done.err


def test_an_entry_that_was_put_in_is_found(world, acted, shell):
    found = entries(world)
    added = next_entry(found[1].head, found[1].at, "staff:eve", "close", acted, {"status": "recovered"})
    moved = [("UPDATE audit SET number = number + 1 WHERE number = ?", number) for number in (5, 4, 3)]
    forged = replace(added, previous=found[1].hash[::-1])
    tamper(world, *moved, insert(forged))
    assert shell("audit", "verify").status == exits.BAD_DATA


def test_an_end_that_was_cut_off_is_found_by_the_head_of_the_digest(world, acted, shell):
    head = str(entries(world)[-1].head)
    tamper(world, ("DELETE FROM audit WHERE number >= 4",))
    assert "3 entries" in shell.good("audit", "verify").out
    done = shell("audit", "verify", "--head", head)
    assert done.status == exits.BAD_DATA
    assert "entry 5 was known, and the log ends with 3: its end was cut off" in done.err


def test_a_log_that_was_written_anew_is_found_by_it_too(world, acted, shell):
    head, last, forged = str(entries(world)[-1].head), START, []
    for entry in entries(world):
        by = "staff:eve" if entry.number == 3 else entry.by
        forged.append(next_entry(last, entry.at, by, entry.verb, entry.reference, {"status": "denied"}))
        last = forged[-1].head
    tamper(world, ("DELETE FROM audit",), *map(insert, forged))
    assert "5 entries" in shell.good("audit", "verify").out
    done = shell("audit", "verify", "--head", head)
    assert done.status == exits.BAD_DATA
    assert "entry 5 is not the one that was known" in done.err


def test_a_desk_goes_on_after_its_log_was_tampered_with_and_the_break_stays(world, acted, shell):
    tamper(world, ("DELETE FROM audit WHERE number = 5",))
    world.now = datetime.now(UTC)
    act(world.app, acted, StaffNoted("x"), "kim")
    assert "entry" in shell.good("audit", "list").out
    assert "5 entries" in shell.good("audit", "verify").out
    known = "5:" + "ab" * 16
    assert shell("audit", "verify", "--head", known).status == exits.BAD_DATA
