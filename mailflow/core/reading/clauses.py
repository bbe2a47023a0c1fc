"""Sentences as clauses: which things, in which state, are agreed or refused together, and under which reserve.

No grammar of any language: clauses end at commas, brackets and conjunctions, a list of things shares its verb, and a
negation turns the verb after it, or the one before it where none follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailflow.core.reading.meaning import Hit, Meaning

_CONJUNCTIONS = frozenset({"and", "but", "because", "without"})
_PUNCTUATION = frozenset({"comma", "open", "close", "colon"})
_NOT = frozenset({"not", "without"})
_RESERVES = frozenset({"if", "doubt", "hedge", "why"})
_NEAR = 25  # characters: a "not" at the end of a clause turns a verb so close before it
_Outcome = tuple[frozenset[str], frozenset[str], bool]
_NOTHING: frozenset[str] = frozenset()
_NO_OUTCOME: _Outcome = (_NOTHING, _NOTHING, False)
NONE = "none"  # the state of a thing that is only negated: "no recovery codes"


class _Segment:
    """A piece of a sentence between two breaks."""

    __slots__ = (
        "break_before", "hits", "inside", "opened_by", "starts_with_object", "things", "topics", "verbs",
    )  # fmt: skip

    def __init__(
        self, break_before: str, hits: list[Hit], opened_by: Hit | None = None, *, inside: bool = False
    ) -> None:
        self.inside = inside  # brackets
        self.break_before = break_before  # "", comma, bracket, and, but, because
        self.opened_by = opened_by  # the break itself
        self.hits: list[Hit] = []
        self.things = self.topics = self.verbs = self.starts_with_object = False
        self.add(hits)

    def add(self, hits: list[Hit]) -> None:
        self.hits += hits
        for _, _, means in hits:
            if means.objects:
                self.starts_with_object |= not (self.verbs or self.things or self.topics)
                self.things |= bool(means.things)
                self.topics |= bool(means.topics)
            if means.verb:
                self.verbs = True

    @property
    def bare(self) -> bool:
        """Things without a verb: a part of a list."""
        return (self.things or self.topics) and not self.verbs

    @property
    def gives_address(self) -> bool:
        """Whether it says which address a mailbox has: "registered mail is jo@example.org, lost the phone"."""
        things = [thing for hit in self.hits for thing in hit.means.things]
        return "an_address" in things and "mailbox" in things

    @property
    def begins_anew(self) -> bool:
        """Whether it has a verb before its own things: "address jo@example.org, lost the phone"."""
        return self.break_before == "comma" and self.verbs and not self.starts_with_object

    @property
    def says_nor(self) -> bool:
        return self.hits[0].means.negates and self.break_before == "and"

    @property
    def without_verb(self) -> bool:
        """Whether it has at most a "not": "neither the phone", "nor the codes"."""
        return not any(hit.means.states or hit.means.says for hit in self.hits)

    @property
    def goes_on(self) -> bool:
        """Whether it is the "that …" of what stands before it, rather than "that account"."""
        if "that" not in self.hits[0].means.speech:
            return False
        beside = self.hits[1] if len(self.hits) > 1 else None
        named = beside is not None and (beside.means.names or beside.means.things)
        return not (named and beside is not None and beside.start - self.hits[0].end <= 1)


@dataclass(slots=True)
class Clause:
    hits: Sequence[Hit]
    things: tuple[str, ...]
    topics: tuple[str, ...]
    states: frozenset[str]  # negation already applied
    says: frozenset[str]  # agree, aware, yes: what is said and not negated
    refuses: bool
    negated: bool
    marks: frozenset[str]  # the words of [speech] in it: if, hedge, doubt, ask, you, sorry, them, all, …
    choices: bool  # whether a phrase in it speaks of a choice by itself
    question: bool  # it ends with a question mark
    sentence: int  # the number of its sentence
    break_before: str

    @property
    def start(self) -> int:
        return self.hits[0].start

    @property
    def end(self) -> int:
        return self.hits[-1].end

    @property
    def of_others(self) -> bool:
        """Whether it is said to be agreed or known by somebody else: "as you know"."""
        if "you" not in self.marks:
            return False
        told = [hit for hit in self.hits if not hit.means.auxiliary]
        return any("you" in one.means.speech and other.means.says for one, other in pairwise(told))

    @property
    def asks(self) -> bool:
        """Whether it begins like a question."""
        return self.question or "ask" in self.hits[0].means.speech

    @property
    def reserved(self) -> bool:
        """Said under a condition, as a doubt or as an obligation: it states nothing."""
        return not _RESERVES.isdisjoint(self.marks)


def sentences(hits: Iterable[Hit]) -> Iterator[tuple[list[Hit], bool]]:
    """The hits of each sentence that may say something, and whether it is a question."""
    sentence: list[Hit] = []
    matters = False
    for hit in hits:
        means = hit.means
        if means.ends:
            if sentence:
                yield (sentence if matters else []), means.ends == "question"
            sentence, matters = [], False
        else:
            matters = matters or means.matters
            sentence.append(hit)
    if sentence and matters:
        yield sentence, False


def clauses(hits: Iterable[Hit], opposites: Mapping[str, str]) -> list[Clause]:
    found = []
    for number, (sentence, question) in enumerate(sentences(hits)):
        if _is_one(sentence):
            found.append(_clause(sentence, "", number, opposites, question=question))
            continue
        joined = _join(_split(sentence))
        for segment in joined:
            asked = question and segment is joined[-1]
            found.append(_clause(segment.hits, segment.break_before, number, opposites, question=asked))
    return found


def _is_one(sentence: Sequence[Hit]) -> bool:
    """Whether a sentence is plainly one segment: nothing in it breaks it, and it speaks of one thing at most."""
    objects = 0
    for _, _, means in sentence:
        objects += means.objects
        if means.breaks or objects > 1 or "that" in means.speech:
            return False
    return bool(sentence)


def _split(sentence: Sequence[Hit]) -> list[_Segment]:
    """The segments in order; what stands in brackets comes behind the segment that it interrupts."""
    splitter = _Splitter()
    for hit in sentence:
        splitter.take(hit)
    return splitter.finish()


class _Splitter:
    def __init__(self) -> None:
        self._segments: list[_Segment] = []
        self._before = ""
        self._opened_by: Hit | None = None
        self._held: list[Hit] = []
        self._checked: tuple[list[Hit], int, bool] = ([], 0, False)  # what `_only_names` has looked at
        self._told = _Told()
        self._interrupted: tuple[str, list[Hit], _Told] | None = None  # what an open bracket stands in
        self._inside: list[_Segment] = []

    def take(self, hit: Hit) -> None:
        means = hit.means
        kind = means.breaks
        if means.inert:
            self._held.append(hit)
        elif not kind or (kind == "colon" and self._only_names()):
            if "that" in means.speech and self._told.says_of_thing:
                self._break("that")  # "The page says of my password that the address …"
            if means.matters and self._told.starts_anew(hit):
                self._break("and")
                self._told = _Told(hit)
            self._held.append(hit)
        elif kind == "open" and self._interrupted is None:
            self._interrupted = (self._before, self._held, self._told)
            self._before, self._held, self._told = "bracket", [], _Told()
        elif kind == "close" and self._interrupted is not None:
            self._resume()
        else:
            self._break("comma" if kind in _PUNCTUATION else kind, hit)
            if kind == "but" or means.negates or "which" in means.speech:
                self._held.append(hit)  # kept, because a "yes, but" is no yes, and "nor" is a "not" as well

    def finish(self) -> list[_Segment]:
        if self._interrupted is not None:
            self._resume()
        self._break("")
        return self._segments

    def _only_names(self) -> bool:
        """Whether a label stands here, whose value goes with it: "recovery codes: lost"."""
        held, first, named = self._checked
        if held is not self._held:
            first, named = 0, False
        for place in range(first, len(self._held)):
            means = self._held[place].means
            if means.verb:
                self._checked = (self._held, place, named)  # so that many colons cost no more than one
                return False
            named = named or means.objects
        self._checked = (self._held, len(self._held), named)
        return named

    def _break(self, kind: str, by: Hit | None = None) -> None:
        if self._held:
            inside = self._interrupted is not None
            self._segments.append(_Segment(self._before, self._held, self._opened_by, inside=inside))
            self._held, self._before, self._told, self._opened_by = [], kind, _Told(), by
            if self._interrupted is None:
                self._segments += self._inside
                self._inside = []
        elif self._segments and (kind in _CONJUNCTIONS or not self._before):
            self._before, self._opened_by = kind, by

    def _resume(self) -> None:
        assert self._interrupted is not None
        before, held, told = self._interrupted
        first = len(self._segments)
        self._break("")
        self._inside += self._segments[first:]
        del self._segments[first:]
        self._interrupted = None
        self._before, self._held, self._told = before, held, told
        if not held:
            self._segments += self._inside
            self._inside = []


class _Told:
    """How far a segment has got: where things come first, a thing after a state begins another clause."""

    def __init__(self, first: Hit | None = None) -> None:
        self._object = self._verb = self._verb_first = self._thing = self._state = False
        if first is not None:
            self.starts_anew(first)

    @property
    def says_of_thing(self) -> bool:
        return self._thing and self._state

    def starts_anew(self, hit: Hit) -> bool:
        means = hit.means
        verb = bool(means.states or means.says)
        if means.objects and self._object and self._verb and not self._verb_first:
            return True
        self._verb_first |= verb and not (self._object or means.objects)
        self._object |= means.objects
        self._verb |= verb
        self._thing |= bool(means.things)
        self._state |= bool(means.states)
        return False


def _join(segments: Sequence[_Segment]) -> list[_Segment]:
    """Segments that share one verb or one object, put together."""
    joined: list[_Segment] = []
    for index, segment in enumerate(segments):
        left = _left_of(segment, joined)
        if left is not None and _belongs(left, segment, segments, index + 1):
            left.add([segment.opened_by] if segment.opened_by else [])
            left.add(segment.hits)
        else:
            joined.append(segment)
    return joined


def _left_of(segment: _Segment, joined: Sequence[_Segment]) -> _Segment | None:
    """What a segment may belong to: the one before it on its side of a bracket, and past a relative clause."""
    before: list[_Segment] = []
    for one in reversed(joined):
        if one.inside == segment.inside:
            before.append(one)
            if len(before) > 1:
                break
    relative = before[:1] and "which" in before[0].hits[0].means.speech
    if relative and len(before) > 1 and before[1].bare and not (segment.things or segment.topics):
        return before[1]  # "The mailbox, to which it belongs, no longer exists."
    return before[0] if before else None


def _belongs(left: _Segment, segment: _Segment, segments: Sequence[_Segment], following: int) -> bool:
    if segment.goes_on:
        return not (left.things and any(hit.means.states for hit in left.hits))
    if segment.says_nor and (left.without_verb or segment.without_verb):
        return True
    if segment.break_before not in {"comma", "and"} or "only" in segment.hits[0].means.speech:
        return False  # "I have not lost the codes, only the phone."
    if left.bare:
        apart = segment.things and (left.gives_address or segment.begins_anew)
        return not apart and (segment.things or segment.topics or segment.verbs)
    if not segment.bare or not left.verbs or not _alike(left, segment):
        return False
    return segment.break_before == "and" or not _starts_list(segments, following)


def _alike(left: _Segment, right: _Segment) -> bool:
    """Whether both speak of agreements, or both of things."""
    return (right.topics and not left.things) or (right.things and not left.topics)


def _starts_list(segments: Sequence[_Segment], following: int) -> bool:
    """Whether a list goes on whose verb comes last: "password, mail and codes all work"."""
    for segment in segments[following : following + 8]:
        if segment.break_before == "comma" and segment.bare:
            continue
        return segment.break_before == "and" and segment.verbs and segment.starts_with_object
    return False


def _clause(
    hits: Sequence[Hit], break_before: str, number: int, opposites: Mapping[str, str], *, question: bool
) -> Clause:
    things: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    marks: frozenset[str] = _NOTHING
    choices = verbs = False
    for _, _, means in hits:
        if means.objects:
            things += means.things
            topics += means.topics
        if means.speech:
            marks |= means.speech
        choices = choices or means.choices
        verbs = verbs or means.verb
    states, says, refuses = _outcome(hits, opposites) if verbs else _NO_OUTCOME
    return Clause(
        hits=hits,
        things=things,
        topics=topics,
        states=states,
        says=says,
        refuses=refuses,
        negated=not _NOT.isdisjoint(marks),
        marks=marks,
        choices=choices,
        question=question,
        sentence=number,
        break_before=break_before,
    )


@dataclass(slots=True)
class _Verb:
    means: Meaning
    negated: bool


def _verbs(hits: Sequence[Hit]) -> list[_Verb]:
    verbs: list[_Verb] = []
    negated = auxiliary = False
    said, behind = (
        0,
        False,
    )  # where the last verb or thing ends, and whether the last "not" stands right behind it
    for start, end, means in hits:
        if means.negates:
            negated = True
            behind = start - said <= _NEAR
        if means.states or means.says:
            if verbs and auxiliary:  # "have lost", "non ho perso": one verb
                negated = verbs.pop().negated or negated
            verbs.append(_Verb(means, negated))
            negated = False
        if means.objects or means.verb:
            said = end
        auxiliary = means.auxiliary or (auxiliary and means.negates)
    if negated and verbs and behind:
        verbs[-1].negated = True
    return verbs


def _outcome(hits: Sequence[Hit], opposites: Mapping[str, str]) -> _Outcome:
    """The states and what is said, each negation applied to its verb; whether something is refused."""
    verbs = _verbs(hits)
    states: set[str] = set() if verbs else {NONE}
    says: set[str] = set()
    refuses = False
    for verb in verbs:
        means = verb.means
        if verb.negated:
            states.update(opposites[state] for state in means.states if state in opposites)
            if "objection" in means.says:
                says.add("agree")
            refuses |= "agree" in means.says or ("aware" in means.says and "held" not in means.states)
        else:
            states.update(means.states)
            says.update(means.says)
            refuses |= "refuse" in means.says
    if "gone" in states:  # "have lost", "have no access": the loss is what counts
        states -= {"held", "reached"}
    if "done" in states and any(hit.means.auxiliary for hit in hits):  # "Ich habe die Codes gesucht"
        states.discard("held")
    return frozenset(states), frozenset(says - {"refuse", "objection"}), refuses
