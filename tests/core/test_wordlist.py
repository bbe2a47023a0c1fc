"""A list of very many words holds what a set of them holds."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.wordlist import LONG, LONGEST_STEM, SHORT, Ordinary, WordList, lines, stems_of

LISTS = Path(__file__).parents[2] / "mailflow" / "languages"
WORDS = st.text(st.characters(exclude_characters="\n"), min_size=1, max_size=6)


@given(st.sets(WORDS), st.sets(WORDS), st.text(max_size=8), st.sampled_from([SHORT, LONG]))
def test_it_holds_the_words_of_all_its_lists_and_no_others(some, others, asked, head):
    words = WordList([lines(some), lines(others)], head=head)
    assert all(word in words for word in some | others)
    assert (asked in words) == (asked in some | others)
    assert set(words) == some | others


@given(st.sets(WORDS), st.sets(WORDS), st.sampled_from([SHORT, LONG]))
def test_more_words_make_another_list(some, more, head):
    words = WordList([lines(some)], head=head)
    assert sorted(WordList([lines(more - some)], words)) == sorted(some | more)
    assert set(words) == some


def test_a_part_of_a_word_or_two_of_them_are_no_word():
    words = WordList(["account\naccounts\nacc\n"])
    assert [word for word in ("", "ac", "acc", "accoun", "account\naccounts", "ount") if word in words] == [
        "acc"
    ]


def test_what_is_no_text_is_no_word():
    assert 1 not in WordList(["one\n"])


def test_no_stem_of_the_word_lists_is_longer_than_those_that_are_looked_for():
    assert list(stems_of("acc")) == ["acc*", "ac*"]
    stems = [stem for file in LISTS.rglob("*.toml") for stem in re.findall(r"\w+\*", file.read_text("utf-8"))]
    assert max(map(len, stems)) <= len(next(stems_of("a" * 8000))) == LONGEST_STEM + 1


def test_of_what_is_asked_for_only_words_of_dictionaries_are_kept(monkeypatch):
    monkeypatch.setattr("mailflow.core.wordlist._KEPT", 2)
    ordinary = Ordinary(frozenset(["so", "it", "is"]))
    kept = ordinary.has.__self__

    asked = [ordinary.has(word) for word in ("so", "hunter2", "it", "so")]
    assert (asked, sorted(kept)) == ([True, False, True, True], ["it", "so"])
    assert ordinary.has("is")
    assert list(kept) == ["is"]
