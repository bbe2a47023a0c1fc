"""Answers without numbers, in the order of our letter's questions: "never had any, yes, yes"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from mailflow.core.form import Kind
from mailflow.core.reading import byothers
from mailflow.core.reading.agreements import bare, is_only
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.numbering import may_be_numbered, numbered
from mailflow.core.reading.questions import Question, of_item
from mailflow.core.reading.sentences import COMMA, sentences
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.values import read_slot
from mailflow.core.reading.words import has_cjk, words_of

_SURE = 0.88
_LEAST = 2  # answers
_LONGEST, _LONGEST_LISTED = 60, 90  # characters of one, and of one behind the mark of a list
_MOST_OTHERS = 1  # words: the "I" of "I know"
_PARTS = re.compile(r"[,;，；、\n]|[.!。！](?=\s|\Z)|\s[/|]\s")
_LINE = re.compile(r"\n")
_SPACE = re.compile(r"\s+")
_MOST_WORDS = 6  # each a yes or a no
_SLASH = re.compile(r"\s/\s")
_AROUND = " \t-*•"
_MARKS = frozenset("-*•")
_MOST_PARAGRAPHS = 5


def ordered(fresh: Fresh, terms: Terms, asked: Sequence[Question]) -> list[Slot]:
    """The first paragraph that has as many parts as our letter had questions, if each answers its own."""
    if len(asked) < _LEAST:
        return []
    for start, end in islice(_paragraphs(fresh), _MOST_PARAGRAPHS):
        lines = list(_parts(fresh.text, start, end, _LINE))
        parts = lines if len(lines) == len(asked) else _apart(fresh, terms, start, end, len(asked))
        slots = _in_order(fresh, terms, asked, parts, in_lines=parts is lines)
        if slots := slots or _in_sentence(fresh, terms, asked, start, end):
            return slots
    return []


def _apart(fresh: Fresh, terms: Terms, start: int, end: int, count: int) -> list[tuple[int, int]]:
    """The parts of a paragraph between its marks, or its words where each is a yes or a no or they are as many as the answers.

    As in "no yes yes", "agreed understood lost"; and in "none, yes and yes" an "and" parts as a comma does.
    """
    words = list(islice(_parts(fresh.text, start, end, _SPACE), _MOST_WORDS + 1))
    texts = [fresh.text[slice(*word)].strip(".,!") for word in words]
    apart = len(words) == count and not any(_is_cut(fresh, *word) for word in words)
    apart = apart or all(
        bare(text, terms) is not None and not _joins(fresh, *word)
        for text, word in zip(texts, words, strict=True)
    )
    if apart and len(words) <= _MOST_WORDS and all(map(str.isalpha, texts)):
        return words
    parts = list(_parts(fresh.text, start, end))
    return parts if len(parts) != count - 1 else _without_and(fresh, parts)


def _is_cut(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a word only begins a phrase, as the "I" of "I agree", and so answers nothing."""
    return any(hit.end > end for hit in fresh.within(start, end))


def _joins(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a word is an "and", also where it may be a no: "yes n yes"."""
    return any(hit.means.breaks == "and" for hit in fresh.within(start, end))


def _without_and(fresh: Fresh, parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts, of which the last one is two if an "and" stands in it."""
    start, end = parts[-1]
    joint = next((hit for hit in fresh.within(start, end) if hit.means.breaks == "and"), None)
    if joint is None:
        return list(parts)
    return [*parts[:-1], (start, joint.start), (joint.end, end)]


def _in_order(
    fresh: Fresh,
    terms: Terms,
    asked: Sequence[Question],
    parts: Sequence[tuple[int, int]],
    *,
    in_lines: bool = False,
) -> list[Slot]:
    listed = in_lines and all(fresh.text[max(0, start - 2) : start].strip() in _MARKS for start, _ in parts)
    longest = _LONGEST_LISTED if listed else _LONGEST
    if len(parts) != len(asked) or any(end - start > longest for start, end in parts):
        return []
    slots = [
        one.slot(*part, "answer in order", _SURE, part[0]) for one, part in zip(asked, parts, strict=True)
    ]
    unread = [slot for slot in slots if not _answers(fresh, terms, slot)]
    if (unread and not (in_lines and _asks_back(fresh, unread))) or _goes_on(fresh, slots):
        return []
    return [slot for slot in slots if slot not in unread]


def _in_sentence(fresh: Fresh, terms: Terms, asked: Sequence[Question], start: int, end: int) -> list[Slot]:
    """As in "Here again: lost / agreed / understood.", or with commas, a sentence among others.

    Not "yes, of course, I agree", where one yes may be said three times.
    """
    for first, till in sentences(fresh, [(start, end)]):
        begin = fresh.text.rfind(":", first, till) + 1 or first
        slashed = _SLASH.search(fresh.text, begin, till) is not None
        parts = list(_parts(fresh.text, begin, till, _SLASH if slashed else COMMA))
        told = slashed or (len(parts) > _LEAST and bare(fresh.text[slice(*parts[0])], terms) is None)
        if told and (slots := _in_order(fresh, terms, asked, parts)):
            return slots
    return []


def in_form_order(fresh: Fresh, terms: Terms) -> list[Slot]:
    """A first mail that numbers its answers as the form orders its questions: "1. jdoe 2. phone lost 3. never had any …".

    So only where all of them are there, and all but one are answered.
    """
    if not may_be_numbered(fresh):
        return []
    form = terms.form
    items = dict.fromkeys(field.item for field in form.fields if field.required)
    sometimes = dict.fromkeys(field.item for field in form.fields if field.required_when)
    slots = numbered(fresh, terms, [of_item(terms, item) for item in (*items, *sometimes)])
    needed = slots[: len(items)]
    if [slot.fields for slot in needed] != [form.fields_of(item) for item in items]:
        return []
    unanswered = [slot for slot in needed if not _answers(fresh, terms, slot)]
    return slots if len(unanswered) <= 1 and slots[0] not in unanswered else []


def _paragraphs(fresh: Fresh) -> Iterator[tuple[int, int]]:
    place = fresh.subject
    while place < len(fresh.text):
        end = fresh.paragraph_end(place)
        if fresh.text[place:end].strip():
            yield place, end
        place = end + 1


def _parts(text: str, start: int, end: int, marks: re.Pattern[str] = _PARTS) -> Iterator[tuple[int, int]]:
    for mark in [*marks.finditer(text, start, end), None]:
        until = mark.start() if mark else end
        part = text[start:until]
        if part.strip(_AROUND):
            begin = start + len(part) - len(part.lstrip(_AROUND))
            yield begin, begin + len(part.strip(_AROUND))
        start = mark.end() if mark else end


def _asks_back(fresh: Fresh, unread: Sequence[Slot]) -> bool:
    """Whether one line alone answers nothing, and asks about a thing instead: "what is a recovery code", "yes", "yes"."""
    return len(unread) == 1 and any(hit.means.objects for hit in fresh.within(unread[0].start, unread[0].end))


def _answers(fresh: Fresh, terms: Terms, slot: Slot) -> bool:
    """Whether a part answers its question, and in so many words: any sentence would do as a reason or a text.

    A plain no answers each, also one to which it chooses nothing; who does not know has been at it as well.
    """
    text = fresh.text[slot.start : slot.end]
    if bare(text, terms) is False or is_only(text, terms, "at_a_loss"):
        return True
    return any(_is_telling(fresh, terms, slot, claim) for claim in read_slot(fresh, terms, slot))


def _is_telling(fresh: Fresh, terms: Terms, slot: Slot, claim: Claim) -> bool:
    kind = terms.form.by_key[claim.field].kind
    if kind is Kind.AGREEMENT:
        return _speaks_of_nothing_else(fresh, terms, slot, claim.field)
    if kind is Kind.NAME and terms.common(str(claim.value)):
        return False  # "Hi, lost, yes, yes"
    return claim.value != ("other",) and kind is not Kind.TEXT


def _speaks_of_nothing_else(fresh: Fresh, terms: Terms, slot: Slot, field: str) -> bool:
    """As in "yes" or "I know", or with its subject; "yes, I know the code" are not the answers to two questions."""
    text, hits = fresh.text[slot.start : slot.end], fresh.within(slot.start, slot.end)
    if byothers.only_of_others(fresh, slot.start, slot.end):
        return False  # "My boss says yes, agreed"
    if bare(text, terms) is not None or any(field in hit.means.topics for hit in hits):
        return True
    if any(hit.means.objects or hit.means.addresses for hit in hits):
        return False
    return _length(text) - sum(_length(fresh.text[hit.start : hit.end]) for hit in hits) <= _MOST_OTHERS


def _goes_on(fresh: Fresh, slots: Sequence[Slot]) -> bool:
    """Whether one may only say once more what the one before says of its subject: "Code of Conduct sure, I agree"."""
    hits = [fresh.within(slot.start, slot.end) for slot in slots]
    names = [{topic for hit in some for topic in hit.means.topics} for some in hits]
    return any(before and not own for before, own in pairwise(names))


def _length(text: str) -> int:
    """In words, or in characters where words are not set apart."""
    return sum(len(word) if has_cjk(word) else 1 for word in words_of(text))
