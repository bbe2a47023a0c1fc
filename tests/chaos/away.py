"""Away: a disk that is full and a database that is locked, hangs or crashes, again and again under clients that retry."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic

from sqlalchemy import URL, make_url

from tests.chaos import Result
from tests.chaos.place import place
from tests.daemon.away import altered, crash, hanging
from tests.daemon.careless import program
from tests.daemon.clients import Clients
from tests.daemon.desk import Desk, get
from tests.daemon.killing import settings
from tests.daemon.ledger import audit
from tests.daemon.smalldisk import NoDisk, small_disk, taken
from tests.daemon.smarthost import Smarthost

MAILS = 20  # of one round
_IMPATIENT = {"database.busy_timeout": "1 second", "database.statement_timeout": "1 second"}
_LASTS = (0.3, 1.5, 3.0, 8.0)  # seconds: shorter and longer than the timeouts, and than a lease
_DISK = 32_000_000  # bytes
_MIN_FREE = 8_000_000

Trouble = Callable[[Random], AbstractContextManager[str]]  # some, while it lasts; its name


def sqlite_locked(seed: int, duration: float, *, broken: str = "") -> Result:
    """By another process, for longer than it is waited for."""
    with place() as here:
        smarthost = here.smarthost()
        desk = here.desk(**settings(smarthost), **_IMPATIENT)

        @contextmanager
        def lock(_dice: Random) -> Iterator[str]:
            path = desk.folder / "var" / "mailflow.db"
            with closing(sqlite3.connect(path, 60, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                yield "locks"

        return _troubled(desk, smarthost, Random(seed), duration, lock, broken)


def postgresql_away(seed: int, duration: float, *, broken: str = "") -> Result:
    with place() as here:
        smarthost, url = here.smarthost(), make_url(here.postgresql_url())
        database = {"database.url": url.render_as_string()}
        desk = here.desk(**settings(smarthost), **_IMPATIENT, **database)
        return _troubled(desk, smarthost, Random(seed), duration, partial(_of_postgresql, url), broken)


@contextmanager
def _of_postgresql(url: URL, dice: Random) -> Iterator[str]:
    what = dice.choice(("hangs", "whole hangs", "crashes", "closed", "read-only"))
    match what:
        case "hangs" | "whole hangs":
            trouble = hanging(url, whole=what == "whole hangs")
        case "closed":
            trouble = altered(url, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true")
        case "read-only":
            name = "default_transaction_read_only"
            trouble = altered(url, f"SET {name} = on", f"RESET {name}")
        case _:
            trouble = nullcontext(crash(url))
    with trouble:
        yield what


def disk_full(seed: int, duration: float, *, broken: str = "", brim: bool = False) -> Result:
    """Below `database.min_free` and to the last byte, and back; with `brim` to the last byte each time."""
    with place() as here:
        try:
            with small_disk(here.folder, _DISK) as disk:
                smarthost = here.smarthost()
                url, least = f"sqlite:///{disk}/mailflow.db", f"{_MIN_FREE} B"
                desk = here.desk(**settings(smarthost), **{"database.url": url, "database.min_free": least})
                return _troubled(
                    desk, smarthost, Random(seed), duration, partial(_of_disk, disk, brim), broken
                )
        except NoDisk as error:
            return Result(skipped=str(error))


@contextmanager
def _of_disk(disk: Path, brim: bool, dice: Random) -> Iterator[str]:
    leave = 0 if brim else dice.choice((0, 0, _MIN_FREE - 1_000_000))
    with taken(disk, leave):
        yield "low" if leave else "full"


def _troubled(
    desk: Desk, smarthost: Smarthost, dice: Random, duration: float, trouble: Trouble, broken: str
) -> Result:
    """Each time the clients are in the middle of their mails; afterwards nobody does anything, and all is well."""
    process = desk.launch(program=program(broken))
    port, until, troubles = process.port, monotonic() + duration, Counter[str]()
    with closing(Clients(lambda: [port])) as clients:
        while monotonic() < until:
            clients.write(2 * MAILS)
            clients.wait_acknowledged(dice.randrange(MAILS, 2 * MAILS))
            with trouble(dice) as what:
                clients.write(MAILS)
                Event().wait(dice.choice(_LASTS))
            troubles[what] += 1
        clients.finish()
    desk.wait_until_nothing_waits()
    process.wait_as_often("database_back", "database_lost")
    healthy = get(f"{process.monitoring}/healthz")[0] == 200
    assert process.stop() == 0
    found = audit(desk.config, smarthost, clients.ledger)
    found.must_be_none("ill after all", [] if healthy else ["/healthz"])
    turned_away = len(process.told("store_failed")) + len(process.told("rejected"))
    return Result(
        {**dict(sorted(troubles.items())), "times turned away": turned_away, **found.counts}, found.breaches
    )


SCENARIOS = {sqlite_locked: 1.0, postgresql_away: 1.5, disk_full: 1.0}
