"""The words that bind an agreement to something to come, or tell that it is only spoken of: four lists of [patterns]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from mailflow.core.reading.words import CJK

_CJK = re.compile(f"[{CJK}]")
_GAP = r"(?:\W+\w+){0,4}?\W+"  # " ~ ": up to four words between
_NEVER = re.compile(r"(?!)")


class BindingWords:
    """Each list as one pattern, made when a mail first agrees to something in words of its own."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._lists = lists

    @cached_property
    def unsaid(self) -> re.Pattern[str]:
        """Before an agreement: "Your page asks me to agree"."""
        return self._pattern("unsaid")

    @cached_property
    def bound(self) -> re.Pattern[str]:
        """Before or behind it: "I agree once I have read it"."""
        return self._pattern("bound")

    @cached_property
    def bound_behind(self) -> re.Pattern[str]:
        """Behind it, where it is no condition before it: "I agree after reading it"."""
        return self._pattern("bound_behind")

    @cached_property
    def to_come(self) -> re.Pattern[str]:
        """When it is to be given: "I will agree tomorrow"."""
        return self._pattern("to_come")

    def _pattern(self, name: str) -> re.Pattern[str]:
        phrases = sorted(set(self._lists.get(name, ())), key=lambda phrase: (-len(phrase), phrase))
        return re.compile("|".join(map(_spelt, phrases)), re.IGNORECASE) if phrases else _NEVER


def _spelt(phrase: str) -> str:
    """A phrase as people write it: with commas between its words, any apostrophe, or any ending in place of a "*"."""
    pieces = [r",?[\s-]+".join(map(_word, piece.split())) for piece in phrase.split(" ~ ")]
    spelt = _GAP.join(pieces)
    return spelt if _CJK.search(phrase) else rf"\b{spelt}\b"


def _word(word: str) -> str:
    spelt = re.escape(word.rstrip("*")).replace("'", "['’ʼ`´]")
    return rf"{spelt}\w*" if word.endswith("*") else spelt
