"""Mails that people forward: their own words are theirs again, those of others stay others'."""

from __future__ import annotations

import pytest

from mailflow.core.answer import Answer, Doubt, Reading
from mailflow.core.forwarded import with_own_forwarded, without_cited, without_own_words
from mailflow.core.text import Mark, mark_lines
from tests.core.given import FORM as FIELDS
from tests.core.text_words import WORDS

OWN = "jo@example.org"
FORM = ["User name: jo_d", "", "Reason: lost my phone"]


def fresh(text: str, sender: str = OWN) -> list[str]:
    lines = with_own_forwarded(mark_lines(text, WORDS), sender, WORDS)
    return [line.text for line in lines if line.mark is Mark.FRESH and line.text]


def cited(header: list[str], mark: str = "", body: list[str] = FORM) -> str:
    return "".join(f"{mark}{line}\n" for line in [*header, "", *body])


HEADER = ["From: Jo Doe <jo@example.org>", "Date: 24 August 2026", "To: forum@example.net", "Subject: Help"]


@pytest.mark.parametrize(
    "text",
    [
        "Now to you.\n\nBegin forwarded message:\n\n" + cited(HEADER),
        "Now to you.\n\n> Begin forwarded message:\n>\n" + cited(HEADER, "> "),
        "Now to you.\n\n---------- Forwarded message ---------\n" + cited(HEADER),
        "Now to you.\n\n-----Original Message-----\n" + cited(HEADER),
        "Now to you.\n\n" + cited(["Von: JO@example.org", "Gesendet: Montag", "Betreff: Hilfe"]),
    ],
)
def test_what_the_sender_forwards_of_their_own_is_theirs(text):
    assert fresh(text) == ["Now to you.", "User name: jo_d", "Reason: lost my phone"]


@pytest.mark.parametrize(
    "header",
    [
        ["From: Al <al@example.org>", *HEADER[1:]],
        ["From: Jo Doe", *HEADER[1:]],
        ["From: Al <al@example.org> (for jo@example.org)", *HEADER[1:]],
        ["From: Al <xjo@example.org>", *HEADER[1:]],
        ["From: Al <al@example.org>", "To: jo@example.org", "Subject: Help"],
        ["From: jo@example.org", "Subject: Help"],
    ],
)
def test_what_others_wrote_is_not(header):
    assert fresh("Now to you.\n\nBegin forwarded message:\n\n" + cited(header)) == ["Now to you."]


def test_what_is_cited_within_it_is_not():
    inner = cited(["From: Al <al@example.org>", *HEADER[1:]], body=["User name: al"])
    text = "Now to you.\n\nBegin forwarded message:\n\n" + cited(HEADER) + "> User name: al\n" + inner
    assert fresh(text) == ["Now to you.", "User name: jo_d", "Reason: lost my phone"]


def test_a_mail_that_forwards_nothing_is_as_it_was():
    lines = mark_lines("From: me\nHello\n\n> From: you\n", WORDS)
    assert with_own_forwarded(lines, OWN, WORDS) == lines


def test_what_is_cited_by_somebody_elses_mail_is_nobodys():
    inner = cited(HEADER)
    others = cited(["From: Al <al@example.org>", *HEADER[1:]], body=["Your mail:", ""])
    assert fresh("Is it you?\n\nBegin forwarded message:\n\n" + others + inner) == ["Is it you?"]
    apart = "> " + others.replace("\n", "\n> ") + "\n\nMine:\n\n" + cited(HEADER, "> ")
    assert fresh("Al wrote.\n\n" + apart) == [
        "Al wrote.",
        "Mine:",
        "User name: jo_d",
        "Reason: lost my phone",
    ]


def said(field, value, line):
    return Answer(field, value, str(value), line, 0, 1, "label", 0.9)


READ = Reading(
    {
        "username": said("username", "jo_d", 4),
        "conduct": said("conduct", value=True, line=4),
    },
    (
        Doubt(
            "contact",
            (said("contact", "jo@a.example", 1), said("contact", "jo@b.example", 4)),
        ),
        Doubt(
            "registered",
            (said("registered", "jo@a.example", 4), said("registered", "x", 4)),
        ),
    ),
)


def test_what_only_its_writer_may_say_counts_in_their_own_words_alone():
    lines = mark_lines("I understand that it takes long.\n\nBegin forwarded message:\n> I agree", WORDS)
    promoted = [line._replace(mark=Mark.FRESH) for line in lines]
    read = without_cited(READ, FIELDS, lines, promoted)
    assert read.answers.keys() == {"username"}
    assert [doubt.field for doubt in read.doubts] == ["registered"]
    assert without_cited(READ, FIELDS, lines, lines) == READ
    assert without_own_words(READ, FIELDS).answers.keys() == {"username"}
