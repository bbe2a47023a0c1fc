"""Who writes no more than the number of an answer that our letter offered."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.options import with_chosen
from mailflow.core.text import Line, Mark, mark_lines
from tests.core.text_words import WORDS

CONFIG = load(shipped("config.toml"))
TERMS = CONFIG.lexicon.answers.terms(CONFIG.policy.form)

LETTER = """do you have the recovery codes? A number is enough.

 1 - yes, I have them
 2 - no, they are lost"""


def fresh_of(text, letter=LETTER):
    quote = "\n".join(f"> {line}" for line in letter.split("\n"))
    lines = mark_lines(f"{text}\n\nOn Mon, 2 Mar 2026 at 10:00, Jo <jo@example.org> wrote:\n{quote}", WORDS)
    return [
        line.text.strip()
        for line in with_chosen(lines, WORDS, TERMS)
        if line.mark is Mark.FRESH and line.text.strip()
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2",
        "(2)",
        "#2",
        "2.",
        "2)",
        "Number 2, lost.",
        "no. 2",
        "Option 2 please",
        "Antwort 2, danke",
        "la 2, merci",
        "the second one",
        "Number two.",
        "2 is true",
        "2番です",
        "2 (they are lost)",
    ],
)
def test_the_answer_of_that_number_is_theirs(text):
    assert fresh_of(text) == ["no, they are lost"]


@pytest.mark.parametrize(
    "text",
    [
        "3",
        "2 or 1",
        "no",
        "2, I think",
        "2\n1",
        "not 2",
        "neither 1 nor 2",
        "maybe 2",
        "2?!? why",
        "1 is not true",
        "not the second one",
        "Option",
        "2 codes",
        "nicht 2",
        "2\n1) yes",
    ],
)
def test_what_is_no_number_of_an_answer_stays_as_it_is(text):
    assert fresh_of(text) == text.split("\n")


@pytest.mark.parametrize("text", ["2\nThanks, Jo", "Hello,\n2\nJo", "Option 2\nMy user name is jo-doe."])
def test_other_lines_stay_theirs(text):
    number = next(line for line in text.split("\n") if "2" in line)
    assert fresh_of(text) == [*text.replace(f"{number}\n", "").split("\n"), "no, they are lost"]


@pytest.mark.parametrize(
    "ask",
    [
        "Which of these is true?",
        "Welche davon stimmt?",
        "Quale di queste è vera?",
        "Laquelle de ces phrases est vraie ?",
    ],
)
def test_a_letter_asks_for_a_number_by_which_of_its_answers(ask):
    assert fresh_of("2", f"{ask}\n\n1. I have them\n2. They are lost") == ["They are lost"]


def test_blanks_may_part_the_number_from_the_answer():
    letter = "Please answer with the number.\n\n  1  the phone is lost\n  2  the mailbox is lost"
    assert fresh_of("2", letter) == ["the mailbox is lost"]


def test_an_answer_may_have_a_letter():
    assert fresh_of("b", "Just the letter, please:\na) the phone is lost\nb) the mailbox is lost") == [
        "the mailbox is lost"
    ]


def test_a_letter_that_asks_for_no_number_lists_its_questions():
    assert fresh_of("2", "We need:\n1. your user name\n2. your agreement to the code of conduct") == ["2"]


def test_of_two_answers_with_one_number_none_is_theirs():
    assert fresh_of("2", f"{LETTER}\n\n 1 - the phone\n 2 - the mailbox") == ["2"]


def test_who_numbers_answers_of_their_own_chooses_none():
    text = "2\nand what I said before\nabout all of it\nin my last mail\n1. my user name is jo-doe"
    assert fresh_of(text) == text.split("\n")


def test_it_keeps_its_place():
    lines = mark_lines(
        f"2\n\nOn Mon, 2 Mar 2026 at 10:00, Jo <jo@example.org> wrote:\n> {LETTER.replace(chr(10), chr(10) + '> ')}",
        WORDS,
    )
    chosen = next(
        line for line in with_chosen(lines, WORDS, TERMS) if line.text.strip() == "no, they are lost"
    )
    assert lines[chosen.number - 1].text.index("no,") == chosen.text.index("no,")


def test_a_lone_line_has_nothing_to_choose_from():
    lines = (Line("2", Mark.FRESH, 1),)
    assert with_chosen(lines, WORDS, TERMS) == lines
