"""How hard the smarthost is tried: with all that is due while it works, with one letter now and then while it does not.

What waits for a smarthost that is away needs no due times of its own: it stays due, so that it leaves oldest first when
the smarthost is back, and nothing but the next probe decides when that is.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

_FIRST_PAUSE = 1.0  # seconds; it doubles with each probe that fails
_LONGEST_PAUSE = 300.0
_JITTER = 0.25  # so that nodes which lost the smarthost together do not come back together
_FIRST_ROOM = 1  # letters; it doubles with each letter that goes through


class Hold:
    """Of one node. It starts with everything allowed, as nothing is known of the smarthost.

    Time is monotonic: a clock that is set back must not make a pause of seconds one of a day.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`chance` gives numbers from 0 to 1."""
        self._monotonic = monotonic
        self._chance = chance
        self._failures = 0  # in a row
        self._until = float("-inf")
        self._room: int | None = None  # None: any number

    def room(self, wanted: int) -> int:
        """How many letters may be tried now; 0 while it pauses."""
        if self._monotonic() < self._until:
            return 0
        return wanted if self._room is None else min(self._room, wanted)

    def fail(self) -> float:
        """The smarthost did not answer, or broke off: for how many seconds nothing is tried now.

        Connections that break together count once.
        """
        left = self._until - self._monotonic()
        if left > 0:
            return left
        pause = min(_FIRST_PAUSE * 2.0 ** min(self._failures, 30), _LONGEST_PAUSE)
        pause *= 1 + _JITTER * (2 * self._chance() - 1)
        self._failures, self._room = self._failures + 1, _FIRST_ROOM
        self._until = self._monotonic() + pause
        return pause

    def pass_one(self, wanted: int) -> None:
        """The smarthost dealt with a letter. A little more may follow each time, up to what is wanted."""
        self._failures = 0
        if self._room is not None:
            self._room = None if self._room * 2 >= wanted else self._room * 2
