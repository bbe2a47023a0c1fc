"""The phrases of the word lists by their first word, packed: there are 37,000, of which a desk's mail uses some hundred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mailflow.core.glossary import Glossary
from mailflow.core.reading.meaning import Concept
from mailflow.core.reading.words import fold, has_cjk, lower, words_of
from mailflow.core.wordlist import SHORT, WordList, lines

EVERY = "mul"  # ISO 639-2: the list that holds in every language


class Entry(NamedTuple):
    language: str
    phrase: str
    concept: Concept | None  # None: a word that is known and means nothing here


@dataclass(frozen=True)
class PhraseBook:
    """Each entry stands under its first word, or where it holds Chinese, Japanese or Korean, its first character.

    What stands there are lines, one each: the number of its language and concept, and its phrase.
    """

    kinds: tuple[tuple[str, Concept | None], ...] = ()  # the languages and concepts, by their numbers
    by_word: Glossary = field(default_factory=Glossary)
    by_character: Mapping[str, str] = field(default_factory=dict)
    # Of all phrases, a stem's star kept.
    words: WordList = field(default_factory=lambda: WordList(head=SHORT))

    def beginning(self, word: str) -> Iterator[Entry]:
        """The entries whose phrase begins with a word or "stem*", be it without its accents."""
        return self._entries(self.by_word.lines(word))

    def beginning_with(self, character: str) -> Iterator[Entry]:
        """The entries of which a literal does."""
        packed = self.by_character.get(character, "")
        return self._entries(packed.split("\n") if packed else ())

    def uses(self, word: str) -> bool:
        """Whether a word stands in any phrase."""
        if not has_cjk(word):
            return word in self.words
        entries = (entry for character in self.by_character for entry in self.beginning_with(character))
        return any(word in words_of(entry.phrase) for entry in entries)

    def _entries(self, lines: Iterable[str]) -> Iterator[Entry]:
        for line in lines:
            number, _, phrase = line.partition(" ")
            language, concept = self.kinds[int(number)]
            yield Entry(language, phrase, concept)


def compile_book(entries: Iterable[Entry], before: PhraseBook | None = None) -> PhraseBook:
    """`before`: a book whose entries come first."""
    before = before or PhraseBook()
    kinds = {kind: number for number, kind in enumerate(before.kinds)}
    by_word, by_character = before.by_word.copy(), dict(before.by_character)
    words: set[str] = set()
    for language, phrase, concept in entries:
        number = kinds.setdefault((language, concept), len(kinds))
        line = f"{number} {phrase}".replace("\n", " ")
        found = words_of(phrase)
        words.update(word for word in found if not has_cjk(word))
        runs = literals(phrase)
        for character in {run[0] for run in runs}:
            _add(by_character, character, line)
        for word in {found[0], fold(found[0])} if found and not runs else ():
            by_word.add(word, line)
    return PhraseBook(
        tuple(kinds),
        by_word,
        by_character,
        WordList([lines(word for word in words if word not in before.words)], before.words),
    )


def _add(packed: dict[str, str], first: str, line: str) -> None:
    """At once, as tens of thousands of lines beside the packed ones would leave holes in the memory."""
    packed[first] = f"{packed[first]}\n{line}" if first in packed else line


def literals(phrase: str) -> set[str]:
    """As what a phrase of Chinese, Japanese or Korean is looked for: as it stands, and without its spaces."""
    low = lower(phrase)
    if not has_cjk(low):
        return set()
    return {low, low.replace(" ", "") if low.strip() == low else low}
