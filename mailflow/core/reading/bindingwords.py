"""Words around what is said that take it back, apart from those that are read for answers: lists of [patterns].

What binds an agreement to something to come or tells that it is only spoken of, that a name or an address is somebody
else's, or that a loss did not come about. They are looked up only around what was read, so they cover none of the
phrases that are read, however they overlap.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property, partial
from operator import attrgetter
from typing import NamedTuple

from mailflow.core.glossary import Glossary
from mailflow.core.reading.tokens import Tokens
from mailflow.core.reading.words import fold, has_cjk


class Binds(StrEnum):
    """The lists."""

    UNSAID = "unsaid"  # before an agreement: "Your page asks me to agree"
    WHICH_ONE = "which_one"  # before one that only tells which thing is meant: "I read what I sign"
    BOUND = "bound"  # before or behind it: "I agree once I have read it"
    BODY = "body"  # who else may agree to something: "the legal department"
    BOUND_BEHIND = "bound_behind"  # behind it, no condition before it: "I agree after reading it"
    TO_COME = "to_come"  # when it is to be given: "I will agree tomorrow"
    OTHERS_BEFORE = "others_before"  # before a name: "someone took the user name x"
    OTHERS_BEHIND = "others_behind"  # right behind one: "is not my user name"
    UNWANTED_BEFORE = "unwanted_before"  # before an address that is not to be used: "please remove x"
    OTHERS_ADDRESS = "others_address"  # before one that is somebody else's or of another service: "my wife's"
    RATHER_ELSE = "rather_else"  # between two addresses of which the first is liked better: "otherwise"
    ELSE_BEHIND = "else_behind"  # behind the second one: "as a backup"
    LIKED_BEST = "liked_best"  # beside the one that is liked best: "preferred"
    THE_SECOND = "the_second"  # "x or y, the second is better"
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
    UNMEANT = "unmeant"  # behind a yes that was a joke, or is no more: "just kidding", "I changed my mind"
    GIVES_UP = "gives_up"  # behind one by which somebody only gives up: "I give up", "forget it"
    FAREWELL = "farewell"  # behind an "alright" that only ends it: "goodbye"
    OWN_WORDS = (
        "own_words"  # before words between quotation marks that are the writer's own: 'My answer: "…"'
    )

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


_GAP = r"(?:\W+\w+){0,4}?\W+"  # " ~ ": up to four words between
_ANY = ""  # in place of the second word: whichever follows
_LISTS = tuple(Binds)
_FIRST_TWO = re.compile(r"(\w+)(?:[^\w~]+(\w+)(?!\w|\*))?")  # words of a phrase, the second right behind

_UMLAUTS = frozenset("äöüß")
_WORDS_KEPT = 20_000  # hostile mail must not fill the memory

# By the second word, or `_ANY`: of each list what may stand there.
_GoingOn = dict[str, tuple["_Begins", ...]]

_start = attrgetter("start")
_new_cue = partial(tuple.__new__, Cue)


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
    """The phrases of all lists, found by their first two words; those of Chinese, Japanese and Korean by their first character."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._lists = lists

    def find(self, low: str, words: Tokens) -> Cues:
        """Those in a lower-case text of these words, of each list the longest that begins at a word."""
        return Cues((*self._spaced_in(low, words), *(self._unspaced_in(low) if words.runs else ())))

    def _spaced_in(self, low: str, words: Tokens) -> Iterator[Cue]:
        going_on_from = map(self._begun.__getitem__, words.forms)
        seconds = [*words.forms[1:], _ANY]
        begun = [
            (start, some)
            for start, going_on, second in zip(words.starts, going_on_from, seconds, strict=False)
            if going_on is not None and (some := going_on.get(second) or going_on[_ANY])
        ]
        for start, some in begun:
            for begins in some:
                if found := (begins.pattern or begins.made()).match(low, start):
                    yield _new_cue((begins.binds, start, found.end()))

    def _unspaced_in(self, low: str) -> Iterator[Cue]:
        begun = self._unspaced
        for place, character in enumerate(low):
            for binds, phrase in begun.get(character, ()):
                if low.startswith(phrase, place):
                    yield Cue(binds, place, place + len(phrase))

    @cached_property
    def _begun(self) -> _Begun:
        """What may follow each first word of the phrases with spaces around them."""
        return _Begun(self._phrases(spaced=True))

    @cached_property
    def _unspaced(self) -> dict[str, list[tuple[Binds, str]]]:
        """The others by their first character."""
        begun: dict[str, list[tuple[Binds, str]]] = {}
        for binds, phrase in self._phrases(spaced=False):
            begun.setdefault(phrase[0], []).append((binds, phrase))
        return begun

    def _phrases(self, *, spaced: bool) -> Iterator[tuple[Binds, str]]:
        for binds in Binds:
            for phrase in self._lists.get(binds, ()):
                if has_cjk(phrase) is not spaced:
                    yield binds, phrase.lower()


class _Begun(dict[str, "_GoingOn | None"]):
    """What may follow a word, made when it is first met; None behind one with which no phrase begins.

    There are thousands of phrases, of which a desk's mail uses some hundred: the others are kept as they are written.
    """

    def __init__(self, phrases: Iterable[tuple[Binds, str]]) -> None:
        self._phrases = Glossary()  # under its first word each, behind the number of its list
        for binds, phrase in phrases:
            for typed in {phrase, _without_accents(phrase)}:
                first, _ = _FIRST_TWO.findall(typed)[0]
                self._phrases.add(first, f"{_LISTS.index(binds)} {typed}")

    def __missing__(self, first: str) -> _GoingOn | None:
        if len(self) >= _WORDS_KEPT:
            self.clear()
        by_second: dict[str, dict[Binds, list[str]]] = {_ANY: {}}
        for line in self._phrases.lines(first):
            number, _, phrase = line.partition(" ")
            _, second = _FIRST_TWO.findall(phrase)[0]
            by_second.setdefault(second or _ANY, {}).setdefault(_LISTS[int(number)], []).append(phrase)
        self[first] = known = _going_on(by_second) if first in self._phrases else None
        return known


def _without_accents(phrase: str) -> str:
    """As many type it. A word alone may be one of another language then ("perderé", "perdere"), and in German another one ("wären")."""
    return fold(phrase) if " " in phrase and _UMLAUTS.isdisjoint(phrase) else phrase


def _going_on(by_second: Mapping[str, Mapping[Binds, Sequence[str]]]) -> _GoingOn:
    """With each second word also what may go on with any."""
    others = by_second[_ANY]
    return {
        second: tuple(
            [
                _Begins(binds, [*by_list.get(binds, ()), *others.get(binds, ())])
                for binds in {**by_list, **others}
            ]
        )
        for second, by_list in by_second.items()
    }


class _Begins:
    """The phrases of a list that begin with the same two words, or go on with any."""

    __slots__ = ("_phrases", "binds", "pattern")

    def __init__(self, binds: Binds, phrases: Iterable[str]) -> None:
        self.binds = binds
        self._phrases = phrases
        self.pattern: re.Pattern[str] | None = None  # until both words are met

    def made(self) -> re.Pattern[str]:
        longest_first = sorted(self._phrases, key=lambda phrase: (-len(phrase), phrase))
        self.pattern = re.compile("|".join(map(_spelt, longest_first)))
        return self.pattern


def _spelt(phrase: str) -> str:
    """A phrase as people write it: with commas between its words, any apostrophe, or any ending in place of a "*"."""
    pieces = [r",?[\s-]+".join(map(_word, piece.split())) for piece in phrase.split(" ~ ")]
    return rf"{_GAP.join(pieces)}\b"


def _word(word: str) -> str:
    spelt = re.escape(word.rstrip("*")).replace("'", "['’ʼ`´]")
    return rf"{spelt}\w*" if word.endswith("*") else spelt
