"""Very many words in little memory: a set of 100,000 takes ten times as much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

LONG = 3  # letters, for a list of 100,000 words
SHORT = 2  # for one of some 10,000


class WordList:
    """By the first letters of the words, the rest of each on a line of one string.

    `head`: how many letters. Where few words begin alike their strings take as much as the words; where many do, looking takes longer.
    """

    def __init__(
        self, lists: Iterable[Iterable[str]] = (), before: WordList | None = None, head: int = LONG
    ) -> None:
        """Each list in order, taken one after the other; the words hold no line ends. Those of `before` come first."""
        self.head: int = before.head if before else head
        self.rests: dict[str, str] = dict(before.rests) if before else {}  # a line for each word
        for words in lists:
            for letters, some in groupby(words, key=itemgetter(slice(self.head))):
                lines = [f"{word[self.head :]}\n" for word in some]
                self.rests[letters] = self.rests.get(letters, "\n") + "".join(lines)

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        rests = self.rests.get(word[: self.head])
        return rests is not None and f"\n{word[self.head :]}\n" in rests and "\n" not in word

    def __iter__(self) -> Iterator[str]:
        for letters, rests in self.rests.items():
            for rest in rests[1:-1].split("\n"):
                yield letters + rest
