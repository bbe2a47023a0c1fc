"""Addresses that are offered by preference: "use x, or y if that fails", "x (preferred), y", "x > y > z"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.reading.addressforms import Found
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import has_cjk

_BETWEEN = 120  # characters between two of them
_WORDS = 8  # before the second one, that say what it is: "if that one does not work please use"
_TWO = 2
_OR = 14  # characters between two with an "or"
_BESIDE = 40  # characters before and behind one that say how they like it
_CHAIN = re.compile(r"\s*(?:>{1,2}|≻|➔?>)\s*")
_LISTED = re.compile(r"[\s,;/()\[\]|*•-]*(?:\d[.):]?\s*|&\s*)?")
_APART = re.compile(r"[^\w']+")
_PART = re.compile(r"[,;，、；.!?。！？\n]")
_STOP = re.compile(r"[.!?。！？](?:\s|\Z)|\n\s*\n")


def liked_best(fresh: Fresh, terms: Terms, found: Sequence[Found]) -> tuple[int, range] | None:
    """The place of the one that is liked best, and the places of all that are offered; None where they are not offered so."""
    for offered in _runs(fresh, terms, found):
        told = [place for place in offered if _is_best(fresh, terms, found, place)]
        if len(offered) == _TWO and _is_second_better(fresh, terms, found[offered[1]]):
            told = [offered[1]]
        if told or any(_is_next(fresh, terms, found, place) for place in offered[1:]):
            return (told or offered)[0], offered
    return None


def _runs(fresh: Fresh, terms: Terms, found: Sequence[Found]) -> Iterator[range]:
    """The places of addresses between which stands nothing but what lists or ranks them."""
    first = 0
    for place in range(len(found) - 1):
        if not _goes_on(fresh, terms, found, place + 1):
            if place > first:
                yield range(first, place + 1)
            first = place + 1
    if len(found) > first + 1:
        yield range(first, len(found))


def _goes_on(fresh: Fresh, terms: Terms, found: Sequence[Found], place: int) -> bool:
    one, before = found[place], found[place - 1]
    gap = fresh.low[before.end : one.start]
    if len(gap) > _BETWEEN:
        return False
    listed = _LISTED.fullmatch(gap) or _CHAIN.fullmatch(gap) or _is_or(fresh, before.end, one.start)
    return bool(listed) or _holds(terms, "liked_best", gap) or _is_next(fresh, terms, found, place)


def _is_or(fresh: Fresh, start: int, end: int) -> bool:
    return end - start <= _OR and any("or" in hit.means.speech for hit in fresh.within(start, end))


def _is_next(fresh: Fresh, terms: Terms, found: Sequence[Found], place: int) -> bool:
    """Whether it is said before or behind one that it is liked less than the one before it."""
    one, before = found[place], found[place - 1]
    gap = fresh.low[before.end : one.start]
    behind = _STOP.split(fresh.low[one.end : _till(found, place)])[0]
    if _CHAIN.fullmatch(gap) or _holds(terms, "else_behind", behind):
        return True
    near = _STOP.split(gap)[-1]
    return _holds(terms, "rather_else", " ".join(near.split()[-_WORDS:]))


def _is_best(fresh: Fresh, terms: Terms, found: Sequence[Found], place: int) -> bool:
    one = found[place]
    since = max(one.start - _BESIDE, found[place - 1].end if place else 0)
    before = _STOP.split(fresh.low[since : one.start])[-1]
    behind = _PART.split(fresh.low[one.end : _till(found, place)])[0]
    return _holds(terms, "liked_best", before) or _holds(terms, "liked_best", behind)


def _is_second_better(fresh: Fresh, terms: Terms, second: Found) -> bool:
    """As in "x or y, the second one is better"."""
    behind = _STOP.split(fresh.low[second.end : second.end + _BESIDE])[0]
    return _holds(terms, "the_second", behind) and _holds(terms, "liked_best", behind)


def _till(found: Sequence[Found], place: int) -> int:
    end = found[place].end + _BESIDE
    return min(end, found[place + 1].start) if place + 1 < len(found) else end


def _holds(terms: Terms, words: str, text: str) -> bool:
    """Whether one of the phrases of a list stands there, as words where the language parts them."""
    plain = f" {_APART.sub(' ', text)} "
    return any(
        phrase in text if has_cjk(phrase) else f" {phrase} " in plain for phrase in terms.lists.get(words, ())
    )
