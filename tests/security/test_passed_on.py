"""A forgery that its victim passes on, to complain or to ask, is not the victim's own request."""

from __future__ import annotations

import pytest

from mailflow.core.case import Flag
from tests.security.conftest import RECEIVED, SERVER
from tests.world import COMPLETE

PASSES = f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org"
FORGED = (
    COMPLETE.replace("lost my phone with the authenticator", "lost the mailbox")
    + "New address: mallory@evil.example"
)
JO, MALLORY = "Jo <jo@example.org>", "Mallory <mallory@evil.example>"
ONLY_THE_PARTYS = {"code_of_conduct", "acknowledges_delay", "contact_email"}


def passed_on(writer, text=FORGED):
    return f"""---------- Forwarded message ---------
From: {writer}
Date: Tue, Dec 1, 2026 at 10:00 AM
Subject: account
To: <recovery@pypi.example>

{text}"""


def as_outlook_does(writer, text=FORGED):
    return f"""-----Original Message-----
From: {writer}
Sent: Tuesday, December 1, 2026 10:00
To: recovery@pypi.example
Subject: account

{text}"""


def as_in_german(writer, text=FORGED):
    return f"""Von: {writer}
Gesendet: Dienstag, 1. Dezember 2026 10:00
An: recovery@pypi.example
Betreff: account

{text}"""


def got(desk, body):
    desk.set(policy={"untagged_needs_pass": True})
    handled, _ = desk.get(body, PASSES, RECEIVED, sender="jo@example.org", Subject="Fwd: account")
    assert handled.authentication.verdict == "pass"
    return handled.case


@pytest.mark.parametrize("program", [passed_on, as_outlook_does, as_in_german])
@pytest.mark.parametrize(
    "words",
    [
        "I did not write this mail, somebody pretends to be me.",
        "Das habe ich nicht geschrieben!",
        "Somebody else wrote to you in my name:",
        "Это письмо написал не я.",
    ],
)
def test_a_forgery_that_the_victim_passes_on_to_complain(desk, program, words):
    case = got(desk, f"{words}\n\n{program(JO)}")
    assert case.answers == {}
    assert Flag.WORDS_UNREAD in case.flags


@pytest.mark.parametrize("program", [passed_on, as_outlook_does, as_in_german])
def test_a_forgery_that_the_victim_passes_on_without_a_word_of_it(desk, program):
    """Nobody can tell it from a mail of their own that somebody sends on: what it says of the account is asked by nobody again."""
    case = got(desk, f"Here it is.\n\n{program(JO)}")
    assert case.answers.keys() == {"username", "reason", "recovery_codes"}


@pytest.mark.parametrize("program", [passed_on, as_outlook_does])
def test_a_header_in_the_victims_name_that_somebody_else_typed_into_a_mail(desk, program):
    case = got(desk, f"Is this from you?\n\n{program(MALLORY, 'Your request:' + chr(10) * 2 + program(JO))}")
    assert case.answers == {}


def test_a_mail_of_their_own_beside_one_of_somebody_elses(desk):
    """What the sender says between the two tells that each is cited for itself."""
    case = got(
        desk,
        f"He wrote:\n\n> From: {MALLORY}\n> To: jo@example.org\n> Subject: a\n>\n> User name: mallory\n\nI wrote:\n\n"
        f"> From: {JO}\n> To: recovery@pypi.example\n> Subject: b\n>\n> User name: jdoe42\n",
    )
    assert case.answers["username"].value == "jdoe42"


@pytest.mark.parametrize("in_case", [False, True])
def test_a_forgery_that_the_victim_pastes_below_words_of_their_own(desk, in_case):
    if in_case:
        got(desk, "I lost my phone.")
    case = got(desk, f"Somebody else wrote to you in my name:\n\n{FORGED}")
    assert not ONLY_THE_PARTYS & case.answers.keys()
    assert Flag.WORDS_UNREAD in case.flags
