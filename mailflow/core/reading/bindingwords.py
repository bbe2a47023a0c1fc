"""Words around what is said that take it back, apart from those that are read for answers: lists of [patterns].

What binds an agreement to something to come or tells that it is only spoken of, that a name or an address is somebody
else's, or that a loss did not come about. They are looked up only around what was read, so they cover none of the
phrases that are read, however they overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from mailflow.core.reading.words import has_cjk


class Binds(StrEnum):
    """The lists."""

    UNSAID = "unsaid"  # before an agreement: "Your page asks me to agree"
    BOUND = "bound"  # before or behind it: "I agree once I have read it"
    BOUND_BEHIND = "bound_behind"  # behind it, no condition before it: "I agree after reading it"
    TO_COME = "to_come"  # when it is to be given: "I will agree tomorrow"
    OTHERS_BEFORE = "others_before"  # before a name: "someone took the user name x"
    OTHERS_BEHIND = "others_behind"  # right behind one: "is not my user name"
    UNWANTED_BEFORE = "unwanted_before"  # before an address that is not to be used: "please remove x"
    UNWANTED_BEHIND = "unwanted_behind"  # right behind one: "belongs to my wife"
    BEGS_ANEW = "begs_anew"  # what begins anew behind a "not": "please use"
    UNREAL = "unreal"  # beside a loss that did not come about: "I nearly lost my phone"
    PUT_RIGHT = "put_right"  # behind one that was put right: "I lost my phone and got it back"
    KIN = "kin"  # who else may have lost something: "my brother"
    OF_MINE = "of_mine"  # behind that, where the writer is set against them: "I only forgot my password"
    SPOKEN = "spoken"  # around what is agreed to in no earnest: "I wish I could say that I accept it"
    OUR_WORDS = "our_words"  # before words of ours between quotation marks: 'Your form says "…"'
    WITHDRAWN = "withdrawn"  # right behind what is taken back: "… no, actually, I don't"

    # Around a name or an address:
    UNREAL_BEFORE = "unreal_before"  # before one that is none, or none yet: "I nearly registered as x"
    UNREAL_BEHIND = "unreal_behind"  # the same behind it
    RENAMED = "renamed"  # before the name that an account is to get: "could be changed to x"
    SUPPOSING = "supposing"  # before it, whatever stands between: "in case somebody asks you"
    DENIED_BEHIND = "denied_behind"  # right behind it: "is not mine"
    STILL_SO = "still_so"  # beside a "not" by which it was so until now: "any more"
    ORDERS = "orders"  # before it, what is not to be done: "never write to x"
    ASKED_WHETHER = "asked_whether"  # in a question whether there is such a one: "is there a"
    ASKED_FOR = "asked_for"  # the same where it leads to it or stands behind it: "is there a user named x?"
    EXAMPLE = "example"  # right before it, or before a loss in a question: "such as x"
    THOUGHT = "thought"  # before one that a "but" behind it puts right: "I thought it was x, but it is y"
    PUTS_RIGHT = "puts_right"  # between one and the right one: "x, no wait, y"
    THIEVES = "thieves"  # before the address that they changed the account's into: "a hacker changed it to x"
    UNASKED = "unasked"  # beside one that it was changed into without the writer: "that was not me"
    QUOTES = "quotes"  # right before a quotation of nothing that they say: "your form says"
    QUOTES_BEHIND = "quotes_behind"  # right behind one: "wrote the thief"


class Cue(NamedTuple):
    """One phrase that was found."""

    binds: Binds
    start: int  # in the text
    end: int


class _Met(NamedTuple):
    text: str
    cues: dict[tuple[int, int], tuple[Cue, ...]]


_TEXTS = 2  # a mail's text, as it stands and flowed
_WORD = re.compile(r"\w+")
_GAP = r"(?:\W+\w+){0,4}?\W+"  # " ~ ": up to four words between


class BindingWords:
    """The phrases of all lists, found by their first word; those of Chinese, Japanese and Korean as they are."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._lists = lists
        self._met: tuple[
            _Met, ...
        ] = ()  # of the texts met last: the same words are looked at for each thing that was read

    def find(self, text: str, start: int, end: int) -> Iterator[Cue]:
        """Those in a part of the text, of each list the longest that begins at a place."""
        known = self._known(text)
        for word in _WORD.finditer(text, start, end):
            cues = known.get(word.span())
            if cues is None:
                cues = known[word.span()] = tuple(self._begun(text, word))
            for cue in cues:
                if cue.end <= end:
                    yield cue
        if text.isascii() or not has_cjk(text[start:end]):
            return
        for binds, phrase in self._unspaced:
            place = text.find(phrase, start, end)
            if place >= 0:
                yield Cue(binds, place, place + len(phrase))

    def _begun(self, text: str, word: re.Match[str]) -> Iterator[Cue]:
        for begins in self._beginning.get(word[0].lower(), ()):
            if found := begins.pattern.match(text, word.start()):
                yield Cue(begins.binds, *found.span())

    def _known(self, text: str) -> dict[tuple[int, int], tuple[Cue, ...]]:
        """What was found in a text before, by the places of words; other threads may have theirs in between."""
        for met in self._met:
            if met.text is text:
                return met.cues
        met = _Met(text, {})
        self._met = (met, *self._met[: _TEXTS - 1])
        return met.cues

    @cached_property
    def _beginning(self) -> dict[str, list[_Begins]]:
        """The phrases with spaces around them, by their first words."""
        found: dict[str, list[_Begins]] = {}
        for binds in Binds:
            by_word: dict[str, list[str]] = {}
            for phrase in set(self._lists.get(binds, ())):
                if not has_cjk(phrase):
                    by_word.setdefault(_WORD.findall(phrase.lower())[0], []).append(phrase)
            for word, phrases in by_word.items():
                found.setdefault(word, []).append(_Begins(binds, phrases))
        return found

    @cached_property
    def _unspaced(self) -> list[tuple[Binds, str]]:
        return [
            (binds, phrase) for binds in Binds for phrase in self._lists.get(binds, ()) if has_cjk(phrase)
        ]


@dataclass(frozen=True)
class _Begins:
    """The phrases of a list that begin with one word."""

    binds: Binds
    phrases: Iterable[str]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when the word is first met: there are six hundred, of which a desk's mail uses few."""
        longest_first = sorted(self.phrases, key=lambda phrase: (-len(phrase), phrase))
        return re.compile("|".join(map(_spelt, longest_first)), re.IGNORECASE)


def _spelt(phrase: str) -> str:
    """A phrase as people write it: with commas between its words, any apostrophe, or any ending in place of a "*"."""
    pieces = [r",?[\s-]+".join(map(_word, piece.split())) for piece in phrase.split(" ~ ")]
    return rf"{_GAP.join(pieces)}\b"


def _word(word: str) -> str:
    spelt = re.escape(word.rstrip("*")).replace("'", "['’ʼ`´]")
    return rf"{spelt}\w*" if word.endswith("*") else spelt
