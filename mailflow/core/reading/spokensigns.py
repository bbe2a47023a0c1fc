"""Names that were dictated: "my user name is k underscore hollander". The sign that is said between their parts is put in before anything is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import lower
from mailflow.core.text import Line, Mark

_BEFORE = re.compile(r"(?P<word>[^\W_]+(?:['’]s)?)[ \t]*(?P<mark>[:=]?)[ \t]*\Z")  # what announces a name
_BEHIND = re.compile(r"(?P<mark>,?) (?P<word>\w+)")
_LEAD = 30  # characters before a name
_LONGEST = 2_000  # characters of a line: who dictates says it all in one
_MOST = 20  # lines with such a sign


def as_written(lines: Sequence[Line], own: str, terms: Terms) -> Sequence[Line]:
    """The lines with "k_hollander" for "k underscore hollander". `own`: the person's own words."""
    if not terms.spelling.may_say_sign(lower(own)):
        return lines
    fresh = (place for place, line in enumerate(lines) if line.mark is Mark.FRESH)
    said = (
        place
        for place in fresh
        if len(lines[place].text) <= _LONGEST and terms.spelling.in_name.search(lines[place].text)
    )
    left = list(lines)
    for place in islice(said, _MOST):
        left[place] = lines[place]._replace(text=_written(lines[place].text, terms))
    return left


def _written(text: str, terms: Terms) -> str:
    spelled = terms.spelling.spans(text)

    def put_in(said: re.Match[str]) -> str:
        if any(start < said.end() and said.start() < end for start, end in spelled):
            return said[0]
        return terms.spelling.written(said[0]) if _is_name(said, terms) else said[0]

    return terms.spelling.in_name.sub(put_in, text)


def _is_name(said: re.Match[str], terms: Terms) -> bool:
    """Whether words with a sign between them are a name rather than a pause: "I lost my phone dash it was stolen"."""
    words = lower(said[0]).split(" ")
    parts = words[::2]
    behind = _BEHIND.match(said.string, said.end())
    following = lower(behind["word"]) if behind else ""
    if terms.among("figure", *parts, following) or following.isdigit():
        return False  # "k underscore hollander ninety"
    if behind and not behind["mark"] and terms.everyday(parts[-1]):
        return False  # "jdoe dash lost my phone"
    likely = [len(part) == 1 or not terms.everyday(part) for part in parts]
    if _is_announced(said, terms) and not terms.leads_to_name(parts[0]):
        return any(likely)
    return all(likely) and all(terms.spelling.signs[sign] != "." for sign in words[1::2])


def _is_announced(said: re.Match[str], terms: Terms) -> bool:
    before = _BEFORE.search(said.string, max(0, said.start() - _LEAD), said.start())
    return before is not None and bool(before["mark"] or terms.leads_to_name(lower(before["word"])))
