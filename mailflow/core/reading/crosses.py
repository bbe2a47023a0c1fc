"""Crosses beside labels and statements: "❌ recovery codes", "Code of Conduct ✗".

A red one is a no. The others are how some tick a box, so that they are one only where something else is ticked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mailflow.core.form import Field, Kind
from mailflow.core.reading.choices import none_of
from mailflow.core.reading.claim import TICKED_BOX, Claim
from mailflow.core.reading.fresh import TICKED, Fresh
from mailflow.core.reading.terms import Terms, collapsed
from mailflow.core.reading.words import words_of

_CROSS = re.compile("[❌✗✘✖]\ufe0f?")
_RED = "❌"
_AROUND = " \t-*•·+>"
_LONGEST = 120  # characters of the words beside one
_MOST = 100
_SURE = 0.9


class Cross(NamedTuple):
    """The line of a cross, and what it says, if anything."""

    start: int
    end: int
    claim: Claim | None


def crosses(fresh: Fresh, terms: Terms) -> Iterator[Cross]:
    """The lines that are a cross and an item of the form; the words beside it state nothing by themselves."""
    if fresh.text.isascii():
        return
    ticks = TICKED.search(fresh.text) is not None
    for cross in islice(_CROSS.finditer(fresh.text), _MOST):
        start, end = fresh.starts[fresh.line_at(cross.start())], fresh.line_end(cross.end())
        before = fresh.text[start : cross.start()].strip(_AROUND)
        behind = fresh.text[cross.end() : end].strip(_AROUND)
        field = _field(fresh, terms, before or behind, start, end) if not (before and behind) else None
        if field is not None:
            told = cross[0].startswith(_RED) or ticks
            yield Cross(start, end, _claim(fresh, terms, field, start, end) if told else None)


def _field(fresh: Fresh, terms: Terms, text: str, start: int, end: int) -> Field | None:
    """The agreement or the choice whose label, statement or subject a text is."""
    if not text or len(text) > _LONGEST or text.endswith((":", "：", "?", "？")):
        return None
    field = terms.stated.get(collapsed(text)) or terms.whole_label(words_of(text))
    if field is not None:
        return field if field.kind in {Kind.AGREEMENT, Kind.CHOICE} else None
    hits = fresh.within(start, end)
    topics = {topic for hit in hits for topic in hit.means.topics}
    things = any(hit.means.things for hit in hits)
    return terms.form.by_key[topics.pop()] if len(topics) == 1 and not things else None


def _claim(fresh: Fresh, terms: Terms, field: Field, start: int, end: int) -> Claim | None:
    """A no, unless a "not" stands beside the cross as well."""
    if any(hit.means.negates for hit in fresh.within(start, end)):
        return None
    value = False if field.kind is Kind.AGREEMENT else none_of(terms, field)
    return None if value == "" else Claim(field.key, value, TICKED_BOX, _SURE, start, end)
