"""How much of a mail is read for answers: its first pages and its last, as somebody would who has many of them to read.

The longest mail that a person wrote in `tests/mails` has 17 lines of their own and 800 characters; so much as this is a log
or a file that was pasted, or meant to keep the desk busy. What is left out is counted, and nothing is taken from it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.core.text import Line, Mark

_FIRST_LINES, _LAST_LINES = 200, 50  # with words of the person's own in them
_FIRST, _LAST = 6_000, 2_000  # characters of those
_FIRST_OF_ALL, _LAST_OF_ALL = 1_000, 250  # lines of any kind, quoted and empty ones included


def outer_lines(lines: Sequence[Line]) -> tuple[Sequence[Line], int]:
    """The first and last lines, with an empty one for all between them; and how many of those are the person's own words."""
    if len(lines) <= _FIRST_OF_ALL + _LAST_OF_ALL:
        return lines, 0
    left_out = lines[_FIRST_OF_ALL:-_LAST_OF_ALL]
    gap = Line("", Mark.FRESH, left_out[0].number)
    unread = sum(line.mark is Mark.FRESH and _says_something(line.text) for line in left_out)
    return (*lines[:_FIRST_OF_ALL], gap, *lines[-_LAST_OF_ALL:]), unread


def outer_parts(parts: Sequence[str]) -> tuple[Sequence[str], int]:
    """Of the lines of a text the first and the last; the others are "", and are counted.

    A line that is too long is read as far as it goes, counted, and the next one left out: the two are not to be read as one.
    """
    if len(parts) <= _FIRST_LINES and sum(map(len, parts)) <= _FIRST:  # which is most of the cases
        return parts, 0
    told = [place for place, part in enumerate(parts) if _says_something(part)]
    read: dict[int, str] = {}
    left = _FIRST
    for place in told[:_FIRST_LINES]:
        read[place] = _cut(parts[place], left)
        left -= len(parts[place])
        if left <= 0:
            break
    rest = told[len(read) + (left < 0) :]
    left = _LAST
    for place in reversed(rest[-_LAST_LINES:]):
        left -= len(parts[place])
        if left < 0:
            break
        read[place] = parts[place]
    unread = sum(read.get(place) != parts[place] for place in told)
    return [read.get(place, "") for place in range(len(parts))], unread


def _cut(text: str, most: int) -> str:
    """Not within a word, where there are spaces."""
    return text if len(text) <= most else (text[:most].rsplit(None, 1) or [""])[0]


def _says_something(text: str) -> bool:
    return text != "" and not text.isspace()
