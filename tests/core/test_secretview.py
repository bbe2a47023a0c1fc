"""A text as the detectors of secrets see it: its lines, its names, its long words, and how far each is looked for."""

from __future__ import annotations

import pytest

from mailflow.core.secretview import FILLER, REACH, View
from tests.core.secret_texts import PASSWORD, WORDS, found

TEXT = f"recovery codes are\n8f3a-91bc\n{'x' * 400}\nend"
FIRST, SECOND, THIRD = 0, 19, 29  # where its lines begin


@pytest.mark.parametrize(
    ("position", "end"),
    [
        (FIRST, SECOND - 1),
        (SECOND - 1, SECOND - 1),
        (SECOND, THIRD - 1),
        (THIRD + 1, THIRD + 1 + REACH),  # what is looked at of a line without end
        (len(TEXT) - 4 - REACH, len(TEXT) - 4),
        (len(TEXT) - 2, len(TEXT)),
    ],
)
def test_a_line_ends_at_its_break_or_where_nobody_looks_further(position, end):
    assert View(TEXT, WORDS).line_end(position) == end


def test_a_line_may_be_empty():
    view = View("\nend", WORDS)
    assert (view.line_end(0), view.line_start(0), view.line_start(1), view.line_start(3)) == (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("position", "lines", "start"),
    [
        (SECOND + 6, 1, SECOND),
        (SECOND + 6, 2, FIRST),
        (THIRD + 6, 2, SECOND),
        (THIRD + 6, 9, FIRST),
        (THIRD + 399, 1, THIRD + 399 - REACH),
        (THIRD + REACH - 1, 1, THIRD),
    ],
)
def test_a_line_begins_behind_the_break_before_it(position, lines, start):
    assert View(TEXT, WORDS).line_start(position, lines) == start


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [(0, SECOND, False), (0, SECOND + 1, True), (SECOND, SECOND + 1, True), (THIRD, len(TEXT), False)],
)
def test_a_part_may_hold_a_code_where_a_digit_stands_in_something_long_enough(start, end, holds):
    assert View(TEXT, WORDS).may_hold_code(start, end) is holds


@pytest.mark.parametrize(
    ("start", "end", "named"), [(0, 0, False), (0, 1, True), (1, THIRD, False), (0, THIRD, True)]
)
def test_codes_are_named_in_a_part_that_holds_where_their_name_begins(start, end, named):
    view = View(TEXT, WORDS)
    assert view.places("codes") == [(0, len("recovery codes"))]
    assert view.names_codes(start, end) is named


@pytest.mark.parametrize(
    ("start", "end", "against"), [(0, 4, False), (0, 5, True), (4, 5, True), (5, 15, False)]
)
def test_a_word_speaks_against_a_code_where_it_begins(start, end, against):
    assert View("the commit 8f3a", WORDS).tells_against(start, end) is against


def test_long_words_are_as_long_as_a_token_without_what_was_masked():
    thirteen, twelve = "abcdefghijklm", "nopqrstuvwxy"
    assert View(f"so {thirteen} and\n{twelve}", WORDS).long_words == thirteen
    masked = f"{FILLER * 3}{thirteen} {FILLER * 3}{twelve}"
    assert View(f"{masked} {thirteen}", WORDS).long_words == f"{FILLER * 3}{thirteen}\n{thirteen}"


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # A remark in brackets stands between a name and its value, and tells what became of it, or whose it is.
        ("my password (all small) is hunter2zebra", ["hunter2zebra"]),
        ("my password (all small): hunter2zebra", ["hunter2zebra"]),
        ("my password (all small) - hunter2zebra", ["hunter2zebra"]),
        ("my password (for the site: hunter2zebra)", ["hunter2zebra"]),
        ("my password (account jdoe77): hunter2zebra", ["hunter2zebra"]),
        ("my password (account: jdoe77)", []),
        ("my password for the site (account: jdoe77)", []),
        ("my password for account: hunter2zebra", ["hunter2zebra"]),
        # An address is no value, and its colon no sign.
        ("my password at www.example.org: hunter2zebra", ["hunter2zebra"]),
        ("my password https://www.example.org is the page", []),
    ],
)
def test_a_value_stands_behind_its_name_and_what_is_remarked_of_it(text, passwords):
    assert found(text) == [(PASSWORD, password) for password in passwords]
