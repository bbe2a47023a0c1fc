"""Lets the threads of a process write to SQLite one after the other, in the order in which they asked.

SQLite itself makes a second writer sleep and look again, up to a tenth of a second at a time, and fairness is luck.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from mailflow.store.engine import Unavailable


class Turns:
    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self, timeout: float) -> Iterator[None]:
        """Waits for the turn and holds it. Raises `Unavailable` after `timeout` seconds."""
        if not self._take(timeout):
            raise Unavailable("other threads of this process write to the database for too long")
        try:
            yield
        finally:
            self._pass_on()

    def _take(self, timeout: float) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=timeout):
            return True
        with self._guard:
            if called in self._waiting:
                self._waiting.remove(called)
                return False
        return True  # it was called in the instant it gave up

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
