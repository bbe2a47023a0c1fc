"""Of a very long mail its first and last pages are read for answers, and nothing is taken from between; secrets are masked in all of it."""

from __future__ import annotations

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.secrets import find_secrets, mask
from mailflow.core.text import mark_lines

CONFIG = load(shipped("config.toml"))
STORY = "The river was wide that day, and the boat small."
NAME, AGREES, REFUSES = (
    "My user name is jdoe42.",
    "I agree to follow the PSF Code of Conduct.",
    "I do not agree to follow the PSF Code of Conduct.",
)


def reading_of(*lines, asked=None):
    marked = mark_lines("\n".join(lines), CONFIG.lexicon.text)
    return read_answers(marked, CONFIG.policy.form, asked, CONFIG.lexicon.answers, "jo@example.org")


def values(reading):
    return {key: answer.value for key, answer in reading.answers.items()}


@pytest.mark.parametrize("place", [0, 100, 199, 5951, 5999])
def test_the_first_and_the_last_lines_are_read(place):
    lines = ["Nothing."] * 6000
    lines[place] = NAME
    reading = reading_of(*lines)
    assert values(reading) == {"username": "jdoe42"}
    assert reading.answers["username"].line == place + 1


@pytest.mark.parametrize("place", [250, 1100, 3000, 5900])
def test_nothing_is_taken_from_between_and_it_is_counted(place):
    lines = ["Nothing."] * 6000
    lines[place] = f"{NAME} {REFUSES}"
    reading = reading_of(AGREES, *lines)
    assert values(reading) == {"code_of_conduct": True}
    assert reading.unread == 6001 - 250


def test_of_a_mail_of_usual_length_all_is_read():
    reading = reading_of(*[STORY] * 100, NAME)
    assert (values(reading), reading.unread) == ({"username": "jdoe42"}, 0)


def test_empty_and_quoted_lines_are_not_counted_as_words_of_theirs():
    reading = reading_of(*["", "> Nothing."] * 3000, NAME)
    assert (values(reading), reading.unread) == ({"username": "jdoe42"}, 0)


def test_a_line_that_is_too_long_is_read_as_far_as_it_goes():
    reading = reading_of(" ".join([NAME, *[STORY] * 300, AGREES]))
    assert (values(reading), reading.unread) == ({"username": "jdoe42"}, 1)


def test_no_word_is_cut():
    long = (
        f"{'Nothing. ' * 664}Well. My user name is jdoe42"  # its last word ends behind the 6000th character
    )
    assert len(long) > 6000 > len(long) - len("jdoe42")
    assert values(reading_of(long)) == {}


def test_what_stands_behind_a_line_that_was_cut_is_not_read_as_its_end():
    cut = f"{'Nothing. ' * 1000}and so I do not"
    reading = reading_of(cut, "agree to follow the PSF Code of Conduct.", NAME)
    assert values(reading) == {"username": "jdoe42"}
    assert reading.unread == 2


def test_last_lines_are_read_whole_or_not_at_all():
    reading = reading_of(*[STORY] * 400, f"{NAME} {'Nothing. ' * 300}", AGREES)
    assert values(reading) == {"code_of_conduct": True}


def test_a_word_without_spaces_is_read_as_far_as_it_goes():
    reading = reading_of("漢" * 20_000, NAME)
    assert reading.unread == 2


def test_of_a_mail_with_nothing_but_quotes_nothing_is_unread():
    assert reading_of(*["> Nothing."] * 3000).unread == 0


def test_boxes_ticked_in_a_quote_are_read_like_words_of_their_own():
    ticked = f"> [x] {AGREES}"
    reading = reading_of(*["> Nothing."] * 300, ticked, asked=("code_of_conduct",))
    assert values(reading) == {"code_of_conduct": True}
    many = reading_of(
        *["> [x] Nothing."] * 400, ticked, *["> [x] Nothing."] * 400, asked=("code_of_conduct",)
    )
    assert values(many) == {}
    assert many.unread == 801 - 250


def test_secrets_are_masked_in_all_of_it():
    text = "\n".join([*["Nothing."] * 3000, "password: correct-Horse-77", *["Nothing."] * 3000])
    assert "correct-Horse-77" not in mask(text, find_secrets(text, CONFIG.lexicon.intent))
