"""Whether a word is made of its writer's own name, as account names often are: "gtosi" of Ginevra Tosi."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import fold, lower

_LETTERS = re.compile(r"[a-z]+")
_LEAST, _LEAST_AT_END = 4, 3  # letters of a name in the middle of a word, and at its beginning or end


class Writer(NamedTuple):
    """Who wrote a mail."""

    address: str
    name: str  # its display name


def words_of_writer(terms: Terms, writer: Writer) -> frozenset[str]:
    """The words of a display name, and those before the @ of an address that are not everyday words: "info", "mail"."""
    local = [word for word in _words(writer.address.partition("@")[0]) if not terms.common(word)]
    return frozenset((*_words(writer.name), *local))


def is_made_of(name: str, words: AbstractSet[str]) -> bool:
    """Whether a word holds one of some names, and more than that: who signs with a first name gives no account name."""
    parts = _LETTERS.findall(fold(lower(name)))
    letters = "".join(parts)
    return letters not in words and any(_holds(part, word) for part in (letters, *parts) for word in words)


def is_initialled(name: str, words: AbstractSet[str]) -> bool:
    """Whether a word is one name and the initial of another: "jdoe", "janed"."""
    first, last = name[:1], name[-1:]
    return (name[1:] in words and any(word[0] == first for word in words if word != name[1:])) or (
        name[:-1] in words and any(word[0] == last for word in words if word != name[:-1])
    )


def _holds(letters: str, word: str) -> bool:
    if len(word) >= _LEAST:
        return word in letters
    return len(word) == _LEAST_AT_END and (letters.startswith(word) or letters.endswith(word))


def _words(text: str) -> Iterable[str]:
    return [word for word in _LETTERS.findall(fold(lower(text))) if len(word) >= _LEAST_AT_END]
