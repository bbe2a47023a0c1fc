"""Which parts of the text have been read as filled-in form, and so are not prose."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import MARKS, Hit


class Spans:
    """Parts of a text, sorted, joined where they touch."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def add(self, *spans: tuple[int, int]) -> None:
        if not spans:
            return
        for start, end in spans:
            if start < end:
                insort(self._spans, (start, end))
        joined: list[tuple[int, int]] = []
        for start, end in self._spans:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        self._spans = joined

    def touches(self, start: int, end: int) -> bool:
        place = bisect_left(self._spans, (end, 0))
        return place > 0 and self._spans[place - 1][1] > start

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._spans)


class Taken(Spans):
    """The parts of a text that are no prose, and what they leave."""

    def __init__(self, fresh: Fresh) -> None:
        super().__init__()
        self._text = fresh.text
        self._length = len(fresh.text)

    def free(self) -> list[tuple[int, int]]:
        """The parts that are left, in order."""
        ends = [0, *(end for _, end in self._spans)]
        starts = [*(start for start, _ in self._spans), self._length]
        return [(end, start) for end, start in zip(ends, starts, strict=True) if end < start]

    def left(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The hits outside of what is taken, where each taken part ends a sentence unless it stands in brackets."""
        left: list[Hit] = []
        place = 0
        for start, end in self._spans:
            first = bisect_left(hits, (start,), place)
            left += [hit for hit in hits[place:first] if hit.end <= start]
            place = bisect_left(hits, (end,), first)
            if place < len(hits) and not self._is_bracketed(start, end):
                left.append(Hit(start, end, MARKS["line"]))
        return (*left, *hits[place:])

    def _is_bracketed(self, start: int, end: int) -> bool:
        before, after = self._text[max(0, start - 3) : start].rstrip(), self._text[end : end + 3].lstrip()
        return before.endswith(("(", "（", "[")) and after.startswith((")", "）", "]"))
