"""Answers to the questions that an account asks whoever lost its password, where they are told as such."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from mailflow.core.passwordshapes import QUOTED, is_answer, is_phrase, trimmed
from mailflow.core.secrettokens import Span, inner
from mailflow.core.secretview import FILLER, REACH, View

_CLAUSE = re.compile(r"[ \t*_]{0,8}([^.!?;,()|\n。、，？！「」]{1,60})")
_MOST_WORDS = 4
_JOINT = 14  # characters of " was called "
_NUMBERED = re.compile("[0-9]")


def secret_answers(view: View) -> Iterator[Span]:
    """As in "Security question: … Answer: x" and "my mother's maiden name is x"."""
    questions = view.places("question")
    for start, end in questions:
        if view.text[start:end].casefold() in view.words.facts:
            yield from _value(view, end, is_name=True)
    for start, end in view.places("answer"):
        before = bisect_left(questions, (start, start)) - 1
        if before >= 0 and start - questions[before][1] <= REACH:
            yield from _value(view, end, is_name=False)


def _value(view: View, end: int, *, is_name: bool) -> Iterator[Span]:
    """What is told behind the name that ends there; `is_name`: only what is quoted or begins with no small letter."""
    place = view.value_after(end)
    # Ours are answered by number, and a "first pet project" is no pet.
    if place is None or not place[1] or place[0] - end > _JOINT or _NUMBERED.search(view.text, end, place[0]):
        return
    quoted = QUOTED.match(view.text, place[0])
    clause = quoted or _CLAUSE.match(view.text, place[0])
    span = inner(clause) if clause else (end, end)
    span = span if quoted else trimmed(view.text, *span)
    value = view.text[slice(*span)]
    words = value.split()
    if FILLER in value or not 0 < len(words) <= _MOST_WORDS or is_answer(view, words[0]):
        return
    is_said = words[0][0].isalpha() and is_phrase(view, words, answers=len(words) // 2)
    if quoted or (is_said and not (is_name and words[0][0].islower())):
        yield span
