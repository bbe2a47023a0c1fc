"""Agreements that what follows takes back: "Yes (just kidding)", "I agree. No, wait, I don't.", "Fine. I give up."

Whoever means it loses nothing but a question that is asked again, so it need not be clear what a "no" is about: it is enough
that it names nothing else. Only what stands behind a yes counts: "No, wait. Yes, I agree" agrees.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum, auto
from functools import cache
from typing import NamedTuple

from mailflow.core.form import Kind
from mailflow.core.reading import byothers
from mailflow.core.reading.agreed import AGREED_IN_PROSE
from mailflow.core.reading.agreements import AROUND, TAIL, bare, is_only
from mailflow.core.reading.bindingwords import Binds, Cue
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import AGREES, NEGATES, REFUSES, Hit
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.whichquestion import ONE_LEFT, ORDINALS, REST
from mailflow.core.reading.words import WORD, has_cjk, words_of
from mailflow.core.reading.yeses import YES_TO_WHAT_WAS_ASKED

_MOST = 40  # second thoughts, the last ones of a mail
_NEAR = 160  # characters behind a yes in which somebody gives up
_BESIDE = 14  # characters between a joke and the "not" that makes it none
_TO_IT = 4  # words behind a refusal that may still mean what was agreed to: "to any of it"
_IS_NO = 2  # words, at least: "is no"
_DOUBT = 2  # words, at most, of a question that only doubts what was said: "Really?"
_SHORT = 80  # characters of a part that says no and nothing else
_OWN_PLACE = frozenset({AGREED_IN_PROSE, YES_TO_WHAT_WAS_ASKED})  # the others answer where the form asks
_OF_ONE = REST | {ONE_LEFT, *ORDINALS}
_OF_AGREEING = frozenset({"agree", "refuse"})
_SENTENCES = re.compile(r"[^.!?…。！？\n()（）\[\]]+")
_PARTS = re.compile(r"[^,;:，；、：–—](?:[^,;:，；、：–—\s]|\s(?!-+\s))*+[\s-]*")
_PAUSE = re.compile(r"[.,;:!?…。，；：！？、()（）\n]")
_NUMBER = re.compile(r"\.[ \t]*\d")  # as in "Org. no. 123"
_NUMBERED = re.compile(r"\d[.)）]")  # right before an answer that has a number
_OF_ONE_OR_SUPPOSED = _OF_ONE | {"if", "even"}
_TIME = frozenset({"time", "span"})
_NEVER = ("never", "echo_not")
_NOS = ("no", *_NEVER)
_NO_WORDS: frozenset[str] = frozenset()
_ASKS = ("?", "？")


class _How(IntEnum):
    """How something is taken back, which tells how much of it is: see `_takes_back`."""

    NO = auto()  # a no and nothing else
    REFUSES = auto()  # "I don't agree", or no more than "to any of it" behind that
    REFUSES_MORE = (
        auto()
    )  # goes on, and so may speak of something else: "I don't agree to give you my dog's name"
    JEST = auto()
    GIVES_UP = auto()
    FAREWELL = auto()


# What is meant where they name nothing is the agreement that was named last.
_NAME_NOTHING = frozenset({_How.NO, _How.REFUSES, _How.REFUSES_MORE})
_BY_CUE = {Binds.UNMEANT: _How.JEST, Binds.GIVES_UP: _How.GIVES_UP, Binds.FAREWELL: _How.FAREWELL}


class _Back(NamedTuple):
    """A place where something is taken back."""

    start: int
    end: int
    how: _How
    topics: frozenset[str]  # the agreements that are meant; empty if all may be


def without_second_thoughts(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less the agreements behind which a no stands, a refusal, a joke, or who gives up.

    What the same yes answers besides goes with it.
    """
    claims = list(claims)
    refused = {claim.field for claim in claims if claim.value is False and claim.start >= fresh.subject}
    said = {
        place: _said_end(fresh, claim)
        for place, claim in enumerate(claims)
        if claim.field not in refused and _agrees(terms, claim)  # who refuses it in so many words is in doubt
    }
    if not said:
        yield from claims
        return
    first = min(said.values())
    backs = _second_thoughts(fresh, terms, first, claims)
    if not backs:
        yield from claims
        return
    named = _NamedBehind(fresh, terms, first)
    for place, claim in enumerate(claims):
        if place not in said or not any(
            _takes_back(fresh, terms, claim, said[place], back)
            and not (back.how in _NAME_NOTHING and named.means_another(claim.field, said[place], back))
            for back in backs
        ):
            yield claim


class _NamedBehind:
    """The agreements that are named behind the first yes, by which a later "I refuse" may mean another one."""

    def __init__(self, fresh: Fresh, terms: Terms, first: int) -> None:
        hits = fresh.within(first, len(fresh.text))
        self._hits = [hit for hit in hits if hit.means.topics and not _interjects(fresh, terms, hit)]
        self._starts = [hit.start for hit in self._hits]

    def means_another(self, field: str, said: int, back: _Back) -> bool:
        """As in "I know that it takes long. I do not agree to the Code of Conduct. I don't sign such things."."""
        last = bisect_left(self._starts, back.start) - 1
        if back.topics or last < 0 or self._starts[last] < said:
            return False
        return field not in self._hits[last].means.topics


def _agrees(terms: Terms, claim: Claim) -> bool:
    if terms.form.by_key[claim.field].kind is Kind.AGREEMENT:
        return claim.value is True
    return claim.rule == YES_TO_WHAT_WAS_ASKED


def _said_end(fresh: Fresh, claim: Claim) -> int:
    """Where its yes ends: what takes it back stands behind that, and may still be inside of the answer ("Yes (just kidding)")."""
    return next((hit.end for hit in byothers.agreeing(fresh, claim.start, claim.end)), claim.start)


def _takes_back(fresh: Fresh, terms: Terms, claim: Claim, said: int, back: _Back) -> bool:
    if back.start < said or (back.topics and claim.field not in back.topics):
        return False
    if back.how is _How.NO:
        # Below an answer that stands where the form asks, a no may answer the next question; inside of it, it is its own.
        return claim.rule in _OWN_PLACE or back.end <= claim.end
    if back.how is _How.REFUSES_MORE:
        return claim.rule == YES_TO_WHAT_WAS_ASKED
    if back.how in {_How.GIVES_UP, _How.FAREWELL}:
        # Who agreed in so many words has; a yes that goodbye is said right behind may be a sigh.
        if claim.rule != YES_TO_WHAT_WAS_ASKED or back.start - said > _NEAR:
            return False
        return back.how is _How.GIVES_UP or _only_nods(fresh, terms, claim, back)
    return True


def _only_nods(fresh: Fresh, terms: Terms, claim: Claim, back: _Back) -> bool:
    """Whether all that stands before a farewell is an "alright"."""
    start, _ = fresh.sentence_at(claim.start)
    return is_only(fresh.text[start : back.start], terms, "nods")


def _second_thoughts(fresh: Fresh, terms: Terms, first: int, claims: Sequence[Claim]) -> list[_Back]:
    """All places behind the `first` yes where something is taken back; what was read as an answer is no such place."""
    answers = {claim.start for claim in claims if claim.value is not True}
    refusals = [claim for claim in claims if claim.value is False][:_MOST]
    found = [
        *_nos(fresh, terms, first, answers),
        *_refusals(fresh, terms, first, refusals),
        *_by_cues(fresh, terms, first),
    ]
    return sorted(found)[-_MOST:]


# A no


def _nos(fresh: Fresh, terms: Terms, first: int, answers: AbstractSet[int]) -> Iterator[_Back]:
    """The sentences, asides and ends of sentences that are nothing but a no, and name nothing: "(no)", "PS: on reflection, no."."""
    before: tuple[int, int] | None = None
    for sentence in _SENTENCES.finditer(fresh.flowed, first):
        if not sentence[0].strip(AROUND):
            continue
        start, till = sentence.span()
        if not (
            _names_something(fresh, terms, start, till)
            or _is_of_one(fresh, start, till)
            or _answers_own(fresh, before)
        ):
            yield from _no_at(fresh, terms, start, till, answers)
        before = (start, till)


def _no_at(fresh: Fresh, terms: Terms, start: int, till: int, answers: AbstractSet[int]) -> Iterator[_Back]:
    """The no that a sentence is, or ends with."""
    found = _PARTS.finditer(fresh.flowed, start, till) if _may_deny(fresh, terms, start, till) else ()
    parts = [part for part in found if part[0].strip(AROUND)]
    if not parts:
        return
    last = _last_that_says(fresh, terms, parts)
    begin = last.end() - len(last[0].lstrip())
    numbers = _NUMBER.match(fresh.text, last.end()) or _NUMBERED.match(fresh.text, max(0, start - 2))
    if begin not in answers and not numbers and _is_no(fresh, terms, last[0], *last.span()):
        yield _Back(begin, last.end(), _How.NO, frozenset())


def _may_deny(fresh: Fresh, terms: Terms, start: int, till: int) -> bool:
    """Whether a sentence holds a phrase that denies, or the last word of a no, as it does if it is one. A sign may be one, too."""
    said = fresh.flowed[start:till]
    return (
        not said.isascii()
        or not _last_words(*(terms.values.get(kind, _NO_WORDS) for kind in _NOS)).isdisjoint(words_of(said))
        or any(hit.means.negates for hit in fresh.within(start, till))
    )


@cache
def _last_words(*lists: frozenset[str]) -> frozenset[str]:
    return frozenset(words[-1] for some in lists for one in some if (words := words_of(one)))


def _is_of_one(fresh: Fresh, start: int, end: int) -> bool:
    """Whether it tells which question is meant, or what is if: "To the first: no", "Please write even if the answer is no"."""
    return any(
        not hit.means.speech.isdisjoint(_OF_ONE_OR_SUPPOSED) and "modal" not in hit.means.speech
        for hit in fresh.within(start, end)
    )


def _last_that_says(fresh: Fresh, terms: Terms, parts: Sequence[re.Match[str]]) -> re.Match[str]:
    """The last part of a sentence, or the one before it where that only turns round: "No, | wait."."""
    last, *before = reversed(parts)
    turns = len(last[0]) <= _SHORT and not _left(fresh, terms, *last.span(), ())
    return before[0] if before and turns and not _is_no(fresh, terms, last[0], *last.span()) else last


def _names_something(fresh: Fresh, terms: Terms, start: int, end: int) -> bool:
    return any(
        (hit.means.objects or hit.means.choices) and not _interjects(fresh, terms, hit)
        for hit in fresh.within(start, end)
    )


def _interjects(fresh: Fresh, terms: Terms, hit: Hit) -> bool:
    """Whether a word that may name something is none here: "Wait, no"."""
    return all(terms.among("second_thought", word) for word in words_of(fresh.low[hit.start : hit.end]))


def _answers_own(fresh: Fresh, before: tuple[int, int] | None) -> bool:
    """Whether what stands before it is a question of their own, or tells of a thing: "Any news? No."."""
    if before is None:
        return False
    start, end = before
    if fresh.text.startswith(_ASKS, end):
        return len(WORD.findall(fresh.text, start, end)) > _DOUBT
    return any(hit.means.things for hit in fresh.within(start, end))


def _is_no(fresh: Fresh, terms: Terms, part: str, start: int, end: int) -> bool:
    """Whether a part of a sentence is a no or a "not", with no more than what turns round beside it: "haha no", "or rather not"."""
    if len(part) > _SHORT:
        return False
    if bare(part, terms) is False or any(is_only(part, terms, kind) for kind in _NEVER):
        return True
    if _is_told_no(fresh, terms, start, end) or (
        has_cjk(part) and bare(_without_turning(fresh.low[start:end], terms), terms) is False
    ):
        return True
    hits = fresh.within(start, end)
    negating = [hit for hit in hits if hit.means.negates and not _denies_a_thing(fresh, terms, hit)]
    if not negating or any("but" in hit.means.speech and hit.start > negating[-1].start for hit in hits):
        return False  # "no buts"
    return not _left(fresh, terms, start, end, negating)


def _denies_a_thing(fresh: Fresh, terms: Terms, hit: Hit) -> bool:
    """As "nothing" and "nobody" do, which are no answers to who asks for an agreement."""
    return hit.means.objects or terms.among("denies_thing", fresh.low[hit.start : hit.end])


def _is_told_no(fresh: Fresh, terms: Terms, start: int, end: int) -> bool:
    """As in "the answer to your question is no"."""
    words = words_of(fresh.low[start:end])
    if len(words) < _IS_NO or not (
        terms.among("is", words[-2]) or terms.among("before_predicate", words[-2])
    ):
        return False
    return bare(words[-1], terms) is False


def _left(fresh: Fresh, terms: Terms, start: int, end: int, hits: Sequence[Hit]) -> bool:
    """Whether a part of a sentence holds other words than some phrases and what turns round."""
    text = fresh.low[start:end]
    for hit in hits:
        text = text[: hit.start - start] + " " * (hit.end - hit.start) + text[hit.end - start :]
    words = WORD.finditer(_without_turning(text, terms))
    return any(not terms.among("second_thought", word[0]) for word in words)


def _without_turning(text: str, terms: Terms) -> str:
    """A text without what turns round, where no word stands apart."""
    if has_cjk(text):
        for phrase in _unspaced(terms.short_words["second_thought"]):
            text = text.replace(phrase, " ")
    return text


@cache
def _unspaced(phrases: frozenset[str]) -> tuple[str, ...]:
    """Those in which no word stands apart, the longest first."""
    return tuple(sorted(filter(has_cjk, phrases), key=len, reverse=True))


# A refusal


def _refusals(fresh: Fresh, terms: Terms, first: int, refused: Sequence[Claim]) -> Iterator[_Back]:
    """The clauses that refuse, unless they name something else: "I have read it. I don't accept it.".

    What refuses a time is about the wait: "I agree to the rules, but don't accept months".

    `refused`: what is refused of the other agreements, in so many words.
    """
    named: frozenset[str] = frozenset()
    sentence = -1
    for part in clauses(fresh.within(first, len(fresh.text)), terms.opposites, _may_refuse):
        if part.sentence != sentence:
            sentence, named = part.sentence, frozenset()
        own = _objects_of(fresh, terms, part)
        named |= own
        if _refuses(part) and not any(claim.start < part.end and part.start < claim.end for claim in refused):
            how = _How.REFUSES_MORE if _goes_on(fresh, part) else _How.REFUSES
            of_time = terms.knowing if not (own or _TIME.isdisjoint(part.marks)) else None
            yield _Back(part.start, part.end, how, of_time or own or named)


def _may_refuse(traits: int) -> bool:
    """Whether a sentence whose phrases have these traits in all may refuse something: few of most mails."""
    return bool(traits & REFUSES or (traits & AGREES and traits & NEGATES))


def _objects_of(fresh: Fresh, terms: Terms, part: Clause) -> frozenset[str]:
    hits = [hit for hit in part.hits if hit.means.objects and not _interjects(fresh, terms, hit)]
    return frozenset(one for hit in hits for one in (*hit.means.topics, *hit.means.things))


def _goes_on(fresh: Fresh, part: Clause) -> bool:
    """As in "I don't agree to give you the name of my dog"."""
    _, end = fresh.sentence_at(part.start)
    till = next((hit.start for hit in fresh.within(part.end, end) if hit.means.breaks), end)
    return len(words_of(fresh.low[part.end : till])) > _TO_IT


def _refuses(part: Clause) -> bool:
    if not part.refuses or part.question or part.of_others or part.things:
        return False
    if "if" in part.marks or not _OF_ONE.isdisjoint(part.marks):
        return False
    return any(not _OF_AGREEING.isdisjoint(hit.means.says) for hit in part.hits)


# A joke, and who gives up


def _by_cues(fresh: Fresh, terms: Terms, first: int) -> Iterator[_Back]:
    """A joke that names nothing, and who gives up or says goodbye and no more in that sentence."""
    for cue in fresh.cues.within(first, len(fresh.text)):
        how = _BY_CUE.get(cue.binds)
        if how is None or _is_denied(fresh, cue):
            continue
        _, end = fresh.sentence_at(cue.start)
        alone = (
            not _names_something(fresh, terms, cue.start, min(end, cue.end + _SHORT))
            if how is _How.JEST
            else TAIL.match(fresh.text, cue.end)
        )
        if alone:
            yield _Back(cue.start, cue.end, how, frozenset())


def _is_denied(fresh: Fresh, cue: Cue) -> bool:
    """As in "no kidding", "not that I changed my mind"."""
    for hit in fresh.within(cue.start - 2 * _BESIDE, cue.end + _BESIDE):
        if hit.start < cue.end and cue.start < hit.end:
            around = hit.start < cue.start or cue.end < hit.end
            if around and "insists" in hit.means.speech:
                return True
        elif hit.means.negates:
            between = fresh.text[min(hit.end, cue.end) : max(hit.start, cue.start)]
            if len(between) <= _BESIDE and not _PAUSE.search(between):
                return True
    return False
