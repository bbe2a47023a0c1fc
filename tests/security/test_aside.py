"""A "yes" to somebody else, of which the desk gets a copy, agrees to nothing that the desk asked."""

from __future__ import annotations

import pytest

from mailflow.core.case import Flag, Status
from tests.world import INCOMPLETE

KIM = "kim@firm.example.org"
YES = "Yes to all, I agree."


@pytest.fixture
def asked(world):
    """A desk that has asked Jo for what is missing, and its letter."""
    (letter,) = world.write(f"{INCOMPLETE} I never had recovery codes.")
    return letter


def agreed(world):
    return [key for key in ("code_of_conduct", "acknowledges_delay") if key in world.case().answers]


@pytest.mark.parametrize("to", [KIM, "recovery@pypi.example"], ids=["in Cc", "in To"])
def test_an_answer_to_somebody_elses_mail(world, asked, to):
    """Whoever knows of a case can ask its party anything, with the desk's address for answers."""
    mail = world.mail(YES, to=to, Cc=world.desk, In_Reply_To="<lunch@firm.example.org>", Subject="Re: lunch")
    world.receive(mail, "jo@example.org")
    world.run()
    assert world.handled[-1].case.reference == asked.reference
    assert agreed(world) == []


def test_an_answer_to_somebody_who_answered_a_copy_of_ours(world, asked):
    """The thread and the reply address are those of our letter; but it is Kim who is told yes."""
    for field in (asked.message_id, "1@mail.example.org"):
        fields = {"In_Reply_To": "<re@firm.example.org>", "References": f"<{field}> <re@firm.example.org>"}
        world.receive(world.mail(YES, to=KIM, Cc=asked.reply_to, **fields), "jo@example.org", asked.reply_to)
        world.run()
        assert world.handled[-1].case.reference == asked.reference
        assert agreed(world) == []


OVER = "Please cancel my request, I no longer need it."


@pytest.mark.parametrize(
    "fields",
    [
        {"to": KIM, "Cc": "recovery@pypi.example"},
        {"to": KIM, "Cc": "recovery@pypi.example", "In_Reply_To": "<lunch@firm.example.org>"},
        {"to": "recovery@pypi.example", "In_Reply_To": "<lunch@firm.example.org>"},
        {"to": "recovery@pypi.example", "References": "<lunch@pypi.example>"},
    ],
    ids=[
        "a mail",
        "an answer",
        "an answer that goes where somebody else had it go",
        "the same with an ID like ours",
    ],
)
def test_what_somebody_takes_back_from_somebody_else(world, asked, fields):
    """It may be a table for two. The case stays open, and the staff is told that there are words to look at."""
    world.receive(world.mail(OVER, **fields), "jo@example.org")
    world.run()
    assert world.handled[-1].case.reference == asked.reference
    assert world.case().status is Status.AWAITING_ANSWERS
    assert Flag.WORDS_UNREAD in world.case().flags


@pytest.mark.parametrize("asks", ["{our_letter}", "{own_mail}"])
def test_what_is_taken_back_in_answer_to_ours(world, asked, asks):
    """Or to a mail of their own that the case has heard."""
    fields = {"In_Reply_To": asks.format(our_letter=f"<{asked.message_id}>", own_mail="<1@mail.example.org>")}
    world.receive(world.mail(OVER, **fields), "jo@example.org")
    world.run()
    assert world.case().status is Status.CLOSED


def test_what_is_said_not_to_be_theirs_in_answer_to_somebody_else(world, asked):
    """As in "who broke the vase?"."""
    raw = world.mail("It was not me.", In_Reply_To="<vase@firm.example.org>")
    world.receive(raw, "jo@example.org")
    world.run()
    assert world.case().status is Status.AWAITING_ANSWERS
    assert Flag.DISOWNED not in world.case().flags


@pytest.mark.parametrize(
    "fields",
    [{"to": "support@pypi.example"}, {"to": f"{KIM}, recovery@pypi.example"}, {"To": None}],
    ids=["to an alias of the desk", "beside somebody else", "to nobody that is named"],
)
def test_what_is_taken_back_from_the_desk(world, asked, fields):
    world.receive(world.mail(OVER, **fields), "jo@example.org")
    world.run()
    assert world.case().status is Status.CLOSED


def test_what_is_taken_back_by_its_reference(world, asked):
    world.receive(world.mail(f"{OVER} {asked.reference}", to=KIM, Cc=world.desk), "jo@example.org")
    world.run()
    assert world.case().status is Status.CLOSED


def test_words_that_name_what_they_agree_to_count_wherever_they_stand(world, asked):
    mail = world.mail(
        "I agree to follow the Code of Conduct.",
        to=KIM,
        Cc=asked.reply_to,
        In_Reply_To="<x@firm.example.org>",
    )
    world.receive(mail, "jo@example.org", asked.reply_to)
    world.run()
    assert agreed(world) == ["code_of_conduct"]


@pytest.mark.parametrize("in_reply_to", ["<by-the-way-out@mta.example.net>", None], ids=["changed", "none"])
def test_an_answer_to_us_whose_message_id_the_way_out_has_changed(world, asked, in_reply_to):
    world.answer(asked, YES, In_Reply_To=in_reply_to)
    assert world.case().status is Status.IN_REVIEW


def test_an_answer_to_our_letter_with_somebody_else_in_to(world, asked):
    world.receive(
        world.mail(YES, to=f"{KIM}, {asked.reply_to}", In_Reply_To=f"<{asked.message_id}>"),
        "jo@example.org",
        asked.reply_to,
    )
    world.run()
    assert world.case().status is Status.IN_REVIEW


def test_a_fresh_mail_and_an_answer_to_ones_own(world, asked):
    world.write("Yes to 1.", In_Reply_To="<1@mail.example.org>")
    assert agreed(world) == ["code_of_conduct"]
    world.write("Yes to all.")
    assert world.case().status is Status.IN_REVIEW
