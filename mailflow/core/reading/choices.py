"""Reasons and choices: told by the state of a thing ("phone" and "broken") or by a phrase that says it all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from mailflow.core.form import Field, Kind
from mailflow.core.reading import agreements
from mailflow.core.reading.claim import MENTIONED, Claim, prose_rule
from mailflow.core.reading.clauses import ENDED, GONE, HAS, NONE, Clause, clauses
from mailflow.core.reading.contrary import as_it_is
from mailflow.core.reading.evidence import (
    CLEAR,
    NO_STATE,
    RESERVED,
    Evidence,
    choices_named,
    evidence_of,
    is_reserved,
    without_explained,
)
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.sentences import sentence_end
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.whereabouts import as_lost
from mailflow.core.reading.whichquestion import ORDINALS, has_word

_MASKED = re.compile(r"[^\w\[]{0,3}\[[a-z][a-z ]{2,30} removed\]")
_PASTED = 0.65
_NAMED = 0.85  # a reason slot that only names a thing
_BARE = 0.85  # a plain yes or no
_OTHER = 0.6  # a reason that fits none
_MENTIONED = 0.6  # a thing of which nothing else is said
_LEAST_OTHER = 3  # words
_HEADED = 2  # clauses: a subject, and what begins below it
_EITHER = frozenset({*ORDINALS, "both"})
_YES = frozenset({"yes"})
_AS_WELL = frozenset({"too", "same", "alike"})
_SUPPOSED = RESERVED - {"doubt"}
_GOING_ON = frozenset({"and", "but", "because"})
_THERE = frozenset({"was_at", "is_at", "had", "saved"})
_WITH = frozenset({"with", "together"})
_FINE = HAS | {"enabled", "verified"}


def in_slot(fresh: Fresh, terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
    """The reasons or the choice that a slot tells."""
    parts = clauses(fresh.within(slot.start, slot.end), terms.opposites)
    if field.kind is Kind.REASON:
        yield from _reason_in_slot(fresh, terms, slot, field, parts)
    else:
        yield from _choice_in_slot(fresh, terms, slot, field, parts)


def _reason_in_slot(
    fresh: Fresh, terms: Terms, slot: Slot, field: Field, parts: Sequence[Clause]
) -> Iterator[Claim]:
    text = fresh.text[slot.start : slot.end]
    if terms.states_nothing(field, text):
        return
    told = dict.fromkeys(_best(evidence_of(terms, field, parts)))
    sure = slot.sure
    if not told:
        told = dict.fromkeys(_named(terms, field, parts))
        sure = min(slot.sure, _NAMED)
    if not told and "other" in field.choices and len(text.split()) >= _LEAST_OTHER and not slot.asked:
        told, sure = {"other": None}, _OTHER
    if told:
        yield Claim(field.key, tuple(told), slot.rule, sure, slot.start, slot.end)


def beside_address(fresh: Fresh, terms: Terms, address: Claim) -> Iterator[Claim]:
    """As in "Old address: x (closed)": what a line tells of the account's address behind it."""
    end = fresh.line_end(address.end)
    hits = fresh.within(address.end, end)
    if not any(not ENDED.isdisjoint(hit.means.states) for hit in hits):
        return
    gone = any(
        part.states & ENDED and not part.things and not is_reserved(part) and not part.question
        for part in clauses(hits, terms.opposites)
    )
    choices = [
        (field.key, terms.ways[field.key].things.get("mailbox")) for field in terms.form.of_kind(Kind.REASON)
    ]
    yield from (
        Claim(key, (choice,), address.rule, _NAMED, address.end, end)
        for key, choice in choices
        if gone and choice
    )


def _best(evidence: Iterable[Evidence]) -> list[str]:
    """The choices that are told; those that are only hinted at where no other is."""
    found = list(evidence)
    clear = [one.choice for one in found if one.sure >= CLEAR]
    return clear or [one.choice for one in found]


def _named(terms: Terms, field: Field, parts: Sequence[Clause]) -> list[str]:
    """The choices that a slot names, or names a thing of: "Reason: 2FA"."""
    if told := [choice for part in parts for choice in choices_named(field, part)]:
        return list(dict.fromkeys(told))
    things = terms.ways[field.key].things
    named = [part for part in parts if not (part.states & HAS or "peer" in part.marks)]
    speaking = [part for part in named if not part.negated] or named  # "The password, not the phone."
    return list(dict.fromkeys(things[thing] for part in speaking for thing in part.things if thing in things))


def _choice_in_slot(
    fresh: Fresh, terms: Terms, slot: Slot, field: Field, parts: Sequence[Clause]
) -> Iterator[Claim]:
    choice, sure = _choice_of(fresh, terms, slot, field, parts)
    if choice:
        yield Claim(field.key, choice, slot.rule, sure, slot.start, slot.end)


def _choice_of(
    fresh: Fresh, terms: Terms, slot: Slot, field: Field, parts: Sequence[Clause]
) -> tuple[str, float]:
    """The choice that a slot tells, "" if none, and how sure that is."""
    text = fresh.text[slot.start : slot.end]
    first = text[: sentence_end(text, 0)]
    echoed = agreements.echoed(first, terms) if any(slot.said) else None
    if echoed is not None:
        choice = slot.said[not echoed]
        if choice or agreements.bare(text, terms) is not None:
            return choice, min(slot.sure, _BARE)
    # Who answers "No." and goes on tells a story.
    begin = slot.start + (0 if echoed is None else len(first))
    own = [part for part in parts if part.start >= begin and not is_reserved(part)]
    choices = _told_by_clauses(terms, field, own) or _told_around(fresh, terms, slot, field, parts)
    if len(choices) == 1:
        return choices.pop(), slot.sure
    reserved = agreements.reserves(text, fresh.within(slot.start, slot.end), parts, terms)
    of_another = any(
        part.topics for part in parts
    )  # "1. I agree to the wait" under the question for the codes
    if (
        field.yes
        and slot.asked
        and not (reserved or of_another)
        and agreements.yes_or_no(text, parts, terms, knowing=True)
    ):
        return slot.said[0] or field.yes, min(slot.sure, _BARE)
    return "", 0


def _told_by_clauses(terms: Terms, field: Field, parts: Sequence[Clause]) -> set[str]:
    """The choices that clauses tell of their things, or of the slot's own thing, or name."""
    told = {one.choice for one in evidence_of(terms, field, parts)} or by_state(terms, field, parts)
    return told or {choice for part in parts for choice in choices_named(field, part)}


def _told_around(fresh: Fresh, terms: Terms, slot: Slot, field: Field, parts: Sequence[Clause]) -> set[str]:
    """What a value tells that has no thing and no state."""
    text = fresh.text[slot.start : slot.end]
    if _picks_one(fresh, slot):
        return {slot.said[0]}
    if agreements.bare(text, terms) is False:
        return _by_own_things(terms, field, frozenset({NONE}))  # "Recovery codes: nah"
    if _only_tells_place(fresh, slot):
        return _by_own_things(terms, field, frozenset({"is_at"}))  # "Recovery codes: in a drawer"
    if _only_as_well(fresh, slot, parts) and _losses_before(fresh, terms, slot):
        return _by_own_things(terms, field, GONE)  # "Recovery codes: on the laptop too", "same disk"
    were_there = any(part.states and part.states <= _THERE and part.things for part in parts)
    if were_there and _were_on_lost(fresh, terms, slot, parts):
        return _by_own_things(terms, field, GONE)
    return set()


def _picks_one(fresh: Fresh, slot: Slot) -> bool:
    """As in "The second" to "Are they lost, or were none ever made?", where either makes the same choice."""
    yes, no = slot.said
    first = fresh.within(slot.start, sentence_end(fresh.text, slot.start))
    picks = slot.asked and yes and not no and has_word(first, _EITHER)
    return bool(picks) and not any(
        hit.means.says or hit.means.negates or hit.means.speech & RESERVED for hit in first
    )


def _were_on_lost(fresh: Fresh, terms: Terms, slot: Slot, parts: Sequence[Clause]) -> bool:
    """Whether they were on what was told to be lost before the slot: "1. phone stolen 2. they were on that phone"."""
    lost = {thing for part in _losses_before(fresh, terms, slot) for thing in part.things}
    return all(
        lost.issuperset(part.things) and not (part.negated or part.marks & RESERVED or part.question)
        for part in parts
    )


def _only_as_well(fresh: Fresh, slot: Slot, parts: Sequence[Clause]) -> bool:
    same = any(not _AS_WELL.isdisjoint(hit.means.speech) for hit in fresh.within(slot.start, slot.end))
    return same and not any(part.states for part in parts)


def _only_tells_place(fresh: Fresh, slot: Slot) -> bool:
    hits = fresh.within(slot.start, slot.end)
    more = any(
        hit.means.states
        or hit.means.objects
        or hit.means.negates
        or hit.means.speech & RESERVED
        or hit.means.breaks in _GOING_ON  # "my husband cleaned the desk and they went …"
        for hit in hits
    )
    return not more and any("place" in hit.means.speech for hit in hits)


def _losses_before(fresh: Fresh, terms: Terms, slot: Slot) -> list[Clause]:
    """The clauses before a slot that tell of a loss."""
    before = clauses(fresh.within(0, slot.label), terms.opposites)
    return [part for part in before if part.states & ENDED and not part.marks & RESERVED]


def by_state(terms: Terms, field: Field, parts: Sequence[Clause], around: Sequence[Clause] = ()) -> set[str]:
    """A slot's own thing goes without saying: "Recovery codes: never had any".

    `around`: the clauses that the `parts` are some of, if there are more.
    """
    own = [
        part
        for part in parts
        if (not part.things or went_with(part)) and not (part.says - _YES or _knows_not(part))
    ]
    # "No, I still have them" says something; of "I'll look for it. Not before Sunday" only what comes first would.
    telling = [part for part in own if part.states - {NONE}] or [part for part in own if not part.sentence]
    # "Found them! They were in an old diary."
    held = {part.start for before, part in pairwise(around or telling) if before.states & HAS}
    telling = [part for part in telling if not (part.start in held and part.states <= NO_STATE)]
    told = [_by_own_things(terms, field, part.states) for part in telling]
    # The last word counts: "kept on a stick. They are lost."
    return next((choices for choices in reversed(told) if choices), set())


def _by_own_things(terms: Terms, field: Field, states: frozenset[str]) -> set[str]:
    ways = terms.ways[field.key]
    named = {thing for thing, choice in ways.things.items() if choice in field.choices}
    ways_told = [(thing, state) for state in states for thing in named]
    told = {ways.of[way][0] for way in ways_told if way in ways.of}
    return {choice for choice in told if choice} or {
        ways.in_slot[way] for way in ways_told if way in ways.in_slot
    }


def none_of(terms: Terms, field: Field) -> str:
    """The choice of who has none of its things, "" if that is not clear."""
    told = _by_own_things(terms, field, frozenset({NONE}))
    return told.pop() if len(told) == 1 else ""


def went_with(part: Clause) -> bool:
    """Whether it is lost with the things that a clause names: "lost with the phone", "they were on the phone I lost"."""
    if not part.states & ENDED or part.negated:
        return False
    if "was_at" in part.states and "them" in part.hits[0].means.speech:
        return True
    told = [hit for hit in part.hits if hit.means.states]
    beside = next((hit.start for hit in part.hits if _WITH & hit.means.speech), part.end)
    named = [hit.start for hit in part.hits if hit.means.things]
    return part.states <= ENDED and told[0].start <= beside < named[0]


def _knows_not(part: Clause) -> bool:
    """Whether a clause is no more than "don't know", which tells of no thing that it is lost."""
    return part.negated and any("aware" in hit.means.says for hit in part.hits)


def headed(fresh: Fresh, parts: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses, a first sentence of nothing but "lost" with the thing that is all of the subject: "2FA"."""
    if not fresh.subject or len(parts) < _HEADED:
        return parts
    head, part = parts[:_HEADED]
    begin, end = fresh.sentence_at(part.start)
    body = fresh.text[max(begin, fresh.subject) : end].strip(agreements.AROUND + "\n")
    alone = body == fresh.text[part.start : part.end] and not (part.things or part.topics or part.says)
    title = fresh.text[head.start : head.end] == fresh.text[: fresh.subject].strip(agreements.AROUND)
    lost = bool(part.states) and part.states <= ENDED
    if not (alone and title and lost and all(hit.means.things for hit in head.hits)):
        return parts
    there = [hit._replace(start=part.start, end=part.start) for hit in head.hits]
    part = replace(part, hits=[*there, *part.hits], things=head.things, traits=head.traits | part.traits)
    return [head, part, *parts[_HEADED:]]


def in_prose(terms: Terms, parts: Sequence[Clause]) -> Iterator[Claim]:
    """The reasons and choices that clauses of prose tell."""
    parts = as_lost(as_it_is(_without_other_services(parts), terms.opposites))
    for field in terms.form.fields:
        if field.key not in terms.ways:
            continue
        evidence = list(evidence_of(terms, field, parts))
        for one in without_explained(terms.ways[field.key], evidence):
            value = (one.choice,) if field.kind is Kind.REASON else one.choice
            start, end = one.clause.start, one.clause.end
            yield Claim(field.key, value, prose_rule(field.kind), one.sure, start, end, one.rank)


def _without_other_services(parts: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses without those that go on about another service's account: "My account at GitHub is locked, I lost the second factor"."""
    return [
        part
        for last, part in zip((None, *parts), parts, strict=False)
        if not (last and "trouble" in last.marks and last.of_other_service and _goes_on_about_it(part, last))
    ]


def _goes_on_about_it(part: Clause, last: Clause) -> bool:
    account = any("account" in hit.means.names or "other" in hit.means.tells for hit in last.hits)
    return account and part.sentence == last.sentence and part.break_before == "comma"


def mentioned(fresh: Fresh, terms: Terms, field: Field, parts: Sequence[Clause]) -> Iterator[Claim]:
    """Who wants an account back and only speaks of a thing means that one: "it is about the authenticator"."""
    told = terms.ways[field.key].mentioned
    fine = {
        thing
        for last, part in zip((None, *parts), parts, strict=False)
        if _is_fine(part, last)
        for thing in part.things
    }
    for part in parts:
        if part.asks or part.marks & _SUPPOSED or part.states & _FINE or part.topics:
            continue  # "I think it is the authenticator" is as good as they know
        if part.of_other_service or "codes" in part.things:
            continue
        for thing in dict.fromkeys(part.things):
            if thing in told and thing not in fine and not _is_pasted(fresh, part, thing):
                # "The password. No, the password I know."
                yield Claim(field.key, (told[thing],), MENTIONED, _MENTIONED, part.start, part.end, rank=0)


def _is_pasted(fresh: Fresh, part: Clause, thing: str) -> bool:
    """As in "account jdoe, password [password removed]": who sends a secret has it."""
    ends = [hit.end for hit in part.hits if thing in hit.means.things]
    return any(_MASKED.match(fresh.text, end) for end in ends)


def _is_fine(part: Clause, last: Clause | None) -> bool:
    """As in "The mailbox is fine, | and so is the password"."""
    as_before = "same" in part.marks and last is not None and last.sentence == part.sentence
    return bool(part.states & _FINE or (as_before and last is not None and last.states & _FINE))


def pasted(fresh: Fresh, terms: Terms) -> Iterator[Claim]:
    """Who pastes their codes still has them, whatever else they say."""
    for key, ways in terms.ways.items():
        for mark, choice in ways.pasted:
            place = fresh.text.find(mark)
            if place >= 0:
                yield Claim(key, choice, "pasted", _PASTED, place, place + len(mark), rank=2)
