"""Kill: SIGKILL under clients that retry, against a ledger of what they were promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from time import monotonic

from tests.chaos import Result
from tests.chaos.place import Place, place
from tests.daemon.desk import Desk
from tests.daemon.killing import BY_TIME, Member, alone, kill_at_random, nodes, of_each_role, settings
from tests.daemon.points import AT_THE_START, ON_THE_WAY, TO_THE_SMARTHOST, WHEN_TIME_PASSES, kill_at_each
from tests.daemon.zygote import Zygote

MakeCrew = Callable[[Desk, Zygote], Mapping[str, Member]]


def kill_sqlite(seed: int, duration: float, *, kills: int = 0, broken: str = "") -> Result:
    with place() as here:
        return _at_random(here, partial(alone, broken=broken), seed, _more(duration, kills))


def kill_postgresql(seed: int, duration: float, *, kills: int = 0) -> Result:
    with place() as here:
        return _at_random(here, alone, seed, _more(duration, kills), **_postgresql(here))


def kill_roles_sqlite(seed: int, duration: float, *, kills: int = 0) -> Result:
    with place() as here:
        return _at_random(here, of_each_role, seed, _more(duration, kills), **BY_TIME)


def kill_roles_postgresql(seed: int, duration: float, *, kills: int = 0) -> Result:
    with place() as here:
        more = BY_TIME | _postgresql(here)
        return _at_random(here, of_each_role, seed, _more(duration, kills), **more)


def kill_nodes(seed: int, duration: float, *, kills: int = 0, broken: str = "") -> Result:
    with place() as here:
        more = BY_TIME | _postgresql(here)
        return _at_random(here, partial(_three, broken=broken), seed, _more(duration, kills), **more)


def _three(desk: Desk, zygote: Zygote, broken: str = "") -> Mapping[str, Member]:
    return nodes(desk, zygote, "north", "south", "west", broken=broken)


def _postgresql(here: Place) -> dict[str, object]:
    return {"database.url": here.postgresql_url()}


def _more(duration: float, kills: int) -> Callable[[int], bool]:
    """Whether more are to be killed: until so many were, or for so long."""
    until = monotonic() + duration
    return lambda done: done < kills if kills else monotonic() < until


def _at_random(
    here: Place, crew: MakeCrew, seed: int, more: Callable[[int], bool], **others: object
) -> Result:
    smarthost, zygote = here.smarthost(), here.zygote()
    desk = here.desk(**settings(smarthost) | others)
    reminded = "case.remind_after" in others
    found = kill_at_random(desk, smarthost, Random(seed), crew(desk, zygote), more, reminded=reminded)
    return Result(found.counts, found.breaches)


def kill_at_each_commit_sqlite(_seed: int, _duration: float) -> Result:
    with place() as here:
        return _at_each(here)


def kill_at_each_commit_postgresql(_seed: int, _duration: float) -> Result:
    with place() as here:
        return _at_each(here, **_postgresql(here))


def _at_each(here: Place, **more: object) -> Result:
    """As long as it takes: once at each."""
    smarthost = here.smarthost()
    desk = here.desk(**settings(smarthost) | BY_TIME | more)
    faults = [*AT_THE_START, *WHEN_TIME_PASSES, *ON_THE_WAY, *TO_THE_SMARTHOST]
    found = kill_at_each(desk, here.zygote(), smarthost, faults)
    return Result(found.counts, found.breaches)


SCENARIOS = {
    kill_sqlite: 2.0,
    kill_postgresql: 2.0,
    kill_roles_sqlite: 2.0,
    kill_roles_postgresql: 2.0,
    kill_nodes: 3.0,
    kill_at_each_commit_sqlite: 2.5,
    kill_at_each_commit_postgresql: 2.5,
}
