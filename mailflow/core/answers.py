"""Reads the answers of the form out of a mail's lines, each with where it stood and how it was read.

`read_answers` lists the ways of reading in the order in which they are tried; `core/reading/` has each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import starmap

from mailflow.core.answer import Answer, Doubt, Reading
from mailflow.core.answerwords import AnswerWords
from mailflow.core.form import Field, Form, Kind
from mailflow.core.letters import STILL_NEEDED
from mailflow.core.reading import (
    addresses,
    afterthoughts,
    agreed,
    agreements,
    askedagain,
    bound,
    boxes,
    candidates,
    choices,
    chosen,
    columns,
    composed,
    confirmed,
    context,
    crosses,
    dictated,
    framed,
    guessed,
    links,
    names,
    numbering,
    offered,
    plainly,
    questions,
    replaced,
    respelled,
    runtogether,
    salutation,
    settle,
    spacing,
    speakers,
    spokensigns,
    typedmarkup,
    unanswered,
    unreal,
    withdrawn,
    works,
)
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import clauses
from mailflow.core.reading.evidence import CLEAR, HINT
from mailflow.core.reading.fresh import SUBJECT, Fresh, lay_out
from mailflow.core.reading.likeness import Writer
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.numbering import NUMBERED
from mailflow.core.reading.ordered import in_form_order, ordered
from mailflow.core.reading.pages import outer_lines
from mailflow.core.reading.slots import BEHIND_STATEMENT, Slot, find_slots, in_brief
from mailflow.core.reading.taken import Taken
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.values import read_slot
from mailflow.core.text import Line, Mark

_WORDS_KEPT = 1000  # characters of the person's own words
_IMPLIED = 0.7
_STILL_PROSE = frozenset({Kind.REASON, Kind.TEXT})  # a reason told at length may answer more than the reason
_LEAD = 12  # characters of a slot before an address: "<", "mailto:"
_Span = tuple[int, int]  # where a part of the text begins and ends


def read_answers(
    lines: Sequence[Line],
    form: Form,
    asked: Sequence[str] | None,
    words: AnswerWords,
    sender: str = "",
    sender_name: str = "",
) -> Reading:
    """`asked`: the items our last letter asked for, in its order, and `STILL_NEEDED`; None where there is no case yet.

    `sender`: for "the address I write from"; with the display name for account names that are like the person's own. What a
    mail says in its subject stands in a line with the number 0, see `with_subject`; its body has the last word.
    """
    terms = words.terms(form)
    lines, left_out = outer_lines(lines)
    spelled = respelled.put_right(lines, terms)
    writer = Writer(sender, sender_name)
    fresh = lay_out(
        _as_meant(spelled.lines, terms, writer), terms, sender if asked is not None else "", left_out
    )
    if not fresh.text.strip():
        return Reading(unread=fresh.unread)
    reader = _Reader(fresh, terms, asked, writer)
    claims = reader.claims()
    settled, doubts = settle.settle(_subject_last(fresh, claims), terms)
    answers = {key: _answer(fresh, claim) for key, claim in settled.items()}
    said = {key: tuple(_answer(fresh, claim) for claim in some) for key, some in doubts.items()}
    if spelled.written:
        answers = {
            key: respelled.as_written(answer, spelled, lines, terms) for key, answer in answers.items()
        }
        said = {
            key: tuple(respelled.as_written(one, spelled, lines, terms) for one in some)
            for key, some in said.items()
        }
    weighed = {**doubts, **{key: (claim,) for key, claim in settled.items()}}
    plain = frozenset(key for key, some in weighed.items() if any(map(reader.is_plain, some)))
    return Reading(answers, tuple(starmap(Doubt, said.items())), fresh.unread, plain)


def with_subject(subject: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a mail with its subject, if it has one of its own, as a paragraph before them."""
    if not subject:
        return tuple(lines)
    return (Line(subject, Mark.FRESH, SUBJECT), Line("", Mark.FRESH, SUBJECT), *lines)


def _as_meant(lines: Sequence[Line], terms: Terms, writer: Writer) -> Sequence[Line]:
    """The lines as plain words and labels: without markup, who speaks, what was not chosen, a greeting, a signature.

    Each step is given the person's own words as one text, too, which tells at once that most mails have nothing for it.
    """
    lines = typedmarkup.as_text(lines)
    own = "\n".join([line.text for line in lines if line.mark is Mark.FRESH])
    lines = spacing.put_right(lines, own, terms)
    lines = spokensigns.as_written(lines, own, terms)
    lines = speakers.without(lines, own, terms)
    lines = runtogether.parted(lines, own, terms)
    lines = dictated.parted(lines, own, terms)
    lines = offered.chosen(lines, own, terms)
    lines = columns.as_labels(lines, own, terms)
    return salutation.without_greeting(salutation.without_name(lines, terms, writer), terms)


def _subject_last(fresh: Fresh, claims: Iterable[Claim]) -> Iterator[Claim]:
    """A subject is a title: what it tells counts where the body tells nothing of it, and of reasons it only hints."""
    for claim in claims:
        if claim.start >= fresh.subject:
            yield claim
        elif isinstance(claim.value, tuple):
            yield claim._replace(
                sure=min(claim.sure, HINT)
            )  # reasons and projects add up, whatever their rank
        else:
            yield claim._replace(rank=0)


class _Reader:
    """One mail while it is read: what all ways of reading look at, what they have read, and what of the text they took."""

    def __init__(self, fresh: Fresh, terms: Terms, asked: Sequence[str] | None, writer: Writer) -> None:
        self._fresh, self._terms, self._writer = fresh, terms, writer
        self._first = asked is None
        self._wanted = frozenset(asked or ())
        items = tuple(item for item in asked or () if item != STILL_NEEDED)
        self._questions = questions.quoted(fresh, terms, items)
        self._numbered = questions.numbered(self._questions, terms, items)
        self._items = [question.item for question in self._questions]
        self._boxes = boxes.find_boxes(fresh)
        self._taken = Taken(fresh)
        self._claims: list[Claim] = []
        self._mentioned: list[Claim] = []  # what prose says and does not give
        self._filled: frozenset[Claim] = frozenset()  # what the form's own fields hold

    def claims(self) -> list[Claim]:
        """Every reading of every rule: first where the form was filled in, then prose, then what our letter explains."""
        self._read_form()
        self._filled = frozenset(self._claims)
        hits, free = self._taken.left(self._fresh.hits), self._taken.free()
        if self._boxes:
            self._claims = list(boxes.without_disowned(self._terms, self._claims, hits))
        self._claims += self._of_prose(self._prose(hits, free))
        self._read_context(free)
        self._claims = names.without_unlike(self._terms, self._claims, self._writer)
        wanted = frozenset(self._terms.form.items if self._first else self._items)
        self._claims += self._given(self._last_resort(hits, free, wanted))
        self._take_back()
        return self._without_stray_hints(wanted)

    def is_plain(self, claim: Claim) -> bool:
        """Whether it names an account that is plainly said to be the writer's."""
        if claim.field not in self._terms.form.account_keys:
            return False
        place, _ = framed.value_of(self._fresh, claim)
        return claim in self._filled or plainly.says_plainly(self._fresh, self._terms, claim, place)

    def _take_back(self) -> None:
        """Leave out what the words around it take back."""
        fresh, terms = self._fresh, self._terms
        claims = unreal.without_unreal(fresh, terms, self._claims)
        claims = framed.without_quoted(fresh, claims)
        claims = withdrawn.without_taken_back(fresh, terms, bound.without_unfilled(fresh, terms, claims))
        claims = unanswered.without_unanswered(fresh, terms, claims)
        claims = bound.without_bound(fresh, terms, claims)
        self._claims = list(afterthoughts.without_second_thoughts(fresh, terms, claims))

    def _of_prose(self, said: list[Claim]) -> list[Claim]:
        """What prose gives, and what of it is mentioned only; no mailbox is lost where its address is: "I never signed up with x"."""
        given = self._given(said)
        self._mentioned = [claim for claim in said if claim not in given]
        return [claim for claim in given if not self._is_of_mentioned(claim)]

    def _is_of_mentioned(self, claim: Claim) -> bool:
        fields = self._terms.form.by_key
        return fields[claim.field].kind is Kind.REASON and any(
            fields[one.field].kind is Kind.ADDRESS and claim.start <= one.start < claim.end
            for one in self._mentioned
        )

    def _given(self, claims: Iterable[Claim]) -> list[Claim]:
        """The claims less those of names and addresses that their sentence only mentions."""
        return list(framed.without_mentioned(self._fresh, self._terms, claims))

    # Where the form was filled in

    def _read_form(self) -> None:
        """Boxes and slots. What they take of the text is no prose, and neither are our own words."""
        fresh, taken = self._fresh, self._taken
        self._claims += (chosen := list(guessed.confirmed(fresh, self._terms, self._questions)))
        taken.add(*((claim.start, claim.end) for claim in chosen))
        stated = list(context.answered_statements(fresh, self._terms))
        repeated = [*context.restated(fresh, self._terms), *stated]
        slots = self._slots(repeated)
        pasted = bool(self._boxes or stated) or any(not slot.own for slot in slots)
        crossed = list(crosses.crosses(fresh, self._terms))
        taken.add(*((cross.start, cross.end) for cross in crossed))
        self._claims += [cross.claim for cross in crossed if cross.claim is not None]
        taken.add(*boxes.spans(fresh, self._terms, self._boxes), *fresh.boxed)
        taken.add(*context.ours(fresh, self._terms, statements=pasted))
        self._claims += boxes.read_boxes(fresh, self._terms, self._boxes, slots)
        self._read_slots(slots)
        taken.add(*((slot.label, slot.end) for slot in repeated))

    def _slots(self, repeated: Sequence[Slot]) -> list[Slot]:
        fresh, terms = self._fresh, self._terms
        labelled = find_slots(fresh, terms, self._items)
        slots = [
            *columns.in_row(fresh, terms, self._items),
            *askedagain.answered(fresh, terms),
            *boxes.behind_open(fresh, self._boxes, boxes.behind_statements(fresh, labelled)),
            *columns.under_labels(fresh, terms, self._items),
            *numbering.numbered(fresh, terms, self._numbered),
            *context.inline(fresh, terms, self._questions),
            *repeated,
        ]
        if not slots:
            slots = in_form_order(fresh, terms) if self._first else self._in_order()
        return [*in_brief(fresh, terms, self._items), *slots]

    def _in_order(self) -> list[Slot]:
        """Nothing where "yes, yes" may only say that they still need us."""
        fresh, terms = self._fresh, self._terms
        slots = ordered(fresh, terms, self._questions)
        said = (agreements.bare(fresh.text[slot.start : slot.end], terms) for slot in slots)
        return [] if STILL_NEEDED in self._wanted and all(said) else slots

    def _read_slots(self, slots: Sequence[Slot]) -> None:
        last: tuple[int, int] | None = None  # two numbers may have one answer: "1 and 2: yes"
        read: list[Claim] = []
        for slot in slots:
            place = (slot.start, slot.end)
            if place == last or not self._taken.touches(*place):
                read = self._read_slot(slot) or list(agreements.as_before(self._fresh, slot, read))
                self._claims += read
                last = place

    def _read_slot(self, slot: Slot) -> list[Claim]:
        read = list(read_slot(self._fresh, self._terms, slot))
        if not read and slot.rule == NUMBERED:
            worded = self._fresh.text[slot.label : slot.start].lstrip()[:1].isalpha()  # "No. 2" says no "no"
            end = slot.start if worded else slot.label
            self._taken.add((slot.label, end if slot.fields else slot.end))
        elif not read and slot.rule == BEHIND_STATEMENT:
            self._taken.add((slot.label, slot.end))  # the statement is ours, whatever they answer
        for claim in read[:]:
            if self._terms.registered is not None and claim.field == self._terms.registered.key:
                read += choices.beside_address(self._fresh, self._terms, claim)
        for claim in read:
            kind = self._terms.form.by_key[claim.field].kind
            end = slot.start if kind in _STILL_PROSE else claim.end
            if kind is Kind.ADDRESS:
                end = addresses.end_of_choice(self._fresh, slot, claim.end)
            if kind is Kind.AGREEMENT:
                end = self._till_other(slot, claim.field)
            told = kind is Kind.ADDRESS and claim.start - slot.start > _LEAD  # in prose behind the label
            self._taken.add(
                *(((slot.label, slot.start), (claim.start, end)) if told else ((slot.label, end),))
            )
        return read

    def _till_other(self, slot: Slot, field: str) -> int:
        """Where an answer ends that goes on to another agreement: "Code of conduct: yes, | and I know that it takes long".

        So it does at the line above one with an address: "5. yes", and below it "please use x".
        """
        below = next(
            (one.start for one in self._fresh.addresses if slot.start < one.start < slot.end), slot.start
        )
        if (line := self._fresh.starts[self._fresh.line_at(below)]) > slot.start:
            return line
        hits = self._fresh.within(slot.start, slot.end)
        other = next((hit for hit in hits if hit.means.topics and field not in hit.means.topics), None)
        before = (hit for hit in hits if other and hit.start < other.start)
        return next((hit.start for hit in before if hit.means.breaks == "comma"), slot.end)

    # Prose, and what our letter explains

    def _prose(self, hits: tuple[Hit, ...], free: Sequence[_Span]) -> list[Claim]:
        """`hits`, `free`: the phrases and the parts of the text that are prose."""
        fresh, terms = self._fresh, self._terms
        named = [*names.in_prose(fresh, terms, hits), *self._composed()]
        named += self._put_right(named)
        parts = clauses(names.without_announcements(hits, named), terms.opposites)
        claims = [
            *named,
            *choices.in_prose(terms, choices.headed(fresh, parts)),
            *choices.pasted(fresh, terms),
            *agreed.in_prose(fresh, terms, parts),
            *links.in_prose(fresh, terms, hits),
        ]
        lost = self._lost_address((*self._claims, *claims))
        claims += addresses.in_prose(
            fresh,
            terms,
            parts,
            free,
            sender=self._writer.address,
            lost=lost,
            asked=self._items,
            first=self._first,
        )
        return claims

    def _put_right(self, named: Sequence[Claim]) -> list[Claim]:
        name = self._terms.name
        claims = (*self._claims, *named)
        if name is None:
            return []
        return list(replaced.later(self._fresh, self._terms, name, claims, first=self._first))

    def _composed(self) -> Iterator[Claim]:
        field = self._terms.name
        if field is not None:
            asked = field.item in self._items
            yield from composed.in_prose(self._fresh, self._terms, field, self._writer.address, asked=asked)

    def _lost_address(self, claims: Iterable[Claim]) -> bool:
        """Whether a reason is told by which the account has to get another address."""
        reasons = {choice for _, choice in self._terms.implied.values()}
        return any(
            not reasons.isdisjoint(claim.value)
            for claim in claims
            if isinstance(claim.value, tuple) and claim.sure >= CLEAR
        )

    def _read_context(self, free: Sequence[_Span]) -> None:
        fresh, terms = self._fresh, self._terms
        said = context.read_context(fresh, terms, self._questions, self._claims, free, self._wanted)
        self._claims += self._given(said)
        if terms.wanted and terms.wanted.item in self._items and terms.wanted.key not in self._said():
            self._claims += addresses.this_one(fresh, terms, free, self._writer.address)
        if self._first and (open_items := boxes.left_open(fresh, terms, self._boxes)):
            self._claims += context.yes_to_open_boxes(fresh, terms, open_items, free)
        if not self._first and (terms.registered is None or terms.registered.key not in self._said()):
            self._claims += confirmed.registered(fresh, terms)
            self._put_address_right(confirmed.put_right(fresh, terms))
        if not (self._first or self._items):
            self._claims += chosen.in_answer(fresh, terms, free)
            self._claims = [claim for claim in self._claims if not chosen.is_corrected(fresh, terms, claim)]
            self._claims += chosen.lone_address(fresh, terms) if not self._gives_value() else ()
        self._claims += list(self._implied())

    def _put_address_right(self, claims: Iterable[Claim]) -> None:
        """Take an address for the account's that the words alone would have for the new one."""
        for claim in claims:
            self._claims = [*(one for one in self._claims if one.value != claim.value), claim]

    def _gives_value(self) -> bool:
        return any(not isinstance(claim.value, bool) for claim in self._claims)

    def _said(self) -> set[str]:
        """The fields of which something is read."""
        return {claim.field for claim in self._claims}

    def _implied(self) -> Iterator[Claim]:
        """Who names an account and the address it should get gives the reason with it."""
        terms, said = self._terms, self._said()
        account = {field.key for field in (terms.name, terms.registered) if field is not None}
        if terms.name is None or said.isdisjoint(account):
            return
        for claim in self._claims:
            reason, choice = terms.implied.get(claim.field, ("", ""))
            asked = reason and (self._first or terms.form.by_key[reason].item in self._items)
            if asked and reason not in said:
                yield Claim(reason, (choice,), f"implied by {claim.field}", _IMPLIED, claim.start, claim.end)

    # What is only likely

    def _last_resort(
        self, hits: tuple[Hit, ...], free: Sequence[_Span], wanted: AbstractSet[str]
    ) -> Iterator[Claim]:
        """What is only likely, for what is still `wanted` and of which nothing else is read."""
        fresh, terms, said = self._fresh, self._terms, self._said()
        left = [field for field in terms.form.fields if field.item in wanted and field.key not in said]
        names_read = [claim for claim in self._claims if terms.name and claim.field == terms.name.key]
        if terms.name is not None and not names_read:
            names_read = self._likely_name(terms.name, free, wanted=terms.name in left)
            yield from names_read
        for field in terms.form.of_kind(Kind.LIST):
            if field.key not in said:
                others = {str(claim.value).lower() for claim in names_read}
                yield from works.in_prose(fresh, terms, field, free, others)
        reasons = [field for field in left if field.kind is Kind.REASON]
        parts = clauses(hits, terms.opposites) if reasons else []
        for field in reasons:
            yield from choices.mentioned(fresh, terms, field, parts)

    def _likely_name(self, field: Field, free: Sequence[_Span], *, wanted: bool) -> list[Claim]:
        fresh, terms = self._fresh, self._terms
        others = {
            one.lower() for claim in self._claims if isinstance(claim.value, tuple) for one in claim.value
        }
        corrected = any("correct" in hit.means.speech for hit in fresh.hits)
        found = candidates.in_prose(
            fresh,
            terms,
            field,
            free,
            others,
            self._writer,
            self._given,
            wanted=wanted or corrected,
            asked=field.item in self._items,
        )
        if any(claim.field == field.key for claim in self._mentioned):
            return [
                claim for claim in found if claim.sure >= candidates.SHAPED
            ]  # the word that it stands for may be any
        return list(found) or (list(names.set_apart(fresh, terms, field)) if wanted else [])

    def _without_stray_hints(self, wanted: AbstractSet[str]) -> list[Claim]:
        """What only hints at a reason counts where a reason is wanted; in a first mail, if it says something else too."""
        hints = [
            claim
            for claim in self._claims
            if isinstance(claim.value, tuple) and (claim.sure <= HINT if self._first else claim.sure < CLEAR)
        ]
        if self._first and len(hints) < len(self._claims):
            return self._claims
        by_key = self._terms.form.by_key
        stray = [claim for claim in hints if self._first or by_key[claim.field].item not in wanted]
        return [claim for claim in self._claims if claim not in stray]


def _answer(fresh: Fresh, claim: Claim) -> Answer:
    index = fresh.line_at(claim.start)
    line, begin = fresh.lines[index], fresh.starts[index]
    # Of lines that were put together: where the one before its own ends.
    broken = line.text.rfind("\n", 0, claim.start - begin)
    first = broken + 1 if broken >= 0 else -line.begin
    return Answer(
        field=claim.field,
        value=claim.value,
        words=" ".join(fresh.text[claim.start : claim.end].split())[:_WORDS_KEPT],
        line=line.number + line.text.count("\n", 0, broken + 1),
        start=claim.start - begin - first,
        end=min(claim.end - begin, len(line.text)) - first,
        rule=claim.rule,
        sure=claim.sure,
    )
