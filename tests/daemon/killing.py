"""kill -9 at random moments of one process or several, under clients that try again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.daemon.clients import Clients
from tests.daemon.desk import Desk, Process
from tests.daemon.ledger import Audit, audit
from tests.daemon.smarthost import Smarthost
from tests.daemon.zygote import Zygote

MAILS = 20  # written for each kill
ROLES = ("receive", "handle", "deliver", "periodic")
SETTINGS = {
    "smarthost.tls": "off",
    "smarthost.timeout": "1 second",  # a lease is five of them
    "smarthost.retry": ["1 second"],
    "smtp.max_connections_per_address": 100,
    "case.letters_per_domain": 10**6,
    "case.letters_in_all": 10**6,
}
# One reminder of each case, soon, and a digest of each day.
BY_TIME = {"case.remind_after": ["1 second"], "digest.at": "00:00", "digest.send_empty": True}
_STARTING = (
    1.0  # seconds, in which a process that has loaded everything is ready and has looked at all queues
)
_WORKING = 3.0  # seconds, after which a moment is not waited for any longer
_JITTER = 0.05  # seconds
_STAYS_DOWN = 0.3  # how likely one of several is not started again at once


@dataclass(frozen=True)
class Member:
    """A process that is killed now and then, and what it tells of its work: it dies soon after one of these."""

    start: Callable[[], Process]
    works: tuple[str, ...] = ("received", "handled", "letter_sent")


def settings(smarthost: Smarthost) -> dict[str, object]:
    return {"smarthost.host": "127.0.0.1", "smarthost.port": smarthost.port, **SETTINGS}


def alone(desk: Desk, zygote: Zygote, broken: str = "") -> dict[str, Member]:
    return {"all": Member(partial(desk.fork, zygote, broken=broken))}


def of_each_role(desk: Desk, zygote: Zygote) -> dict[str, Member]:
    works = {"receive": "received", "handle": "handled", "deliver": "letter_sent", "periodic": "case_changed"}
    return {role: Member(partial(desk.fork, zygote, "--role", role), (works[role],)) for role in ROLES}


def nodes(desk: Desk, zygote: Zygote, *names: str, broken: str = "") -> dict[str, Member]:
    return {name: Member(partial(desk.fork, zygote, "--node", name, broken=broken)) for name in names}


def kill_at_random(
    desk: Desk,
    smarthost: Smarthost,
    dice: Random,
    crew: Mapping[str, Member],
    more: Callable[[int], bool],
    *,
    reminded: bool = False,
) -> Audit:
    """Kills one of the crew after the other while there is `more` to do, told after how many kills; then audits.

    `reminded`: with `BY_TIME` each case gets its reminder in the end.
    """
    living: dict[str, Process] = {}
    kills: Counter[str] = Counter()
    with closing(Clients(lambda: [one.door for one in [*living.values()] if one.door])) as clients:
        while more(kills.total()):
            clients.write(MAILS)
            name = sorted(crew)[kills.total() % len(crew)]  # in turn: by chance, some would hardly ever be
            _kill(name, crew, living, dice)
            kills[name] += 1
        _start(crew, living)
        clients.finish()
        desk.wait_until_nothing_waits()
        if reminded:
            desk.wait_for_letters("reminder", len(clients.ledger))
    for one in living.values():
        one.wait_for("ready")  # before that, SIGTERM ends it as it does any program
    assert {name: one.stop() for name, one in living.items()} == dict.fromkeys(crew, 0)
    found = audit(desk.config, smarthost, clients.ledger)
    found.counts = {"kills": kills.total(), **{f"of {name}": n for name, n in kills.items()}, **found.counts}
    return found


def _start(crew: Mapping[str, Member], living: dict[str, Process]) -> None:
    for name in crew.keys() - living.keys():
        living[name] = crew[name].start()


def _kill(name: str, crew: Mapping[str, Member], living: dict[str, Process], dice: Random) -> None:
    """While it starts, or soon after it has done something."""
    for other in sorted(crew):
        if other == name or dice.random() > _STAYS_DOWN:
            _start({other: crew[other]}, living)
    process, moment = living[name], dice.choice(("start", *crew[name].works))
    if moment == "start":
        process.has_ended(dice.uniform(0, _STARTING))
    else:
        process.tells(moment, len(process.told(moment)) + dice.randint(1, MAILS), _WORKING)
        process.has_ended(dice.uniform(0, _JITTER))
    process.close()
    del living[name]
