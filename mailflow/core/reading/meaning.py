"""What a phrase of the word lists means, worked out once for each so that reading a mail only looks it up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

Concept = tuple[str, str]  # (table, key) of the word list: ("states", "gone")

_BREAKING = ("but", "because", "and", "without")
# What only looks like a thing, or is done to one.
_NO_THINGS = frozenset({"nothing", "vault", "password_reset"})
_SAYS = frozenset({"agree", "aware", "yes", "refuse", "objection"})
_ENDS = frozenset({"stop", "question", "line"})
_BREAKS = frozenset({"comma", "open", "close", "colon"})

# What a phrase is to its clause, a bit each, so that all phrases of a clause are asked at once.
OBJECT, THING, TOPIC, STATE, ACTS, VERB, NEGATES, CHOICE, PARTS, MATTERS = (1 << place for place in range(10))
ADDRESS, MAILBOX, CUE, HERE, WORK, COMPOSED, DOUBTS, AGREES, REFUSES = (1 << place for place in range(10, 19))
# How a name is put together: "before the @", "without the dots", "with a 7 at the end".
_COMPOSED = frozenset({"before_at", "dotless", "underscored", "at_its_end", "spelled"})


class Meaning:
    """The concepts of one phrase, sorted into what the rules ask for.

    `things`, `topics` and `states` are what it names, the agreements that it is about, and what it tells of things. `says` is
    agree, aware, yes, refuse or objection; `speech` all of its lists of [speech]. `tells`, `hints` and `named` are the choices that it
    tells by itself, only hints at, or names as the form does; `names` and `addresses` how it speaks of account names and of addresses.
    `breaks` is how it begins a clause ("and", "comma"), `ends` how it ends a sentence; "" if it does not. `acts`: it is a verb that says
    something; `verb`: that, or what stands for one; `objects`: it names a thing or an agreement; `inert`: it is of no use to clauses.
    `traits` are these as bits, so that a clause tells at once what it has none of.
    """

    __slots__ = (
        "acts", "addresses", "auxiliary", "breaks", "choices", "concepts", "ends", "hints", "inert", "matters", "named", "names", "negates",
        "objects", "says", "speech", "states", "tables", "tells", "things", "topics", "traits", "verb",
    )  # fmt: skip

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.concepts = tuple(concepts)
        self.tables = frozenset(table for table, _ in self.concepts)
        self.things = tuple(key for key in self._keys("things") if key not in _NO_THINGS)
        self.topics = self._keys("topics")
        self.states = self._keys("states")
        self.tells = self._keys("tells")
        self.hints = self._keys("hints")
        self.named = self._keys("named")
        self.choices = bool(self.tells or self.hints or self.named)  # whether it speaks of a choice by itself
        self.names = self._keys("names")
        self.addresses = frozenset(self._keys("addresses"))
        self.speech = frozenset(self._keys("speech"))
        self.says = tuple(key for key in self._keys("speech") if key in _SAYS)
        self.acts = bool(self.states or self.says)  # is a verb that says something
        self.auxiliary = "auxiliary" in self.speech
        self.negates = not self.speech.isdisjoint({"not", "without"})
        self.objects = bool(self.things or self.topics)
        self.verb = bool(self.states or self.says or self.negates or "same" in self.speech)
        self.matters = bool(
            self.objects
            or self.verb
            or self.tells
            or self.hints
            or self.addresses
            or self.named
            or "irony" in self.speech
        )
        marks = self._keys("marks")
        self.ends = next((mark for mark in marks if mark in _ENDS), "")
        self.breaks = next(
            (mark for mark in (*marks, *_BREAKING) if mark in _BREAKS or mark in self.speech), ""
        )

        # One clause from another.
        parts = bool(self.breaks) or not self.speech.isdisjoint({"that", "denies_next"})
        self.inert = not (parts or self.matters)
        self.traits = (
            OBJECT * self.objects
            | THING * bool(self.things)
            | TOPIC * bool(self.topics)
            | STATE * bool(self.states)
            | ACTS * self.acts
            | VERB * self.verb
            | NEGATES * self.negates
            | CHOICE * self.choices
            | PARTS * parts
            | ADDRESS * ("an_address" in self.things)
            | MAILBOX * ("mailbox" in self.things)
            | CUE * bool(self.addresses)
            | HERE * ("here" in self.addresses)
            | COMPOSED * (not self.speech.isdisjoint(_COMPOSED))
            | WORK * (not self.tables.isdisjoint({"projects", "works"}))
            | DOUBTS * ("doubt" in self.speech)
            | AGREES * ("agree" in self.says)
            | REFUSES * ("refuse" in self.says)
            | MATTERS * self.matters
        )

    def _keys(self, table: str) -> tuple[str, ...]:
        return tuple(key for name, key in self.concepts if name == table)


@cache
def meaning_of(concepts: tuple[Concept, ...]) -> Meaning:
    """One for all phrases that mean the same: thousands of phrases have a few hundred meanings."""
    return Meaning(concepts)


class Hit(NamedTuple):
    """A phrase that was found in a text. Punctuation is found too; it has only a table "marks"."""

    start: int
    end: int
    means: Meaning


MARKS = {
    kind: Meaning([("marks", kind)])
    for kind in ("question", "stop", "comma", "open", "close", "colon", "line", "link")
}
MARKS["semicolon"] = Meaning([("marks", "comma"), ("marks", "semicolon")])  # a comma, but a clause ends there
MARKS["both"] = Meaning([("speech", "and")])  # "phone & codes"
MARKS["address"] = Meaning([("marks", "address"), ("things", "an_address")])
