"""Further passwords behind one that was found: "x or y", "x and the new one is y", and lists of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.passwordshapes import CLAUSE_END, QUOTED, WORD, is_answer, is_code, is_odd, trimmed
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import View

_MOST = 8  # of them in a row
_WORDS_BETWEEN = 6
_AFTER = re.compile(r"[\"'”“»`)\]*_]{0,3}[ \t]{0,2}([,;/.]|)(?=\s|[\"'„“«]|(?<=/))")
_COMMAS = (",", ";", "/")
_WORD = re.compile(rf"(\s{{0,3}})({WORD})")
_ALONE = re.compile(r"[\"'”“»`*_.]{0,3}[ \t]{0,3}(?:\r?\n|\Z)")
_LIKE = 4  # characters that are the same at the beginning of both
_ITEM = re.compile(
    r"\r?\n[> \t]{0,8}(?:[-*•·–][ \t]{1,3}|\d{1,2}[.)][ \t]{1,3})(\S{1,100}|[^\n]{1,100})[ \t]{0,3}(?=\r?\n|\Z)"
)
_COLONS = frozenset(":：")
_HEADING = 60  # characters between the name and the colon that ends its line


def further(view: View, name: str, span: Span) -> Iterator[Span]:
    """The passwords that are told right behind one of them."""
    several = name.casefold() in view.words.several
    for _ in range(_MOST):
        following = _next(view, span, several=several)
        if following is None:
            return
        yield following
        span = following


def _next(view: View, span: Span, *, several: bool) -> Span | None:
    after = view.words.glued_or.match(view.text, span[1]) or _AFTER.match(view.text, span[1])
    if after is None:
        return None
    place, told = after.end(), False
    joined = after.re is view.words.glued_or or (several and after[1] in _COMMAS)
    for _ in range(_WORDS_BETWEEN):
        if (quoted := QUOTED.match(view.text, place)) and quoted.lastindex and (joined or told):
            value = quoted.span(quoted.lastindex)
            return None if is_answer(view, view.text[slice(*value)]) else value
        found = _WORD.match(view.text, place)
        if found is None:
            return None
        said = found[2].casefold().strip("(),:")
        joined, told = joined or said in view.words.joins, told or said in view.words.other
        if not _leads_on(view, said) and not (told and said in view.words.is_words):
            return _value(view, span, found, joined=joined, told=told)
        place = found.end()
    return None


def _leads_on(view: View, said: str) -> bool:
    words = view.words
    return (
        said in words.joins or said in words.other or said in words.article or not any(map(str.isalnum, said))
    )


def _value(view: View, first: Span, found: re.Match[str], *, joined: bool, told: bool) -> Span | None:
    span = trimmed(view.text, *found.span(2))
    value = view.text[slice(*span)]
    if not (joined or told) or not value or is_answer(view, value):
        return None
    if told and "\n" in found[1] and _ALONE.match(view.text, span[1]):
        return span
    if len(value) > _LIKE and value[:_LIKE].casefold() == view.text[first[0] : first[0] + _LIKE].casefold():
        return span
    if told:
        return span if is_odd(value) else None
    behind = _WORD.match(view.text, span[1])
    ends = CLAUSE_END.match(view.text, span[1]) or (behind and behind[2].casefold() in view.words.joins)
    return span if is_code(value) and ends else None


def listed(view: View, end: int) -> Iterator[Span]:
    """Lines of one password each below a line that names them, of which one at least can be nothing else."""
    place = view.text.find("\n", end, end + _HEADING)
    if place < 0 or view.text[end:place].rstrip()[-1:] not in _COLONS:
        return
    spans: list[Span] = []
    while len(spans) < _MOST and (item := _ITEM.match(view.text, place)):
        span = trimmed(view.text, *item.span(1))
        if " " in view.text[slice(*span)]:
            return
        spans.append(span)
        place = item.end()
    if any(is_odd(view.text[slice(*span)]) and is_code(view.text[slice(*span)]) for span in spans):
        yield from (span for span in spans if not is_answer(view, view.text[slice(*span)]))
