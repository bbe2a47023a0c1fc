"""Which words people use for anything but a name; kept, as they use few."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from mailflow.core.reading.vocabulary import Vocabulary
from mailflow.core.wordlist import WordList

_KEPT = 20_000  # words; hostile mail must not fill the memory


class Everyday(dict[str, str]):
    """Of each word "common" if it, or each part of it, means something; "ordinary" if dictionaries have it; else ""."""

    def __init__(self, vocabulary: Vocabulary, own: AbstractSet[str], ordinary: WordList) -> None:
        """`own`: the words of the form's labels. `ordinary`: words of dictionaries, in lower case."""
        self._vocabulary = vocabulary
        self._own = own
        self._ordinary = ordinary

    def __missing__(self, word: str) -> str:
        if len(self) >= _KEPT:
            self.clear()
        common = self._knows(word) or ("-" in word and self._knows_parts(word))
        self[word] = kind = "common" if common else "ordinary" if word.lower() in self._ordinary else ""
        return kind

    def _knows_parts(self, word: str) -> bool:
        parts = [part for part in word.split("-") if part]
        return "".join(parts).isalpha() and all(map(self._knows, parts))

    def _knows(self, word: str) -> bool:
        return word.lower() in self._own or self._vocabulary.knows(word)

    def begins(self, word: str) -> bool:
        """Whether a word of dictionaries begins with the same letters."""
        return self._ordinary.begins(word)
