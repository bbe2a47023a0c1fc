"""Reads the answers of the form out of a mail's lines, each with where it stood and how it was read.

`read_answers` lists the ways of reading in the order in which they are tried; `core/reading/` has each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from mailflow.core.answer import Answer, Doubt, Reading
from mailflow.core.answerwords import AnswerWords
from mailflow.core.form import Form, Kind
from mailflow.core.reading import (
    addresses,
    agreed,
    agreements,
    boxes,
    candidates,
    choices,
    chosen,
    confirmed,
    context,
    links,
    names,
    numbering,
    questions,
    settle,
    works,
)
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import clauses
from mailflow.core.reading.evidence import CLEAR, HINT
from mailflow.core.reading.fresh import SUBJECT, Fresh, lay_out
from mailflow.core.reading.likeness import Writer
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.ordered import in_form_order, ordered
from mailflow.core.reading.slots import Slot, find_slots
from mailflow.core.reading.taken import Taken
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.values import read_slot
from mailflow.core.text import Line, Mark

_WORDS_KEPT = 1000  # characters of the person's own words
_IMPLIED = 0.7
_ONE_VALUE = frozenset({Kind.NAME, Kind.ADDRESS, Kind.URL})  # what stands behind it is prose
_STILL_PROSE = frozenset({Kind.REASON, Kind.TEXT})  # a reason told at length may answer more than the reason


def read_answers(
    lines: Sequence[Line],
    form: Form,
    asked: Sequence[str] | None,
    words: AnswerWords,
    sender: str = "",
    sender_name: str = "",
) -> Reading:
    """`asked`: the items our last letter asked for, in its order; None where there is no case yet.

    `sender`: for "the address I write from"; with the display name for account names that are like the person's own. What a
    mail says in its subject stands in a line with the number 0, see `with_subject`; its body has the last word.
    """
    terms = words.terms(form)
    fresh = lay_out(lines, terms, sender if asked is not None else "")
    if not fresh.text.strip():
        return Reading(unread=fresh.unread)
    claims = _subject_last(
        fresh, _claims(fresh, terms, asked or (), sender, sender_name, first=asked is None)
    )
    settled, doubts = settle.settle(claims, terms)
    return Reading(
        {key: _answer(fresh, claim) for key, claim in settled.items()},
        tuple(Doubt(key, tuple(_answer(fresh, claim) for claim in said)) for key, said in doubts.items()),
        fresh.unread,
    )


def with_subject(subject: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a mail with its subject, if it has one of its own, as a paragraph before them."""
    if not subject:
        return tuple(lines)
    return (Line(subject, Mark.FRESH, SUBJECT), Line("", Mark.FRESH, SUBJECT), *lines)


def _subject_last(fresh: Fresh, claims: Iterable[Claim]) -> Iterator[Claim]:
    """A subject is a title: what it tells counts where the body tells nothing of it, and of reasons it only hints."""
    for claim in claims:
        if claim.start >= fresh.subject:
            yield claim
        elif isinstance(claim.value, tuple):
            yield claim._replace(rank=0, sure=min(claim.sure, HINT))
        else:
            yield claim._replace(rank=0)


def _claims(
    fresh: Fresh, terms: Terms, asked: Sequence[str], sender: str, sender_name: str, *, first: bool
) -> list[Claim]:
    """Every reading of every rule: first where the form was filled in, then prose, then what our letter explains."""
    asks = questions.quoted(fresh, terms, asked)
    numbered = questions.numbered(asks, terms, asked)
    asked = [question.item for question in asks]
    found = boxes.find_boxes(fresh)
    repeated = context.restated(fresh, terms)
    labelled = find_slots(fresh, terms, asked, boxes.stated_lines(fresh, terms, found))
    slots = [
        *boxes.behind_open(fresh, found, boxes.behind_statements(fresh, terms, labelled)),
        *numbering.numbered(fresh, numbered),
        *context.inline(fresh, terms, asks),
        *repeated,
    ]
    slots = slots or (in_form_order(fresh, terms) if first else ordered(fresh, terms, asks))
    pasted = bool(found) or any(not slot.own for slot in slots)
    taken = Taken(fresh)
    taken.add(*boxes.spans(fresh, terms, found), *fresh.boxed)
    taken.add(*context.ours(fresh, terms, statements=pasted))
    claims = list(boxes.read_boxes(fresh, terms, found, slots))
    last = None
    read: list[Claim] = []
    for slot in slots:
        if (slot.start, slot.end) == last or not taken.touches(slot.start, slot.end):
            read = _slot(fresh, terms, slot, taken) or [
                *agreements.as_before(fresh, slot, read),
                *addresses.same_in_slot(fresh, slot, sender),
            ]
            claims += read
            last = (slot.start, slot.end)
    taken.add(*((slot.label, slot.end) for slot in repeated))
    hits, free = taken.left(fresh.hits), taken.free()
    claims = [*(boxes.without_disowned(terms, claims, hits) if found else claims)]
    claims += _prose(fresh, terms, hits, free, claims, sender, asked, first=first)
    claims += context.read_context(fresh, terms, asks, claims, free)
    if first and (open_items := boxes.left_open(fresh, terms, found)):
        claims += context.yes_to_open_boxes(fresh, terms, open_items, free)
    if not first and all(terms.registered is None or claim.field != terms.registered.key for claim in claims):
        claims += confirmed.registered(fresh, terms)
    if not (first or asked):
        claims += chosen.in_answer(fresh, terms, free)
        claims += chosen.lone_address(fresh, terms) if not claims else ()
    claims += _implied(terms, None if first else asked, claims)
    wanted = frozenset(terms.form.items if first else asked)
    writer = Writer(sender, sender_name)
    claims = names.without_unlike(terms, claims, writer)
    claims += _last_resort(fresh, terms, hits, free, claims, wanted, writer)
    return _without_stray_hints(terms, wanted, claims, first=first)


def _slot(fresh: Fresh, terms: Terms, slot: Slot, taken: Taken) -> list[Claim]:
    read = list(read_slot(fresh, terms, slot))
    for claim in read:
        kind = terms.form.by_key[claim.field].kind
        end = slot.start if kind in _STILL_PROSE else claim.end if kind in _ONE_VALUE else slot.end
        taken.add((slot.label, end))
    return read


def _prose(
    fresh: Fresh,
    terms: Terms,
    hits: tuple[Hit, ...],
    free: Sequence[tuple[int, int]],
    read: Sequence[Claim],
    sender: str,
    asked: Sequence[str],
    *,
    first: bool,
) -> list[Claim]:
    """`hits`, `free`: the phrases and the parts of the text that are prose. `read`: what has been read already."""
    named = list(names.in_prose(fresh, terms, hits))
    parts = clauses(names.without_announcements(hits, named), terms.opposites)
    claims = [
        *named,
        *choices.in_prose(terms, parts),
        *choices.pasted(fresh, terms),
        *agreed.in_prose(fresh, terms, parts),
        *links.in_prose(fresh, terms, hits),
    ]
    lost = any(
        choice in claim.value
        for claim in (*read, *claims)
        for _, choice in terms.implied.values()
        if isinstance(claim.value, tuple) and claim.sure >= CLEAR
    )
    claims += addresses.in_prose(
        fresh, terms, parts, free, sender=sender, lost=lost, asked=asked, first=first
    )
    return claims


def _last_resort(
    fresh: Fresh,
    terms: Terms,
    hits: tuple[Hit, ...],
    free: Sequence[tuple[int, int]],
    claims: Sequence[Claim],
    wanted: AbstractSet[str],
    writer: Writer,
) -> Iterator[Claim]:
    """What is only likely, for what is still wanted and of which nothing else is read."""
    said = {claim.field for claim in claims}
    left = [field for field in terms.form.fields if field.item in wanted and field.key not in said]
    names_read = [claim for claim in claims if terms.name is not None and claim.field == terms.name.key]
    if terms.name is not None and not names_read:
        others = {one.lower() for claim in claims if isinstance(claim.value, tuple) for one in claim.value}
        asked = terms.name in left or any("correct" in hit.means.speech for hit in fresh.hits)
        names_read = list(candidates.in_prose(fresh, terms, terms.name, free, others, writer, wanted=asked))
        if terms.name in left and not names_read:
            names_read = list(names.set_apart(fresh, terms, terms.name))
        yield from names_read
    for field in terms.form.of_kind(Kind.LIST):
        if field.key not in said:
            others = {str(claim.value).lower() for claim in names_read}
            yield from works.in_prose(fresh, terms, field, free, others)
    reasons = [field for field in left if field.kind is Kind.REASON]
    parts = clauses(hits, terms.opposites) if reasons else []
    for field in reasons:
        yield from choices.mentioned(terms, field, parts)


def _without_stray_hints(
    terms: Terms, wanted: AbstractSet[str], claims: Sequence[Claim], *, first: bool
) -> list[Claim]:
    """What only hints at a reason counts where a reason is wanted; in a first mail, if it says something else too."""
    hints = [
        claim
        for claim in claims
        if isinstance(claim.value, tuple) and (claim.sure <= HINT if first else claim.sure < CLEAR)
    ]
    if first and len(hints) < len(claims):
        return list(claims)
    stray = [claim for claim in hints if first or terms.form.by_key[claim.field].item not in wanted]
    return [claim for claim in claims if claim not in stray]


def _implied(terms: Terms, asked: Sequence[str] | None, claims: Sequence[Claim]) -> Iterator[Claim]:
    """Who names an account and the address it should get gives the reason with it."""
    said = {claim.field for claim in claims}
    if terms.name is None or not said & {
        terms.name.key,
        *([terms.registered.key] if terms.registered else []),
    }:
        return
    for claim in claims:
        reason, choice = terms.implied.get(claim.field, ("", ""))
        if reason and reason not in said and (asked is None or terms.form.by_key[reason].item in asked):
            yield Claim(reason, (choice,), f"implied by {claim.field}", _IMPLIED, claim.start, claim.end)


def _answer(fresh: Fresh, claim: Claim) -> Answer:
    index = fresh.line_at(claim.start)
    line, begin = fresh.lines[index], fresh.starts[index]
    return Answer(
        field=claim.field,
        value=claim.value,
        words=" ".join(fresh.text[claim.start : claim.end].split())[:_WORDS_KEPT],
        line=line.number,
        start=claim.start - begin,
        end=min(claim.end - begin, len(line.text)),
        rule=claim.rule,
        sure=claim.sure,
    )
