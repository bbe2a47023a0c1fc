"""Away: a disk that is full and a database that is locked, hangs or crashes, again and again under clients that retry."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing, nullcontext
from random import Random
from threading import Event
from time import monotonic

from sqlalchemy import make_url

from tests.chaos import Result
from tests.chaos.place import Place, place
from tests.daemon.away import altered, crash, hanging
from tests.daemon.clients import Clients
from tests.daemon.desk import Desk, get
from tests.daemon.killing import settings
from tests.daemon.ledger import audit
from tests.daemon.smalldisk import NoDisk, empty, fill, small_disk
from tests.daemon.smarthost import Smarthost

MAILS = 20  # of one round
_IMPATIENT = {"database.busy_timeout": "1 second", "database.statement_timeout": "1 second"}
_LASTS = (0.3, 1.5, 3.0, 8.0)  # seconds: shorter and longer than the timeouts, and than a lease
_DISK = 32_000_000  # bytes
_MIN_FREE = 8_000_000

Trouble = Callable[[Random], str]  # makes some, and gives its name


def sqlite_locked(seed: int, duration: float) -> Result:
    """By another process, for longer than it is waited for."""
    with place() as here:
        smarthost = here.smarthost()
        desk = here.desk(**settings(smarthost), **_IMPATIENT)

        def lock(dice: Random) -> str:
            with closing(
                sqlite3.connect(desk.folder / "var" / "mailflow.db", 60, isolation_level=None)
            ) as other:
                other.execute("BEGIN IMMEDIATE")
                _last(dice)
            return "locks"

        return _troubled(desk, smarthost, Random(seed), duration, lock)


def postgresql_away(seed: int, duration: float) -> Result:
    with place() as here:
        return _with_postgresql(here, Random(seed), duration)


def _with_postgresql(here: Place, dice: Random, duration: float) -> Result:
    smarthost, url = here.smarthost(), make_url(here.postgresql_url())
    desk = here.desk(**settings(smarthost), **_IMPATIENT, **{"database.url": url.render_as_string()})

    def trouble(dice: Random) -> str:
        what = dice.choice(("hangs", "whole hangs", "crashes", "closed", "read-only"))
        with {
            "hangs": lambda: hanging(url, whole=False),
            "whole hangs": lambda: hanging(url, whole=True),
            "crashes": lambda: nullcontext(crash(url)),
            "closed": lambda: altered(url, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true"),
            "read-only": lambda: altered(
                url, "SET default_transaction_read_only = on", "RESET default_transaction_read_only"
            ),
        }[what]():
            _last(dice)
        return what

    return _troubled(desk, smarthost, dice, duration, trouble)


def disk_full(seed: int, duration: float) -> Result:
    """Below `database.min_free` and to the last byte, and back."""
    with place() as here:
        try:
            with small_disk(here.folder, _DISK) as disk:
                smarthost = here.smarthost()
                database = {
                    "database.url": f"sqlite:///{disk}/mailflow.db",
                    "database.min_free": f"{_MIN_FREE} B",
                }
                desk = here.desk(**settings(smarthost), **database)

                def take(dice: Random) -> str:
                    leave = dice.choice((0, 0, _MIN_FREE - 1_000_000))
                    fill(disk, leave)
                    _last(dice)
                    empty(disk)
                    return "low" if leave else "full"

                return _troubled(desk, smarthost, Random(seed), duration, take)
        except NoDisk as error:
            return Result(skipped=str(error))


def _last(dice: Random) -> None:
    Event().wait(dice.choice(_LASTS))


def _troubled(desk: Desk, smarthost: Smarthost, dice: Random, duration: float, trouble: Trouble) -> Result:
    """Each time the clients are in the middle of their mails; afterwards nobody does anything, and all is well."""
    until, troubles = monotonic() + duration, Counter[str]()
    process = desk.start()
    port = process.port
    with closing(Clients(lambda: [port])) as clients:
        while monotonic() < until:
            clients.write(MAILS)
            clients.wait_acknowledged(dice.randrange(MAILS))
            troubles[trouble(dice)] += 1
        clients.finish()
        smarthost.wait_recipients({mail.sender for mail in clients.ledger})
    desk.wait_until_nothing_waits()
    process.wait_as_often("database_back", "database_lost")
    healthy = get(f"{process.monitoring}/healthz")[0] == 200
    assert process.stop() == 0
    found = audit(desk.config, smarthost, clients.ledger)
    found.must_be_none("ill after all", [] if healthy else ["/healthz"])
    return Result({**dict(sorted(troubles.items())), **found.counts}, found.breaches)


SCENARIOS = {sqlite_locked: 1.0, postgresql_away: 1.5, disk_full: 1.0}
