"""What answers a question of our letter that shows what we read: "We read "x" and "y". Please tell us which one is right."."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import mark_lines
from tests.core.text_words import WORDS

CONFIG = load(shipped("config.toml"))
LETTER = (Path(__file__).parents[1] / "letters" / "missing-in-doubt.txt").read_text("utf-8")
BEGIN, END = LETTER.index("1. Your PyPI"), LETTER.index("To answer")
NAME, ADDRESS = (part.rstrip() for part in LETTER[BEGIN:END].split("\n\n")[:2])
ONE = NAME.replace(
    'We read "jdoe" and "janedoe". Please tell us which one is right.',
    'We read "jdoe7", but we are not sure. If it is right,\n   please write it once more.',
)
assert ONE != NAME


def quoted(text):
    return "".join(f"> {line}\n" for line in text.split("\n"))


def read(text, *items):
    lines = mark_lines(text, WORDS)
    reading = read_answers(lines, CONFIG.policy.form, items, CONFIG.lexicon.answers, "jo@sender.example.org")
    return {key: answer.value for key, answer in reading.answers.items()}


ACCOUNT = "username_or_registered_email"


@pytest.mark.parametrize(
    ("question", "answer", "name"),
    [
        (NAME, "The second.", "janedoe"),
        (NAME, "the latter", "janedoe"),
        (NAME, "The first one is right, thank you", "jdoe"),
        (NAME, "2", "janedoe"),
        (NAME, "janedoe", "janedoe"),
        (NAME, "das zweite", "janedoe"),
        (NAME, "neither", None),
        (NAME, "not the first", None),
        (NAME, "maybe the second", None),
        (NAME, "yes", None),  # to which of them?
        (NAME, "the third", None),
        (ONE, "yes", "jdoe7"),
        (ONE, "Yes, that is right.", "jdoe7"),
        (ONE, "correct", "jdoe7"),
        (ONE, "ja, stimmt", "jdoe7"),
        (ONE, "No, it is jdoe8", "jdoe8"),
        (ONE, "no", None),
        (ONE, "Yes, if you say so", None),
    ],
)
def test_an_answer_chooses_what_the_question_shows(question, answer, name):
    assert read(f"{quoted(question)}{answer}", ACCOUNT).get("username") == name
    if answer not in {"2", "das zweite"}:  # above the letter it may number anything; "Hello" is no German
        assert read(f"Hello,\n\n{answer}\n\n{quoted(question)}", ACCOUNT).get("username") == name


def test_each_question_has_its_own_answer():
    text = f"{quoted(NAME)}the first one\n{quoted(ADDRESS)}Yes, it is"
    assert read(text, ACCOUNT, "contact_email") == {
        "username": "jdoe",
        "contact_email": "jane.doe@exmaple.org",
    }


def test_a_yes_above_two_questions_chooses_nothing():
    assert read(f"Yes\n\n{quoted(ONE)}\n{quoted(ADDRESS)}", ACCOUNT, "contact_email") == {}
