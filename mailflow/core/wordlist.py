"""Very many words in little memory: a set of 100,000 takes ten times as much."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator

LONG = 3  # letters, for a list of 100,000 words
SHORT = 2  # for one of some 10,000
_KEPT = 20_000  # words; hostile mail must not fill the memory
LONGEST_STEM = 60  # letters; a hostile word may have thousands


class WordList:
    """By the first letters of the words, the rest of each on a line of one string.

    `head`: how many letters. Where few words begin alike their strings take as much as the words; where many do, looking takes longer.
    """

    def __init__(self, lists: Iterable[str] = (), before: WordList | None = None, head: int = LONG) -> None:
        """Each list is a text of one word a line, the last one too. Those of `before` come first."""
        self.head: int = before.head if before else head
        self.rests: dict[str, str] = dict(before.rests) if before else {}  # a line for each word
        # Those beside each other that begin alike are taken together: a string a word would leave holes in the memory.
        alike = re.compile(rf"(.{{{self.head}}}).*\n(?:\1.*\n)*|(.+)\n")
        for words in lists:
            for some in alike.finditer(words):
                letters = some[1] or some[2]
                rests = f"\n{some[0]}".replace(f"\n{letters}", "\n")
                self.rests[letters] = self.rests.get(letters, "\n") + rests[1:]

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        rests = self.rests.get(word[: self.head])
        return rests is not None and f"\n{word[self.head :]}\n" in rests and "\n" not in word

    def begins(self, word: str) -> bool:
        """Whether one of the words begins with the first letters of a word."""
        return word[: self.head] in self.rests

    def __iter__(self) -> Iterator[str]:
        for letters, rests in self.rests.items():
            for rest in rests[1:-1].split("\n"):
                yield letters + rest


class Ordinary:
    """Words of dictionaries, in lower case."""

    def __init__(self, words: Container[str] = frozenset()) -> None:
        self.has: Callable[[str], bool] = _Kept(words).__getitem__  # whether they have a word


class _Kept(dict[str, bool]):
    """The words that were asked for and found: people use few. One that is in no dictionary may be a secret, and is not kept."""

    def __init__(self, words: Container[str]) -> None:
        self._words = words

    def __missing__(self, word: str) -> bool:
        if word not in self._words:
            return False
        if len(self) >= _KEPT:
            self.clear()
        self[word] = True
        return True


def stems_of(word: str) -> Iterator[str]:
    """The stems with which a word begins, of two letters at least and with their star; the longest first.

    None of what has a digit or a line in it, as no ending of a word has: "sureshn86" is no form of "sure".
    """
    for length in range(min(len(word), LONGEST_STEM), 1, -1) if word.isalpha() else ():
        yield f"{word[:length]}*"


def lines(words: Iterable[str]) -> str:
    """Words that hold no line ends as such a list, those that begin alike beside each other."""
    return "".join(f"{word}\n" for word in sorted(words))
