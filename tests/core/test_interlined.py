"""Answers typed into a quote of our letter, told by what the letter said."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.config import load, shipped
from mailflow.core.body import Body, beside_letters
from mailflow.core.interlined import with_interlined
from mailflow.core.text import Mark, mark_lines
from tests.core.text_words import WORDS

FORM = load(shipped("config.toml")).policy.form
LETTERS = Path(__file__).parents[1] / "letters"
MISSING, RECEIVED = (
    (LETTERS / f"{name}.txt").read_text("utf-8").partition("\n\n")[2] for name in ("missing", "received")
)
HEADER = """\
From: PyPI account recovery <recovery@pypi.example>
Sent: Thursday, March 5, 2026 3:04 PM
To: Jo Doe <jo@example.org>
Subject: [Account recovery 7KQ2-M9XD] We need 3 answers from you

"""
WROTE = "On Mon, Mar 2, 2026 at 8:15 AM PyPI account recovery <recovery@pypi.example> wrote:\n"
CODES, CONDUCT, DELAY = (
    "did you never have any?",
    "the PSF Code of Conduct?",
    "significant amount of time?",
)
BELOW_CODES, BELOW_DELAY = "do not send the codes themselves.", 'Write "yes" or "I understand".'


def flat(text: str) -> str:
    """As Outlook quotes."""
    return f"See my answers in red.\n\n{HEADER}{text}"


def marked(text: str) -> str:
    """As Gmail quotes."""
    return f"See my answers in red.\n\n{WROTE}\n" + textwrap.indent(text, "> ", lambda _: True)


def typed(mail: str, *letters: str) -> list[str]:
    """What is fresh of a mail beside what stands above the quote."""
    lines = with_interlined(mark_lines(mail, WORDS), letters or (MISSING,), FORM)
    return [line.text.strip() for line in lines if line.mark is Mark.FRESH and line.text.strip()][1:]


@pytest.mark.parametrize("quote", [flat, marked])
@pytest.mark.parametrize(
    ("before", "put_in", "after", "found"),
    [
        (CODES, " Lost, all of them.", "", ["Lost, all of them."]),  # on the line of the question
        (BELOW_CODES, " lost", "", ["lost"]),  # on the line that tells how to answer
        (BELOW_CODES, "\nLost.", "", ["Lost."]),  # below it
        (BELOW_CODES, "\n\nLost. They were\nin the other house.\n", "", ["Lost. They were", "in the other house."]),
        (CODES, "\nLost.\n", "   With a recovery", ["Lost."]),  # in the midst of the question
        (CONDUCT, " Yes, I agree to follow the PSF Code of Conduct", "", ["Yes, I agree to follow the PSF Code of Conduct"]),
        (DELAY, " ✔", "", ["✔"]),
        (BELOW_DELAY, "\n理解，不着急", "", ["理解，不着急"]),
        ("1. ", "no! ", "", ["no!"]),  # before the question, behind its number
    ],
)  # fmt: skip
def test_what_stands_between_words_of_the_letter_is_the_persons(quote, before, put_in, after, found):
    assert MISSING.count(before) >= 1
    text = MISSING.replace(before, before + put_in, 1)
    if after:
        text = text.replace(f"{put_in}\n{after}", f"{put_in}{after}")
    assert typed(quote(text)) == found


def test_a_line_that_holds_both_is_two_at_the_same_place():
    mail = flat(MISSING.replace(CODES, f"{CODES} Lost."))
    lines = with_interlined(mark_lines(mail, WORDS), (MISSING,), FORM)
    ours, own = (line for line in lines if "never have any" in line.text or "Lost." in line.text)
    assert (ours.mark, own.mark, ours.number) == (Mark.QUOTED, Mark.FRESH, own.number)
    assert ours.text == "1. Are your recovery codes lost, or did you never have any?"
    assert own.text == " " * (len(ours.text) + 1) + "Lost."
    whole = next(line.text for line in mark_lines(mail, WORDS) if line.number == own.number)
    assert whole[own.text.index("Lost") :] == "Lost."


@pytest.mark.parametrize("quote", [flat, marked])
def test_what_was_cut_away_leaves_the_answers_beside_the_rest(quote):
    begin, end = MISSING.index("1. Are your"), MISSING.index("To answer")
    text = MISSING[begin:end].rstrip()
    assert typed(quote(text.replace(BELOW_CODES, f"{BELOW_CODES}\nlost") + " yes")) == ["lost", "yes"]


def test_links_that_outlook_adds_are_nobodys_words():
    text = MISSING.replace("code-of-conduct/", "code-of-conduct/<https://policies.example/coc>")
    assert typed(flat(text)) == []


def test_the_letter_is_known_however_its_lines_are_wrapped():
    text = "\n\n".join(textwrap.fill(part, 40) for part in MISSING.split("\n\n"))
    assert typed(marked(text)) == []
    assert typed(marked(text.replace("themselves.", "themselves.\nLost"))) == ["Lost"]


def test_of_several_letters_the_quoted_one_counts():
    text = MISSING.replace(BELOW_CODES, f"{BELOW_CODES}\nLost.")
    assert typed(flat(text), RECEIVED, MISSING, RECEIVED) == ["Lost."]


def test_what_another_letter_asks_for_is_asked_there_too():
    fewer = MISSING.replace(MISSING[MISSING.index("2. Do") : MISSING.index("3. Do")], "")
    text = MISSING.replace(BELOW_CODES, f"{BELOW_CODES}\nLost.").replace(BELOW_DELAY, f"{BELOW_DELAY}\nI do.")
    assert typed(flat(text), fewer) == ["Lost.", "I do."]


@pytest.mark.parametrize(
    "text",
    [
        # words of the letter's kind that are not the letter's
        "Hello,\n\nbefore we look at it: do you agree to follow the PSF Code of Conduct? Reply with yes.\nAre your recovery codes lost, or did you never have any? Tell us yes or no.\n",
        # a letter of other times, of which many sentences were others
        MISSING.replace("With a recovery code you can get in at once", "Whoever has one of them gets in by himself")
        .replace('Write "yes"', 'Reply by "yes"')
        .replace("It holds for everyone who uses PyPI", "Everybody who uses PyPI keeps to it")
        .replace("People check each request by hand", "Each of them goes through somebody's hands"),
    ],
)  # fmt: skip
def test_another_letter_is_left_as_it_is(text):
    assert typed(flat(text)) == []
    assert typed(marked(text)) == []


@pytest.mark.parametrize("quote", [flat, marked])
def test_a_paragraph_of_ours_that_goes_on_otherwise_is_nobodys(quote):
    begun = MISSING.index("To answer, ")
    end = MISSING.index("\n\n", begun)
    otherwise = 'To answer, simply reply to this mail. If your answer is yes, a plain\n"yes" is enough.'
    letter = MISSING[:begun] + otherwise + MISSING[end:]
    assert typed(quote(MISSING), letter) == []
    assert typed(quote(MISSING.replace(CODES, CODES + "\nAll lost.")), letter) == ["All lost."]


def test_a_line_that_stands_within_many_lines_of_the_letter_is_none_of_its_lines():
    said = "which we say again and"
    letter = MISSING + "\n".join(f"{number} {said} again" for number in range(6))
    assert typed(marked(MISSING.replace(CODES, f"{CODES}\n{said}")), letter) == [said]


@pytest.mark.parametrize("quote", [flat, marked])
def test_of_a_quote_with_hardly_a_word_of_the_letter_nothing_is_told(quote):
    assert typed(quote("Hello,\n\nAll lost.\n")) == []


@pytest.mark.parametrize("quote", [flat, marked])
def test_a_letter_below_what_somebody_else_says_was_not_answered_by_the_person(quote):
    passed_on = "Can you help me with this?\n\n" + MISSING.replace(CODES, f"{CODES}\nAll lost.")
    assert typed(quote(passed_on)) == []


def test_outside_of_questions_nothing_is_typed():
    text = MISSING.replace("[x] Reason", "[x] Reason: stolen phone\n[x] Code of Conduct: yes")
    assert typed(flat(text)) == []


def test_an_older_mail_of_the_person_between_is_not_said_again():
    answered = MISSING.replace(BELOW_CODES, f"{BELOW_CODES}\nLost.")
    older = HEADER.replace("PyPI account recovery <recovery@pypi.example>", "Jo Doe <jo@example.org>")
    assert typed(f"Any news?\n\n{older}See my answers in red.\n\nJo\n\n{HEADER}{answered}") == []
    assert (
        typed("Any news?\n\n" + textwrap.indent(f"See below.\n\n{marked(answered)}", "> ", lambda _: True))
        == []
    )


def test_a_second_letter_below_the_first_is_not_read():
    below = MISSING.replace(BELOW_CODES, f"{BELOW_CODES}\nLost.")
    assert typed(flat(f"{MISSING}\n{HEADER}{below}")) == []


@pytest.mark.parametrize(
    "between", [HEADER, "-----Original Message-----\n\n", "________________________________\n"]
)
def test_what_was_answered_in_an_older_letter_below_is_not_said_again(between):
    answered = MISSING.replace(BELOW_CODES, f"{BELOW_CODES}\nLost.")
    assert typed(flat(f"{RECEIVED}\n{between}{answered}"), MISSING, RECEIVED) == []


@pytest.mark.parametrize("quote", [flat, marked])
@pytest.mark.parametrize(
    ("behind", "found"),
    [
        ("\nyes", ["yes"]),
        ("\nyes\nI do", ["yes", "I do"]),
        ("\nyes\n\nBye", ["yes"]),
        ("\na\nb\nc\nd\ne", ["a", "b", "c", "d"]),
        ("\n\nyes", []),  # nobody knows what that is: it may be of another mail
    ],
)
def test_behind_the_letters_last_words_the_paragraph_goes_on(quote, behind, found):
    begin, end = MISSING.index("1. Are your"), MISSING.index("To answer")
    assert typed(quote(MISSING[begin:end].rstrip() + behind)) == found


@pytest.mark.parametrize("quote", [flat, marked])
@pytest.mark.parametrize(
    "answer",
    [
        "the codes themselves",
        "It holds for everyone who uses PyPI",
        "Please do not send the codes themselves.",
        "Kind regards",
    ],
)
@pytest.mark.parametrize("place", [CODES, BELOW_CODES, BELOW_DELAY])
def test_an_answer_may_repeat_the_letters_words(quote, answer, place):
    found = typed(quote(MISSING.replace(place, f"{place}\n{answer}")))
    assert found == [answer]


def test_a_secret_that_was_typed_there_is_the_persons():
    text = marked(MISSING.replace(BELOW_CODES, f"{BELOW_CODES}\nMy password is [password removed]"))
    body = Body("", text, mark_lines(text, WORDS), (), masked=True)
    assert beside_letters(body, (MISSING,), FORM).secrets == ("password",)
    unanswered = replace(body, lines=mark_lines(marked(MISSING), WORDS))
    assert beside_letters(unanswered, (MISSING,), FORM).secrets == ()


PLACES = (CODES, BELOW_CODES, CONDUCT, 'Write "yes" or "I agree".', DELAY, BELOW_DELAY)
ANSWER = st.text("abcxyz ", min_size=1, max_size=30).map(str.strip).filter(bool)


@given(st.dictionaries(st.sampled_from(PLACES), ANSWER), st.sampled_from([flat, marked]), st.booleans())
def test_whatever_is_typed_beside_questions_is_found_and_nothing_else(answers, quote, below):
    text = MISSING
    for place, answer in answers.items():
        text = text.replace(place, f"{place}\n{answer}" if below else f"{place} {answer}")
    assert typed(quote(text)) == [answers[place] for place in PLACES if place in answers]


@given(st.sets(st.integers(0, MISSING.count("\n\n"))), st.integers(20, 100), st.sampled_from([flat, marked]))
def test_words_of_ours_are_never_the_persons(cut, width, quote):
    parts = [part for number, part in enumerate(MISSING.split("\n\n")) if number not in cut]
    assert typed(quote("\n\n".join(textwrap.fill(part, width) for part in parts))) == []


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    mail = f"{HEADER}{text}"
    lines = with_interlined(mark_lines(mail, WORDS), (MISSING,), FORM)
    assert sorted({line.number for line in lines}) == [line.number for line in mark_lines(mail, WORDS)]
