"""Whoever did not ask, and says so to the letter that tells of it: a forger gains nothing by that answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailflow.core.case import Flag, Outcome, Status
from mailflow.core.events import StaffAsked, StaffClosed, StaffNoted
from mailflow.core.letters import LetterKind
from mailflow.steps.operate import act
from tests.world import COMPLETE, INCOMPLETE

FORGED = f"{COMPLETE}New address: mallory@evil.example\n"
NOT_ME = "It was not me who asked for this."
JO, MALLORY = "27.60.1.1", "27.51.100.7"


def forged(world, body=FORGED):
    """A mail in Jo's name, from where Jo never wrote; the letter that Jo gets."""
    world.receive(world.mail(body), "x@bot.example", remote=MALLORY)
    (letter,) = world.run()
    return letter


def answered(world, letter, body):
    """Jo answers a letter, from where Jo writes."""
    raw = world.mail(body, to=letter.reply_to, In_Reply_To=f"<{letter.message_id}>")
    world.receive(raw, "jo@example.org", letter.reply_to, remote=JO)
    return world.run()


def digest(world):
    world.wait(timedelta(days=1))
    return next(letter.text for letter in reversed(world.sent) if "Digest" in letter.subject)


@pytest.mark.parametrize("request_", [FORGED, INCOMPLETE], ids=["complete", "incomplete"])
@pytest.mark.parametrize(
    "words",
    [
        NOT_ME,
        "It was not me! Remove mallory@evil.example, my address is jo@example.org",
        "Yes, it was not me.",
        "Das habe ich nicht beantragt!",
        "これは私が申請したものではありません。",
    ],
)
def test_a_request_that_is_not_its_partys_leaves_the_line(world, request_, words):
    letter = forged(world, request_)
    (told,) = world.answer(letter, words)
    assert "telling us that it was not you" in told.text
    case = world.case()
    assert (case.status, case.outcome, case.due_at) == (Status.CLOSED, Outcome.WITHDRAWN, None)
    assert (case.answers, case.doubts, case.account) == ({}, {}, "jdoe42")
    assert Flag.DISOWNED in case.flags
    assert all(later.recipient != case.party for later in world.wait(timedelta(days=60), timedelta(days=1)))


def test_the_digest_leads_with_it_until_the_staff_has_done_something(world):
    world.answer(forged(world), NOT_ME)
    for _ in range(2):
        lines = digest(world).splitlines()
        assert next(line for line in lines if line.isupper() or "NOT THEIRS" in line).startswith("NOT THEIRS")
    assert "says that it was not them" in digest(world)
    act(world.app, world.case().reference, StaffNoted("told the security team"), "kim")
    assert Flag.DISOWNED in world.case().flags
    world.write(COMPLETE, sender="lee@example.net")
    assert "NOT THEIRS" not in digest(world)


def test_nothing_of_the_forgers_counts_after_it(world):
    """Neither from where he wrote first, nor what he said, nor does a new request in the same name look like any other."""
    letter = forged(world)
    assert world.case().sources == ("27.51.0.0/16",)
    answered(world, letter, NOT_ME)
    assert world.case().sources == ("27.60.0.0/16",)
    world.now += timedelta(days=2)
    forged(world, "Proof: https://evil.example/log-in\nUser name: jdoe42\nReason: lost my phone")
    assert world.opened() == 2
    assert "said of another request" in " ".join(digest(world).split())
    assert world.case(letter.reference).status is Status.CLOSED


def test_where_the_forger_wrote_first_is_forgotten_as_soon_as_the_party_answers(world):
    letter = forged(world, INCOMPLETE)
    answered(world, letter, "My recovery codes are lost.")
    world.receive(world.mail("New address: mallory@evil.example"), "x@bot.example", remote=MALLORY)
    assert world.run() == []
    assert "contact_email" not in world.case().answers
    assert Flag.UNPROVEN_WROTE in world.case().flags


@pytest.mark.parametrize("outcome", [Outcome.RECOVERED, Outcome.DENIED])
def test_what_was_decided_is_looked_at_again(world, outcome):
    letter = forged(world)
    act(world.app, letter.reference, StaffClosed(outcome), "kim")
    world.run()
    (told,) = world.answer(letter, NOT_ME)
    assert "look at it again" in told.text
    case = world.case()
    assert case.status is Status.IN_REVIEW
    assert {Flag.DISOWNED, Flag.WROTE_AFTER_CLOSING} <= case.flags
    assert case.answers  # the staff needs to know what it gave, and to whom
    assert "NOT THEIRS" in digest(world)


def test_more_that_is_told_of_it_goes_to_the_staff_and_asks_nobody_for_answers(world):
    letter = forged(world)
    world.answer(letter, NOT_ME)
    act(world.app, letter.reference, StaffNoted("seen"), "kim")
    assert world.answer(letter, "I think I know who it was, a man called Mallory.") == []
    assert world.case().status is Status.CLOSED
    assert "NOT THEIRS" in digest(world)
    assert world.answer(letter, NOT_ME) == []  # said once


def test_who_asks_for_an_account_after_all_is_asked_anew(world):
    (letter,) = world.write(COMPLETE)
    world.answer(letter, NOT_ME)
    (anew,) = world.answer(letter, "Oh, it was me. I lost my phone and want my account back.")
    assert "We need" in anew.subject
    assert world.case().answers.keys() == {"reason"}
    assert Flag.DISOWNED in world.case().flags


def test_an_answer_to_the_staffs_question_may_say_that_it_was_not_them(world):
    (letter,) = world.write(COMPLETE)
    act(world.app, letter.reference, StaffAsked("Who changed the address on 3 May?"), "kim")
    world.run()
    world.answer(letter, "That was not me.")
    assert world.case().status is Status.IN_REVIEW
    assert world.case().answers
    world.answer(letter, "I never asked for any recovery of my account.")
    assert world.case().status is Status.CLOSED


def test_a_denial_beside_other_news_is_shown_to_the_staff(world):
    (letter,) = world.write(INCOMPLETE)
    world.answer(letter, "My recovery codes are lost. Somebody else writes in my name, too.")
    assert "recovery_codes" in world.case().answers
    assert Flag.WORDS_UNREAD in world.case().flags


def test_the_letter_is_one_of_its_own(world):
    world.answer(forged(world), NOT_ME)
    assert LetterKind.DISOWNED in world.case().last_letters
