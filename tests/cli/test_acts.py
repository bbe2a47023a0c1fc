"""Acting on cases: what the shell says of it, and that it came to pass."""

import getpass
from datetime import UTC, datetime, timedelta

import pytest

from mailflow.cli.who import who
from mailflow.core.case import Outcome, Status
from tests.world import COMPLETE


@pytest.fixture
def case(world):
    world.write(COMPLETE)
    return world.case()


def left(world):
    """The letters that leave once the desk runs again."""
    world.now = datetime.now(UTC)
    return world.run()


def history(world, reference):
    with world.store.read() as uow:
        return uow.cases.history(uow.cases.by_reference(reference).id)


def test_ask_writes_to_the_person_and_waits(shell, world, case):
    done = shell.good("cases", "ask", case.reference, "Which projects?")
    assert done.out == f"{case.reference} is awaiting requester; letter written: question to jo@example.org\n"
    (letter,) = left(world)
    assert "Which projects?" in letter.text
    assert world.case().status is Status.AWAITING_REQUESTER


@pytest.mark.parametrize("words", [(), ("-",)])
def test_a_text_may_come_from_standard_input(shell, world, case, words):
    shell.good("cases", "ask", case.reference, *words, stdin=b"Which?\r\n\r\nAnd since when?\n")
    assert world.case().question == "Which?\n\nAnd since when?"


def test_text_that_is_no_utf8_is_taken_all_the_same(shell, world, case):
    shell.good("cases", "note", case.reference, stdin=b"caf\xe9")
    assert history(world, case.reference)[-1].facts["text"] == "caf\ufffd"


def test_who_types_is_told_how_to_end(shell, world, case):
    done = shell("cases", "note", case.reference, stdin=b"seen", tty=True)
    assert done.status == 0
    assert "Ctrl-D" in done.err


def test_a_closed_standard_input_is_told(shell, world, case):
    done = shell("cases", "note", case.reference, stdin=None)
    assert (done.status, done.err.splitlines()[-1]) == (64, "Error: the note is missing")


def test_note_is_for_the_staff_alone(shell, world, case):
    assert (
        shell.good("cases", "note", case.reference, "hello").out
        == f"{case.reference} is in review; no letter\n"
    )
    assert left(world) == []


@pytest.mark.parametrize("outcome", ["recovered", "denied", "withdrawn", "expired", "redirected"])
def test_close_says_which_letter_was_written(shell, world, case, outcome):
    """And what the staff says stands in it."""
    done = shell.good("cases", "close", case.reference, outcome, "Ask at the desk of host.example.")
    assert done.out == f"{case.reference} is {outcome}; letter written: {outcome} to jo@example.org\n"
    assert world.case().outcome is Outcome(outcome)
    (letter,) = left(world)
    assert "    Ask at the desk of host.example.\r\n" in letter.text


def test_redirected_needs_words_that_say_where(shell, world, case):
    done = shell("cases", "close", case.reference, "redirected", stdin=b" ")
    assert (done.status, done.err.splitlines()[-1]) == (64, "Error: the text is empty")
    assert left(world) == []


def test_denied_takes_its_reason_from_standard_input(shell, world, case):
    shell.good("cases", "close", case.reference, "denied", stdin=b"We could not confirm it.")
    (letter,) = left(world)
    assert "We could not confirm it." in letter.text


def test_closing_twice_writes_once(shell, world, case):
    shell.good("cases", "close", case.reference, "recovered")
    assert shell.good("cases", "close", case.reference, "recovered").out.endswith("no letter\n")
    assert len(left(world)) == 1


def test_who_decides_otherwise_is_told_that_it_was_decided(shell, world, case):
    shell.good("cases", "close", case.reference, "recovered")
    done = shell("cases", "close", case.reference, "denied", "It is not yours.")
    assert (done.status, done.out) == (65, "")
    assert f"{case.reference} was closed as recovered by " in done.err
    assert (world.case().outcome, len(left(world))) == (Outcome.RECOVERED, 1)
    shell.good("cases", "reopen", case.reference)
    shell.good("cases", "close", case.reference, "denied", "It is not yours.")


def test_reopen_takes_it_up_again_and_is_no_trouble_where_it_is_open(shell, world, case):
    assert "nothing to do" in shell.good("cases", "reopen", case.reference).out
    shell.good("cases", "close", case.reference, "recovered")
    assert (
        "is in review; letter written: received"
        in shell.good("cases", "reopen", case.reference, "wrong one").out
    )
    assert history(world, case.reference)[-1].facts["text"] == "wrong one"


def test_merge_closes_the_one_and_keeps_the_other(shell, world, case):
    world.write(COMPLETE.replace("jdoe42", "jdoe-work"))
    other = world.case()
    done = shell.good("cases", "merge", other.reference, case.reference)
    assert done.out == f"{other.reference} is duplicate; letter written: duplicate to jo@example.org\n"
    assert world.case(other.reference).merged_into == case.reference


def test_a_case_is_not_merged_into_itself_nor_in_a_ring(shell, world, case):
    world.write(COMPLETE.replace("jdoe42", "jdoe-work"))
    other = world.case()
    done = shell("cases", "merge", case.reference, case.reference)
    assert (done.status, done.err) == (
        65,
        f"mailflow: {case.reference} cannot be merged into {case.reference}\n",
    )
    shell.good("cases", "merge", other.reference, case.reference)
    assert shell("cases", "merge", case.reference, other.reference).status == 65
    assert world.case(case.reference).status is Status.IN_REVIEW


def test_snooze_moves_the_escalation(shell, world, case):
    before = datetime.now(UTC)
    assert (
        shell.good("cases", "snooze", case.reference, "20", "days").out
        == f"{case.reference} is in review, and told of again in 20 days; no letter\n"
    )
    assert world.case().due_at - before >= timedelta(days=20)
    assert "snoozed: 2" in shell.good("cases", "show", case.reference).out


@pytest.mark.parametrize("wait", [("soon",), ("400", "days"), ("5",)])
def test_a_snooze_that_is_no_time_is_refused(shell, world, case, wait):
    done = shell("cases", "snooze", case.reference, *wait)
    assert done.status == 64
    assert "at most 90 days" in done.err
    assert world.case() == case


@pytest.mark.parametrize(("sudo", "name"), [("kim", "kim"), ("", "lee")])
def test_the_history_names_who_acted(shell, world, case, monkeypatch, sudo, name):
    monkeypatch.setenv("SUDO_USER", sudo)
    monkeypatch.setenv("LOGNAME", "lee")
    shell.good("cases", "note", case.reference, "hello")
    assert history(world, case.reference)[-1].by == f"staff:{name}"


def test_a_user_without_a_name_goes_by_the_number(monkeypatch):
    def nobody():
        raise OSError("no such user")

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", nobody)
    assert who().isdecimal()


def test_what_was_read_wrongly_is_put_right(shell, world, case):
    shell.good("cases", "correct", case.reference, "username", "jdoe43")
    assert world.case().answers["username"].value == world.case().account == "jdoe43"
    shown = shell.good("cases", "show", case.reference).out
    assert "User name: jdoe43\n      as the staff has corrected it\n" in shown
    assert ": corrected: User name\n      → User name: jdoe43\n" in shown
    (told,) = shell.good("cases", "show", "--json", case.reference).objects
    assert told["answers"]["username"]["mail"] is None


def test_what_nobody_said_is_taken_out(shell, world, case):
    done = shell.good("cases", "correct", case.reference, "code_of_conduct")
    assert done.out == f"{case.reference} is in review, now without Code of Conduct; no letter\n"
    assert "code_of_conduct" not in world.case().answers
    assert "Code of Conduct: taken out" in shell.good("cases", "show", case.reference).out


def test_a_request_that_only_lacked_that_goes_to_the_staff(shell, world):
    world.write(COMPLETE.replace("User name: jdoe42", "Hello"))
    case = world.case()
    assert case.status is Status.AWAITING_ANSWERS
    done = shell.good("cases", "correct", case.reference, "User name", "jdoe42")
    assert (
        done.out
        == f"{case.reference} is in review, now with User name: jdoe42; letter written: received to jo@example.org\n"
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("code_of_conduct", "yes"), "only the person can agree to it: ask them"),
        (("colour", "red"), "it names no field of the form"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(shell, world, case, words, why):
    refused = shell("cases", "correct", case.reference, *words)
    assert refused.status == 64
    assert why in refused.err
    assert world.case().answers == case.answers
