"""Words around what is said that take it back, apart from those that are read for answers: lists of [patterns].

What binds an agreement to something to come or tells that it is only spoken of, that a name or an address is somebody
else's, or that a loss did not come about. They are looked up only around what was read, so they cover none of the
phrases that are read, however they overlap.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from itertools import zip_longest
from operator import attrgetter
from typing import NamedTuple

from mailflow.core.reading.tokens import Tokens
from mailflow.core.reading.words import has_cjk


class Binds(StrEnum):
    """The lists."""

    UNSAID = "unsaid"  # before an agreement: "Your page asks me to agree"
    BOUND = "bound"  # before or behind it: "I agree once I have read it"
    BODY = "body"  # who else may agree to something: "the legal department"
    BOUND_BEHIND = "bound_behind"  # behind it, no condition before it: "I agree after reading it"
    TO_COME = "to_come"  # when it is to be given: "I will agree tomorrow"
    OTHERS_BEFORE = "others_before"  # before a name: "someone took the user name x"
    OTHERS_BEHIND = "others_behind"  # right behind one: "is not my user name"
    UNWANTED_BEFORE = "unwanted_before"  # before an address that is not to be used: "please remove x"
    OTHERS_ADDRESS = "others_address"  # before one that is somebody else's or of another service: "my wife's"
    UNWANTED_BEHIND = "unwanted_behind"  # right behind one: "belongs to my wife"
    ORGANISATION = (
        "organisation"  # before the name of one that is asked for: "we applied for an organization"
    )
    WRITTEN_TO = "written_to"  # before an address that somebody else has: "I wrote to x first"
    BEGS_ANEW = "begs_anew"  # what begins anew behind a "not": "please use"
    UNREAL = "unreal"  # beside a loss that did not come about: "I nearly lost my phone"
    PUT_RIGHT = "put_right"  # behind one that was put right: "I lost my phone and got it back"
    KIN = "kin"  # who else may have lost something: "my brother"
    OF_MINE = "of_mine"  # behind that, where the writer is set against them: "I only forgot my password"
    SPOKEN = "spoken"  # around what is agreed to in no earnest: "I wish I could say that I accept it"
    OUR_WORDS = "our_words"  # before words of ours between quotation marks: 'Your form says "…"'
    SAID_BY = "said_by"  # before words between quotation marks, by which they are another's: 'Jo wrote: "…"'
    WITHDRAWN = "withdrawn"  # right behind what is taken back: "… no, actually, I don't"

    # Around a name or an address:
    UNREAL_BEFORE = "unreal_before"  # before one that is none, or none yet: "I nearly registered as x"
    UNREAL_BEHIND = "unreal_behind"  # the same behind it
    SUPPOSING = "supposing"  # before it, whatever stands between: "in case somebody asks you"
    DENIED_BEHIND = "denied_behind"  # right behind it: "is not mine"
    DISOWNED = "disowned"  # behind it, a comma before: "x is my colleague's account, not mine"
    BESIDE_POINT = "beside_point"  # behind it: "my brother is x, but it is not about him"
    VOUCHES = "vouches"  # beside the address of somebody who is named: "you can ask my boss, x"
    STILL_SO = "still_so"  # beside a "not" by which it was so until now: "any more"
    ORDERS = "orders"  # before it, what is not to be done: "never write to x"
    ASKED_WHETHER = "asked_whether"  # in a question whether there is such a one: "is there a"
    ASKED_FOR = "asked_for"  # the same where it leads to it or stands behind it: "is there a user named x?"
    EXAMPLE = "example"  # right before it, or before a loss in a question: "such as x"
    THOUGHT = "thought"  # before one that a "but" behind it puts right: "I thought it was x, but it is y"
    PUTS_RIGHT = "puts_right"  # between one and the right one: "x, no wait, y"
    THIEVES = "thieves"  # before the address that they changed the account's into: "a hacker changed it to x"
    UNASKED = "unasked"  # beside one that it was changed into without the writer: "that was not me"
    FORBIDS = "forbids"  # all of the sentence behind one that somebody else wants: "Don't do that."
    QUOTES = "quotes"  # right before a quotation of nothing that they say: "your form says"
    QUOTES_BEHIND = "quotes_behind"  # right behind one: "wrote the thief"


class Cue(NamedTuple):
    """One phrase that was found."""

    binds: Binds
    start: int  # in the text
    end: int


_WORD = re.compile(r"\w+")
_GAP = r"(?:\W+\w+){0,4}?\W+"  # " ~ ": up to four words between
_ANY = ""  # in place of the second word: whichever follows
_SECOND = re.compile(r"\w+[^\w~]+(\w+)(?!\w|\*)")  # the word that stands behind the first of a phrase

_GoingOn = dict[
    str, tuple["_Begins", ...]
]  # by the second word, or `_ANY`: of each list what may stand there

_start = attrgetter("start")


class Cues:
    """The phrases that a text holds."""

    def __init__(self, found: Iterable[Cue]) -> None:
        self._found = sorted(found, key=_start)
        self._starts = [cue.start for cue in self._found]

    def within(self, start: int, end: int) -> list[Cue]:
        """Those in a part of the text, in order."""
        first = bisect_left(self._starts, start)
        last = bisect_left(self._starts, end, first)
        return [cue for cue in self._found[first:last] if cue.end <= end]


class BindingWords:
    """The phrases of all lists, found by their first two words; those of Chinese, Japanese and Korean as they are."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._lists = lists
        self._met = _Met()

    def find(self, low: str, words: Tokens) -> Cues:
        """Those in a lower-case text of these words, of each list the longest that begins at a word."""
        return Cues((*self._spaced_in(low, words), *(self._unspaced_in(low) if words.runs else ())))

    def _spaced_in(self, low: str, words: Tokens) -> Iterator[Cue]:
        begun, met = self._begun, self._met
        pairs = zip_longest(words.forms, words.forms[1:], fillvalue=_ANY)
        for start, (word, second) in zip(words.starts, pairs, strict=False):
            if word in begun:
                going_on = met.get(word) or met.make(word, begun[word])
                for begins in going_on.get(second) or going_on[_ANY]:
                    if found := begins.pattern.match(low, start):
                        yield Cue(begins.binds, *found.span())

    def _unspaced_in(self, low: str) -> Iterator[Cue]:
        for binds, phrase in self._unspaced:
            place = low.find(phrase)
            while place >= 0:
                yield Cue(binds, place, place + len(phrase))
                place = low.find(phrase, place + 1)

    @cached_property
    def _begun(self) -> dict[str, tuple[tuple[Binds, str], ...]]:
        """The phrases with spaces around them, by their first words."""
        found: dict[str, tuple[tuple[Binds, str], ...]] = {}
        for binds in Binds:
            for phrase in {phrase.lower() for phrase in self._lists.get(binds, ())}:
                if not has_cjk(phrase):
                    first = _WORD.findall(phrase)[0]
                    found[first] = (*found.get(first, ()), (binds, phrase))
        return found

    @cached_property
    def _unspaced(self) -> list[tuple[Binds, str]]:
        return [
            (binds, phrase) for binds in Binds for phrase in self._lists.get(binds, ()) if has_cjk(phrase)
        ]


class _Met(dict[str, "_GoingOn"]):
    """What may follow each first word that was met: of thirteen hundred a desk's mail uses few."""

    def make(self, word: str, phrases: Iterable[tuple[Binds, str]]) -> _GoingOn:
        by_second: dict[str, dict[Binds, list[str]]] = {_ANY: {}}
        for binds, phrase in phrases:
            second = _SECOND.match(phrase)
            by_list = by_second.setdefault(second[1] if second else _ANY, {})
            by_list.setdefault(binds, []).append(phrase)
        others = by_second[_ANY]
        self[word] = going_on = {
            second: tuple(
                _Begins(binds, {*by_list.get(binds, ()), *others.get(binds, ())})
                for binds in {**by_list, **others}
            )
            for second, by_list in by_second.items()
        }
        return going_on


class _Begins:
    """The phrases of a list that begin with the same two words, or go on with any."""

    __slots__ = ("_pattern", "_phrases", "binds")

    def __init__(self, binds: Binds, phrases: Iterable[str]) -> None:
        self.binds = binds
        self._phrases = phrases
        self._pattern: re.Pattern[str] | None = None  # until both words are met

    @property
    def pattern(self) -> re.Pattern[str]:
        if self._pattern is None:
            longest_first = sorted(self._phrases, key=lambda phrase: (-len(phrase), phrase))
            self._pattern = re.compile("|".join(map(_spelt, longest_first)))
        return self._pattern


def _spelt(phrase: str) -> str:
    """A phrase as people write it: with commas between its words, any apostrophe, or any ending in place of a "*"."""
    pieces = [r",?[\s-]+".join(map(_word, piece.split())) for piece in phrase.split(" ~ ")]
    return rf"{_GAP.join(pieces)}\b"


def _word(word: str) -> str:
    spelt = re.escape(word.rstrip("*")).replace("'", "['’ʼ`´]")
    return rf"{spelt}\w*" if word.endswith("*") else spelt
