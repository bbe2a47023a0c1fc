"""Addresses that are offered by preference: "use x, or y if that fails", "x (preferred), y", "x > y > z"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.reading.addressforms import Found
from mailflow.core.reading.bindingwords import Binds
from mailflow.core.reading.fresh import Fresh

_BETWEEN = 120  # characters between two of them
_WORDS = 8  # before the second one, that say what it is: "if that one does not work please use"
_TWO = 2
_OR = 14  # characters between two with an "or"
_BESIDE = 40  # characters before and behind one that say how they like it
_CHAIN = re.compile(r"\s*(?:>{1,2}|≻|➔?>)\s*")
_LISTED = re.compile(r"[\s,;/()\[\]|*•-]*(?:\d[.):]?\s*|&\s*)?")
_PART = re.compile(r"[,;，、；.!?。！？\n]")
_STOP = re.compile(r"[.!?。！？](?:\s|\Z)|\n\s*\n")


def liked_best(fresh: Fresh, found: Sequence[Found]) -> tuple[int, range] | None:
    """The place of the one that is liked best, and the places of all that are offered; None where they are not offered so."""
    for offered in _runs(fresh, found):
        told = [place for place in offered if _is_best(fresh, found, place)]
        if len(offered) == _TWO and _is_second_better(fresh, found, offered[1]):
            told = [offered[1]]
        if told or any(_is_next(fresh, found, place) for place in offered[1:]):
            return (told or offered)[0], offered
    return None


def _runs(fresh: Fresh, found: Sequence[Found]) -> Iterator[range]:
    """The places of addresses between which stands nothing but what lists or ranks them."""
    first = 0
    for place in range(len(found) - 1):
        if not _goes_on(fresh, found, place + 1):
            if place > first:
                yield range(first, place + 1)
            first = place + 1
    if len(found) > first + 1:
        yield range(first, len(found))


def _goes_on(fresh: Fresh, found: Sequence[Found], place: int) -> bool:
    one, before = found[place], found[place - 1]
    gap = fresh.low[before.end : one.start]
    if len(gap) > _BETWEEN:
        return False
    if _LISTED.fullmatch(gap) or _CHAIN.fullmatch(gap) or _is_or(fresh, before.end, one.start):
        return True
    return _is_said(fresh, Binds.LIKED_BEST, before.end, one.start) or _is_next(fresh, found, place)


def _is_or(fresh: Fresh, start: int, end: int) -> bool:
    return end - start <= _OR and any("or" in hit.means.speech for hit in fresh.within(start, end))


def _is_next(fresh: Fresh, found: Sequence[Found], place: int) -> bool:
    """Whether it is said before or behind one that it is liked less than the one before it."""
    one, before = found[place], found[place - 1]
    if _CHAIN.fullmatch(fresh.low, before.end, one.start):
        return True
    if _is_said(fresh, Binds.ELSE_BEHIND, one.end, _till(fresh, found, place, _STOP)):
        return True
    return any(
        cue.binds is Binds.RATHER_ELSE and len(fresh.low[cue.start : one.start].split()) <= _WORDS
        for cue in fresh.cues.within(_since(fresh, before.end, one.start), one.start)
    )


def _is_best(fresh: Fresh, found: Sequence[Found], place: int) -> bool:
    one = found[place]
    since = max(one.start - _BESIDE, found[place - 1].end if place else 0)
    return _is_said(fresh, Binds.LIKED_BEST, _since(fresh, since, one.start), one.start) or _is_said(
        fresh, Binds.LIKED_BEST, one.end, _till(fresh, found, place, _PART)
    )


def _is_second_better(fresh: Fresh, found: Sequence[Found], place: int) -> bool:
    """As in "x or y, the second one is better"."""
    start, end = found[place].end, _till(fresh, found, place, _STOP)
    return _is_said(fresh, Binds.THE_SECOND, start, end) and _is_said(fresh, Binds.LIKED_BEST, start, end)


def _is_said(fresh: Fresh, binds: Binds, start: int, end: int) -> bool:
    return any(cue.binds is binds for cue in fresh.cues.within(start, end))


def _since(fresh: Fresh, start: int, end: int) -> int:
    """Where the last sentence of a part of the text begins."""
    return max([start, *(stop.end() for stop in _STOP.finditer(fresh.low, start, end))])


def _till(fresh: Fresh, found: Sequence[Found], place: int, mark: re.Pattern[str]) -> int:
    """Where what stands behind an address ends: at a mark, or at the next address."""
    start = found[place].end
    end = min(start + _BESIDE, found[place + 1].start if place + 1 < len(found) else len(fresh.low))
    stop = mark.search(fresh.low, start, end)
    return stop.start() if stop else end
