"""The words in which people answer the form, as data: `languages/answers/<code>.toml`, one file a language.

`mul.toml` holds what is true in every language, such as which loss of which thing tells which reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailflow.core.form import Form
from mailflow.core.reading.misspelled import SHORTEST, Words, list_of
from mailflow.core.reading.phrasebook import EVERY, Entry, PhraseBook, compile_book
from mailflow.core.reading.reader import COMMON
from mailflow.core.reading.terms import Terms, compile_terms
from mailflow.core.reading.words import has_cjk, lower, words_of
from mailflow.core.wordlist import WordList, lines

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
_LEAST_OF_THINGS = 6  # letters of the name of a thing that is put right whichever letter is wrong
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
    spelled: Mapping[str, str]  # lists of words, one a line, of which another may be a misspelling
    misspelt: Mapping[
        str, str
    ]  # by language frequent errors, a line each: what is written, a tab, what is meant
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
    spelled: dict[str, str] = {}
    misspelt: dict[str, str] = {}
    for code, tables in languages:
        spelled |= dict(_spelled(code, tables))
        misspelt[code] = lines(
            f"{wrong}\t{right}" for right, wrote in tables.get("misspelt", {}).items() for wrong in wrote
        )
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
        spelled=spelled,
        misspelt=misspelt,
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


def _spelled(code: str, tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The lists of the words of a language, of which another may be a misspelling."""
    every = _words_of(tables, (*_SCANNED, "common", "patterns", "values", "labels"))
    things = _words_of(tables, ("things", "names"))
    little = tables.get("patterns", {}).get("little", ())
    yield list_of(code, Words.ALL), _word_list(every, SHORTEST)
    yield list_of(code, Words.THINGS), _word_list(things, _LEAST_OF_THINGS)
    yield list_of(code, Words.LITTLE), _word_list(little, SHORTEST)


def _words_of(tables: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    return (word for phrase in _phrases(tables, names) for word in words_of(phrase))


def _phrases(tables: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    return (phrase for name in names for some in tables.get(name, {}).values() for phrase in some)


def _word_list(words: Iterable[str], least: int) -> str:
    """Those of so many letters that stand apart, no stems."""
    return lines({word for word in words if len(word) >= least and word.isalpha() and not has_cjk(word)})


def _without_apostrophe(phrase: str) -> str:
    """As many people type it, "im", "dont"; "" where that is another word, "id" or "well"."""
    typed = _CONTRACTED.sub(lambda match: match[0].replace("'", ""), phrase)
    return "" if typed == phrase or not _OTHER_WORDS.isdisjoint(typed.split()) else typed
