"""Whether what our letter was not sure of is right: "We read "x" and "y". Which one is right?" answered by "the second"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from mailflow.core.form import Field, Kind
from mailflow.core.reading import questions
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import RESERVES
from mailflow.core.reading.confirmed import affirms
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.questions import Question
from mailflow.core.reading.sentences import sentence_end, sentences
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.whichquestion import ORDINALS
from mailflow.core.reading.words import words_of
from mailflow.core.text import first_quote

_RULE = "guess of ours confirmed"
_SURE = 0.9
_GUESS = re.compile(r"[\"“„«]([^\s\"“”„«»]{1,100})[\"”“»]")
_FIRST = 2  # sentences of a mail that answer what stands below, a greeting being one
_FEW = 8  # words: "yes, that one is right, thank you"
_SHAPED = frozenset({Kind.NAME, Kind.ADDRESS})


def confirmed(fresh: Fresh, terms: Terms, asked: Sequence[Question]) -> Iterator[Claim]:
    """The values that a quoted question gives between marks and an answer to it chooses."""
    if not any(_SHAPED & {field.kind for field in question.fields} for question in asked):
        return
    told = set[str]()
    for quoted, start, end in (*fresh.below_quotes, *_above(fresh, asked)):
        guesses = _GUESS.findall(" ".join(quoted))
        question = questions.of_lines(quoted, terms, asked) if guesses else None
        if question is None:
            continue
        till = min(end, sentence_end(fresh.text, start))
        chosen = _chosen(fresh, terms, start, till, guesses)
        field = _field_of(chosen, question)
        if field is not None and field.key not in told:
            told.add(field.key)
            yield Claim(field.key, chosen, _RULE, _SURE, start, till)


def _above(fresh: Fresh, asked: Sequence[Question]) -> Iterator[tuple[list[str], int, int]]:
    """The letter's paragraph with guesses, if that is all it asks, and each of the first sentences that the person wrote."""
    spans = sentences(fresh, [(fresh.subject, len(fresh.text))])
    lines = [line.text for line in first_quote(fresh.lines)] if len(asked) == 1 and spans else []
    for blank, paragraph in groupby(lines, lambda text: not text.strip()):
        if not blank and _GUESS.search(" ".join(told := list(paragraph))):
            yield from ((told, *span) for span in spans[:_FIRST])


def _chosen(fresh: Fresh, terms: Terms, start: int, end: int, guesses: Sequence[str]) -> str:
    """The guess that an answer of few words chooses: by its number, or by a yes to the only one; "" if none."""
    text, hits = fresh.text[start:end], fresh.within(start, end)
    if len(words_of(text)) > _FEW or any(hit.means.negates or RESERVES & hit.means.speech for hit in hits):
        return ""
    if len(guesses) == 1:
        return guesses[0] if affirms(text, terms) else ""
    if text.strip().isdecimal():
        return guesses[int(text) - 1] if 1 <= int(text) <= len(guesses) else ""
    numbers = [place for place, word in enumerate(ORDINALS) if any(word in hit.means.speech for hit in hits)]
    return guesses[numbers[0]] if len(numbers) == 1 and numbers[0] < len(guesses) else ""


def _field_of(value: str, question: Question) -> Field | None:
    kind = Kind.ADDRESS if "@" in value else Kind.NAME
    return next((field for field in question.fields if value and field.kind is kind), None)
