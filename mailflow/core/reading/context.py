"""What only our last letter explains: answers below its questions, its wording repeated, a bare "yes", a lone value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from mailflow.core.reading import questions, yeses
from mailflow.core.reading.agreements import bare
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.lonevalues import lone_values
from mailflow.core.reading.questions import Question
from mailflow.core.reading.sentences import sentences
from mailflow.core.reading.slots import BEHIND_STATEMENT, Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of
from mailflow.core.reading.yesfields import NAMED

_INLINE, _RESTATED = 0.92, 0.9
_LISTED = " \t-*•·+>|:"
_ASKS = ("?", "？")
_LED_TO = re.compile(
    r"\.?(?:[ \t]*(?:[:：=|]|-+(?=[ \t])|[–—])|\s{0,3}(?:→|←|[-=]+>|<[-=]+))[ \t]*(?=[^\s\[(])"
)


def inline(fresh: Fresh, terms: Terms, asked: Sequence[Question]) -> Iterator[Slot]:
    """Answers that stand right below the question they answer, which is quoted.

    What stands below all questions together answers all of them, or any, like what stands above them.
    """
    for quoted, start, end in fresh.below_quotes:
        if len(asked) > 1 and questions.count_of(quoted, terms, asked) >= len(asked):
            continue
        question = questions.of_lines(quoted, terms, asked) or _labelled(quoted, terms)
        if question:
            yield question.slot(start, end, "answer below the question", _INLINE, start)


def _labelled(quoted: Sequence[str], terms: Terms) -> Question | None:
    """The question that is a label of the form, quoted to be answered below: "> ### User name"."""
    field = terms.whole_label(words_of(quoted[-1]))
    return Question((field,)) if field is not None else None


def restated(fresh: Fresh, terms: Terms) -> list[Slot]:
    """Our question repeated, with the answer behind it."""
    slots = []
    for field, ask in terms.asks:
        span = ask.find(fresh.low, fresh.flat)
        if span is None:
            continue
        end = fresh.line_end(span[1])
        if not fresh.text[span[1] : end].strip(" :") and end < len(fresh.text):
            following = fresh.line_end(end + 1)
            if any(mark in fresh.text[end:following] for mark in "?？"):
                continue  # the next question
            end = following
        fields = terms.form.fields_of(field.item)
        slots.append(Slot(fields, span[1], end, "question repeated", _RESTATED, span[0], asked=True))
    return slots


def answered_statements(fresh: Fresh, terms: Terms) -> Iterator[Slot]:
    """The form's statements with an answer behind them, "I never generated or have lost …: yes", or before: "yes  I agree …"."""
    for field, start, end in fresh.statements:
        asked = questions.of_item(terms, field.item)
        begin = fresh.starts[fresh.line_at(start)]
        before = fresh.text[begin:start].strip(_LISTED)
        if led := _LED_TO.match(fresh.text, end):
            till = fresh.line_end(led.end())
            yield asked.slot(led.end(), till, BEHIND_STATEMENT, _RESTATED, start)
        elif before in _ASKS or (before[-1:].isalpha() and bare(before, terms) is not None):
            place = fresh.text.index(before, begin)
            span = (place, place + len(before))
            yield asked.slot(*span, "answer before the statement", _RESTATED, begin)


def ours(fresh: Fresh, terms: Terms, *, statements: bool) -> Iterator[tuple[int, int]]:
    """Where the rest of our own wording stands among the person's lines."""
    for wording in terms.ours:
        yield from wording.spans(fresh.low, fresh.flat)
    if statements:
        yield from fresh.statement_ends.items()


def read_context(
    fresh: Fresh,
    terms: Terms,
    asked: Sequence[Question],
    claims: Sequence[Claim],
    free: Sequence[tuple[int, int]],
    wanted: AbstractSet[str],
) -> Iterator[Claim]:
    """`claims`: what has been read already. `free`: the parts of the text that are prose. `wanted`: the items that are asked for now."""
    known = {claim.field for claim in claims}
    open_items = [
        one.item for one in asked if not any(field.key in known for field in terms.form.fields_of(one.item))
    ]
    if not open_items:
        return
    spans = sentences(fresh, free)
    read = [(claim.start, claim.end) for claim in claims]
    agreed = [claim.end for claim in claims if claim.value is True]
    yield from yeses.to_what_was_asked(fresh, terms, asked, open_items, spans, read, agreed, wanted)
    yield from lone_values(fresh, terms, open_items, spans, free, read)


def yes_to_open_boxes(
    fresh: Fresh, terms: Terms, items: Sequence[str], free: Sequence[tuple[int, int]]
) -> Iterator[Claim]:
    """As in "I cannot tick these boxes: yes to all of them", in a mail that answers no letter of ours."""
    asked = [questions.of_item(terms, item) for item in items]
    for claim in yeses.to_what_was_asked(fresh, terms, asked, items, sentences(fresh, free)):
        if claim.sure == NAMED:
            yield claim
