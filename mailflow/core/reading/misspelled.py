"""Key words with a typing error in them: "pasword", "authenticater".

Only the long names of things and states are looked for, only one slip away, and never in place of a word that any
dictionary or word list has: a word that is put right by mistake would tell of something that nobody said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailflow.core.reading.meaning import Concept

_LEAST = {"things": 6, "states": 7}  # letters of a word that is put right
_LONGEST = 20


def key_word(word: str, concept: Concept | None) -> str:
    """What is put right of a word with which a phrase of some meaning begins, a stem's star kept; "" if nothing is."""
    bare = word.rstrip("*")
    if concept is None or len(bare) < _LEAST.get(concept[0], _LONGEST + 1) or not _is_plain(bare):
        return ""
    return bare


class KeyWords:
    """Some key words by what is left of them without one letter."""

    def __init__(self, words: Iterable[str]) -> None:
        self._near: dict[str, tuple[str, ...]] = {}
        for word in dict.fromkeys(words):
            for left in {word, *shorter(word)}:
                self._near[left] = (*self._near.get(left, ()), word)

    def near(self, left: str) -> tuple[str, ...]:
        """Those that are a word, or become it without a letter."""
        return self._near.get(left, ())


class Misspelled:
    def __init__(self, lists: Sequence[KeyWords]) -> None:
        self._lists = lists

    def meant(self, word: str) -> str | None:
        """The one key word that a word in lower case is one slip away from; of one with and without a letter the longer one."""
        if len(word) < min(_LEAST.values()) - 1 or not _is_plain(word):
            return None
        ways = (word, *shorter(word))
        found = {key for words in self._lists for left in ways for key in words.near(left)}
        meant = sorted(found, key=len, reverse=True)
        # A list may hold a word with a frequent error as well.
        return meant[0] if meant and all(key in shorter(meant[0]) for key in meant[1:]) else None


def _is_plain(word: str) -> bool:
    return word.isalpha() and word.isascii() and len(word) <= _LONGEST


def shorter(word: str) -> Iterator[str]:
    """A word without each of its letters but the first, which hardly anybody mistypes."""
    return (word[:place] + word[place + 1 :] for place in range(1, len(word)))
