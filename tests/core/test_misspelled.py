"""A typing error in a key word is put right, if there is but one slip and but one word it can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.reading.misspelled import KeyWords, Misspelled, key_word

THINGS, STATES, SPEECH = ("things", "password"), ("states", "gone"), ("speech", "not")
WORDS = [("password*", THINGS), ("device", THINGS), ("devise", THINGS), ("stolen", STATES), ("forgotten", STATES), ("without", SPEECH), ("handy", THINGS), ("passwörter", THINGS), ("account", None)]  # fmt: skip
MISSPELLED = Misspelled([KeyWords(key for word, concept in WORDS if (key := key_word(word, concept)))])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("pasword", "password"),
        ("passsword", "password"),
        ("passwird", "password"),
        ("passwrod", "password"),
        ("forgoten", "forgotten"),
        ("deivce", "device"),
        ("pssward", None),
        ("paswrod", None),
        ("aspsword", None),  # hardly anybody mistypes the first letter
        ("passdorw", None),
        ("devixe", None),  # device or devise
        ("stollen", None),  # a state is told by a long word only
        ("handi", None),
        ("withot", None),
        ("acount", None),
        ("passwort1", None),
        ("passwörtr", None),
        ("p", None),
    ],
)
def test_one_slip_is_put_right(word, meant):
    assert MISSPELLED.meant(word) == meant


@given(st.integers(1, 7), st.sampled_from("aeiouxyz"))
def test_any_other_letter_but_the_first_is_one_slip(place, letter):
    word = "password"[:place] + letter + "password"[place + 1 :]

    assert MISSPELLED.meant(word) == "password"


@given(st.text(max_size=30))
def test_what_is_meant_is_a_key_word_of_about_the_length(word):
    meant = MISSPELLED.meant(word)

    assert meant is None or (meant[0] == word[0] and abs(len(meant) - len(word)) <= 1)
