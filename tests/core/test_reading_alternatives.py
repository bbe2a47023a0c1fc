"""Words of all languages are found in a text in ASCII as they are in any other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.reading.alternatives import Alternatives

WORDS = ("is", "is now", "was", "=", "ist", "は", "är")
ANY = r"(?:^|\s|(?<=[{0}]))(?:{1})(?=[\s:])"
PATTERN = Alternatives(WORDS, ANY, r"\s(?=[{0}])(?:{1})(?=[\s:])")
PIECES = st.lists(st.sampled_from(["is", "now", "was", "=", "ist", "x", " ", "\n", ":"]), max_size=12)


def spans(found):
    return [one.span() for one in found if one]


@given(PIECES, st.integers(0, 12))
def test_a_text_in_ascii_holds_what_it_does_beside_other_letters(pieces, start):
    text = "".join(pieces)
    beside = f"{text}\n字"

    assert spans(PATTERN.finditer(text, start, len(text))) == spans(
        PATTERN.finditer(beside, start, len(text))
    )
    assert spans([PATTERN.search(text, start, 9)]) == spans(
        [PATTERN.search(beside, start, min(9, len(text)))]
    )
    assert spans([PATTERN.match(text, start, 9)]) == spans([PATTERN.match(beside, start, min(9, len(text)))])


@pytest.mark.parametrize(
    ("text", "found"),
    [("it is now: x", " is now"), ("is: x", "is"), ("名は x", "は"), ("no isle", None), ("es är x", " är")],
)
def test_the_longest_word_is_found(text, found):
    match = PATTERN.search(text)
    assert (match[0] if match else None) == found


def test_without_words_in_ascii_nothing_is_found_there():
    assert Alternatives(["は"], ANY, r"\s(?=[{0}])(?:{1})").search("it is は".replace("は", "x"), 1) is None
