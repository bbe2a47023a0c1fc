"""Questions that stand among the person's own words, retyped or pasted without marks, each with a yes or a no behind it.

As in "Do you still have them? No. Do you agree to …? Yes", whoever worded them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from mailflow.core.reading.agreements import begins_bare
from mailflow.core.reading.bindingwords import Binds
from mailflow.core.reading.clauses import RESERVES
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.questions import Question, answers_clear, read_question
from mailflow.core.reading.sentences import sentence_end, sentence_start
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms

_MARK = re.compile("[?？]")
# What leads to an answer, which may stand on the next line or the one after it: "(yes / no)", an arrow.
_EITHER = r"(?:[ \t]*[(（\[][^()（）\[\]\n/]{1,20}/[^()（）\[\]\n/]{1,20}[)）\]])?"
_WHO = r"(?:\[?(?:[A-Z]{1,3}[ ]?\d{0,2}|[^\W\d_]{3,9}[ ]?\d{0,2}(?=[:：]\]))[:：]\]?[ \t]*)?"  # "TK:", "A1:", "[Tom:]"
_LEAD = re.compile(rf"{_EITHER}[ \t]*\n?(?:[ \t]*\n)?[^\w\n?？\[]{{0,6}}{_WHO}[^\w\n?？]{{0,2}}")
_MARKS = ("?", "？")
_OTHERS = frozenset({"peer", "other"})
_TURNS = RESERVES | {"but"}
_LONGEST = 300  # characters of a question
_MOST = 40  # questions
_SURE = 0.88


def answered(fresh: Fresh, terms: Terms) -> Iterator[Slot]:
    """The yes or no behind each question that one can answer so, unless it is a question itself or is taken back at once."""
    text = fresh.text
    for mark in islice(_MARK.finditer(text, fresh.subject), _MOST):
        lead = _LEAD.match(text, mark.end())
        start = lead.end() if lead else mark.end()
        end = sentence_end(text, start)
        said = begins_bare(text[start:end], terms)
        if said is None or text[end : end + 1] in _MARKS or _turns(fresh, end):
            continue
        asks = sentence_start(fresh.flowed, mark.start(), max(fresh.subject, mark.start() - _LONGEST))
        question = read_question(text[asks : mark.end()], terms)
        if question and said in _clear(fresh, terms, question, asks, mark.end()):
            yield question.slot(start, end, "answer behind the question", _SURE, asks)


def _turns(fresh: Fresh, end: int) -> bool:
    """Whether the next sentence of the line takes it back: "Yes. But only if …"."""
    following = fresh.within(end, sentence_end(fresh.text, end + 1)) if end < fresh.line_end(end) else ()
    return any(not _TURNS.isdisjoint(hit.means.speech) for hit in following)


def _clear(fresh: Fresh, terms: Terms, question: Question, start: int, end: int) -> frozenset[bool]:
    """Which answers are clear; none to the person's own questions: "Does my brother have them? No"."""
    hits = fresh.within(start, end)
    if any(not _OTHERS.isdisjoint(hit.means.speech) for hit in hits):
        return frozenset()
    if any(cue.binds is Binds.KIN for cue in fresh.cues.within(start, end)):
        return frozenset()
    return answers_clear(question, fresh.text[start:end], hits, terms)
