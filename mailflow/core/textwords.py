"""What mail programs write around a person's words, in the languages they speak: `languages/text/*.toml` as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_WILDCARD = "…"
_ROLES = ("from", "sent", "to", "subject", "other")

Glob = tuple[str, ...]  # the pieces around the wildcards


def folded(text: str) -> str:
    """Text as it is compared: lower-case, with single spaces, plain quotes and one spelling of e-mail."""
    return " ".join(_plain(text).split())


def _plain(text: str) -> str:
    return text.casefold().replace("\u2019", "'").replace("\u2011", "-").replace("e-mail", "email")


def _fits(glob: Glob, text: str) -> bool:
    """Whether the text begins with the first piece, ends with the last, and has the others between, in order."""
    if len(glob) == 1:
        return text == glob[0]
    if not (text.startswith(glob[0]) and text.endswith(glob[-1])):
        return False
    at, end = len(glob[0]), len(text) - len(glob[-1])
    for piece in glob[1:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return at <= end


class Globs:
    """Many globs, found by the two characters they begin or end with, as few of them do with the same.

    Each stands behind its longest piece, which few texts hold.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._by_start: dict[str, list[tuple[str, Glob]]] = {}
        self._by_end: dict[str, list[tuple[str, Glob]]] = {}
        self._others: list[tuple[str, Glob]] = []
        for glob in dict.fromkeys(tuple(_plain(piece) for piece in line.split(_WILDCARD)) for line in lines):
            found = (max(glob, key=len), glob)
            if len(glob[0]) > 1:
                self._by_start.setdefault(glob[0][:2], []).append(found)
            elif len(glob[-1]) > 1:
                self._by_end.setdefault(glob[-1][-2:], []).append(found)
            else:
                self._others.append(found)

    def fit(self, text: str, most: int | None = None) -> bool:
        """Whether one fits folded text, its wildcards standing for `most` words at most."""
        for globs in (self._by_start.get(text[:2], ()), self._by_end.get(text[-2:], ()), self._others):
            for longest, glob in globs:
                if (
                    longest in text
                    and _fits(glob, text)
                    and (most is None or len(text.split()) - len(" ".join(glob).split()) <= most)
                ):
                    return True
        return False


class Phrases:
    """Many phrases, of which few need be looked for in a text: those whose longest inner word stands in it."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_word: dict[str, list[str]] = {}
        others: list[str] = []  # without a word that has spaces on both sides
        for phrase in phrases:
            inner = phrase.split(" ")[1:-1]
            if inner:
                self._by_word.setdefault(max(inner, key=len), []).append(phrase)
            else:
                others.append(phrase)
        self._others = tuple(others)
        self._ascii_others = tuple(filter(str.isascii, others))

    def within(self, text: str) -> list[str]:
        """Those that a folded text holds."""
        known = self._by_word.keys() & text.split()
        found = [phrase for word in sorted(known) for phrase in self._by_word[word] if phrase in text]
        others = self._ascii_others if text.isascii() else self._others
        return [*[phrase for phrase in others if phrase in text], *found]


@dataclass(frozen=True)
class TextWords:
    """All languages together: which one a mail program speaks says nothing of its user's."""

    attributions: Globs  # "On … wrote:"
    labels: Mapping[str, str]  # of a quoted mail's header: "subject" -> its role
    originals: tuple[str, ...]  # what stands between dashes above a quoted mail
    forwards: tuple[str, ...]  # the same of a forwarded one
    forward_lines: frozenset[str]  # what stands above it without dashes
    programs: Globs  # "Sent from my …"
    disclaimers: Phrases
    inside: Phrases  # what says that answers stand in the quote below
    numbered: Phrases  # what a letter says that is to be answered by the number of an answer
    beside_number: frozenset[str]  # words that may stand beside such a number


def compile_text_words(languages: Mapping[str, Mapping[str, Any]]) -> TextWords:
    """From the files' contents by language code; what a file leaves out, that language goes without."""
    tables = [language.get("text", {}) for language in languages.values()]
    forwards = _folded(tables, "forwarded")
    return TextWords(
        attributions=Globs(_all(tables, "attributions")),
        labels={label: role for role in _ROLES for label in _folded(tables, role)},
        originals=_folded(tables, "original"),
        forwards=tuple(line for line in forwards if line[-1] not in ":："),
        forward_lines=frozenset(line for line in forwards if line[-1] in ":："),
        programs=Globs(_all(tables, "programs")),
        disclaimers=Phrases(_folded(tables, "disclaimers")),
        inside=Phrases(_folded(tables, "inside")),
        numbered=Phrases(_folded(tables, "numbered")),
        beside_number=frozenset(_folded(tables, "beside_number")),
    )


def _folded(tables: Iterable[Mapping[str, Any]], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded(line) for line in _all(tables, key)))


def _all(tables: Iterable[Mapping[str, Any]], key: str) -> Iterator[str]:
    for table in tables:
        yield from table.get(key, ())
