"""Answers that stand among the lines of our letter, where the mail program marks none of them as quoted."""

from __future__ import annotations

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import Mark, mark_lines
from mailflow.core.typed import with_typed
from tests.core.text_words import WORDS

CONFIG = load(shipped("config.toml"))
FORM = CONFIG.policy.form
ASKED = ("recovery_codes", "code_of_conduct", "acknowledges_delay")
HEADER = """
From: Account Recovery <desk@pypi.example>
Sent: Thursday, March 26, 2026 2:30 PM
To: Jo Doe <jo@example.org>
Subject: Re: PyPI password

Hello,

"""
THEIRS = """
Do you still have recovery codes?
{}

Do you agree to follow the Code of Conduct?
{}

Do you understand that it may take a long time?
{}

Kind regards
Account Recovery
"""
LISTED = """
Please let us know:

 - what became of the recovery codes
{}

 - that you agree to the Code of Conduct
{}

 - that you have understood that this may take a long time
{}
"""
OURS = """
This is what we still need before a person can look at your request:

1. Are your recovery codes lost, or did you never have any?
   With a recovery code you can get in at once, without waiting for us.
   Write "yes" (lost, or never had any) or "I still have them". Please
   do not send the codes themselves.

{}
2. Do you agree to follow the PSF Code of Conduct?
   It holds for everyone who uses PyPI:
   https://policies.python.org/python.org/code-of-conduct/
   Write "yes" or "I agree".

{}
3. Do you understand that it can take a significant amount of time?
   People check each request by hand, and we do not want to promise what
   we cannot keep.
   Write "yes" or "I understand".

{}
To answer, simply reply to this mail. Write below each question, or put
its number in front, as in "1. my answer".

If your answer to 1, 2 and 3 is yes, just write "yes to all".

Kind regards
Account Recovery
"""
ALL = {"recovery_codes": "never_generated_or_lost", "code_of_conduct": True, "acknowledges_delay": True}


def read(above: str, letter: str, *answers: str) -> dict:
    lines = mark_lines(f"{above}\n{HEADER}{letter.format(*answers)}", WORDS)
    reading = read_answers(with_typed(lines, FORM, WORDS), FORM, ASKED, CONFIG.lexicon.answers)
    return {key: answer.value for key, answer in reading.answers.items()}


@pytest.mark.parametrize("letter", [THEIRS, LISTED, OURS])
@pytest.mark.parametrize(
    ("above", "answers"),
    [
        ("See my replies, in capitals.", ("NEVER HAD ANY", "AGREED", "YES, UNDERSTOOD")),
        ("", ("NEVER HAD ANY", "AGREED", "UNDERSTOOD")),
        ("Answered inside, marked [JD].", ("[JD] They are lost.", "[JD] Agreed.", "[JD] Understood.")),
        ("Antworten im Text (>>>).", (">>> Never had any.", ">>> Yes.", ">>> Yes, we know that.")),
        ("", ("-> never had any", "-> yes", "-> yes")),
        ("", ("JD: never had any", "JD: yes, agreed", "JD: understood")),
        ("My answers are in blue.", ("Never had any.", "I agree.", "I do.")),
        ("Meine Antworten stehen unten in Ihrem Text.", ("Never had any.", "Agreed.", "Understood.")),
    ],
)
def test_answers_between_the_lines_of_our_letter_are_read(letter, above, answers):
    assert read(above, letter, *answers) == ALL


def test_an_answer_goes_on_in_its_next_line():
    said = "[JD] I never made any; at that time the\nsite did not offer them."
    assert read("", OURS, said, "", "[JD] Yes.") == {
        "recovery_codes": "never_generated_or_lost",
        "acknowledges_delay": True,
    }


def test_a_no_is_a_no():
    assert read("Replies below.", THEIRS, "Never had any.", "No.", "Yes.") == {
        **ALL,
        "code_of_conduct": False,
    }


@pytest.mark.parametrize("above", ["", "Please see below.", "My answers are in blue."])
@pytest.mark.parametrize("letter", [THEIRS, LISTED, OURS])
def test_a_letter_says_nothing_by_itself(letter, above):
    assert read(above, letter, "", "", "") == {}


def test_a_reference_is_no_answer_in_capitals():
    assert read("never had any\nyes\nyes", THEIRS, "", "", "PR-7K2M-9QX4") == ALL


def test_a_sign_that_stands_once_and_is_not_spoken_of_is_the_letters():
    assert read("", LISTED, "-> see our page: yes", "", "") == {}


def test_what_has_quote_marks_is_left_alone():
    text = f"Yes.\n\nOn Mon, Jo wrote:\n{HEADER}{THEIRS.format('NO', 'YES', 'YES')}"
    lines = mark_lines(
        "\n".join(f"> {line}" if at > 2 else line for at, line in enumerate(text.split("\n"))), WORDS
    )
    assert with_typed(lines, FORM, WORDS) == lines


def test_a_sign_is_left_out_of_the_line():
    lines = with_typed(mark_lines(HEADER + LISTED.format("[JD] lost", "[JD] yes", ""), WORDS), FORM, WORDS)
    assert [line.text for line in lines if line.mark is Mark.FRESH and line.text] == ["lost", "yes"]
