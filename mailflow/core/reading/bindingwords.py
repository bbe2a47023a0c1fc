"""Words around what is said that take it back, apart from those that are read for answers: lists of [patterns].

What binds an agreement to something to come or tells that it is only spoken of, that a name or an address is somebody
else's, or that a loss did not come about. They are looked up only around what was read, so they cover none of the
phrases that are read, however they overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from mailflow.core.reading.words import CJK

Span = tuple[int, int]  # where a phrase begins and ends in the text

_CJK = re.compile(f"[{CJK}]")
_WORD = re.compile(r"\w+")
_GAP = r"(?:\W+\w+){0,4}?\W+"  # " ~ ": up to four words between


class Cues:
    """Phrases, found by their first word; those of Chinese, Japanese and Korean, which has no spaces around it, as they are."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._unspaced: list[str] = []
        by_word: dict[str, list[str]] = {}
        for phrase in sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)):
            if _CJK.search(phrase):
                self._unspaced.append(phrase)
            else:
                by_word.setdefault(_WORD.findall(phrase.lower())[0], []).append(_spelt(phrase))
        self._by_word = {word: re.compile("|".join(spelt), re.IGNORECASE) for word, spelt in by_word.items()}

    def find(self, text: str, start: int, end: int) -> Iterator[Span]:
        """Where they stand in a part of the text, the longest of those that begin at a place."""
        for word in _WORD.finditer(text, start, end):
            phrases = self._by_word.get(word[0].lower())
            if phrases is not None and (found := phrases.match(text, word.start(), end)):
                yield found.span()
        for phrase in self._unspaced:
            place = text.find(phrase, start, end)
            if place >= 0:
                yield place, place + len(phrase)

    def stand(self, text: str, start: int, end: int) -> bool:
        """Whether one of them stands in a part of the text."""
        return next(self.find(text, start, end), None) is not None


class BindingWords:
    """Each list made ready when a mail first needs it."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._lists = lists

    @cached_property
    def unsaid(self) -> Cues:
        """Before an agreement: "Your page asks me to agree"."""
        return self._cues("unsaid")

    @cached_property
    def bound(self) -> Cues:
        """Before or behind it: "I agree once I have read it"."""
        return self._cues("bound")

    @cached_property
    def bound_behind(self) -> Cues:
        """Behind it, where it is no condition before it: "I agree after reading it"."""
        return self._cues("bound_behind")

    @cached_property
    def to_come(self) -> Cues:
        """When it is to be given: "I will agree tomorrow"."""
        return self._cues("to_come")

    @cached_property
    def others_before(self) -> Cues:
        """Before a name or a new address: "my friend's user name is"."""
        return self._cues("others_before")

    @cached_property
    def unwanted_before(self) -> Cues:
        """Before an address that is not to be used: "please remove x"."""
        return self._cues("unwanted_before")

    @cached_property
    def others_behind(self) -> Cues:
        """Right behind a name or an address: "is not my user name"."""
        return self._cues("others_behind")

    @cached_property
    def begs(self) -> Cues:
        """As in "please use": what begins anew behind a "not"."""
        return self._cues("begs_anew")

    @cached_property
    def unreal(self) -> Cues:
        """Beside a loss that did not come about: "I nearly lost my phone"."""
        return self._cues("unreal")

    @cached_property
    def put_right(self) -> Cues:
        """Behind one that was put right: "I lost my phone and got it back"."""
        return self._cues("put_right")

    def _cues(self, name: str) -> Cues:
        return Cues(self._lists.get(name, ()))


def _spelt(phrase: str) -> str:
    """A phrase as people write it: with commas between its words, any apostrophe, or any ending in place of a "*"."""
    pieces = [r",?[\s-]+".join(map(_word, piece.split())) for piece in phrase.split(" ~ ")]
    return rf"{_GAP.join(pieces)}\b"


def _word(word: str) -> str:
    spelt = re.escape(word.rstrip("*")).replace("'", "['’ʼ`´]")
    return rf"{spelt}\w*" if word.endswith("*") else spelt
