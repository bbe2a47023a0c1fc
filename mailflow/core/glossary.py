"""Lines of text under each of very many words, in little memory: a dictionary of 16,000 takes twice as much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailflow.core.wordlist import stems_of

_HEAD = 3  # letters
_BEGIN, _END = "\0", "\n"  # of a word, which holds neither


@dataclass(frozen=True, slots=True)
class Glossary:
    # By a word's first letters: its rest and a line, and so on.
    by_head: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Glossary:
        """To which more may be added; what stands in both is shared."""
        return Glossary(dict(self.by_head))

    def add(self, word: str, line: str) -> None:
        """Put a line under a word. At once, as tens of thousands of small strings would leave holes in the memory."""
        head = word[:_HEAD]
        self.by_head[head] = f"{self.by_head.get(head, '')}{_name(word)}{line}"

    def __contains__(self, word: str) -> bool:
        return _name(word) in self.by_head.get(word[:_HEAD], "")

    def stems(self, word: str) -> Iterator[str]:
        """Those in it of the stems with which a word begins (`stems_of`)."""
        return (stem for stem in stems_of(word) if stem in self)

    def lines(self, word: str) -> list[str]:
        """What stands under a word, in order."""
        lines = self.by_head.get(word[:_HEAD], "").split(_name(word))
        return [line.partition(_BEGIN)[0] for line in lines[1:]]


def _name(word: str) -> str:
    return f"{_BEGIN}{word[_HEAD:]}{_END}"
