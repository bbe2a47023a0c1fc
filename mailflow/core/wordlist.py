"""Very many words in little memory: a set of 100,000 takes ten times as much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

_HEAD = 3  # letters


class WordList:
    """By the first letters of the words, the rest of each on a line of one string."""

    def __init__(self, lists: Iterable[Iterable[str]] = (), before: WordList | None = None) -> None:
        """Each list in order, taken one after the other; the words hold no line ends. Those of `before` come first."""
        self.rests: dict[str, str] = dict(before.rests) if before else {}  # a line for each word
        for words in lists:
            for head, some in groupby(words, key=_head):
                lines = [f"{word[_HEAD:]}\n" for word in some]
                self.rests[head] = self.rests.get(head, "\n") + "".join(lines)

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        rests = self.rests.get(word[:_HEAD])
        return rests is not None and f"\n{word[_HEAD:]}\n" in rests and "\n" not in word

    def __iter__(self) -> Iterator[str]:
        for head, rests in self.rests.items():
            for rest in rests[1:-1].split("\n"):
                yield head + rest


def _head(word: str) -> str:
    return word[:_HEAD]
