"""Typing errors are put right in the person's own words before anything is read: "I agre with the code of condcut".

A word stays as it is written where it may be a name or a part of an address, or is quoted; and what is read of a word that was
put right is told as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from mailflow.core.answer import Answer
from mailflow.core.form import Kind
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import lower, plain_words, words_of
from mailflow.core.text import Line, Mark

# A word that stands apart: no part of an address, a link, a name with signs.
_BEFORE = r"(?<![\w@#/\\.'’`<>&=?-])"
_BEHIND = r"(?![\w@/\\`<>&=]|[-.'’][\w@]|://)"
_ANY = re.compile(rf"{_BEFORE}\w++{_BEHIND}")
_QUOTED = re.compile(r"[\"“„«`][^\"”“»`\n]{1,60}[\"”“»`]|(?<!\w)['‘‚][^'’‘\n]{1,60}['’‘](?!\w)")
_LONGEST = 2_000  # characters of a line
_NAMED_BEFORE = 3  # words
_REACH = 60  # characters
_LABEL_END = re.compile(r"[:=][ \t]*\Z")
_LETTER = re.compile(r"[^\W\d_]")
_LONG, _LONGER = 6, 7  # letters that hardly any name has in common with a word
_LISTED, _SURE = -1, 0
_FEW, _PART = 3, 4  # words that no list has
_OWN = frozenset(
    {Kind.NAME, Kind.ADDRESS, Kind.LIST, Kind.URL, Kind.TEXT}
)  # kinds whose values are the person's words
_CAPITALS = "de"  # the language whose nouns begin with one


class Respelled(NamedTuple):
    lines: Sequence[Line]
    written: Mapping[str, str]  # in place of what stands there now, in lower case


def put_right(lines: Sequence[Line], terms: Terms) -> Respelled:
    """The lines with the words that are meant, and what was written in their place."""
    own = "\n".join([line.text for line in lines if line.mark is Mark.FRESH])
    low = lower(own)
    words = plain_words(low)
    wrong = terms.misspelled.may_be(words)
    if not any(terms.misspelled.may_stand(word, low) for word in wrong):
        return Respelled(lines, {})
    languages = terms.vocabulary.languages(low)
    speller = _Speller(wrong, low, terms, languages)
    if not speller.knows_any or speller.is_lost_in(words):
        return Respelled(lines, {})
    left = [
        line._replace(text=speller.line(line.text))
        if line.mark is Mark.FRESH and len(line.text) <= _LONGEST
        else line
        for line in lines
    ]
    written = {
        right: wrote for right, wrote in speller.written.items() if f" {right} " not in f" {' '.join(words)} "
    }
    return Respelled(left, written) if speller.written else Respelled(lines, {})


def as_written(answer: Answer, spelled: Respelled, lines: Sequence[Line], terms: Terms) -> Answer:
    """An answer in the words that stand in the mail. `lines`: the mail's own."""
    words = _restored(answer.words, spelled.written)
    value = answer.value
    if terms.form.by_key[answer.field].kind in _OWN:
        names = value if isinstance(value, tuple) else (str(value),)
        restored = tuple(_restored(one, spelled.written) for one in names)
        value = restored if isinstance(value, tuple) else restored[0]
    line = next((line.text for line in lines if line.number == answer.line), "")
    start = line.find(words)
    if start < 0:
        start = min(answer.start, len(line))
    end = min(start + len(words), len(line))
    return replace(answer, words=words, value=value, start=start, end=end)


def _restored(text: str, written: Mapping[str, str]) -> str:
    rights = "|".join(map(re.escape, sorted(written, key=len, reverse=True)))
    # A letter that stands for another one without regard to case, as "ſ" does for "s", is in no list.
    pattern = re.compile(rf"\b(?:{rights})\b", re.IGNORECASE)
    return pattern.sub(lambda match: written.get(lower(match[0]), match[0]), text)


class _Speller:
    """Puts a mail's words right, line by line."""

    def __init__(self, wrong: AbstractSet[str], low: str, terms: Terms, languages: tuple[str, ...]) -> None:
        """`wrong`: the words that may be, of a text `low`."""
        self._wrong = wrong
        self._terms = terms
        self._languages = languages
        self._frequent: dict[str, str] = {}
        self._meant: dict[str, tuple[str, int]] = {}
        for word in wrong:
            frequent = terms.misspelled.frequent(word, languages)
            self._frequent |= {error: meant for error, meant in frequent.items() if error in low}
            if word not in self._frequent and (found := terms.misspelled.meant(word, languages))[0]:
                self._meant[word] = found
        self.written: dict[str, str] = {}

    @property
    def knows_any(self) -> bool:
        return bool(self._frequent or self._meant)

    def is_lost_in(self, words: Sequence[str]) -> bool:
        """Whether so many of the words are none that the language may be one that no list is of."""
        strange = len(self._wrong - self._meant.keys() - self._frequent.keys())
        return strange > _FEW and strange * _PART > len(set(words))

    @cached_property
    def _firsts(self) -> frozenset[str]:
        """The words that errors begin with: there are some of two words."""
        return frozenset(wrong.split(" ")[0] for wrong in (*self._frequent, *self._meant))

    @cached_property
    def _errors(self) -> re.Pattern[str]:
        """Of two words the longest first; that of one may be any, as to make a pattern takes longer than to look through a line."""
        if not any(" " in wrong for wrong in self._frequent):
            return _ANY
        errors = "|".join(map(re.escape, sorted((*self._frequent, *self._meant), key=len, reverse=True)))
        return re.compile(rf"{_BEFORE}(?:{errors}){_BEHIND}", re.IGNORECASE)

    def line(self, text: str) -> str:
        words = plain_words(lower(text))
        if self._firsts.isdisjoint(words) or self._is_spelt_address(words):
            return text
        kept = [match.span() for match in _QUOTED.finditer(text)]

        def right(match: re.Match[str]) -> str:
            if any(start < match.end() and match.start() < end for start, end in kept):
                return match[0]
            wrote = lower(match[0])
            meant, how = self._found(wrote)
            if meant and not self._fits(meant, how, match):
                meant = ""
            if not meant:
                return match[0]
            self.written.setdefault(lower(meant), match[0])
            if match[0].isupper():
                return meant.upper()
            return meant[0].upper() + meant[1:] if match[0][0].isupper() else meant

        return self._errors.sub(right, text)

    def _is_spelt_address(self, words: Sequence[str]) -> bool:
        """Whether a line of some words may hold an address as it is spoken, "jo at exmaple dot com"."""
        return self._terms.among("at", *words) and self._terms.among("dot", *words)

    def _found(self, wrote: str) -> tuple[str, int]:
        frequent = self._frequent.get(wrote)
        return (frequent, _LISTED) if frequent else self._meant.get(wrote, ("", _SURE))

    def _fits(self, meant: str, how: int, match: re.Match[str]) -> bool:
        """Whether what stands in a line may be the word that is meant, rather than a name."""
        text = match.string
        before, behind = text[max(0, match.start() - _REACH) : match.start()], text[match.end() :]
        words = words_of(lower(before))[-_NAMED_BEFORE:]
        introduced = self._terms.among("is_name", *words[-1:])
        labelled = _LABEL_END.search(before) is not None
        if not self._terms.nouns.isdisjoint(words):
            return self._fits_near_noun(meant, how, words[-1], introduced=introduced, labelled=labelled)
        if how == _LISTED:
            return True
        alone = not _LETTER.search(behind.split("\n")[0]) and (labelled or not _LETTER.search(before))
        proper = self._is_proper(match[0], meant, before, behind)
        return not (
            proper or (alone and (how != _SURE or not labelled)) or (introduced and len(meant) < _LONG)
        )

    def _fits_near_noun(self, meant: str, how: int, last: str, *, introduced: bool, labelled: bool) -> bool:
        """The same behind a word for an account or a project, near which most names stand."""
        if introduced:  # "user name is forgoten"
            told = how == _LISTED and len(meant) >= _LONGER
            return told and not self._terms.misspelled.is_thing(meant, self._languages)
        if labelled or self._terms.among("calls", last):
            return False
        known = meant in self._terms.nouns or self._terms.misspelled.is_little(meant, self._languages)
        return how == _LISTED or known or len(meant) >= (_LONG if how == _SURE else _LONGER)

    def _is_proper(self, word: str, meant: str, before: str, behind: str) -> bool:
        """Whether a word may be a proper name or an abbreviation, as it begins with a capital letter or is written in them."""
        if word.islower():
            return False
        if word.isupper():
            return any(map(str.islower, before + behind))
        nouns = self._languages[0] == _CAPITALS
        if len(meant) >= _LONGER + nouns:
            return False
        lead = before.rstrip(" \t")
        begins = not lead or lead[-1] in ".!?:;-*"
        return not begins or not any(one[0].islower() for one in behind.split())
