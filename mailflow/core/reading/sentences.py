"""Where sentences stand, and the parts between their commas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.reading.fresh import Fresh

COMMA = re.compile("[,;，；、]")
_END = re.compile(r"[.!?。！？\n]")
_END_OF_PART = re.compile(r"[.!?。！？\n,;:，；：、]")
# What goes on behind a stop: no space follows it, as in "pypi.org". One of Chinese or Japanese always ends a sentence.
_GOES_ON = r"(?:[.!?](?!\s|\Z)[^\n.!?。！？]*)"
_SENTENCE = re.compile(rf"[^\n.!?。！？]+{_GOES_ON}*|{_GOES_ON}+")


def sentences(fresh: Fresh, parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the sentences of some parts of the text begin and end; a line that was wrapped ends none."""
    return [
        match.span()
        for start, end in parts
        for match in _SENTENCE.finditer(fresh.flowed, start, end)
        if match.group().strip()
    ]


def sentence_end(text: str, start: int) -> int:
    """The place of the mark or line end with which the sentence ends that goes on at a place."""
    end = _END.search(text, start)
    return end.start() if end else len(text)


def sentence_start(text: str, place: int, least: int = 0) -> int:
    """Where the sentence begins that goes on at a place, no further back than `least`."""
    return _behind_last(_END, text, place, least)


def part_start(text: str, place: int, least: int = 0) -> int:
    """The same of the part of a sentence behind its last comma or colon."""
    return _behind_last(_END_OF_PART, text, place, least)


def _behind_last(mark: re.Pattern[str], text: str, place: int, least: int) -> int:
    return max((match.end() for match in mark.finditer(text, max(0, least), place)), default=max(0, least))


def comma_parts(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Where the parts between the commas of a text begin and end, if the text begins at `start`."""
    for part in COMMA.split(text):
        yield start, start + len(part)
        start += len(part) + 1
