"""A book of phrases gives back what was put in, by the first word."""

from __future__ import annotations

import pytest

from mailflow.core.reading.phrasebook import Entry, PhraseBook, compile_book

LOST = ("states", "gone")
EN = [
    Entry("en", "lost it", LOST),
    Entry("en", "password*", ("things", "password")),
    Entry("en", "the", None),
]
FR = [Entry("fr", "égaré", LOST), Entry("fr", "lost", LOST)]
JA = [Entry("ja", "2 要素", ("things", "second_factor"))]
BOOK = compile_book([*EN, *FR, *JA])


@pytest.mark.parametrize(
    ("word", "entries"),
    [
        ("lost", [EN[0], FR[1]]),
        ("password*", [EN[1]]),
        ("the", [EN[2]]),
        ("égaré", [FR[0]]),
        ("egare", [FR[0]]),
        ("it", []),
        ("password", []),
    ],
)
def test_phrases_stand_under_their_first_word_with_or_without_its_accents(word, entries):
    assert list(BOOK.beginning(word)) == entries


def test_phrases_without_spaces_stand_under_their_first_character():
    assert list(BOOK.beginning_with("2")) == JA
    assert list(BOOK.beginning("2")) == []


def test_entries_that_are_added_come_behind_those_that_were_there():
    more = [Entry("mul", "lost cause", None), Entry("mul", "要素", None)]
    book = compile_book(more, compile_book(EN))
    assert list(book.beginning("lost")) == [EN[0], more[0]]
    assert list(book.beginning_with("要")) == [more[1]]
    assert book.uses("cause")
    assert list(BOOK.beginning("lost")) == [EN[0], FR[1]]


def test_a_word_is_used_wherever_it_stands_in_a_phrase():
    assert [word for word in ("it", "lost", "egare", "要素", "要", "2") if BOOK.uses(word)] == [
        "it",
        "lost",
        "要素",
        "2",
    ]
    assert not PhraseBook().uses("要素")


def test_a_phrase_without_words_is_never_found():
    book = compile_book([Entry("en", "?!", LOST)])
    assert list(book.beginning("")) == list(book.beginning("?!")) == []
    assert book.by_character == {}
