"""The words in which people answer the form, as data: `languages/answers/<code>.toml`, one file a language.

`mul.toml` holds what is true in every language, such as which loss of which thing tells which reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailflow.core.form import Form
from mailflow.core.reading.phrasebook import EVERY, Entry, PhraseBook, compile_book
from mailflow.core.reading.reader import COMMON
from mailflow.core.reading.terms import Terms, compile_terms
from mailflow.core.reading.words import lower
from mailflow.core.wordlist import WordList

# The tables whose words are looked for in running text. The others hold whole labels and whole values.
_SCANNED = (
    "speech",
    "things",
    "states",
    "tells",
    "hints",
    "topics",
    "names",
    "addresses",
    "projects",
    "links",
    "works",
    "marks",
)
_CONTRACTED = re.compile(r"\b\w+'(?:m|ve|re|d|ll|t|s)\b")
_OTHER_WORDS = frozenset({"id", "ill", "hell", "shell", "well", "wed", "were", "its", "shed"})
_FORMS_KEPT = 8  # a process reads for one form, a test for many


@dataclass(frozen=True)
class AnswerWords:
    """The word lists of all languages. Made once by `compile_answer_words`."""

    book: PhraseBook
    labels: Mapping[str, tuple[str, ...]]  # by field key
    values: Mapping[str, frozenset[str]]  # whole values: yes, no, unknown
    lists: Mapping[str, tuple[str, ...]]  # short words that stand in patterns: is, at, dot, …
    choices: Mapping[str, Mapping[str, tuple[str, ...]]]  # which thing in which state tells a choice
    opposites: Mapping[str, str]  # what a state is when it is negated
    ordinary: WordList  # words of dictionaries, which are no names
    _terms: dict[int, tuple[Form, Terms]] = field(default_factory=dict, repr=False, compare=False)

    def terms(self, form: Form) -> Terms:
        """These words and the form's own, compiled together and kept."""
        known = self._terms.get(id(form))
        if known is None or known[0] is not form:
            if len(self._terms) >= _FORMS_KEPT:
                self._terms.clear()
            known = (form, compile_terms(form, self))
            self._terms[id(form)] = known
        return known[1]


def compile_answer_words(
    languages: Iterable[tuple[str, Mapping[str, Any]]], ordinary: WordList
) -> AnswerWords:
    """`languages`: the code of each, and the parsed TOML of its file, one after the other."""
    book = PhraseBook()
    gathered: dict[str, dict[str, dict[str, None]]] = {"labels": {}, "values": {}, "patterns": {}}
    every: Mapping[str, Any] = {}
    for code, tables in languages:
        book = compile_book(_entries(code, tables), book)
        for table, lists in gathered.items():
            for key, words in tables.get(table, {}).items():
                lists.setdefault(key, {}).update(dict.fromkeys(words))
        every = tables if code == EVERY else every
    return AnswerWords(
        book=book,
        labels={key: tuple(words) for key, words in gathered["labels"].items()},
        values={key: frozenset(map(lower, words)) for key, words in gathered["values"].items()},
        lists={key: tuple(words) for key, words in gathered["patterns"].items()},
        choices={
            choice: {key: tuple(ways) for key, ways in table.items()}
            for choice, table in every.get("choices", {}).items()
        },
        opposites=dict(every.get("opposites", {})),
        ordinary=ordinary,
    )


def _entries(code: str, tables: Mapping[str, Any]) -> Iterator[Entry]:
    for word in tables.get("common", {}).get("words", ()):
        yield Entry(code, word, None)
    for table in _SCANNED:
        for key, words in tables.get(table, {}).items():
            for word in words:
                yield Entry(code, word, (table, key))
                if code == COMMON and (typed := _without_apostrophe(word)):
                    yield Entry(code, typed, (table, key))


def _without_apostrophe(phrase: str) -> str:
    """As many people type it, "im", "dont"; "" where that is another word, "id" or "well"."""
    typed = _CONTRACTED.sub(lambda match: match[0].replace("'", ""), phrase)
    return "" if typed == phrase or not _OTHER_WORDS.isdisjoint(typed.split()) else typed
