"""Passwords of several words: where they begin and end, each beside a sentence that only goes on. "<" and ">" mark a place."""

from __future__ import annotations

import pytest

from mailflow.core.passwordphrases import another, before_joint, beside_name, is_spelled_behind, told_until
from tests.core.secret_texts import marked


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("my passphrase is <four yellow bicycles> and all", "four yellow bicycles"),
        # Before what tells how it is spelled, and the "also" before that.
        ("my passphrase is <four yellow bicycles with spaces> and all", "four yellow bicycles "),
        ("my passphrase is <four yellow bicycles also, with spaces> and all", "four yellow bicycles "),
        ("my passphrase is <four yellow bicycles also> and all, with spaces", "four yellow bicycles also"),
        ("with spaces my passphrase is <four yellow bicycles also>", "four yellow bicycles also"),
        ("my passphrase is <with spaces also four yellow bicycles>", "with spaces also four yellow bicycles"),
        ("my passphrase is <also with spaces and with spaces>", ""),
        # Before an "and" behind which an account is named soon.
        ("my passphrase is <four yellow bicycles and my user is jdoe>", "four yellow bicycles "),
        ("my passphrase is <four yellow bicycles and my own first user is jdoe>", "four yellow bicycles and my own first user is jdoe"),
        ("my passphrase is <four yellow bicycles AND User jdoe>", "four yellow bicycles "),
        ("my passphrase is <four and two and my user is jdoe>", "four and two "),
        ("my passphrase is <four yellow bicycles by user jdoe>", "four yellow bicycles by user jdoe"),
    ],
)  # fmt: skip
def test_where_one_ends_in_a_sentence(text, phrase):
    view, (start, end) = marked(text)
    assert view.text[start : told_until(view, start, end)] == phrase


@pytest.mark.parametrize(
    ("text", "is_spelled"),
    [
        ("<four yellow bicycles>, with spaces", True),
        ("<four yellow bicycles>with spaces", False),
        ("<four yellow bicycles> with spaces", True),
        (f"<four yellow bicycles>{' ' * 24}with spaces", True),
        (f"<four yellow bicycles>{' ' * 25}with spaces", False),
        ("With spaces: <four yellow bicycles>", False),
    ],
)
def test_how_one_is_spelled_is_told_right_behind(text, is_spelled):
    view, (_, end) = marked(text)
    assert is_spelled_behind(view, end) is is_spelled


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        # Right behind the name of one of several words, before an "is".
        ("my <passphrase> four yellow bicycles is from a book", "four yellow bicycles"),
        ("my <Passphrase> four yellow bicycles should be right", "four yellow bicycles"),
        ("my <password> four yellow bicycles is from a book", None),
        ("my <passphrase> four yellow bicycles rolled past", None),
        ("my <passphrase> is four yellow bicycles", None),
        ("my <passphrase>four yellow bicycles is from a book", None),
        ("my <passphrase> 4 yellow bicycles is from a book", None),
        # Or before what tells how it is spelled.
        ("my <passphrase> four yellow bicycles, with spaces", "four yellow bicycles"),
        # Between commas, in brackets or behind a dash, where its part of the sentence ends.
        ("my <passphrase>, four yellow bicycles, is from a book", "four yellow bicycles"),
        ("my <passphrase>, four yellow bicycles is from a book", None),
        ("my <passphrase> (four yellow bicycles)", "four yellow bicycles"),
        ("my <passphrase> (four yellow bicycles“)", None),
        ("my <passphrase> - four yellow bicycles.", "four yellow bicycles"),
        ("my <passphrase> (six German words)", None),
        ("my <passphrase> (words that nobody) with spaces", None),
        ("my <passphrase> (four yellow bicycles) in six words", "four yellow bicycles"),
        ("my <passphrase> with spaces", None),
        # Of three to eight words that tell nothing of one.
        ("my <passphrase> yellow bicycles is from a book", None),
        ("my <passphrase> one2 red three4 four five six seven eight is long", "one2 red three4 four five six seven eight"),
        ("my <passphrase> wine red three4 four five six seven eight nine is long", None),
        ("my <passphrase> four yellow manager is from a book", None),
        ("my <passphrase> four or bicycles is from a book", None),
        ("my <passphrase> four yellow Login is from a book", None),
        ("my <passphrase> four lost bicycles is from a book", None),
    ],
)  # fmt: skip
def test_right_behind_its_name(text, phrase):
    view, (start, end) = marked(text)
    span = beside_name(view, start, end)
    assert (span and view.text[slice(*span)]) == phrase


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("<four yellow bicycles >is my passphrase", "four yellow bicycles"),
        ("<Hello. four yellow bicycles, > is my passphrase", "four yellow bicycles"),
        ("<So four (yellow> bicycles is my passphrase", None),
        ("<yellow bicycles> is my passphrase", None),
        ("<forgotten yellow bicycles> is my passphrase", None),
        ("<hello; four yellow bicycles >is my passphrase", "four yellow bicycles"),
        ("hello <four yellow bicycles >is my passphrase", None),
        ("hello:< four yellow bicycles >is my passphrase", "four yellow bicycles"),
    ],
)
def test_before_its_name(text, phrase):
    view, (start, end) = marked(text)
    span = before_joint(view, start, end)
    assert (span and view.text[slice(*span)]) == phrase


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        # As many words, in all that is said or with the same beginning.
        ("<four yellow bicycles> or four green bicycles", ["four green bicycles"]),
        ("<four yellow bicycles> or maybe four green bicycles", ["four green bicycles"]),
        ("<four yellow bicycles>, or five green lorries", ["five green lorries"]),
        ("<four yellow bicycles>, or five green lorries that I saw", []),
        ("<four yellow bicycles> or Four green lorries that I saw", ["Four green lorries"]),
        ("<four yellow bicycles> or four lost stolen", []),
        ("<four yellow bicycles> or four lost bicycles", ["four lost bicycles"]),
        ("<four yellow steel bicycles> or four lost stolen bicycles", ["four lost stolen bicycles"]),
        ("<four yellow bicycles> or five lost lorries", []),
        ("<four yellow bicycles> or five lorries", []),
        ("<four yellow bicycles> or five", []),
        ("<four yellow> or four green", []),
        ("<four yellow bicycles>; or four green bicycles", []),
        ("<four yellow bicycles> maybe four green bicycles", []),
        ("<four yellow bicycles> or. Four green bicycles", []),
        ("<four yellow bicycles> or maybe perhaps four green bicycles", ["four green bicycles"]),
        ("<four yellow bicycles> or maybe perhaps now four green bicycles", []),
        ("<four yellow bicycles>\nor four green bicycles", []),
        ("<four yellow bicycles> or\nfour green bicycles", ["four green bicycles"]),
        ("<four yellow bicycles>", []),
    ],
)
def test_another_one_behind_one(text, phrases):
    view, span = marked(text)
    assert [view.text[slice(*found)] for found in another(view, span)] == phrases
