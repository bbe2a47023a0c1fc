"""The queue of the staff as one transaction sees it: counted once, and then by what it adds itself."""

from __future__ import annotations

from datetime import datetime

Place = tuple[datetime, str]  # when a case entered the queue, and its id: by these it is ordered


class Line:
    __slots__ = ("_ahead", "_behind", "_last", "_there")

    def __init__(self) -> None:
        self._last: Place | None = None  # the last one, when it was counted
        self._ahead = 0  # how many are ahead of it
        self._there = False  # whether it is in the queue itself
        self._behind: list[Place] = []  # what joined since

    def count(self, last: Place, ahead: int, *, there: bool) -> None:
        self._last, self._ahead, self._there, self._behind = last, ahead, there, []

    def join(self, key: Place) -> None:
        """Before anything was counted this is not needed: it is counted then."""
        if self._last is None:
            return
        if key > self._last:
            self._behind.append(key)
        elif key == self._last:
            self._there = True
        else:
            self._ahead += 1

    def ahead_of(self, key: Place) -> int | None:
        """How many are ahead of a case, or None: it has to be counted."""
        if self._last is None or key < self._last:
            return None
        if key == self._last:
            return self._ahead
        return self._ahead + self._there + sum(one < key for one in self._behind)
