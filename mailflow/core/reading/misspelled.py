"""Which word is meant by one with a typing error in it: "pasword", "condcut", "recieve".

What the lists give as frequent errors (`[misspelt]`) is looked up. Of other words only those that no dictionary and no list has
are looked at, and only one slip away from the words of the lists: a word that is put right by mistake would tell of something
that nobody said.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property

from mailflow.core.reading.words import fold


class Words(StrEnum):
    """The lists of a language."""

    ALL = "all"
    THINGS = "things"  # the names of things, which are put right whichever letter is wrong
    LITTLE = "little"  # what stands in every text: "with", "would"
    BORROWED = "borrowed"  # English names of things, which take the endings of other languages


BORROWED = "en"  # whose names of things people use in every language
_LONGEST = 20
SHORTEST = 3
# How sure it is that a word is meant: of two letters that changed places or one that is doubled or is not any more, of a letter
# left out or put in, of another letter. Each needs so many letters of the word that is meant.
_SWAPPED, _LEFT_OUT, _ANOTHER = 0, 1, 2
_LEAST = (3, 5, 6)
_LEAST_OF_LITTLE = (3, 4, 4)
# Who mistypes a word of these languages may have written another form of it, which no dictionary has, at its end.
_ROUGHLY = frozenset({"nl", "ru"})  # these change the ends of their names of things alone
_LONG_ENOUGH = 8  # letters of their other words
_PLAIN = "en"  # which has few forms
_END = 2
_FORMS, _PLURAL = frozenset("aeiouysnrmtdz"), frozenset("s")  # what these end in
_DOUBLED_FORMS = {"fr": "e"}  # "demandé", "demandée"
_WITH_DICTIONARY = frozenset({"de", "en", "es", "fr", "it", "pt"})
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SOUND_ALIKE = ("bv", "sz", "cs", "ck", "ie", "ao", "ae", "ei", "eo", "ij", "iy", "dt", "mn", "fv", "gj", "oa", "oe", "сз", "дт", "ou", "ay", "ts", "tz")  # fmt: skip
_NOTHING = ("", -1)
_UNSTRESSED = frozenset({"оа", "ао", "еи", "ие", "яе", "ея"})
_THINGS = frozenset({Words.THINGS, Words.BORROWED})
_KEPT = 20_000  # words; hostile mail must not fill the memory
_BITS = 32


class KeyWords:
    """The words of a language by what is left of them without one letter.

    As numbers in order, of which the upper half is a hash of that and the lower half a word's place: a dictionary takes twenty times as much.
    """

    def __init__(self, words: str) -> None:
        """`words`: one a line, the last one too."""
        self._words = words
        self._left = array("Q", sorted(set(self._numbers())))

    def _numbers(self) -> Iterator[int]:
        place = 0
        for word in self._words.splitlines(keepends=True):
            bare = fold(word.rstrip())
            for left in (bare, *shorter(bare)):
                yield _hashed(left) << _BITS | place
            place += len(word)

    def near(self, left: str) -> list[str]:
        """Those that without their accents are a word, or become it without a letter; seldom another one."""
        found = []
        number = _hashed(left)
        first = bisect_left(self._left, number << _BITS)
        while first < len(self._left) and self._left[first] >> _BITS == number:
            place = self._left[first] & (1 << _BITS) - 1
            found.append(self._words[place : self._words.index("\n", place)])
            first += 1
        return found


class _Kept(dict[str, bool]):
    """What was found out of words."""

    def __init__(self, find_out: Callable[[str], bool]) -> None:
        self._find_out = find_out

    def __missing__(self, word: str) -> bool:
        if len(self) >= _KEPT:
            self.clear()
        self[word] = known = self._find_out(word)
        return known


class Misspelled:
    def __init__(
        self,
        words: Mapping[str, str],
        frequent: Mapping[str, str],
        is_word: Callable[[str], bool],
        every: str = "",
    ) -> None:
        """`words`: those that may be meant, by language, one a line; `every` is the language of those that all have.

        `frequent`: of each language the frequent errors, a line each, with a tab between what is written and what is meant. `is_word`: whether a word is one of
        any language.
        """
        self._words = words
        self._frequent_lines = frequent
        self._is_word = is_word
        self._every = every
        self._key_words: dict[str, KeyWords] = {}
        self._unknown = _Kept(self._is_unknown)
        self._meant: dict[tuple[str, tuple[str, ...]], tuple[str, int]] = {}

    @cached_property
    def _frequent(self) -> dict[str, dict[str, dict[str, str]]]:
        """By language and first word: what is meant, by what is written."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for language, lines in self._frequent_lines.items():
            for line in lines.splitlines():
                wrong, _, right = line.partition("\t")
                found.setdefault(language, {}).setdefault(wrong.split(" ")[0], {})[wrong] = right
        return found

    @cached_property
    def _first_words(self) -> frozenset[str]:
        return frozenset(first for errors in self._frequent.values() for first in errors)

    @cached_property
    def _several(self) -> dict[str, tuple[str, ...]]:
        """The errors of several words, and any other of the same first word, which alone is none."""
        found: dict[str, list[str]] = {}
        for errors in self._frequent.values():
            for first, some in errors.items():
                found.setdefault(first, []).extend(some)
        return {
            first: tuple(some)
            for first, some in found.items()
            if any(" " in error for error in some) and self._is_word(first)
        }

    def may_stand(self, word: str, low: str) -> bool:
        """Whether one of those words that may be wrong is so in a text: "code", unless it stands in "code off conduct", is not."""
        return any(error in low for error in self._several.get(word, (word,)))

    def frequent(self, first: str, languages: Sequence[str]) -> Mapping[str, str]:
        """What is meant by each of the frequent errors that begin with a word."""
        if first not in self._first_words:
            return {}
        # What is an error in one of them may be a word of another: "adres".
        if len(languages) > 1 and self._is_word(first):
            return {}
        found = (self._frequent.get(language, {}).get(first, {}) for language in languages)
        return {wrong: right for some in found for wrong, right in some.items()}

    def may_be(self, words: Iterable[str]) -> set[str]:
        """Those of some words in lower case that may be one with an error: most are none."""
        return set(filter(self._unknown.__getitem__, words))

    def _is_unknown(self, word: str) -> bool:
        return word in self._first_words or (
            SHORTEST <= len(word) <= _LONGEST and word.isalpha() and not self._is_word(word)
        )

    def meant(self, word: str, languages: tuple[str, ...]) -> tuple[str, int]:
        """What is meant by a word that is none, and how sure that is; "" if it is not clear, or the word is one."""
        known = self._meant.get((word, languages))
        if known is None:
            if len(self._meant) >= _KEPT:
                self._meant.clear()
            known = self._meant[word, languages] = self._look_up(word, languages)
        return known

    def _look_up(self, word: str, languages: Sequence[str]) -> tuple[str, int]:
        if self._is_word(word):
            return _NOTHING
        folded = fold(word)
        ways = (folded, folded[1::-1] + folded[2:], *shorter(folded))
        found: dict[str, tuple[int, str]] = {}  # by the word without accents
        for language, kind in self._lists_of(languages):
            near = self._list(language, kind).near
            for key in {key for left in ways for key in near(left)}:
                bare = fold(key)
                how = _slip(folded, bare, language, kind)
                if how is not None:
                    found[bare] = min((how, key), found.get(bare, (how, key)), key=_surest)
        if not found or folded in found:
            return _NOTHING
        surest = min(found.values())[0]
        meant = sorted((bare for bare, (how, _) in found.items() if how == surest), key=len, reverse=True)
        # The singular beside the plural.
        clear = all(bare in shorter(meant[0]) for bare in meant[1:])
        return (found[meant[0]][1], surest) if clear else _NOTHING

    def _lists_of(self, languages: Sequence[str]) -> Iterator[tuple[str, Words]]:
        for language in (*languages, self._every):
            for kind in (Words.ALL, Words.THINGS, Words.LITTLE):
                yield language, kind
        if BORROWED not in languages:
            yield BORROWED, Words.BORROWED

    def _list(self, language: str, kind: Words) -> KeyWords:
        name = list_of(language, Words.THINGS if kind is Words.BORROWED else kind)
        if name not in self._key_words:
            self._key_words[name] = KeyWords(self._words.get(name, ""))
        return self._key_words[name]

    def is_little(self, word: str, languages: Sequence[str]) -> bool:
        """Whether a word is one of those that stand in every text, and so no name with an error in it."""
        return self._is_in(Words.LITTLE, word, languages)

    def is_thing(self, word: str, languages: Sequence[str]) -> bool:
        return self._is_in(Words.THINGS, word, languages)

    def _is_in(self, kind: Words, word: str, languages: Sequence[str]) -> bool:
        return any(f"\n{word}\n" in f"\n{self._words.get(list_of(one, kind), '')}" for one in languages)


def list_of(language: str, kind: Words) -> str:
    """Under which name a list of the words of a language stands."""
    return f"{language} {kind}"


def _surest(found: tuple[int, str]) -> tuple[int, int]:
    """Rather the word with accents, of those that are the same without them."""
    how, key = found
    return how, -sum(not letter.isascii() for letter in key)


def _slip(word: str, key: str, language: str, kind: Words) -> int | None:
    """How sure it is that one word is another with one slip; None if it has more, or may be another form of it."""
    least = min(len(word), len(key))
    place = next((one for one in range(least) if word[one] != key[one]), least)
    if word == key or _is_swapped(word, key, place):
        form = place == least and word[-1:] in _DOUBLED_FORMS.get(language, "")
        how = None if form else _SWAPPED if place else _ANOTHER
    else:
        how = _changed(word, key, place, language, kind)
    least_letters = _LEAST_OF_LITTLE if kind is Words.LITTLE else _LEAST
    return how if how is not None and len(key) >= least_letters[how] else None


def _is_swapped(word: str, key: str, place: int) -> bool:
    """Whether two letters changed places, or one of two alike is left out or put in."""
    if len(word) == len(key):
        return (
            word[place : place + 2] == key[place : place + 2][::-1] and word[place + 2 :] == key[place + 2 :]
        )
    longer, shorter = sorted((word, key), key=len, reverse=True)
    return place > 0 and longer[place] == longer[place - 1] and longer[place + 1 :] == shorter[place:]


def _changed(word: str, key: str, place: int, language: str, kind: Words) -> int | None:
    """The same of a letter left out or put in, or of another letter; hardly anybody mistypes the first one."""
    if not place or not _is_within(word, key, place, language, kind):
        return None
    known = language in _WITH_DICTIONARY or (
        language in _ROUGHLY and (kind in _THINGS or len(key) >= _LONG_ENOUGH)
    )
    if len(word) != len(key):
        longer, shortened = sorted((word, key), key=len, reverse=True)
        return _LEFT_OUT if known and longer[place + 1 :] == shortened[place:] else None
    letters = word[place] + key[place]
    any_letter = kind in _THINGS and language not in _ROUGHLY
    alike = letters in _UNSTRESSED or (known and (any_letter or _are_near(*letters)))
    return _ANOTHER if alike and word[place + 1 :] == key[place + 1 :] else None


def _is_within(word: str, key: str, place: int, language: str, kind: Words) -> bool:
    """Whether a slip is not at the end of a word, where another letter makes another form of it: "laptops", "demorando"."""
    if place < min(len(word), len(key)) - (_END if language != _PLAIN or kind is Words.BORROWED else 0):
        return True
    if language not in _WITH_DICTIONARY:
        return False
    forms = _PLURAL if language == _PLAIN and kind is Words.THINGS else _FORMS
    ends = {*word[place : place + 1], *key[place : place + 1]}
    return kind is Words.LITTLE or ((kind in _THINGS or language == _PLAIN) and ends.isdisjoint(forms))


def _are_near(one: str, other: str) -> bool:
    """Whether letters are beside each other on a keyboard, or sound alike."""
    if one + other in _SOUND_ALIKE or other + one in _SOUND_ALIKE:
        return True
    places = [
        (row, letters.index(letter))
        for letter in (one, other)
        for row, letters in enumerate(_ROWS)
        if letter in letters
    ]
    if len(places) < len((one, other)):
        return False
    (row, column), (other_row, other_column) = places
    return abs(row - other_row) <= 1 and abs(column - other_column) <= 1


def shorter(word: str) -> Iterator[str]:
    """A word without each of its letters but the first, which hardly anybody mistypes."""
    return (word[:place] + word[place + 1 :] for place in range(1, len(word)))


def _hashed(left: str) -> int:
    return hash(left) & (1 << _BITS) - 1
