"""A thread that works until nothing is left, then waits to be woken or for a pause to pass.

It looks by itself too, since other nodes put work into the same tables. It is a daemon thread: what hangs in the
database or at the smarthost never keeps the process from ending, and what it had in hand stays queued.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from mailflow.edges import log
from mailflow.store.engine import Unavailable

DATABASE: Final = "the database is not available"
_BACKOFF: Final = (1.0, 2.0, 5.0, 15.0)  # seconds after failures in a row; the last one goes on


class Loop(threading.Thread):
    """Calls `work` again and again: at once while it says that there is more, else after `wake` or the pause.

    `gather` is how many seconds it lets work come together after a call: what is done for several at once costs less each.
    `patience` is how many seconds one turn may take before the loop counts as stuck.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], bool],
        *,
        pause: float,
        gather: float = 0.0,
        patience: float,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.patience = patience
        self._work = work
        self._pause = pause
        self._gather = gather
        self._at_end = at_end
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._failures = 0
        self._turned_at = time.monotonic()
        self._problem = ""

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopped.set()
        self._woken.set()

    def must_stop(self) -> bool:
        """Asked by work that takes long, between its pieces; to ask is to be alive."""
        self._turned_at = time.monotonic()
        return self._stopped.is_set()

    @property
    def stuck(self) -> bool:
        return not self.is_alive() or time.monotonic() - self._turned_at > self.patience

    @property
    def ill(self) -> str:
        """What is wrong with it, or ""."""
        if not self.is_alive():
            return f"{self.name}: is not running"
        if self.stuck:
            return f"{self.name}: no turn for {self.patience:.0f} seconds"
        return f"{self.name}: {self._problem}" if self._problem else ""

    def run(self) -> None:
        while not self._stopped.is_set():
            if self._turn():
                continue
            failed = self._failures
            called = self._woken.wait(_BACKOFF[min(failed, len(_BACKOFF)) - 1] if failed else self._pause)
            if called:
                self._stopped.wait(self._gather)
            self._woken.clear()  # before the look at what it was set for, so that no call is lost
        self._at_end()

    def _turn(self) -> bool:
        """Whether there is more to do now."""
        self._turned_at = time.monotonic()
        try:
            more = self._work()
        except Exception as error:  # noqa: BLE001 -- a loop that died would leave mail lying without a word
            self._fail(error)
            return False
        was, self._failures, self._problem = self._problem, 0, ""
        if was == DATABASE:
            log.database_back()
        return more

    def _fail(self, error: Exception) -> None:
        """Say it once, not every fifteen seconds; whoever reads the log finds `ill` to agree."""
        was, problem = self._problem, DATABASE if isinstance(error, Unavailable) else type(error).__name__
        self._failures, self._problem = self._failures + 1, problem
        if problem != was:
            if problem == DATABASE:
                log.database_lost(error=error, reason=str(error))
            else:
                log.crashed(where=self.name, error=error)
