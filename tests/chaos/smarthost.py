"""Smarthost: it fails in all ways at random, and it comes back to many letters that waited for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from random import Random
from threading import Event
from time import monotonic

from tests.chaos import Result
from tests.chaos.place import Place, place
from tests.daemon.careless import program
from tests.daemon.clients import Clients
from tests.daemon.desk import Desk, Process
from tests.daemon.killing import SETTINGS
from tests.daemon.ledger import Audit, audit
from tests.smarthost.faulty import CLOSE, DRIP, ENDLESS_REPLY, RESET, SILENT, TWICE, Fault, FaultySmarthost

MANY = 2000  # letters that wait
NODES = ("north", "south", "west")
CONNECTIONS = 4  # of a node, at most
SETTLES = 240.0  # seconds; the longest pause of a hold that failed for the time of these scenarios, and a try
_DOES = {
    "connect": (CLOSE, RESET, SILENT, "421 4.3.2 busy", "554 5.7.1 no", ENDLESS_REPLY),
    "ehlo": (CLOSE, "421 4.3.2 busy"),
    "mail": (CLOSE, "421 4.7.0 slow down", "452 4.3.1 no space"),
    "rcpt": (CLOSE, DRIP, "451 4.7.1 greylisted", "421 4.7.0 slow down"),
    "data": (CLOSE, SILENT, TWICE, "451 4.3.0 not now"),
    "content": (CLOSE,),
    "dot": (CLOSE, RESET, "451 4.7.1 busy"),
    "taken": (CLOSE, RESET, "421 4.3.2 shutting down"),
    "rest": (CLOSE, "421 4.4.2 idle", "250 2.0.0 once more"),
}
_LASTS = (1, 1, 2, 5, 30)  # times that a fault strikes


def smarthost_faults(seed: int, duration: float, *, broken: str = "") -> Result:
    """Any fault at any stage, one after the other, under a steady stream of mail."""
    dice, until = Random(seed), monotonic() + duration
    with place() as here, closing(_made(dice)) as smarthost:
        desk = _desk(here, smarthost, **{"smarthost.connections": dice.choice((1, 4))})
        process = desk.launch(program=program(broken))
        with closing(Clients(lambda: [process.port], 4)) as clients:
            strikes = 0
            while monotonic() < until:
                clients.write(dice.randint(1, 20))
                strikes += _strike(smarthost, dice)
                Event().wait(dice.uniform(0.1, 1.5))
            smarthost.faults.clear()
            smarthost.start()
            clients.finish()
        found = _audited(desk, [process], smarthost, clients)
    counts = {"faults": strikes, "connections": len(smarthost.connected_at), **found.counts}
    return Result(counts, found.breaches)


def smarthost_returns(seed: int, _duration: float, *, broken: str = "", many: int = MANY) -> Result:
    """It is away while thousands of letters are written, and not stormed when it is back."""
    with place() as here, closing(_made(Random(seed))) as smarthost:
        desk = _desk(here, smarthost)
        return _returns(desk, smarthost, many, lambda: [desk.launch(program=program(broken))])


def smarthost_returns_to_nodes(seed: int, _duration: float) -> Result:
    """The same with nodes that know nothing of each other's connections."""
    with place() as here, closing(_made(Random(seed))) as smarthost:
        desk = _desk(here, smarthost, **{"database.url": here.postgresql_url()})
        return _returns(desk, smarthost, MANY, lambda: [desk.start("--node", name) for name in NODES])


def _returns(
    desk: Desk, smarthost: FaultySmarthost, many: int, start: Callable[[], Sequence[Process]]
) -> Result:
    smarthost.stop()
    nodes = start()
    with closing(Clients(lambda: [node.port for node in nodes], 8)) as clients:
        clients.write(many)
        clients.finish()
    _wait(lambda: _count(desk, "waiting") >= many, SETTLES)
    probes = max(len(node.told("letter_put_back")) for node in nodes)
    smarthost.start()
    smarthost.wait_connected(1, SETTLES)
    smarthost.wait_taken(many, SETTLES)
    began, ended = smarthost.connected_at[0], max(letter.at for letter in smarthost.taken)
    found = _audited(desk, nodes, smarthost, clients)
    found.counts |= {
        "probes": probes,  # of one node
        "connections": len(smarthost.connected_at),
        "at once": smarthost.most_at_once,
        "seconds": round(ended - began, 2),
        "places late": _late(desk, smarthost.recipients),
    }
    _bounded(found, "probes", 40)
    _bounded(found, "connections", 10 * len(nodes))
    _bounded(found, "at once", CONNECTIONS * len(nodes))
    if len(nodes) == 1:  # several take a part each
        _bounded(found, "places late", 50)
    return Result(found.counts, found.breaches)


def _made(dice: Random) -> FaultySmarthost:
    return FaultySmarthost(offers=dice.choice((("8BITMIME",), ("8BITMIME", "PIPELINING"))))


def _desk(here: Place, smarthost: FaultySmarthost, **more: object) -> Desk:
    address = {"smarthost.host": "127.0.0.1", "smarthost.port": smarthost.port}
    return here.desk(**address, **SETTINGS, **more)


def _strike(smarthost: FaultySmarthost, dice: Random) -> int:
    """Another fault, or none; or it is away, or back."""
    match dice.randrange(5):
        case 0:
            smarthost.stop()
            return 1
        case 1:
            smarthost.faults.clear()
            smarthost.start()
            return 0
    stage = dice.choice(tuple(_DOES))
    smarthost.faults.append(Fault(stage, dice.choice(_DOES[stage]), times=dice.choice(_LASTS)))
    smarthost.start()
    return 1


def _audited(desk: Desk, nodes: Sequence[Process], smarthost: FaultySmarthost, clients: Clients) -> Audit:
    _wait(lambda: not _count(desk, "waiting"), SETTLES)
    assert not any(node.stop() for node in nodes)
    return audit(desk.config, smarthost, clients.ledger)


def _count(desk: Desk, state: str) -> int:
    return desk.scalars(f"SELECT count(*) FROM outbox WHERE case_id IS NOT NULL AND state = '{state}'")[0]


def _wait(reached: Callable[[], bool], within: float) -> None:
    until = monotonic() + within
    while not reached() and monotonic() < until:
        Event().wait(0.2)


def _late(desk: Desk, arrived: list[str]) -> int:
    """By how many places a letter came later than its due time would have it."""
    due = desk.scalars("SELECT recipient FROM outbox WHERE case_id IS NOT NULL ORDER BY next_try_at, id")
    place_of = {recipient: place for place, recipient in enumerate(due)}
    return max(place - place_of[recipient] for place, recipient in enumerate(arrived))


def _bounded(found: Audit, what: str, most: float) -> None:
    if found.counts[what] > most:
        found.breaches.append(f"{what}: {found.counts[what]:g}, not {most:g} at most")


SCENARIOS = {smarthost_faults: 1.5, smarthost_returns: 3.0, smarthost_returns_to_nodes: 3.0}
