"""RFC 2920: commands, and a letter with the commands of the next one, leave together where the smarthost offers it."""

import pytest

from mailflow.steps.app import Outgoing
from tests.edges.relaying import relay_to, send_all
from tests.edges.smarthost import LETTER, RECIPIENT, SENDER

HELLO = ("hello", "s: 250 PIPELINING")
OFFER = ("c: MAIL FROM:*", "c: RCPT TO:*", "c: DATA")
TAKES = ("s: 250 2.1.0 ok", "s: 250 2.1.5 ok", "s: 354 go on")
QUEUED = "s: 250 2.0.0 queued"


def letters(*recipients):
    return [Outgoing(number, SENDER, recipient, LETTER) for number, recipient in enumerate(recipients, 1)]


def test_a_letter_leaves_together_with_what_offers_the_next_one():
    script = [*HELLO, *OFFER, *TAKES, "data", *OFFER, QUEUED, *TAKES, "data", QUEUED]
    with relay_to(script) as (relay, smarthost):
        assert send_all(relay, letters(RECIPIENT, RECIPIENT)) == [(1, "sent"), (2, "sent")]
    assert len(smarthost.letters) == 2


def test_no_command_follows_data_before_its_answer():
    script = [
        *HELLO,
        *OFFER,
        "nothing more",
        *TAKES,
        "data",
        *OFFER,
        "nothing more",
        QUEUED,
        *TAKES,
        "data",
        QUEUED,
    ]
    with relay_to(script) as (relay, _):
        assert send_all(relay, letters(RECIPIENT, RECIPIENT)) == [(1, "sent"), (2, "sent")]


def test_a_refused_recipient_gets_no_letter_and_the_next_one_does():
    refused = ["s: 250 ok", "s: 550 5.1.1 nobody", "s: 503 no recipient"]
    script = [*HELLO, *OFFER, *refused, "c: RSET", *OFFER, "s: 250 ok", *TAKES, "data", QUEUED]
    with relay_to(script) as (relay, smarthost):
        (_, first), second = send_all(relay, letters(RECIPIENT, RECIPIENT))
    assert first.startswith("permanent: ")
    assert "to RCPT: 550 5.1.1 nobody" in first
    assert second == (2, "sent")
    assert len(smarthost.letters) == 1


def test_a_smarthost_that_wants_a_letter_to_nobody_gets_an_empty_one():
    wants = ["s: 250 ok", "s: 550 5.1.1 nobody", "s: 354 go on", "c: .", "s: 554 no recipient"]
    script = [*HELLO, *OFFER, *wants, *OFFER, *TAKES, "data", QUEUED]
    with relay_to(script) as (relay, smarthost):
        (_, first), second = send_all(relay, letters(RECIPIENT, RECIPIENT))
    assert first.startswith("permanent: ")
    assert second == (2, "sent")
    assert len(smarthost.letters) == 1


def test_a_refused_letter_does_not_touch_the_next_one_that_is_under_way():
    script = [*HELLO, *OFFER, *TAKES, "data", *OFFER, "s: 554 5.6.0 no", *TAKES, "data", QUEUED]
    with relay_to(script) as (relay, _):
        (_, first), second = send_all(relay, letters(RECIPIENT, RECIPIENT))
    assert first.startswith("permanent: ")
    assert "to the letter: 554 5.6.0 no" in first
    assert second == (2, "sent")


def test_closed_after_a_letter_the_queue_decides_on_it_and_the_next_one_goes_over_a_new_connection():
    script = [*HELLO, *OFFER, *TAKES, "data", *OFFER, "close", *HELLO, *OFFER, *TAKES, "data", QUEUED]
    with relay_to(script) as (relay, smarthost):
        (_, first), second = send_all(relay, letters(RECIPIENT, RECIPIENT))
    assert first.startswith("failing: ")
    assert "after the letter" in first
    assert second == (2, "sent")
    assert len(smarthost.letters) == 2


@pytest.mark.parametrize("said", ["s: 421 4.7.0 too many letters", QUEUED])
def test_closed_between_letters_the_next_one_goes_over_a_new_connection(said):
    script = [
        *HELLO,
        *OFFER,
        *TAKES,
        "data",
        *OFFER,
        QUEUED,
        said,
        "close",
        *HELLO,
        *OFFER,
        *TAKES,
        "data",
        QUEUED,
    ]
    with relay_to(script) as (relay, smarthost):
        assert send_all(relay, letters(RECIPIENT, RECIPIENT)) == [(1, "sent"), (2, "sent")]
    assert len(smarthost.letters) == 2


def test_what_a_smarthost_says_before_it_hangs_up_is_told():
    script = [*HELLO, *OFFER, "s: 554 5.7.1 not from there", "close"]
    with relay_to(script) as (relay, _):
        ((_, outcome),) = send_all(relay, letters(RECIPIENT))
    assert outcome.startswith("failing: ")
    assert "to MAIL: 554 5.7.1 not from there" in outcome


def test_a_reply_too_many_ends_the_connection():
    script = [*HELLO, *OFFER, *TAKES, "s: 250 and once more", "close"]
    with relay_to(script) as (relay, smarthost):
        ((_, outcome),) = send_all(relay, letters(RECIPIENT))
    assert outcome.startswith("failing: ")
    assert smarthost.letters == []


def test_letters_that_cannot_be_offered_are_passed_over():
    script = [*HELLO, *OFFER, *TAKES, "data", *OFFER, QUEUED, *TAKES, "data", QUEUED]
    with relay_to(script) as (relay, _):
        outcomes = send_all(relay, letters("a b@example.net", RECIPIENT, "jürgen@example.net", "", RECIPIENT))
    assert {number: outcome.partition(":")[0] for number, outcome in outcomes} == {
        1: "permanent",
        2: "sent",
        3: "permanent",
        4: "permanent",
        5: "sent",
    }
