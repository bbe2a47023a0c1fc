"""The queues: what waits, what failed, what was parked, and what can be done about it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from mailflow.cli import queue
from mailflow.core.digest import MOST
from mailflow.core.mail import parse
from mailflow.steps import understand
from mailflow.steps.app import PermanentFailure, TemporaryFailure
from mailflow.steps.handle import RETRY_WAITS, handle_waiting
from mailflow.store import mails
from tests.world import COMPLETE


@pytest.fixture
def troubled(world, monkeypatch):
    """letter:1 waits, letter:2 was refused, mail:3 is parked."""
    world.relay.fault = {
        "kim@example.com": TemporaryFailure("451 4.3.0 later"),
        "lee@example.com": PermanentFailure("550 5.1.1 nobody"),
    }.get
    for sender in ("kim@example.com", "lee@example.com"):
        world.write("I lost my phone", sender=sender)
    monkeypatch.setattr(understand, "parse", lambda *_: 1 / 0)
    world.write(COMPLETE)
    for wait in RETRY_WAITS:
        world.now += wait
        world.run()
    monkeypatch.setattr(understand, "parse", parse)
    world.relay.fault = lambda _: None
    return world


def test_an_empty_queue_says_so(shell, world):
    assert shell.good("queue", "list").out == "nothing waits, nothing failed\n"
    assert shell.good("queue", "list", "--json").out == ""


def test_the_list_names_each_with_its_error_below(shell, troubled):
    lines = shell.good("queue", "list").out.splitlines()
    assert [line.split()[:4] for line in lines[1::2]] == [
        ["letter:1", "waiting", "missing", "kim@example.com"],
        ["letter:2", "failed", "missing", "lee@example.com"],
        ["mail:3", "parked", "mail", "jo@example.org"],
    ]
    assert lines[2::2][:2] == ["  ! 451 4.3.0 later", "  ! 550 5.1.1 nobody"]
    assert "ZeroDivisionError" in lines[6]


def test_the_list_for_programs(shell, troubled):
    entries = shell.good("queue", "list", "--json").objects
    assert [entry["id"] for entry in entries] == ["letter:1", "letter:2", "mail:3"]
    assert {frozenset(entry) for entry in entries} == {
        frozenset({"id", "state", "what", "address", "since", "next_try_at", "attempts", "error"})
        | {"lease_until", "leased_by"}
    }


def test_the_list_says_who_has_a_letter_in_hand_and_for_how_long(shell, troubled):
    now = datetime.now(UTC)
    with troubled.app.begin("lease") as uow:
        (leased,) = uow.outbox.lease(now, now + timedelta(minutes=5), "north:7", 10)
    assert leased.id == 1
    note = shell.good("queue", "list").out.splitlines()[2]
    assert re.match(
        r"  ! being sent by north:7; if that ended, another may send it in (29\d|300) seconds", note
    )
    (entry, *_) = shell.good("queue", "list", "--json").objects
    assert (entry["leased_by"], entry["lease_until"][:4]) == ("north:7", f"{now:%Y}")


def test_letters_are_tried_again_at_once(shell, troubled):
    assert (
        shell.good("queue", "retry", "letter:1", "2").out
        == "letter:1 is tried again\nletter:2 is tried again\n"
    )
    assert [letter.recipient for letter in troubled.run()] == ["kim@example.com", "lee@example.com"]


def test_one_that_is_not_there_undoes_the_others(shell, troubled):
    assert shell("queue", "drop", "mail:3", "letter:99").status == 65
    assert len(shell.good("queue", "list", "--json").objects) == 3


def test_dropped_letters_are_not_sent_and_dropped_mails_are_gone(shell, troubled):
    shell.good("queue", "drop", "letter:1", "mail:3")
    assert [entry["id"] for entry in shell.good("queue", "list", "--json").objects] == ["letter:2"]
    assert shell("queue", "retry", "letter:1").status == 65
    assert shell("queue", "show", "mail:3").status == 65


def test_a_parked_mail_is_handled_anew(shell, troubled):
    shell.good("queue", "replay", "mail:3")
    (letter,) = troubled.run()
    assert letter.recipient == "jo@example.org"
    assert shell("queue", "replay", "mail:3").status == 65


def test_all_letters_that_failed_are_tried_again(shell, troubled):
    troubled.relay.fault = lambda _: TemporaryFailure("451 4.3.0 later")
    troubled.write("I lost my phone", sender="new@example.com")
    troubled.receive(troubled.mail("I lost my phone", sender="next@example.com"), "next@example.com")
    handle_waiting(troubled.app, 1)  # its letter waits for nothing but its turn, and is left alone
    troubled.relay.fault = lambda _: None
    shown = shell.good("queue", "retry", "--all", "--dry-run").out
    assert shown.splitlines() == [
        "3 letters",
        "  2: 451 4.3.0 later",
        "  1: 550 5.1.1 nobody",
        "nothing was done: that was a dry run",
    ]
    assert troubled.query("SELECT count(*) FROM outbox WHERE attempts > 0") == [(3,)]
    assert shell.good("queue", "retry", "--all", "--yes").out.splitlines()[-1] == "3 letters are tried again"
    assert troubled.query("SELECT count(*) FROM outbox WHERE attempts > 0") == [(0,)]
    assert shell("queue", "retry", "--all", "--yes").err == "mailflow: there are no such letters\n"


def test_all_of_one_error_are_tried_again(shell, troubled):
    shell.good("queue", "retry", "--error", "451 4.3.0 LATER", "--yes")
    assert [letter.recipient for letter in troubled.run()] == ["kim@example.com"]
    assert shell("queue", "retry", "--error", "452", "--yes").status == 65


def test_what_was_given_up_long_ago_is_not_sent_by_the_way(shell, troubled):
    with troubled.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET settled_at = settled_at - 2600000000000 WHERE id = 2")
    assert shell.good("queue", "retry", "--all", "--yes").out.splitlines()[-1] == "1 letter is tried again"
    assert shell.good("queue", "retry", "letter:2")


def test_all_parked_mails_are_handled_anew(shell, troubled, monkeypatch):
    monkeypatch.setattr(queue, "_AT_ONCE", 1)
    with troubled.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE mails SET state = 'parked', error = 'odd' WHERE id = 1")
    shown = shell.good("queue", "replay", "--all", "--yes").out.splitlines()
    assert (shown[0], shown[-1]) == ("2 mails", "2 mails are handled anew")
    assert "jo@example.org" in [letter.recipient for letter in troubled.run()]
    entries = shell.good("audit", "list", "--json").objects
    assert [(entry["verb"], entry["facts"]) for entry in entries] == [
        ("queue replay", {"ids": ["mail:3"]}),
        ("queue replay", {"ids": ["mail:1"]}),
    ]


def test_many_errors_are_counted(shell, troubled):
    with troubled.engine.begin() as connection:
        for number in range(12):
            connection.exec_driver_sql(
                "INSERT INTO mails (digest, state, received_at, next_try_at, attempts, error, size, envelope, raw)"
                f" VALUES (x'{number:02}', 'parked', 1, 1, 4, 'error {number}', 1, '{{}}', x'00')"
            )
    assert "and 3 errors more\n" in shell.good("queue", "replay", "--all", "--dry-run").out


@pytest.mark.parametrize(("typed", "status"), [(b"yes\n", 0), (b"\n", 64), (b"no\n", 64)])
def test_who_does_it_to_all_is_asked(shell, troubled, typed, status):
    done = shell("queue", "retry", "--all", stdin=typed, tty=True)
    assert done.status == status
    assert ("nothing was done" in done.err) == bool(status)
    assert len(troubled.run()) == (0 if status else 2)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "give either IDs"),
        (("--all", "letter:1"), "give either IDs"),
        (("--error", "x", "letter:1"), "give either IDs"),
        (("--all", "--error", "x"), "either --all or --error"),
        (("--error", " "), "wants a TEXT"),
        (("letter:1", "--yes"), "belong to --all"),
        (("letter:1", "--dry-run"), "belong to --all"),
        (("--all",), "nobody is there to be asked: add --yes"),
    ],
)
def test_what_is_meant_has_to_be_clear(shell, troubled, words, why):
    done = shell("queue", "retry", *words)
    assert (done.status, why in " ".join(done.err.split())) == (64, True), done
    assert troubled.run() == []


def test_a_letter_that_left_meanwhile_is_left_alone(shell, troubled, monkeypatch):
    def ask(_question):
        troubled.now += timedelta(days=1)
        assert len(troubled.run()) == 1
        return "yes"

    monkeypatch.setattr(queue, "ask", ask)
    assert shell.good("queue", "retry", "--all").out.splitlines()[-1] == "1 letter is tried again"


def test_a_mail_is_shown_byte_by_byte_into_a_pipe(shell, troubled):
    with troubled.store.read() as uow:
        raw = uow.mails.get(3).raw
    assert shell.good("queue", "show", "mail:3").out.encode() == raw


def test_a_letter_is_shown_too(shell, troubled):
    assert "To: kim@example.com" in shell.good("queue", "show", "letter:1").out


def test_on_a_terminal_it_is_shown_so_that_it_does_nothing(shell, world):
    world.write("\x1b[31mred")
    shown = shell.good("queue", "show", "mail:1", tty=True).out
    assert "[31mred" in shown
    assert "\x1b" not in shown
    assert "\x1b" in shell.good("queue", "show", "mail:1").out


def test_what_was_parked_can_be_explained(shell, troubled, tmp_path):
    (tmp_path / "parked.eml").write_text(shell.good("queue", "show", "mail:3").out)
    assert "jdoe42" in shell.good("explain", str(tmp_path / "parked.eml")).out


def test_what_a_digest_has_no_room_for_is_listed(shell, world, monkeypatch):
    """Whoever sends thirty mails to addresses that are none would else keep all others from being seen."""
    assert shell.good("queue", "list", "--set-aside").out == "nothing was set aside\n"
    forged = world.desk.replace("@", f"+00000000r.{30 * '0'}@")
    for number in range(MOST + 1):
        world.receive(
            world.mail("hello", sender=f"eve{number}@example.net", to=forged, Subject=f"junk {number}"),
            "eve@example.net",
            forged,
        )
    world.receive(world.mail("help", From="Jo <jo@example.org>, Kim <kim@example.org>"), "jo@example.org")
    world.run()
    digest = next(letter for letter in world.wait(timedelta(days=1)) if "Digest" in letter.subject)
    assert "and 2 more: mailflow queue list --set-aside" in digest.text
    monkeypatch.setattr(mails, "_SET_ASIDE", mails._SET_ASIDE.limit(7))  # read in parts
    listed = shell.good("queue", "list", "--set-aside").out
    assert "junk 30" in listed
    assert "Its From field does not name exactly one mailbox." in listed
    entries = shell.good("queue", "list", "--set-aside", "--json").objects
    assert len(entries) == MOST + 2
    assert entries[-1]["why"] == "Its From field does not name exactly one mailbox."
