"""Reasons and choices: told by the state of a thing ("phone" and "broken") or by a phrase that says it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mailflow.core.form import Field, Kind
from mailflow.core.reading import agreements
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import NONE, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms, Ways, collapsed

CLEAR = 0.7
_PHRASE = 0.8
_PASTED = 0.65
HINT = 0.64  # counts only where nothing better tells a reason
_PERSONAL = frozenset({"phone", "device", "password"})
_PRONOUNS = frozenset({"them", "it"})
_NEAR_NO = 25  # characters between a "no" and its thing
_NEAR_PLACE = 15  # characters between "were on" and the place
_NEAR = 15  # characters between a pronoun and its verb
_LESS = 0.05  # less sure: the thing stands in the clause before
_NAMED = 0.85  # a reason slot that only names a thing
_BARE = 0.85  # a plain yes or no
_OTHER = 0.6  # a reason that fits none
_MENTIONED = 0.6  # a thing of which nothing else is said
_LEAST_OTHER = 3  # words
_HAS = frozenset({"held", "reached", "works"})
_FINE = _HAS | {"enabled", "verified"}
_ENDED = frozenset({"gone", "ended"})
_GONE = frozenset({"gone"})
_KEPT = frozenset({"was_at", "is_at", "saved"})
_HAD_IN = frozenset({"had", "saved"})
_ACCESS = frozenset({"reached"})
_NO_STATE = _ACCESS | {NONE, "was_at", "is_at"}
_RESERVED = frozenset({"if", "doubt", "why"})
_ASIDE = frozenset({"an_address", "employer"})  # things where no other is spoken of


class Told(NamedTuple):
    choice: str
    sure: float
    part: Clause
    rank: int = 1  # 2: said of a thing that was spoken of before, and so the last word on it


def in_slot(fresh: Fresh, terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
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
    told = dict.fromkeys(_best(_told(terms, field, parts)))
    sure = slot.sure
    if not told:
        told = dict.fromkeys(_named(terms, field, parts))
        sure = min(slot.sure, _NAMED)
    if not told and "other" in field.choices and len(text.split()) >= _LEAST_OTHER and not slot.asked:
        told, sure = {"other": None}, _OTHER
    if told:
        yield Claim(field.key, tuple(told), slot.rule, sure, slot.start, slot.end)


def _best(told: Iterable[Told]) -> list[str]:
    """The choices that are told; those that are only hinted at where no other is."""
    found = list(told)
    clear = [told.choice for told in found if told.sure >= CLEAR]
    return clear or [told.choice for told in found]


def _named(terms: Terms, field: Field, parts: Sequence[Clause]) -> list[str]:
    """The choices that a slot names, or names a thing of: "Reason: 2FA"."""
    named = [choice for part in parts for choice in _choices_named(field, part)]
    if named:
        return list(dict.fromkeys(named))
    things = terms.ways[field.key].things
    speaking = [part for part in parts if not part.states & _HAS]
    return list(dict.fromkeys(things[thing] for part in speaking for thing in part.things if thing in things))


def _choices_named(field: Field, part: Clause) -> list[str]:
    return [choice for hit in part.hits for choice in hit.means.named if choice in field.choices]


def _choice_in_slot(
    fresh: Fresh, terms: Terms, slot: Slot, field: Field, parts: Sequence[Clause]
) -> Iterator[Claim]:
    text = fresh.text[slot.start : slot.end]
    if field.yes and agreements.bare(_behind_statement(text, field), terms):
        yield Claim(field.key, field.yes, slot.rule, slot.sure, slot.start, slot.end)
        return
    if any(slot.said) and (bare := agreements.bare(text, terms)) is not None:
        if choice := slot.said[not bare]:
            yield Claim(field.key, choice, slot.rule, min(slot.sure, _BARE), slot.start, slot.end)
        return
    own = [part for part in parts if not part.reserved]
    choices = {told.choice for told in _told(terms, field, own)}
    if not choices:
        choices = by_state(terms, field, own) or {
            name for part in own for name in _choices_named(field, part)
        }
    if not choices and agreements.bare(text, terms) is False:
        choices = _by_own_things(terms, field, frozenset({NONE}))  # "Recovery codes: nah"
    as_well = not parts and any("too" in hit.means.speech for hit in fresh.within(slot.start, slot.end))
    if not choices and as_well and _tells_loss(fresh, terms, slot):
        choices = _by_own_things(terms, field, _GONE)  # "Recovery codes: on the laptop too"
    if len(choices) == 1:
        yield Claim(field.key, choices.pop(), slot.rule, slot.sure, slot.start, slot.end)
        return
    said = agreements.yes_or_no(text, parts, terms, knowing=True)
    if said and field.yes and slot.asked:
        yes = slot.said[0] or field.yes
        yield Claim(field.key, yes, slot.rule, min(slot.sure, _BARE), slot.start, slot.end)


def _behind_statement(text: str, field: Field) -> str:
    """What stands behind the words of the form, repeated before the answer; "" if they are not."""
    said, statement = collapsed(text), collapsed(field.statement)
    return said[len(statement) :] if statement and said.startswith(statement) else ""


def _tells_loss(fresh: Fresh, terms: Terms, slot: Slot) -> bool:
    """Whether a loss is told before a slot."""
    before = clauses(fresh.within(0, slot.label), terms.opposites)
    return any(part.states & _ENDED and not part.marks & _RESERVED for part in before)


def by_state(terms: Terms, field: Field, parts: Sequence[Clause]) -> set[str]:
    """A slot's own thing goes without saying: "Recovery codes: never had any"."""
    own = [part for part in parts if not (part.things or part.says or _knows_not(part))]  # "lost, I know"
    telling = [part for part in own if part.states - {NONE}] or own  # "no, I still have them"
    return _by_own_things(terms, field, frozenset().union(*(part.states for part in telling)))


def _by_own_things(terms: Terms, field: Field, states: frozenset[str]) -> set[str]:
    ways = terms.ways[field.key]
    named = {thing for thing, choice in ways.things.items() if choice in field.choices}
    ways_told = [(thing, state) for state in states for thing in named]
    found = (ways.of[way][0] if way in ways.of else ways.in_slot.get(way, "") for way in ways_told)
    return {choice for choice in found if choice}


def _knows_not(part: Clause) -> bool:
    """Whether a clause is no more than "don't know", which tells of no thing that it is lost."""
    return part.negated and any("aware" in hit.means.says for hit in part.hits)


def in_prose(terms: Terms, parts: Sequence[Clause]) -> Iterator[Claim]:
    for field in terms.form.fields:
        if field.key in terms.ways:
            for choice, sure, part, rank in _told(terms, field, parts):
                value = (choice,) if field.kind is Kind.REASON else choice
                yield Claim(field.key, value, f"{field.kind} in prose", sure, part.start, part.end, rank)


def mentioned(terms: Terms, field: Field, parts: Sequence[Clause]) -> Iterator[Claim]:
    """Who wants an account back and only speaks of a thing means that one: "it is about the authenticator"."""
    told = terms.ways[field.key].mentioned
    for part in parts:
        if part.asks or part.marks & _RESERVED or part.states & _FINE or part.topics:
            continue
        if _of_another_place(part) or "codes" in part.things:
            continue
        for thing in part.things:
            if thing in told:
                yield Claim(
                    field.key, (told[thing],), "thing mentioned", _MENTIONED, part.start, part.end, rank=0
                )


def pasted(fresh: Fresh, terms: Terms) -> Iterator[Claim]:
    """Who pastes their codes still has them, whatever else they say."""
    for key, ways in terms.ways.items():
        for mark, choice in ways.pasted:
            place = fresh.text.find(mark)
            if place >= 0:
                yield Claim(key, choice, "pasted", _PASTED, place, place + len(mark), rank=2)


def _told(terms: Terms, field: Field, parts: Sequence[Clause]) -> Iterator[Told]:
    ways = terms.ways[field.key]
    things: tuple[str, ...] = ()  # those of the last clause that named any
    held = False
    before: Clause | None = None
    listed = False
    loss: Clause | None = None  # the last clause that told of one
    for part in parts:
        for choice, sure in _by_phrase(field, ways, part) if part.choices else ():
            yield Told(choice, sure, part)
        if not (part.things or part.states):
            continue
        if part.states & _ENDED or (part.negated and part.states & _HAS):
            loss = part
        own = [thing for thing in part.things if thing not in _ASIDE]
        if part.things:
            yield from _by_own(ways, part, before, loss)
        if own:
            things, held, before = part.things, bool(part.states & _HAS), part
            listed = bool(part.states) or any("and" in hit.means.speech for hit in part.hits)
        elif part.states and things and not part.topics and _refers(part, before, held=held):
            if held and part.states <= _NO_STATE:
                continue  # "I found the codes. They were in a drawer."
            relative = "which" in part.marks and not part.marks & _PRONOUNS
            kept = before is not None and not before.states.isdisjoint(_KEPT)
            meant = things[-1:] if relative and not kept else things if listed else things[:1]
            for told in _by_things(ways, part, meant, part.states, lost=loss is not None):
                yield told._replace(sure=told.sure - _LESS, rank=2)


def _by_own(ways: Ways, part: Clause, before: Clause | None, loss: Clause | None) -> Iterator[Told]:
    """What a clause tells of its own things, and of those that it is the place of."""
    states = _states(part, before, loss)
    yield from _by_things(ways, part, part.things, states, lost=loss is not None)
    if before is not None and _is_place_of(part, before):
        yield from _by_things(ways, part, before.things, states & _ENDED, lost=True)


def _states(part: Clause, before: Clause | None, loss: Clause | None) -> frozenset[str]:
    """The states a clause tells of its things, those that it has from the clause before included."""
    if _shares(part, loss):
        return _GONE
    if "same" in part.marks and before is not None and part.sentence - before.sentence <= 1:
        return before.states  # "The password is fine, and so is the phone."
    return part.states


def _is_place_of(part: Clause, before: Clause) -> bool:
    """Whether a clause goes on about where the things before it are: "the codes were on | the phone that was stolen"."""
    goes_on = part.sentence == before.sentence and part.start - before.end <= _NEAR_PLACE
    return goes_on and part.break_before == "and" and not before.states.isdisjoint(_KEPT)


def _shares(part: Clause, loss: Clause | None) -> bool:
    """Whether a clause only says that its things have the fate told just before: "the codes too", "no, only the phone"."""
    if loss is None or part.negated or not part.states <= _NO_STATE or part.sentence - loss.sentence > 1:
        return False
    if loss.states & _ENDED:
        same_breath = part.sentence == loss.sentence and part.break_before == "and"
        if "only" in part.marks and not loss.things:  # "what is lost is only the phone"
            return part.sentence == loss.sentence
        return "too" in part.marks or (same_breath and part.states == _ACCESS)
    return "only" in part.marks  # "I have not lost the codes, only the phone."


def _refers(part: Clause, before: Clause | None, *, held: bool) -> bool:
    """Whether a clause without a thing of its own goes on about the last one."""
    if before is None or part.sentence - before.sentence > 1 or "if" in part.marks:
        return False
    if before.question and not before.states and part.sentence != before.sentence:
        return True  # "Recovery codes? Never made any."
    if has_near_pronoun(part, _PRONOUNS):
        return True
    if "place" in part.marks and part.states & _ENDED:
        # "The codes were in the safe. The safe has burnt."
        return "place" in before.marks or not before.states.isdisjoint(_KEPT)
    if part.sentence != before.sentence or _only_auxiliary(part):
        return False
    return "which" in part.marks or (part.break_before == "and" and not held)


def _only_auxiliary(part: Clause) -> bool:
    """Whether its "has" belongs to a verb that says nothing here: "who has retired"."""
    return all(hit.means.auxiliary for hit in part.hits if hit.means.states)


def _meant(part: Clause, things: Iterable[str]) -> Iterable[str]:
    """The things a clause speaks of, without those that only belong to another: "the codes of my authenticator"."""
    named = [thing for thing in things if thing not in _ASIDE] or list(things)
    if "some_codes" in named and "second_factor" in named and not any(hit.means.breaks for hit in part.hits):
        named = [thing for thing in named if thing != "some_codes"]
    if "verification_mail" in named:  # "the mail to confirm the address never came"
        named = [thing for thing in named if thing != "mailbox"]
    return named


def _says_no(part: Clause, thing: str) -> bool:
    """Whether the "no" of a clause stands by a thing: "no recovery codes"."""
    return any(
        hit.start - _NEAR_NO <= other.end and other.start <= hit.end + _NEAR_NO
        for hit in part.hits
        if thing in hit.means.things
        for other in part.hits
        if other.means.negates
    )


def has_near_pronoun(part: Clause, pronouns: frozenset[str] = frozenset({"them"})) -> bool:
    """Whether a pronoun stands right beside the verb: "lost them", "they are gone"."""
    verbs = [hit for hit in part.hits if hit.means.states]
    return any(
        verb.start - _NEAR <= hit.end and hit.start <= verb.end + _NEAR
        for hit in part.hits
        if hit.means.speech & pronouns
        for verb in verbs
    )


def _by_phrase(field: Field, ways: Ways, part: Clause) -> Iterator[tuple[str, float]]:
    if "if" in part.marks:
        return
    for hit in (hit for hit in part.hits if hit.means.choices):
        for told, sure in ((hit.means.tells, _PHRASE), (hit.means.hints, HINT)):
            for choice in told:
                if choice in field.choices and not part.states & ways.unless[choice]:
                    yield choice, sure
    if field.kind is Kind.REASON and not part.negated:  # in the form's own words
        for choice in _choices_named(field, part):
            if choice != "other":
                yield choice, _PHRASE


def _only_asked(part: Clause) -> bool:
    """Whether a clause asks, rather than giving the reason for a question: "can you help, because I lost my phone?"."""
    return part.question and (part.break_before != "because" or "which" in part.hits[0].means.speech)


def _of_another(part: Clause, things: Iterable[str]) -> bool:
    """Whether its things are another's: those of another service, or what a colleague lost who has only that."""
    peer = "peer" in part.marks and "which" not in part.marks and _PERSONAL.issuperset(things)
    return peer or _of_another_place(part)


def _of_another_place(part: Clause) -> bool:
    """Whether its things are said to be of another service: "my GitHub password"."""
    return "elsewhere" in part.marks


def _by_things(
    ways: Ways, part: Clause, things: Sequence[str], states: frozenset[str], *, lost: bool
) -> Iterator[Told]:
    if not states or part.marks & _RESERVED or _only_asked(part) or _of_another(part, things):
        return
    if states & _HAD_IN and lost and len(set(things)) > 1 and "and" not in part.marks:
        states |= {"was_at"}  # "I had the codes on that phone", which is lost
    for thing in _meant(part, things):
        for state in sorted(states):
            choice, sure = ways.of.get((thing, state), ("", 0.0))
            if not choice or (state == NONE and not _says_no(part, thing)):
                continue
            if state == "is_at" and len(set(things)) > 1:
                continue  # "the codes are on the phone": and where is that?
            if state == "was_at" and len(set(things)) == 1 and not lost:
                continue  # "they were in the attic all along"
            if not states & ways.unless[choice]:
                yield Told(choice, sure, part)
