"""Which parts of the text have been read as filled-in form, and so are not prose."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

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
    def __init__(self, fresh: Fresh) -> None:
        super().__init__()
        self._text = fresh.text
        self._length = len(fresh.text)

    def free(self) -> list[tuple[int, int]]:
        """The parts that are left, in order."""
        ends = [0, *(end for _, end in self._spans)]
        starts = [*(start for start, _ in self._spans), self._length]
        return [(end, start) for end, start in zip(ends, starts, strict=True) if end < start]

    def left(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """The hits outside of what is taken, where each taken part ends a sentence unless it stands in brackets."""
        left: list[Hit] = []
        spans = iter(self._spans)
        start, end = next(spans, (self._length, self._length))
        for hit in hits:
            while hit.start >= end and end < self._length:
                if not self._is_bracketed(start, end):
                    left.append(Hit(start, end, MARKS["line"]))
                start, end = next(spans, (self._length, self._length))
            if hit.end <= start or hit.start >= end:
                left.append(hit)
        return tuple(left)

    def _is_bracketed(self, start: int, end: int) -> bool:
        before, after = self._text[max(0, start - 3) : start].rstrip(), self._text[end : end + 3].lstrip()
        return before.endswith(("(", "（", "[")) and after.startswith((")", "）", "]"))
