"""What only our last letter explains: answers below its questions, a bare "yes", a lone value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from mailflow.core.form import Field, Kind
from mailflow.core.reading import agreements, alone, below, choices, questions
from mailflow.core.reading.apart import (
    APART,
    FOR_ALL,
    KIND,
    NUMBER,
    ORDINALS,
    REST,
    SHORT,
    TIMES,
    is_put_off,
    names_questions,
    phrases,
    sentences,
)
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import NONE, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.lone import is_read, items_of, lone_values
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.numbering import numbers_of
from mailflow.core.reading.questions import Question
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_AROUND = " .,:;!-–—。：！"
_COUNT = re.compile(
    r"\b(?:all|the|alle|die|tout|les|las|los|os|as|tutti|tutte|e|все|на)\s+(?:e\s+)?\d", re.IGNORECASE
)

_ONE_PHRASE_ON = re.compile(r"(?:[^,.;:!?。，；：！？\n]*+[,.;:!?。，；：！？\n]++)?\s*")
_INLINE, _RESTATED = 0.92, 0.9
_ALL, _BARE = 0.88, 0.8
YES_TO_WHAT_WAS_ASKED = "yes to what was asked"
_EXCUSES = frozenset({"sorry", "correct"})
_EVERY = REST | {"all"}
_MOST_YESES = 20  # that answer something: for each one all is looked at that stands before it
_TAG = 3  # words: "didn't I"
_FIRST = 2  # a bare yes stands among the first three sentences


def inline(fresh: Fresh, terms: Terms, asked: Sequence[Question]) -> Iterator[Slot]:
    """Answers that stand right below the question they answer, which is quoted."""
    for quoted, start, end in below.answers(fresh):
        question = _question(quoted, terms, asked)
        first = min(end, agreements.sentence_end(fresh.text, start))
        if question and not _is_for_all(fresh.within(start, first)):
            yield question.slot(start, end, "answer below the question", _INLINE, start)


def _is_for_all(hits: Sequence[Hit]) -> bool:
    """Whether what stands below one question answers the others too: "yes to all"; but not "all lost"."""
    tells = any(hit.means.states for hit in hits) and not any(hit.means.says for hit in hits)
    return not tells and any(FOR_ALL & hit.means.speech for hit in hits)


def _question(quoted: Sequence[str], terms: Terms, asked: Sequence[Question]) -> Question | None:
    """What the last question of some quoted lines asks for."""
    text = questions.last_of(quoted)
    number = questions.number_of(text)
    found = questions.read_question(text, terms, [question.item for question in asked])
    return found or (asked[number - 1] if 1 <= number <= len(asked) else None)


def restated(fresh: Fresh, terms: Terms) -> list[Slot]:
    """Our question repeated, with the answer behind it."""
    slots = []
    for field, ask in terms.asks:
        span = ask.find(fresh.low, fresh.flat)
        if span is None:
            continue
        end = fresh.line_end(span[1])
        if not fresh.text[span[1] : end].strip(" :"):
            end = fresh.line_end(end + 1) if end < len(fresh.text) else end
        fields = terms.form.fields_of(field.item)
        slots.append(Slot(fields, span[1], end, "question repeated", _RESTATED, span[0], asked=True))
    return slots


def ours(fresh: Fresh, terms: Terms, *, statements: bool) -> Iterator[tuple[int, int]]:
    """Where the rest of our own wording stands among the person's lines."""
    for wording in (*terms.ours, *((wording for _, wording in terms.statements) if statements else ())):
        yield from wording.spans(fresh.low, fresh.flat)


def read_context(
    fresh: Fresh,
    terms: Terms,
    asked: Sequence[Question],
    claims: Sequence[Claim],
    free: Sequence[tuple[int, int]],
) -> Iterator[Claim]:
    """`claims`: what has been read already. `free`: the parts of the text that are prose."""
    known = {claim.field for claim in claims}
    open_items = [
        one.item for one in asked if not any(field.key in known for field in terms.form.fields_of(one.item))
    ]
    if not open_items:
        return
    spans = sentences(fresh, free)
    read = [(claim.start, claim.end) for claim in claims]
    agreed = [claim.end for claim in claims if claim.value is True]
    yield from _yes_to_all(fresh, terms, asked, open_items, _answering(fresh, spans), read, agreed)
    yield from lone_values(fresh, terms, open_items, spans, free, read)


def yes_to_open_boxes(
    fresh: Fresh, terms: Terms, items: Sequence[str], free: Sequence[tuple[int, int]]
) -> Iterator[Claim]:
    """As in "I cannot tick these boxes: yes to all of them", in a mail that answers no letter of ours."""
    asked = [questions.of_item(terms, item) for item in items]
    spans = sentences(fresh, free)
    for claim in _yes_to_all(fresh, terms, asked, items, _answering(fresh, spans)):
        if claim.sure == _ALL:
            yield claim


def _answering(fresh: Fresh, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """What may answer by itself, and its number.

    Not what is asked back, goes on with a condition ("Yes. But only if …") or is about a date ("Agreed! Tuesday 3 pm then").
    """
    found = [(phrase, span) for span in spans for phrase in phrases(fresh, *span)]
    for number, (((start, end), span), (after, _)) in enumerate(pairwise([*found, ((0, 0), (0, 0))])):
        asks_back = fresh.text[end : end + 1] in {"?", "？"} or _ends_in_tag(fresh, end, span[1])
        # "Yes to 2. The first I'll answer on Monday at 3."
        by_number = names_questions(fresh, start, end) and not is_put_off(fresh, start, end)
        if (
            asks_back
            or agreements.sets_condition(fresh.within(*after))
            or (alone.makes_a_date(fresh, end, after) and not by_number)
            or (is_put_off(fresh, span[0], max(span[1], after[1])) and not by_number)
        ):
            continue
        yield number, start, end


def _ends_in_tag(fresh: Fresh, end: int, till: int) -> bool:
    """As in "The rest I agreed to already, didn't I?"."""
    behind = fresh.within(end, till + 1)
    asked = bool(behind) and behind[-1].means.ends == "question"
    if not asked or len(words_of(fresh.text[end:till])) > _TAG:
        return False
    return any(hit.means.negates for hit in behind) and not any(
        hit.means.acts or hit.means.objects for hit in behind
    )


def _yes_fields(terms: Terms, items: Sequence[str]) -> list[Field]:
    """What can be answered by a yes."""
    return [
        field
        for item in items
        for field in terms.form.fields_of(item)
        if field.kind is Kind.AGREEMENT or (field.kind is Kind.CHOICE and field.yes)
    ]


def _yes_to_all(
    fresh: Fresh,
    terms: Terms,
    asked: Sequence[Question],
    open_items: Sequence[str],
    answering: Iterable[tuple[int, int, int]],
    read: Sequence[tuple[int, int]] = (),
    agreed: Sequence[int] = (),  # where what was agreed to ends
) -> Iterator[Claim]:
    """As in "yes to all", "both yes", "I agree to 1 and 2", and a bare "yes"."""
    items = [question.item for question in asked]
    meant = {question.item: question for question in asked}
    called = alone.what_was_asked(terms, open_items)
    to_agree = [field for field in _yes_fields(terms, open_items) if field.kind is Kind.AGREEMENT]
    put_off = any("later" in hit.means.speech for hit in fresh.hits)
    agreed_till: int | None = None
    told = 0
    for number, start, end in answering:
        if end - start > SHORT:
            continue
        parts = clauses(fresh.within(start, end), terms.opposites)
        text = fresh.text[start:end]
        plain = agreements.bare(text, terms)
        if plain is None and not _speaks_of_nothing(parts):
            continue
        said = _yes_or_no(fresh, terms, start, end, parts)
        if said is None and agreed_till == start - 1 and _says_too(fresh, start, end):
            said = True  # "the first yes, the second too"
        if said is None:
            continue
        bare = number <= _FIRST and not is_read(start, end, read)
        bare = bare and (plain is not None or alone.says_no_more(fresh, start, end, called))
        bare = bare and not _agrees_again(fresh, parts, start, agreed)
        marks = _marks(fresh, start, end)
        fields, sure = _meant(terms, text, parts, marks, items, open_items, bare=bare)
        if said:
            named = alone.agreed_by_label(fresh, start, end, to_agree)
            fields, sure = (named, _BARE) if named else (_known(terms, text, parts, fields), sure)
            fields = _without_receipt(fresh, terms, start, end, fields)
        fields = fields if "both" in marks else _without_told(fields, parts)
        told += bool(fields)
        if told > _MOST_YESES:
            return
        fields = _not_spoken_of(fresh, terms, fields, marks, start)
        fields = _without_time(fresh, terms, fields, start, end, put_off=put_off) if sure == _BARE else fields
        agreed_till = end if said and fields else None
        for field in fields if said or len(fields) == 1 else ():
            by_number = sure == _ALL and REST.isdisjoint(marks)
            value = _answered(terms, field, parts, meant[field.item], said=said, by_number=by_number)
            if value != "":
                yield Claim(field.key, value, YES_TO_WHAT_WAS_ASKED, sure, start, end)


def _marks(fresh: Fresh, start: int, end: int) -> frozenset[str]:
    """How the phrases of a part speak, less those that thank: "yes, and thanks for all you do" is no "yes to all"."""
    thanked = alone.thanks(fresh, start, end)
    hits = [hit for hit in fresh.within(start, end) if not any(hit.start in range(*span) for span in thanked)]
    return frozenset().union(*(hit.means.speech for hit in hits))


def _yes_or_no(fresh: Fresh, terms: Terms, start: int, end: int, parts: Sequence[Clause]) -> bool | None:
    if agreements.then_wishes(fresh, terms, start, end):
        return True
    if agreements.reserves(fresh.text[start:end], fresh.within(start, end), parts, terms):
        return None
    return agreements.yes_or_no(_without_whom(fresh, start, end), parts, terms, knowing=True)


def _answered(
    terms: Terms, field: Field, parts: Sequence[Clause], question: Question, *, said: bool, by_number: bool
) -> bool | str:
    """What a yes or no says of a field; "" for a no to a choice, unless it says which question it answers: "no to 1"."""
    if field.kind is Kind.AGREEMENT:
        return said
    if not said:
        return question.no if by_number else ""
    return _chosen(terms, field, parts, question.yes)


def _chosen(terms: Terms, field: Field, parts: Sequence[Clause], by_yes: str) -> str:
    """What a yes chooses, unless it goes on in so many words: "yes, I still have them". "" if those are unclear."""
    parts = [part for part in parts if KIND.isdisjoint(part.marks)]
    if not any(part.states - {NONE} for part in parts):
        return by_yes
    told = choices.by_state(terms, field, parts)
    return told.pop() if len(told) == 1 else ""


def _agrees_again(fresh: Fresh, parts: Sequence[Clause], start: int, agreed: Iterable[int]) -> bool:
    """Whether an "I agree" only goes on from what was agreed to right before it: "Code of Conduct yes. I agree"."""
    says = frozenset().union(*(part.says for part in parts))
    if "agree" not in says or "yes" in says:
        return False
    return any(end <= start and _ONE_PHRASE_ON.fullmatch(fresh.text, end, start) for end in agreed)


def _says_too(fresh: Fresh, start: int, end: int) -> bool:
    hits = fresh.within(start, end)
    return any("too" in hit.means.speech for hit in hits) and not any(hit.means.negates for hit in hits)


def _without_whom(fresh: Fresh, start: int, end: int) -> str:
    """What is said of both or all, where that stands before it or behind it: "to both: yes"."""
    whom = next((hit for hit in fresh.within(start, end) if APART & hit.means.speech), None)
    before = fresh.text[start : whom.start].strip(_AROUND) if whom else ""
    behind = fresh.text[whom.end : end].strip(_AROUND) if whom else ""
    return fresh.text[start:end] if before and behind else before or behind or fresh.text[start:end]


def _without_told(fields: list[Field], parts: Sequence[Clause]) -> list[Field]:
    """What a yes answers that tells of a state: "Yes, they are lost" chooses, but "yes, it works again" agrees to nothing."""
    if any(part.says - {"yes"} for part in parts):
        return fields
    tells = any(part.states - {NONE} and KIND.isdisjoint(part.marks) for part in parts)
    return [field for field in fields if field.kind is Kind.CHOICE] if tells else fields


def _not_spoken_of(
    fresh: Fresh, terms: Terms, fields: list[Field], marks: AbstractSet[str], till: int
) -> list[Field]:
    """What "the rest" is: nothing that was spoken of before. "Sorry for the delay" speaks of none."""
    if not fields:
        return fields
    parts = clauses(fresh.within(0, till), terms.opposites)
    if REST.isdisjoint(marks):
        return _not_put_off(terms, fields, parts)
    spoken = {
        topic
        for part in parts
        for topic in part.topics
        if topic not in terms.knowing or _says_something(part)
    }
    things = {thing for part in parts for thing in part.things}
    return [
        field
        for field in fields
        if field.key not in spoken
        and not (field.kind is Kind.CHOICE and things.intersection(terms.ways[field.key].things))
    ]


def _not_put_off(terms: Terms, fields: list[Field], parts: Sequence[Clause]) -> list[Field]:
    """What a yes may answer behind "I'll have a look for the codes": not what they are in doubt about."""
    doubted = {thing for part in parts if "doubt" in part.marks for thing in part.things}
    return [
        field
        for field in fields
        if not (field.kind is Kind.CHOICE and doubted.intersection(terms.ways[field.key].things))
    ]


def _says_something(part: Clause) -> bool:
    says = part.says or part.refuses or part.negated or part.reserved or part.asks
    return bool(says) and _EXCUSES.isdisjoint(part.marks)


def _known(terms: Terms, text: str, parts: Sequence[Clause], fields: list[Field]) -> list[Field]:
    """What a yes answers that may be no more than "I understand", which agrees to nothing."""
    says = frozenset().union(*(part.says for part in parts))
    only_knows = says == {"aware"} and not agreements.leads(text, terms, "yes")
    return [field for field in fields if field.key in terms.knowing] if only_knows else fields


def _without_receipt(fresh: Fresh, terms: Terms, start: int, end: int, fields: list[Field]) -> list[Field]:
    """What is answered by a "Noted, thanks" or "Understood, thanks", which nod: only what is to be known."""
    thanked = alone.thanks(fresh, start, end)
    text = fresh.text[start : thanked[0][0] if thanked else end]
    knowing = [field for field in fields if field.key in terms.knowing]
    if agreements.is_only(text, terms, "understood"):
        return knowing
    return [] if len(knowing) < len(fields) and agreements.is_only(text, terms, "received") else fields


def _without_time(
    fresh: Fresh, terms: Terms, fields: list[Field], start: int, end: int, *, put_off: bool
) -> list[Field]:
    """What is answered by who has read it: "I have read it to the end. So yes, I agree" says nothing of the waiting time.

    Nor does "agree, the rest tomorrow".
    """
    if not fields:
        return fields
    begin = fresh.text.rfind("\n\n", 0, start) + 1  # of the paragraph
    perused = any("perused" in hit.means.speech for hit in fresh.within(begin, end))
    if perused or (len(fields) > 1 and put_off):
        return [field for field in fields if field.key not in terms.knowing]
    return fields


def _speaks_of_nothing(parts: Sequence[Clause]) -> bool:
    """Whether no thing, no subject and nobody else is spoken of, and nothing asked; beside a wish: "yes, I hope it is quick"."""
    return not any(
        part.things or part.topics or part.of_others or part.asks
        for part in parts
        if not agreements.only_wishes(part)
    )


def _meant(
    terms: Terms,
    text: str,
    parts: Sequence[Clause],
    marks: AbstractSet[str],
    asked: Sequence[str],
    open_items: Sequence[str],
    *,
    bare: bool,
) -> tuple[list[Field], float]:
    """The fields that a yes answers, and how sure that is."""
    askable = _yes_fields(terms, open_items)
    if said_times := next((number for word, number in TIMES.items() if word in marks), 0):
        every = bare and said_times in {len(asked), len(open_items)}
        return (askable if every and len(items_of(askable)) == len(open_items) else []), _BARE
    numbers = [number for one in NUMBER.findall(text) for number in numbers_of(one)]
    numbers = numbers or [number for number, word in enumerate(ORDINALS, 1) if word in marks]
    if numbers == [len(open_items)] and _COUNT.search(text):
        return askable, _ALL
    if numbers:
        known = all(1 <= number <= len(asked) for number in numbers)
        return _yes_fields(terms, [asked[number - 1] for number in numbers] if known else ()), _ALL
    if "both" in marks:
        meant = _yes_fields(terms, asked)  # one of the two may be answered in so many words besides
        only = [field for field in meant if field.kind is Kind.AGREEMENT]
        return (meant if len(meant) == 2 else only if len(only) == 2 else []), _ALL
    if not marks.isdisjoint(_EVERY):
        return askable, _ALL
    return (_bare(askable, open_items, parts) if bare else []), _BARE


def _bare(askable: list[Field], open_items: Sequence[str], parts: Sequence[Clause]) -> list[Field]:
    """A bare yes answers only where nothing but a yes is asked; "I agree" no question about things, but any agreement."""
    agrees = any("agree" in part.says for part in parts) and not any("yes" in part.says for part in parts)
    if agrees:
        askable = [field for field in askable if field.kind is Kind.AGREEMENT]
    elif len(items_of(askable)) < len(open_items):
        return []
    return askable
