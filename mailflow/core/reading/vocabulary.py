"""Finds the words and phrases of the word lists in a text, in one pass, each with what it means.

A mail's language is never announced, and a word means different things in different languages ("no", "si", "die").
So the mail is read with the words of the languages it is likely to be written in, and with the English names of
things, because everybody borrows those ("recovery codes", "2FA", "login").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from operator import itemgetter

from mailflow.core.reading.languages import LanguagesOf
from mailflow.core.reading.meaning import MARKS, Concept, Hit
from mailflow.core.reading.phrasebook import PhraseBook
from mailflow.core.reading.reader import Reader
from mailflow.core.reading.tokens import Tokens
from mailflow.core.reading.words import blank, fold, lower, plain_words, words_of

_TELLING = 3000  # characters that are looked at to tell the language
_SETS_KEPT = 16  # of languages
_MISSPELT = 2  # letters more or less
_MEMO_LIMIT = 20_000  # words; hostile mail must not fill the memory
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+")
# The end of a host's name, which in many a language is a word: "net" is a "not", "com" a "with".
_TOP_LEVEL = re.compile(r"\.(?:com|edu|info|net|org)\b(?!\.\w)")
_start = itemgetter(0)


class Vocabulary:
    def __init__(self, book: PhraseBook, ordinary: Container[str] = frozenset()) -> None:
        """`ordinary`: words of dictionaries, in lower case."""
        self._book = book
        self._ordinary = ordinary
        self._readers: dict[tuple[str, ...], Reader] = {}
        self._common: dict[str, bool] = {}  # what `knows` has said
        self._whole: dict[str, bool] = {}  # what `_is_phrase` has said
        self._languages = LanguagesOf(book)

    def knows(self, word: str) -> bool:
        """Whether a word means something, or is a common word, in any language."""
        known = self._common.get(word)
        if known is None:
            if len(self._common) >= _MEMO_LIMIT:
                self._common.clear()
            low = lower(word)
            known = self._ends(low)
            if known is None:
                known = (not low.isascii() and self._ends(fold(low))) or False
            self._common[word] = known
        return known

    def is_word(self, word: str) -> bool:
        """Whether a word in lower case stands in any dictionary or list."""
        return word in self._ordinary or word in self._book.words or self.knows(word)

    def _ends(self, word: str) -> bool | None:
        """Whether a phrase ends with its first word or stem, which this is; None if none begins so."""
        stem = next(map(self._is_phrase, self._book.by_word.stems(word)), None)
        alone = self._is_phrase(word) if word in self._book.by_word else None
        return alone if stem is None else alone or stem

    def _is_phrase(self, first: str) -> bool:
        """Whether a word or stem with which phrases begin is all of one."""
        known = self._whole.get(first)
        if known is None:
            known = any(len(words_of(entry.phrase)) == 1 for entry in self._book.beginning(first))
            self._whole[first] = known  # of which there are only so many
        return known

    def languages_with(self, word: str, concept: Concept | None = None) -> frozenset[str]:
        """The languages that have a word in lower case as a phrase of its own; with a concept, those where it means that."""
        return frozenset(
            entry.language
            for entry in self._book.beginning(word)
            if word in {entry.phrase, fold(entry.phrase)} and (concept is None or entry.concept == concept)
        )

    def uses(self, word: str) -> bool:
        """Whether a word stands in any phrase."""
        return self._book.uses(word)

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        """Made when first asked for: most mails ask for none."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._book.words:
            found[word[:1]].append(word.rstrip("*"))
        return found

    def words_like(self, word: str) -> Iterator[str]:
        """The words that begin like one and are about as long: of which it may be a misspelling."""
        for known in self._by_letter.get(word[:1], ()):
            if abs(len(known) - len(word)) <= _MISSPELT:
                yield known

    def scan(
        self,
        low: str,
        hard: AbstractSet[int] = frozenset(),
        addresses: Sequence[tuple[int, int]] = (),
        languages: tuple[str, ...] = (),
    ) -> list[Hit]:
        """What a lower-case text holds, in order; see `scan_words`."""
        return self.scan_words(low, hard, addresses, languages)[0]

    def scan_words(
        self,
        low: str,
        hard: AbstractSet[int],
        addresses: Sequence[tuple[int, int]],
        languages: tuple[str, ...],
    ) -> tuple[list[Hit], Tokens]:
        """What a lower-case text holds, in order, and its words.

        A newline at a place in `hard` ends the sentence. The words of `addresses` and links are left alone, but tell the
        language as the others do.
        """
        set_apart = [Hit(start, end, MARKS["address"]) for start, end in addresses]
        if "://" in low or "www." in low:
            set_apart += [Hit(*match.span(), MARKS["link"]) for match in _LINK.finditer(low)]
        written = low
        for start, end, _ in set_apart:
            low = low[:start] + " " * (end - start) + low[end:]
        words = Tokens(_TOP_LEVEL.sub(blank, low), hard)
        if not languages and len(low) <= _TELLING:  # rather than looking for the words again
            others = [word for start, end, _ in set_apart for word in plain_words(written[start:end])]
            languages = self._languages.of_text([*words.forms, *others], written, low)
        elif not languages:
            languages = self.languages(written)
        hits = self._reader(languages).find(low, words)
        if set_apart:
            hits += set_apart
            hits.sort(key=_start)
        return hits, words

    def languages(self, low: str) -> tuple[str, ...]:
        """The languages a lower-case text is likely to be written in, likeliest first."""
        low = low[:_TELLING]
        return self._languages.of_text(plain_words(low), low, low, form=True)

    def _reader(self, languages: tuple[str, ...]) -> Reader:
        reader = self._readers.pop(languages, None)
        if reader is None:
            if len(self._readers) >= _SETS_KEPT:
                del self._readers[next(iter(self._readers))]  # that which was used longest ago
            reader = Reader(self._book, languages)
        self._readers[languages] = reader
        return reader
