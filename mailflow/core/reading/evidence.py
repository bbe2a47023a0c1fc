"""What clauses tell that speaks for a choice: a thing in a state ("the phone broke", "and the codes too") or a phrase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from mailflow.core.form import Field, Kind
from mailflow.core.reading import lostroute, losttogether
from mailflow.core.reading.anaphora import HAD_IN, PRONOUNS, is_held, refers_to
from mailflow.core.reading.clauses import ENDED, GONE, HAS, KEPT, NONE, Clause
from mailflow.core.reading.contrary import CONTRARY
from mailflow.core.reading.elliptic import left_out
from mailflow.core.reading.meaning import ADDRESS, CHOICE, Hit
from mailflow.core.reading.terms import Terms, Ways
from mailflow.core.reading.told import as_told

CLEAR = 0.7
_PHRASE = 0.8
HINT = 0.64  # counts only where nothing better tells a reason
_PERSONAL = frozenset({"phone", "device", "password"})
_IS = 5  # characters at most before the "not" of "is not", "were not": what follows is something else
_NEAR_NO = 25  # characters between a "no" and its thing
_NEAR_IT = 5  # between "access to" and a mail: " the "
_NEAR_PLACE = 15  # characters between "were on" and the place
_LESS = 0.05  # less sure: the thing stands in the clause before
_ACCESS = frozenset({"reached"})
_SEARCHED = frozenset({"done"})  # "I looked for the codes in my mail": what else it names is where
_LAY = KEPT | {"held"}  # "stored in"
_PRINTED = frozenset({"saved"})  # "as were the printed codes"
NO_STATE = _ACCESS | {NONE, "was_at", "is_at"}
RESERVED = frozenset({"if", "doubt", "why"})
_WISHED = frozenset({"if"})
_AS_WELL = frozenset({"too", "inside"})
_NEITHER = frozenset({NONE})
_SECOND_FACTOR = "lost_2fa"
_USELESS = frozenset({"useless"})
_UNVERIFIED = frozenset({"unverified"})
_MAIL = frozenset({"mailbox", "domain"})
_OF_ITS_MAIL = frozenset({"mailbox", "mail"})
_HELD = frozenset({"held"})
_NEXT_VERB = 1  # character
_OF_MY = 15  # characters: " von meinem "
_FIRST_TWO = 2  # phrases
_VAULT = ("things", "vault")
_ASIDE = frozenset({"an_address", "employer"})  # things where no other is spoken of


class Evidence(NamedTuple):
    """That a clause tells a choice of a field."""

    choice: str
    sure: float  # 0 to 1
    clause: Clause
    rank: int = 1  # 2: said of a thing that was spoken of before, and so the last word on it


def evidence_of(terms: Terms, field: Field, parts: Sequence[Clause]) -> Iterator[Evidence]:
    """All that the clauses tell of a field, in order but for what is told by leaving words out, which comes last."""
    ways, parts = terms.ways[field.key], as_told(parts)
    named: Clause | None = None  # the last clause that named a thing
    before: Clause | None = None  # the one before it in its sentence
    loss: Clause | None = None  # the last clause that told of a loss
    place: Clause | None = None  # the last one that was lost together with something
    mailbox = ways.things.get("mailbox", "")
    routed = lostroute.led_to(parts, mailbox) if mailbox else frozenset()
    addressed: Clause | None = None  # the last one that gave an address
    for last, part in zip((None, *parts), parts, strict=False):
        addressed = last if last is not None and last.traits & ADDRESS else addressed
        if part.traits & CHOICE or part.sentence in routed:
            yield from _by_words(field, ways, part, led_to=mailbox if part.sentence in routed else "")
        named_place = "place" in part.marks or "together" in part.marks
        place = (named_place and losttogether.lost_place(part, loss)) or place
        if not (part.things or part.states):
            yield from _by_place(ways, part, last, loss) if "same_place" in part.marks else ()
            continue
        lost = part.states & ENDED or (part.negated and part.states & HAS)
        loss = part if lost and not is_reserved(part) else loss
        if part.states & ENDED and not part.things and _is_of_address(part, last, addressed):
            yield from _by_things(ways, part, ("mailbox",), part.states, lost=True)
            continue
        if named is not None and _follows_from(part, named):
            kept = next((one for one in (before, named) if one is not None and one.states & KEPT), named)
            for told in _by_things(ways, part, kept.things[:1], part.states, lost=True):
                yield told._replace(rank=2)
            continue
        if part.things:
            yield from _by_own(ways, part, named, loss, last)
            yield from _lost_together(ways, part, named, place) if place or "together" in part.marks else ()
        if any(thing not in _ASIDE for thing in part.things):
            before = named if named is not None and named.sentence == part.sentence else None
            named = part
        elif part.states and named is not None and not part.topics and refers_to(part, named, last):
            yield from _by_reference(ways, part, named, lost=loss is not None)
    yield from _by_left_out(ways, parts, terms.opposites)


def _by_place(ways: Ways, part: Clause, last: Clause | None, loss: Clause | None) -> Iterator[Evidence]:
    """What a clause tells of the things of the one before it by no more than where they lay: with what was lost."""
    if last is not None and loss is not None and part.sentence == last.sentence:
        for told in _by_things(ways, part, last.things, GONE, lost=True):
            yield told._replace(rank=2)


def _by_reference(ways: Ways, part: Clause, named: Clause, *, lost: bool) -> Iterator[Evidence]:
    """What a clause tells of the things of one before it: of all of them if that one listed them, else of one."""
    if _is_of_its_place(part, named):
        return
    if (is_held(named) and part.states <= NO_STATE) or _knows_that(part) or _is_told_by_phrase(part):
        return  # "I found the codes. They were in a drawer."
    if named.of_other_service and "but" not in part.marks:
        return  # "My bank gave me codes, and I lost those."
    listed = bool(named.states - _SEARCHED) or any("and" in hit.means.speech for hit in named.hits)
    relative = "which" in part.marks and not part.marks & PRONOUNS
    if relative and named.states.isdisjoint(KEPT):
        meant = named.things[-1:]  # "my phone with the authenticator, which broke"
    else:
        meant = named.things if listed else named.things[:1]
    states = part.states - _USELESS  # "I have the codes, but each one is refused": they may yet mistype them
    if lost and part.break_before == "because" and "unable" in part.marks:
        states -= (
            _UNVERIFIED  # "The link goes to a mailbox that is closed, so I can't confirm it": the loss is why
        )
    if states & ENDED and named.states & _LAY:
        states |= GONE  # "the password was in the browser, and I reinstalled it"
    for told in _by_things(ways, part, meant, states, lost=lost):
        yield told._replace(sure=told.sure - _LESS, rank=2)


def _is_told_by_phrase(part: Clause) -> bool:
    """Whether all that is told stands in a phrase that says of what: "so | the confirmation never came"."""
    if not part.traits & CHOICE:
        return False
    whole = [hit for hit in part.hits if hit.means.choices]
    told = [hit for hit in part.hits if hit.means.states or hit.means.negates]
    return all(any(one.start <= hit.start and hit.end <= one.end for one in whole) for hit in told)


def _is_of_its_place(part: Clause, named: Clause) -> bool:
    """As in "The codes are in a safe, whose lock is broken", where it is the safe's."""
    whose = any("whose" in hit.means.speech for hit in part.hits[:_FIRST_TWO])
    return whose and losttogether.CODES.issuperset(named.things)


def _by_left_out(ways: Ways, parts: Sequence[Clause], opposites: Mapping[str, str]) -> Iterator[Evidence]:
    """What is told of the things spoken of before by what leaves them out."""
    before: Clause | None = None
    lost: set[str] = set()
    for last, part in pairwise(parts):
        if last.things and last.things[0] not in _ASIDE:
            before = last
            if last.states & ENDED:
                lost.update(last.things)
        if before is not None and ("deed" in part.marks or (lost and part.hits[0].end == part.mark)):
            states = left_out(part, last, before, lost, opposites)
            for told in _by_things(ways, part, before.things, states, lost=True):
                yield told._replace(rank=2)


def _lost_together(
    ways: Ways, part: Clause, before: Clause | None, place: Clause | None
) -> Iterator[Evidence]:
    """What is told of things that were lost with another: of those named before, or of a clause's own."""
    things: Sequence[str] = part.things if losttogether.is_on_it(part, place) else ()
    if before is not None and losttogether.went_along(part, before):
        things = before.things
    for told in _by_things(ways, part, things, GONE, lost=True):
        yield told._replace(rank=2)


def _is_of_address(part: Clause, last: Clause | None, addressed: Clause | None) -> bool:
    """As in "the reset link goes to x, which I closed" and "I signed up with x, but I can no longer use that"."""
    if last is None or addressed is None:
        return False
    relative = part.sentence == last.sentence and "which" in part.hits[0].means.speech
    if relative and "an_address" in last.hits[-1].means.things:
        return True
    return "of_use" in part.marks and part.sentence - addressed.sentence <= 1


def _follows_from(part: Clause, named: Clause) -> bool:
    """As in "The codes stayed on that phone, so they are lost": what was kept is, wherever it was."""
    told = part.break_before == "because" and part.states & ENDED and not (part.things or part.negated)
    if "which" in part.hits[0].means.speech:
        return False  # "… goes to my old address, | that since my exams there is no more"
    return bool(told) and part.sentence == named.sentence and named.states <= KEPT | _NEITHER


def _knows_that(part: Clause) -> bool:
    """As in "and I know that it is slow", where nothing is had."""
    return "aware" in part.says and "that" in part.marks


def _by_own(
    ways: Ways, part: Clause, before: Clause | None, loss: Clause | None, last: Clause | None
) -> Iterator[Evidence]:
    """What a clause tells of its own things, and of those that it is the place of."""
    if last is not None and losttogether.was_on_lost(part, last):
        yield from _by_things(ways, part, part.things, GONE, lost=True)
        return
    if "which" in part.marks and before is not None and _is_of_vault(part, before):
        yield from _by_things(ways, part, before.things, part.states & ENDED, lost=True)
        return
    states = _states(part, before, loss, last)
    if losttogether.was_kept_there(part):
        states = GONE if loss is not None and loss is last else states - HAS
    elif losttogether.was_kept_on(part):
        states = states - HAS | _PRINTED
    yield from _by_things(ways, part, part.things, states, lost=loss is not None)
    if before is not None and _is_place_of(part, before):
        yield from _by_things(ways, part, before.things, states & ENDED, lost=True)


def _is_of_vault(part: Clause, before: Clause) -> bool:
    """Whether what a clause tells of is that of a place for passwords: "a password safe | whose password I have forgotten"."""
    if part.sentence != before.sentence or "which" not in part.hits[0].means.speech:
        return False
    last = next((hit for hit in reversed(before.hits) if "things" in hit.means.tables), None)
    return last is not None and _VAULT in last.means.concepts


def _states(part: Clause, before: Clause | None, loss: Clause | None, last: Clause | None) -> frozenset[str]:
    """The states a clause tells of its things, those that it has from the clause before included."""
    if "inside" in part.marks and part.negated:
        return frozenset()  # "My bag is gone, but the phone was not in it."
    if _shares(part, loss) or (part.states & ENDED and losttogether.is_what_it_held(part)):
        return GONE
    if _is_with_employer(part):
        return GONE
    if "same" in part.marks and before is not None and part.sentence - before.sentence <= 1:
        # "The password is fine, and so is the phone", "It is his old mailbox, which is closed, and so is the phone".
        relative = last is not None and last.sentence == part.sentence and not last.things
        return (last.states if last is not None and relative else frozenset()) or before.states
    return part.states - {"held"} if _is_only_known(part) else part.states


def _is_with_employer(part: Clause) -> bool:
    """Whether a former employer has what it names: "My old company still has the phone"."""
    if part.things[0] != "employer" or part.states != _HELD:
        return False
    employer = next(hit for hit in part.hits if hit.means.things)
    return any("held" in hit.means.states and 0 < hit.start - employer.end <= _NEXT_VERB for hit in part.hits)


def _is_only_known(part: Clause) -> bool:
    """As in "Ich weiß, dass Codes wichtig sind", where the word for what one knows says of a thing behind the "that" nothing."""
    if not _knows_that(part):
        return False
    known = next((hit.end for hit in part.hits if "aware" in hit.means.says), part.end)
    that = next((hit.end for hit in part.hits if "that" in hit.means.speech and hit.start >= known), part.end)
    named = next((hit.start for hit in part.hits if hit.means.things), part.start)
    return known <= that <= named and all(
        "aware" in hit.means.says for hit in part.hits if "held" in hit.means.states
    )


def _is_place_of(part: Clause, before: Clause) -> bool:
    """Whether a clause goes on about where the things before it are: "the codes were on | the phone that was stolen"."""
    if before.states.isdisjoint(KEPT):
        return False
    goes_on = part.sentence == before.sentence and part.start - before.end <= _NEAR_PLACE
    return goes_on and part.break_before == "and"


def _shares(part: Clause, loss: Clause | None) -> bool:
    """Whether a clause only says that its things have the fate told just before: "the codes too", "no, only the phone"."""
    as_well = "too" in part.hits[0].means.speech
    where = "same_place" in part.marks and losttogether.CODES.issuperset(part.things)
    states = NO_STATE | HAD_IN if where else NO_STATE | _PRINTED if as_well else NO_STATE
    if loss is None or part.negated or not part.states <= states:
        return False
    if any("noun" in hit.means.names or "here" in hit.means.addresses for hit in part.hits):
        return False  # "My user name is x, and the address is this one too"
    if part.sentence - loss.sentence > 1 and not (
        losttogether.CODES.issuperset(part.things) and "only" not in part.marks
    ):
        return False  # of codes it is said last, and often far behind
    if loss.states & ENDED:
        same_breath = part.sentence == loss.sentence and part.break_before == "and"
        if "only" in part.marks and not loss.things:  # "what is lost is only the phone"
            return part.sentence == loss.sentence
        return not part.marks.isdisjoint(_AS_WELL) or (same_breath and part.states == _ACCESS)
    return "only" in part.marks  # "I have not lost the codes, only the phone."


def _meant(part: Clause, things: Iterable[str]) -> Iterable[str]:
    """The things a clause speaks of, without those that only belong to another: "the codes of my authenticator"."""
    named = [thing for thing in things if thing not in _ASIDE] or list(things)
    if "some_codes" in named and "second_factor" in named and not any(hit.means.breaks for hit in part.hits):
        named = [thing for thing in named if thing != "some_codes"]
    if "codes" in named and "second_factor" in named and _are_called_after_it(part):
        named = [thing for thing in named if thing != "second_factor"]
    if "some_codes" in named and (_are_asked_for(part) or _are_of_mailbox(part)):
        named = [thing for thing in named if thing != "some_codes"]
    if "mail" in named and (_names_mailbox(part) or _is_got_into(part)):
        named = ["mailbox" if thing == "mail" else thing for thing in named]
    # "the mail to confirm the address never came", "the mail with the verification link"
    if "verification_mail" in named and "unverified" not in part.states:
        named = [thing for thing in named if thing not in _OF_ITS_MAIL]
    return named


def _are_called_after_it(part: Clause) -> bool:
    """Whether a second factor is named only as what the codes are for: "I lost my 2FA recovery codes"."""
    named = [hit for hit in part.hits if hit.means.things]
    after = {
        one.start
        for one, other in pairwise(named)
        if "codes" in other.means.things and other.start - one.end == 1
    }
    return all(hit.start in after for hit in named if "second_factor" in hit.means.things)


def _are_asked_for(part: Clause) -> bool:
    """Whether the codes of a clause are those that a second factor shows: "it asks for codes that I don't have"."""
    told = [hit for hit in part.hits if _SECOND_FACTOR in hit.means.tells]
    return bool(told) and all(
        any(one.start <= hit.start < one.end for one in told)
        for hit in part.hits
        if "some_codes" in hit.means.things
    )


def _are_of_mailbox(part: Clause) -> bool:
    """Whether nothing but a "from my" stands between codes and a mailbox, whose they are: "the codes from my mail provider"."""
    told = [hit for hit in part.hits if hit.means.objects or hit.means.verb or "from" in hit.means.addresses]
    return any(
        "some_codes" in one.means.things
        and "from" in of.means.addresses
        and not _MAIL.isdisjoint(other.means.things)
        and other.start - one.end <= _OF_MY
        for one, of, other in zip(told, told[1:], told[2:], strict=False)
    )


def _names_mailbox(part: Clause) -> bool:
    """Whether a word for a mail goes on with the address of a mailbox: "the mail jo@example.org has been closed"."""
    return any(
        "mail" in one.means.things and "an_address" in other.means.things and other.start - one.end <= 1
        for one, other in pairwise(part.hits)
    )


def _is_got_into(part: Clause) -> bool:
    """As in "no access to that e-mail", "no longer have that e-mail": people call so what they read their mail in."""
    mails = [hit.start for hit in part.hits if "mail" in hit.means.things]
    led = any(
        "account" in hit.means.names and 0 <= start - hit.end <= _NEAR_IT
        for hit in part.hits
        for start in mails
    )
    return led or (bool(mails) and "no_more" in part.marks and not part.states.isdisjoint(GONE))


def _says_no(part: Clause, thing: str) -> bool:
    """Whether the "no" of a clause stands by a thing: "no recovery codes"; or is its last word: "… and there are none"."""
    if part.ends_in_none:
        return True
    nots = [hit for hit in part.hits if hit.means.negates]
    others = [hit.start for hit in part.hits if "is_not" in hit.means.addresses]
    if part.break_before == "comma" and "no_more" not in part.marks:
        # "The password, not the second factor": it is another thing, rather than that there is none.
        contrasts = {hit.start for hit in part.hits if "instead" in hit.means.addresses}
        first = next((hit.start for hit in part.hits if hit.means.things), part.end)
        nots = [hit for hit in nots if hit.start not in contrasts or hit.start > first]
    return any(
        hit.start - _NEAR_NO <= no.end and no.start <= hit.end + _NEAR_NO
        for hit in part.hits
        if thing in hit.means.things
        for no in nots
        if not any(0 <= no.start - start <= _IS and start < hit.start for start in others)
    )


def _by_words(field: Field, ways: Ways, part: Clause, *, led_to: str) -> Iterator[Evidence]:
    """What a clause tells by its phrases, or by having left those whose mailbox the mail goes to."""
    if part.traits & CHOICE:
        yield from _by_phrase(field, ways, part, led_to=led_to)
    if led_to and any(lostroute.is_parting(part, hit, led_to) for hit in part.hits):
        yield Evidence(led_to, CLEAR, part)


def _by_phrase(field: Field, ways: Ways, part: Clause, *, led_to: str) -> Iterator[Evidence]:
    """What a clause tells by a phrase that says it all: "lost my second factor".

    `led_to`: the choice of a lost mailbox, where the sentence tells of one by where the account's mail goes; "" elsewhere.
    """
    if ("if" in part.marks and not _only_wishes(part)) or part.of_other_service:
        return
    shown = "some_codes" in part.things and "some_codes" not in _meant(part, part.things)
    for hit in (hit for hit in part.hits if hit.means.choices and not _is_turned(part, hit)):
        if shown and ways.things.keys() >= losttogether.CODES:  # "the app shows no codes any more"
            continue
        for told, sure in ((hit.means.tells, _PHRASE), (hit.means.hints, HINT)):
            for choice in told:
                if choice in field.choices and not part.states & ways.unless[choice]:
                    clear = led_to and choice != led_to
                    yield Evidence(choice, max(sure, CLEAR) if clear else sure, part)
    if field.kind is Kind.REASON and not part.negated:  # in the form's own words
        for choice in choices_named(field, part):
            if choice != "other":
                yield Evidence(choice, _PHRASE, part)


def _only_wishes(part: Clause) -> bool:
    """Whether the only condition in it is that of a polite wish: "I would like my 2FA removed"."""
    wishes = [hit for hit in part.hits if "wanted" in hit.means.addresses]
    return bool(wishes) and all(
        any(hit.start <= wish.start <= hit.end for wish in wishes)
        for hit in part.hits
        if "if" in hit.means.speech
    )


def is_reserved(part: Clause) -> bool:
    """Whether what a clause tells is only supposed; an "I think" as its last word is no more than modest."""
    if part.marks.isdisjoint(RESERVED):
        return False
    if "denies_next" in part.marks and part.marks.isdisjoint(RESERVED - _WISHED) and _only_wishes(part):
        return False  # a verb with its own subject: "I would like you to change it I don't have any codes"
    modest = [hit for hit in part.hits[1:] if hit is part.hits[-1] and "modest" in hit.means.speech]
    return any(hit not in modest and hit.means.speech & RESERVED for hit in part.hits)


def _is_turned(part: Clause, phrase: Hit) -> bool:
    """Whether the loss in a phrase has none in its clause: "I have not | lost my authenticator", "I thought I | lost my authenticator".

    And whether what it asks for is not to be done: "don't | reset my 2FA".
    """
    if _is_forbidden(part, phrase):
        return True
    if part.states.isdisjoint(HAS):
        return False
    denied = any(hit.means.negates and hit.start < phrase.start for hit in part.hits)
    return (denied or not CONTRARY.isdisjoint(part.marks)) and any(
        phrase.start <= hit.start and hit.end <= phrase.end and not ENDED.isdisjoint(hit.means.states)
        for hit in part.hits
    )


def _is_forbidden(part: Clause, phrase: Hit) -> bool:
    first = part.hits[0]
    at_once = (
        first.means.negates and "unable" not in first.means.speech and 0 <= phrase.start - first.end <= 1
    )
    return at_once and any(
        "reset" in hit.means.states and phrase.start <= hit.start < phrase.end for hit in part.hits
    )


def _of_another(part: Clause, things: Iterable[str]) -> bool:
    """Whether its things are another's: those of another service, or what a colleague lost who has only that."""
    peer = "peer" in part.marks and "which" not in part.marks and _PERSONAL.issuperset(things)
    return peer or part.of_other_service


def _by_things(
    ways: Ways, part: Clause, things: Sequence[str], states: frozenset[str], *, lost: bool
) -> Iterator[Evidence]:
    if not states or is_reserved(part) or _of_another(part, things):
        return
    if part.question and (part.break_before != "because" or "which" in part.hits[0].means.speech):
        return  # but "can you help, because I lost my phone?" gives the reason for a question
    if states & HAD_IN and lost and len(set(things)) > 1 and "and" not in part.marks and "new" not in states:
        states |= {"was_at"}  # "I had the codes on that phone", which is lost; but not "on my new phone"
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
                # "his mailbox is closed, and the authenticator was on his phone"
                went = state == "was_at" and lost and thing == "second_factor"
                yield Evidence(choice, max(sure, CLEAR) if went else sure, part)


def without_explained(ways: Ways, evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """The evidence without what another choice explains that is told too.

    Of an address that was never verified, what has expired or cannot be reached is the link, unless a mailbox is named; and who
    mistyped it has lost none.
    """
    told = {one.choice for one in evidence}
    clear = {one.choice for one in evidence if one.sure >= CLEAR}
    for one in evidence:
        yields, beside = ways.yields[one.choice], ways.beside[one.choice]
        explained = (
            other for other, states in yields.items() if other in told and states & one.clause.states
        )
        if other := next(explained, ""):
            yield one._replace(choice=other, sure=CLEAR)
            continue
        if all(things & {*one.clause.things} for other, things in beside.items() if other in clear):
            yield one


def choices_named(field: Field, part: Clause) -> list[str]:
    """The choices that a clause names in the form's own words, but for the "lost the password" of "lost the | password of that email"."""
    return [
        choice
        for hit in part.hits
        for choice in hit.means.named
        if choice in field.choices and not _goes_on_with_mailbox(part, hit)
    ]


def _goes_on_with_mailbox(part: Clause, hit: Hit) -> bool:
    return any(
        hit.start < one.start < hit.end < one.end for one in part.hits if "mailbox" in one.means.things
    )
