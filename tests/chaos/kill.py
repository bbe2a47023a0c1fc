"""Kill: SIGKILL at random moments, under clients that retry, against a ledger of what they were promised."""

from __future__ import annotations

from random import Random
from time import monotonic

from tests.chaos import Result
from tests.chaos.place import Place, place
from tests.daemon.killing import kill_at_random, settings


def kill_sqlite(seed: int, duration: float) -> Result:
    with place() as here:
        return _kill(here, seed, duration)


def kill_postgresql(seed: int, duration: float) -> Result:
    with place() as here:
        return _kill(here, seed, duration, **{"database.url": here.postgresql_url()})


def _kill(here: Place, seed: int, duration: float, **more: object) -> Result:
    smarthost, until = here.smarthost(), monotonic() + duration
    desk = here.desk(**settings(smarthost), **more)
    found = kill_at_random(desk, smarthost, Random(seed), lambda _: monotonic() < until)
    return Result(found.counts, found.breaches)


SCENARIOS = {kill_sqlite: 2.0, kill_postgresql: 2.0}
