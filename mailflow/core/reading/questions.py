"""What quoted questions ask for: the fields of each, and what "yes" and "no" say to it.

People answer what stands before them, in its order and in its words: "1. yes 2. no" under a letter that asked "Do you still
have recovery codes?" second says that there are none.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from mailflow.core.form import Field, Kind
from mailflow.core.reading.clauses import ENDED, HAS, RESERVES_BUT_WHY, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms, Ways, collapsed
from mailflow.core.reading.words import words_of
from mailflow.core.text import first_quote

_NUMBER = re.compile(r"\s*[(（]?(?:[^\W\d_]?(\d{1,2})[.)．）:]|([a-h])[)）])")
_BULLET = re.compile(r"\s*[-*•·]\s")
# Matches wherever it is tried, so that no text is passed over twice.
_SENTENCE = re.compile(r"(?:[^.!?。！？]|\.(?=\w))+[.!?。！？]?")
_JOINED = re.compile(r"[,;]?\s(?:and|und|et|y|e|и)\s|[,;]\s(?=(?:do|are|have|did)\s)")
_KEPT, _LONGEST_KEPT = 500, 500  # questions, and characters of one
_LABEL_WORDS = 3
_MAILBOX = frozenset({"mailbox", "an_address"})
_NEW = frozenset({"wanted", "change", "instead"})
_MADE = frozenset({"had", "saved"})
_KNOWS = frozenset({"you", "that"})  # "Do you see that it takes long?", in whatever words
_THERE = frozenset({"held"})


class Question(NamedTuple):
    """What a question asks for, and which choices a yes and a no to it make."""

    fields: tuple[Field, ...]  # alternatives, as of a slot
    yes: str = ""  # the choice that a plain yes to it makes
    no: str = ""  # and a plain no; "" if it makes none
    offers: bool = False  # two answers, of which a yes picks neither: "Have you got them, or lost them?"

    @property
    def item(self) -> str:
        return self.fields[0].item if self.fields else ""

    def slot(self, start: int, end: int, rule: str, sure: float, label: int) -> Slot:
        """A part of the text that answers it."""
        said = (self.yes, self.no)
        return Slot(self.fields, start, end, rule, sure, label, asked=not self.offers, said=said)


_OTHER = Question(())  # one that asks for nothing of the form, or in words that nobody knows


def of_item(terms: Terms, item: str) -> Question:
    """As our letter asks for an item, in whatever words."""
    fields = terms.form.fields_of(item)
    return Question(fields, yes=next((field.yes for field in fields if field.yes), ""))


def quoted(fresh: Fresh, terms: Terms, asked: Sequence[str]) -> list[Question]:
    """What the letter asked that the mail quotes, in its order; what was `asked` where that cannot be told."""
    texts = _questions(fresh) if asked else []
    found = [question for text, before in texts for question in _told_with(text, before, terms, asked)]
    told = {question.item: question for question in found if question is not None}
    if told and (len(told) == len(found) or (len(found) != len(asked) and _NUMBER.match(texts[0][0]))):
        return [question or _OTHER for question in found]  # under their numbers, whatever else was asked
    others = [of_item(terms, item)._replace(yes="") if told else of_item(terms, item) for item in asked]
    return [told.get(one.item, one) for one in others]  # a yes to who knows what chooses nothing


def _told_with(text: str, before: str, terms: Terms, asked: Sequence[str]) -> list[Question | None]:
    """The same of a question that may speak of what stands before it: "Here is the Code of Conduct. Do you agree to it?"."""
    told = _told(text, terms, asked)
    return [read_question(before, terms, asked)] if told == [None] and before else told


def _told(text: str, terms: Terms, asked: Sequence[str]) -> list[Question | None]:
    """What one sentence asks for: one thing, or as many as it joins, "do you agree to …, and do you know that …?"."""
    parts = [_read(part, terms, asked) for part in _JOINED.split(text)] if not _NUMBER.match(text) else []
    items = {part.item for part in parts if part is not None}
    return parts if 1 < len(parts) == len(items) else [_read(text, terms, asked)]


def _read(text: str, terms: Terms, asked: Sequence[str]) -> Question | None:
    return read_question(text, terms) or _labelled(text, terms, asked)


def numbered(quoted: Sequence[Question], terms: Terms, asked: Sequence[str]) -> list[Question]:
    """The questions whose numbers people write: where the quote was cut short, those of our letter go on behind it."""
    told = [question.item for question in quoted]
    left = asked[len(told) :] if told == list(asked[: len(told)]) else ()
    return [*quoted, *(of_item(terms, item) for item in left)]


def _questions(fresh: Fresh) -> list[tuple[str, str]]:
    """The numbered questions of the letter that is quoted first, or those of its list; else its sentences that ask.

    Each of these with the sentence before it, if that tells something.
    """
    lines = [line.text for line in first_quote(fresh.lines)]
    if any(map(_NUMBER.match, lines)):
        return [(text, "") for text in _numbered(lines)]
    listed = [text for text in lines if _BULLET.match(text)]
    if len(listed) > 1:
        return [(text, "") for text in listed]
    told = ["", *said_in_quote(fresh)]
    return [(text, "" if asks(before) else before) for before, text in pairwise(told) if asks(text)]


def asks(sentence: str) -> bool:
    """Whether a sentence ends as a question."""
    return sentence.rstrip().endswith(("?", "？"))


def _numbered(lines: Sequence[str]) -> list[str]:
    numbered: list[str] = []
    for text in lines:
        number = number_of(text)
        if number == len(numbered) + 1:
            numbered.append(text)
        elif number:
            break
        elif numbered and not text.strip():
            numbered[-1] += "\n"
        elif numbered and not numbered[-1].endswith("\n"):
            numbered[-1] += f" {text}"
    return numbered


def said_in_quote(fresh: Fresh) -> list[str]:
    """The sentences of the letter that is quoted first."""
    return _SENTENCE.findall(" ".join([line.text for line in first_quote(fresh.lines)]))


def read_question(text: str, terms: Terms, among: Container[str] | None = None) -> Question | None:
    """What a question asks for, of the items `among` which it is looked for; None if that cannot be told."""
    question = collapsed(text)
    found = [
        (place, field)
        for field, wording in (*terms.asks, *terms.statements)
        if (place := question.rfind(wording.flat)) >= 0
    ]
    if found:
        return of_item(terms, max(found, key=lambda one: one[0])[1].item)
    named = [
        one
        for one in _named(question, terms)
        if among is None or one.item in among or one.fields[0].kind is Kind.ADDRESS
    ]
    return named[0] if len(named) == 1 else None


def _labelled(text: str, terms: Terms, asked: Sequence[str]) -> Question | None:
    """What a question asks for by a label of the form, of what was asked."""
    words = words_of(text)
    labels = (
        terms.labels.get(" ".join(words[first : first + length]))
        for length in range(_LABEL_WORDS, 0, -1)
        for first in range(len(words) - length + 1)
    )
    named = [_asked_as(label, terms, asked) for label in labels if label is not None]
    item = next((item for item in named if item in asked), None)
    return of_item(terms, item) if item is not None else None


def _asked_as(label: Field, terms: Terms, asked: Sequence[str]) -> str:
    """The item that a label names; the address an account should get where that of the account is not asked for."""
    other = label.kind is Kind.ADDRESS and label.item not in asked and terms.wanted is not None
    return terms.wanted.item if other and terms.wanted is not None else label.item


def last_of(lines: Sequence[str]) -> str:
    """The last question of some quoted lines."""
    starts = [n for n, text in enumerate(lines) if _NUMBER.match(text) or _BULLET.match(text)]
    return " ".join(lines[starts[-1] if starts else 0 :])


def of_lines(quoted: Sequence[str], terms: Terms, asked: Sequence[Question]) -> Question | None:
    """What the last question of some quoted lines asks for, of what was `asked`."""
    text = last_of(quoted)
    number = number_of(text)
    found = read_question(text, terms, [question.item for question in asked])
    return found or (asked[number - 1] if 1 <= number <= len(asked) else None)


def count_of(quoted: Sequence[str], terms: Terms, asked: Sequence[Question]) -> int:
    """How many questions some quoted lines hold: numbered, listed, by their marks, or joined in one sentence."""
    numbers, bullets = len(_numbered(quoted)), sum(_BULLET.match(text) is not None for text in quoted)
    marks = sum(text.count("?") + text.count("？") for text in quoted)
    joined = _told(" ".join(quoted), terms, [question.item for question in asked]) if marks == 1 else ()
    return max(numbers, bullets, marks, len(joined))


def number_of(question: str) -> int:
    """The number that a question has, be it written as a letter; 0 if none."""
    number = _NUMBER.match(question)
    if number is None:
        return 0
    return int(number[1]) if number[1] else ord(number[2]) - ord("a") + 1


def _named(question: str, terms: Terms) -> tuple[Question, ...]:
    """What a question may ask for; kept, as letters ask the same again and again."""
    known = terms.questions.get(question)
    if known is None:
        known = tuple(_found(question, terms))
        if len(terms.questions) >= _KEPT:
            terms.questions.clear()
        if len(question) <= _LONGEST_KEPT:
            terms.questions[question] = known
    return known


def _found(question: str, terms: Terms) -> Iterator[Question]:
    """By the subject or thing that it names."""
    hits = terms.vocabulary.scan(question)
    named = {topic for hit in hits for topic in hit.means.topics}
    named |= {
        key
        for hit in hits
        for thing in hit.means.things
        for key, ways in terms.ways.items()
        if thing in ways.things and terms.form.by_key[key].kind is Kind.CHOICE
    }
    for key in sorted(named):
        field = terms.form.by_key[key]
        yield _choice(question, terms, field) if field.kind is Kind.CHOICE else Question((field,))
    address = None if named else _address(hits, terms)
    if address is not None:
        yield Question(terms.form.fields_of(address.item))


def _address(hits: Sequence[Hit], terms: Terms) -> Field | None:
    """Which of a person's addresses a question asks for that asks for nothing else: "Which address shall the account have?"."""
    things = {thing for hit in hits for thing in hit.means.things}
    if not things or not things <= _MAILBOX or any("noun" in hit.means.names for hit in hits):
        return None
    cues = {cue for hit in hits for cue in hit.means.addresses}
    lost = any(not ENDED.isdisjoint(hit.means.states) for hit in hits)  # "instead of the lost one"
    return terms.registered if "registered" in cues and not lost and not cues & _NEW else terms.wanted


def _choice(question: str, terms: Terms, field: Field) -> Question:
    """A question for a choice: "Do you still have them?" means one by yes, and the other by no."""
    ways = terms.ways[field.key]
    hits = terms.vocabulary.scan(question)
    parts = clauses(hits, terms.opposites)
    told = _told_by_state(ways, parts)
    if not told and _asks_whether(question, parts, terms):
        told = _told_by_state(ways, [replace(part, states=_THERE) for part in parts])
    if len(told) != 1 or len(field.choices) != 2:
        return Question((field,), yes=field.yes)
    yes = told.pop()
    if any("or" in hit.means.speech for hit in hits):
        if not any(part.states & HAS for part in parts):
            return Question((field,), yes)  # "Are they lost, or were none ever made?"
        if any(part.states & ENDED for part in parts):
            return Question((field,), offers=True)
    return Question((field,), yes, next(choice for choice in field.choices if choice != yes))


def answers_clear(question: Question, text: str, hits: Sequence[Hit], terms: Terms) -> frozenset[bool]:
    """Which of yes and no says something by the question alone, whoever asks it.

    It asks for agreement or knowledge, or whether a thing is there; or it is no more than a label.
    """
    field, either = question.fields[0], frozenset({True, False})
    whole = terms.label(words_of(text))
    if whole is not None and not whole[1]:
        return either
    parts = [part for part in clauses(hits, terms.opposites) if not part.negated]
    if any(part.marks & RESERVES_BUT_WHY for part in parts):
        return frozenset()
    if field.kind is Kind.CHOICE:
        made = any(part.things and part.states & _MADE for part in parts)  # a yes leaves open where they are
        return either if _told_by_state(terms.ways[field.key], parts) else frozenset({False} if made else ())
    speaks = any(part.says or (field.key in terms.knowing and part.marks & _KNOWS) for part in parts)
    return either if speaks and any(field.key in part.topics for part in parts) else frozenset()


def _told_by_state(ways: Ways, parts: Sequence[Clause]) -> set[str]:
    return {
        ways.of[thing, state][0]
        for part in parts
        for thing in part.things
        for state in part.states
        if (thing, state) in ways.of
    }


def _asks_whether(question: str, parts: Sequence[Clause], terms: Terms) -> bool:
    """Whether a question in words that nobody knows asks if something is there, rather than what it is, or where."""
    whether = asks(question) and not terms.among("what", *words_of(question))
    return whether and not any(part.negated for part in parts)
