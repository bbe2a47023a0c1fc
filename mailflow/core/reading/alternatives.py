"""Any of some words of all languages, where what stands around them fits: "is", before a value.

Many such words stand in scripts that set no spaces, so that a pattern has to look back at each place. In a text in ASCII one that
begins with white space finds the same, in a seventh of the time.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator

from mailflow.core.reading.words import CJK

NEVER = re.compile(r"(?!)")


class Alternatives:
    def __init__(self, words: Collection[str], pattern: str, spaced: str) -> None:
        """`pattern`: with {0} for the characters of those scripts and {1} for the words.

        `spaced`: the same in ASCII behind the beginning of a text, with {0} for what the words begin with.
        """
        plain = [word for word in words if word.isascii()]
        firsts = "".join(dict.fromkeys(re.escape(word[0]) for word in plain))
        self._pattern = re.compile(pattern.format(CJK, any_of(words)))
        self._spaced = re.compile(spaced.format(firsts, any_of(plain))) if plain else NEVER

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        return self._of(text, start).search(text, start, end)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        return self._of(text, start).finditer(text, start, end)

    def match(self, text: str, start: int, end: int = sys.maxsize) -> re.Match[str] | None:
        return self._of(text, start).match(text, start, end)

    def _of(self, text: str, start: int) -> re.Pattern[str]:
        return self._spaced if start and text.isascii() else self._pattern


def any_of(words: Collection[str]) -> str:
    """A pattern of any of some words, by their first letter, so that few are tried at each place, and the longest first."""
    rests: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        rests.setdefault(re.escape(word[0]), []).append(re.escape(word[1:]))
    return "|".join(f"{first}(?:{'|'.join(some)})" for first, some in rests.items()) or NEVER.pattern
