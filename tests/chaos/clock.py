"""Clock: it jumps by up to a day, under mail, while the process runs and while it does not."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import timedelta
from functools import partial
from random import Random
from threading import Event
from time import monotonic

from tests.chaos import Result
from tests.chaos.place import place
from tests.daemon.careless import program
from tests.daemon.clients import Clients
from tests.daemon.desk import PATIENCE, STAFF, Desk
from tests.daemon.fakeclock import LIBRARY, FakeClock
from tests.daemon.killing import settings
from tests.daemon.ledger import Audit, audit
from tests.daemon.smarthost import Smarthost

_DAY = timedelta(days=1)
_MAILS = 5  # between two jumps
_DIGESTS = "SELECT slot FROM job_slots WHERE job = 'digest'"


def clock_jumps(seed: int, duration: float, *, broken: str = "") -> Result:
    if LIBRARY is None:
        return Result(skipped="there is no libfaketime")
    dice, until, jumps = Random(seed), monotonic() + duration, Counter[str]()
    with place() as here:
        smarthost, clock = here.smarthost(), FakeClock(here.folder)
        desk = here.desk(**settings(smarthost), **{"digest.send_empty": True})
        start = partial(desk.launch, environ=clock.environ, program=program(broken))
        living = [start()]
        with closing(Clients(lambda: [process.port for process in living], 2)) as clients:
            while monotonic() < until:
                clients.write(_MAILS)
                clients.wait_acknowledged(_MAILS - dice.randrange(2))
                killed = not dice.randrange(4)
                if killed:  # it may have mail and letters in hand, leased by the clock as it is now
                    living.pop().kill()
                clock.set(dice.choice((clock.ahead, timedelta(0), _jump(dice))))
                jumps["forth" if clock.ahead > timedelta(0) else "back"] += 1
                if killed:
                    jumps["while killed"] += 1
                    living.append(start())
                _all_answered(smarthost, clients)
            clients.finish()
        smarthost.wait_recipients({mail.sender for mail in clients.ledger})
        assert living[0].stop() == 0
        found = audit(desk.config, smarthost, clients.ledger)
        _one_digest_a_day(desk, smarthost, found)
    return Result({**jumps, **found.counts}, found.breaches)


def _jump(dice: Random) -> timedelta:
    return timedelta(seconds=dice.randint(-86_400, 86_400))


def _all_answered(smarthost: Smarthost, clients: Clients) -> None:
    """No mail and no letter waits for a time that the clock has shown: longer than the periodic loop takes to see it."""
    people = {mail.sender for mail in [*clients.ledger]}
    until = monotonic() + PATIENCE + 60
    while people - {letter.recipient for letter in smarthost.arrived} and monotonic() < until:
        Event().wait(0.2)
    waiting = people - {letter.recipient for letter in smarthost.arrived}
    assert not waiting, f"{len(waiting)} people wait for a letter"


def _one_digest_a_day(desk: Desk, smarthost: Smarthost, found: Audit) -> None:
    days = {slot[: len("2026-03-02")] for slot in desk.scalars(_DIGESTS)}
    digests = Counter(letter.message_id for letter in smarthost.arrived if letter.recipient == STAFF)
    found.counts["digests"] = len(digests)
    if len(digests) != len(days):
        found.breaches.append(f"digests: {len(digests)} for {len(days)} days, {', '.join(sorted(days))}")


SCENARIOS = {clock_jumps: 1.0}
