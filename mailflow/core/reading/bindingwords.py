"""Words around what is said that take it back, apart from those that are read for answers: lists of [patterns].

What binds an agreement to something to come or tells that it is only spoken of, that a name or an address is somebody
else's, or that a loss did not come about. They are looked up only around what was read, so they cover none of the
phrases that are read, however they overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from mailflow.core.reading.words import CJK


class Binds(StrEnum):
    """The lists."""

    UNSAID = "unsaid"  # before an agreement: "Your page asks me to agree"
    BOUND = "bound"  # before or behind it: "I agree once I have read it"
    BOUND_BEHIND = "bound_behind"  # behind it, no condition before it: "I agree after reading it"
    TO_COME = "to_come"  # when it is to be given: "I will agree tomorrow"
    OTHERS_BEFORE = "others_before"  # before a name: "someone took the user name x"
    OTHERS_BEHIND = "others_behind"  # right behind one: "is not my user name"
    UNWANTED_BEFORE = (
        "unwanted_before"  # before an address that is not to be used: "please remove x", "my wife's mail is"
    )
    UNWANTED_BEHIND = "unwanted_behind"  # right behind one: "belongs to my wife"
    BEGS_ANEW = "begs_anew"  # what begins anew behind a "not": "please use"
    UNREAL = "unreal"  # beside a loss that did not come about: "I nearly lost my phone"
    PUT_RIGHT = "put_right"  # behind one that was put right: "I lost my phone and got it back"


class Cue(NamedTuple):
    """One phrase that was found."""

    binds: Binds
    start: int  # in the text
    end: int


_CJK = re.compile(f"[{CJK}]")
_WORD = re.compile(r"\w+")
_GAP = r"(?:\W+\w+){0,4}?\W+"  # " ~ ": up to four words between


class BindingWords:
    """The phrases of all lists, found by their first word; those of Chinese, Japanese and Korean as they are."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._lists = lists

    def find(self, text: str, start: int, end: int) -> Iterator[Cue]:
        """Those in a part of the text, of each list the longest that begins at a place."""
        by_word, unspaced = self._phrases
        for word in _WORD.finditer(text, start, end):
            for binds, phrases in by_word.get(word[0].lower(), ()):
                if found := phrases.match(text, word.start(), end):
                    yield Cue(binds, *found.span())
        if text.isascii() or not _CJK.search(text, start, end):
            return
        for binds, phrase in unspaced:
            place = text.find(phrase, start, end)
            if place >= 0:
                yield Cue(binds, place, place + len(phrase))

    @cached_property
    def _phrases(self) -> tuple[dict[str, list[tuple[Binds, re.Pattern[str]]]], list[tuple[Binds, str]]]:
        """Made ready when a mail first needs them: by their first words, and those without spaces around them."""
        by_word: dict[str, list[tuple[Binds, re.Pattern[str]]]] = {}
        unspaced: list[tuple[Binds, str]] = []
        for binds in Binds:
            phrases = sorted(set(self._lists.get(binds, ())), key=lambda phrase: (-len(phrase), phrase))
            unspaced += [(binds, phrase) for phrase in phrases if _CJK.search(phrase)]
            spelt: dict[str, list[str]] = {}
            for phrase in phrases:
                if not _CJK.search(phrase):
                    spelt.setdefault(_WORD.findall(phrase.lower())[0], []).append(_spelt(phrase))
            for word, ways in spelt.items():
                by_word.setdefault(word, []).append((binds, re.compile("|".join(ways), re.IGNORECASE)))
        return by_word, unspaced


def _spelt(phrase: str) -> str:
    """A phrase as people write it: with commas between its words, any apostrophe, or any ending in place of a "*"."""
    pieces = [r",?[\s-]+".join(map(_word, piece.split())) for piece in phrase.split(" ~ ")]
    return rf"{_GAP.join(pieces)}\b"


def _word(word: str) -> str:
    spelt = re.escape(word.rstrip("*")).replace("'", "['’ʼ`´]")
    return rf"{spelt}\w*" if word.endswith("*") else spelt
