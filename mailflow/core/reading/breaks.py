"""Which line breaks end a sentence: those made by hand, rather than by a mail program that wraps long lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.words import CJK

LABEL_LIKE = r"[^\W\d_a-z][^:：\n]{0,45}[:：](?:[ \t]|$)"  # "New address: "
_STARTS_ANEW = re.compile(
    rf"[ \t]*(?:[-*•·+–—#|>\[☐☑☒]|\(?\d{{1,2}}[.):．）]|[a-z]\)|{LABEL_LIKE})", re.MULTILINE
)
# What ends a sentence of Korean or Japanese without a mark.
_SAID = re.compile(r"(?:[다요죠음함까]|です|ます|ました|ません|でした|ください)$")
_CJK = re.compile(f"[{CJK}]")
_GOES_ON, _STOPS = ",，、:：(-", ".!?…"
_OPENING = "(（"
_TELLS_ITSELF = f"{_GOES_ON}{_STOPS} "  # that a sentence ends, or that it does not: programs leave a space (RFC 3676, section 4.1)
_LONG, _LONGEST = 52, 80  # characters: no mail program wraps sooner, and none later
_LONG_CJK = 28
_SHORT = 0.5  # of the longest line
_BESIDE = 3  # characters
_SPARE = 18  # characters; who breaks lines by hand does not fill them
_OPENS = frozenset({"hedge", "not", "without", "why", "ask", "that", "you", "peer", "other"})
_KEEPS_OPEN = frozenset({"if", "doubt"})
_JOINS = frozenset({"and", "but", "or", "because", "which", "auxiliary"})


class Breaks(NamedTuple):
    """The places of line breaks at which a sentence ends."""

    certain: frozenset[int]
    by_hand: frozenset[int]  # most likely, see `left_open`


def line_breaks(
    lines: Sequence[str], starts: Sequence[int], goes_on: AbstractSet[str], copulas: AbstractSet[str]
) -> Breaks:
    """`starts`: where each line begins. `goes_on`: the words with which no sentence ends, `copulas`: begins."""
    certain, soft = [], []
    for number, (line, following) in enumerate(pairwise(lines)):
        if not line or not following or _ends(line, following, goes_on):
            certain.append(starts[number + 1] - 1)
        elif line[-1] not in _TELLS_ITSELF and _may_begin(following, copulas):
            soft.append(number)
    by_hand = [starts[number + 1] - 1 for number in _by_hand(lines, soft, goes_on)] if soft else ()
    return Breaks(frozenset(certain), frozenset(by_hand))


def _by_hand(lines: Sequence[str], soft: Sequence[int], goes_on: AbstractSet[str]) -> Iterator[int]:
    """Those of some lines that were ended by hand: in a paragraph that nothing has wrapped, or short where no line has a capital.

    So people write who leave out stops and capitals. Chinese and Japanese lines break anywhere.
    """
    widths = [*map(len, lines)]
    small = not any(map(str.isupper, [line[:1] for line in lines]))
    end = 0
    unwrapped = False
    for number in soft:
        if number >= end:
            first, end = _paragraph(widths, number)
            unwrapped = _is_unwrapped(lines[first:end], [widths[one] for one in soft if first <= one < end])
            longest = max((len(line) for line in lines[first:end] if " removed]" not in line), default=0)
        by_hand = unwrapped or (small and widths[number] < _LONG) or _fits(lines, number, longest)
        if by_hand and _may_end(lines[number], goes_on):
            yield number


def _fits(lines: Sequence[str], number: int, longest: int) -> bool:
    """Whether the first word of the next line would have fitted in, so that no program has put it there."""
    word = lines[number + 1].split(None, 1)[0]
    return len(lines[number]) + 1 + len(word) + _SPARE <= longest


def _paragraph(widths: Sequence[int], line: int) -> tuple[int, int]:
    """The first of the lines around one that no empty one parts from it, and the one behind the last."""
    first = end = line
    while first and widths[first - 1]:
        first -= 1
    while end < len(widths) and widths[end]:
        end += 1
    return first, end


def _is_unwrapped(paragraph: Sequence[str], widths: Sequence[int]) -> bool:
    """Whether no mail program has wrapped a paragraph: its lines are too long, or they vary and none ends with a stop.

    `widths`: of the lines that may have been wrapped.
    """
    if any(line.rfind(" ") > _LONGEST for line in paragraph):
        return True
    longest = max(map(len, paragraph))
    vary = longest < _LONG or min(widths) < longest * _SHORT
    return vary and all(line.rstrip()[-1:] not in _STOPS for line in paragraph)


def _may_end(line: str, goes_on: AbstractSet[str]) -> bool:
    return not (_CJK.match(line[-1]) or _last_word(line) in goes_on)


def _may_begin(line: str, copulas: AbstractSet[str]) -> bool:
    start = line.split(None, 1)[0]
    return start[0] not in _OPENING and start not in copulas


def _last_word(line: str) -> str:
    return line[line.rfind(" ") + 1 :].lower()


def left_open(hits: Sequence[Hit], by_hand: AbstractSet[int]) -> frozenset[int]:
    """The breaks made by hand before which a "not" or the like has met no verb and no thing yet, or there is an "if".

    It may be about what the next line says, and an agreement there would be none: "I will certainly not", and then "agree".
    """
    found = []
    opened = last = None
    for hit in hits:
        if hit.means.ends and hit.start in by_hand:
            if opened or (last is not None and last.end == hit.start and last.means.speech & _JOINS):
                found.append(hit.start)
        else:
            opened = _opened(hit, opened, last)
            last = last if "marks" in hit.means.tables and hit.means.breaks else hit
    return frozenset(found)


def _opened(hit: Hit, opened: Hit | None, last: Hit | None) -> Hit | None:
    """What leaves a sentence open behind a hit of it."""
    means = hit.means
    if means.ends:
        return None
    if opened is not None and opened.means.speech & _KEEPS_OPEN:
        return opened
    if means.speech & _KEEPS_OPEN:
        return hit
    if "once" in means.speech:
        return None  # "I have not been in, not even once": its verb stands before it
    if means.speech & _OPENS:
        of_thing = last is not None and last.means.things and hit.start - last.end <= _BESIDE
        return opened if of_thing and means.negates else hit  # "codes none", "codes - none"
    return None if means.acts or means.objects else opened


def _ends(line: str, following: str, goes_on: AbstractSet[str]) -> bool:
    """Whether a sentence ends with the line rather than going on in the next."""
    line, start = line.strip(), following.strip()
    if not line or not start or _STARTS_ANEW.match(following):
        return True
    if not line.isascii() and _SAID.search(line):
        return True
    if start[0].islower() or start[0] in _OPENING or line[-1] in _GOES_ON:
        return False
    short = len(line) < (_LONG_CJK if _CJK.match(line[-1]) else _LONG)
    return short and _last_word(line) not in goes_on
