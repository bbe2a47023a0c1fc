"""Backup: taken again and again while clients send, and each restored onto an empty machine."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random
from time import monotonic

from tests.chaos import Result
from tests.chaos.place import Place, place
from tests.daemon.careless import program
from tests.daemon.clients import Clients
from tests.daemon.desk import Desk
from tests.daemon.killing import settings
from tests.daemon.power import DATABASE, senders

MAILS = 40  # of one round


def backup_and_restore(seed: int, duration: float, *, broken: str = "") -> Result:
    dice, until, backups, breaches = Random(seed), monotonic() + duration, 0, []
    with place() as here:
        smarthost = here.smarthost()
        desk = here.desk(**settings(smarthost))
        process = desk.start()
        port = process.port
        with closing(Clients(lambda: [port])) as clients:
            while monotonic() < until:
                with _reader(desk):
                    clients.write(MAILS)
                    clients.wait_acknowledged(dice.randint(1, MAILS))
                    promised = {mail.sender for mail in clients.ledger}
                    backups += 1
                    breaches += _restored(here, desk, promised, backups, broken, **settings(smarthost))
        process.stop()
    return Result({"backups": backups, "mails": len(clients.ledger)}, breaches)


def _restored(
    here: Place, desk: Desk, promised: set[str], number: int, broken: str, **more: object
) -> list[str]:
    """What is wrong with a backup that is made now, and with a desk that it is put into."""
    path = here.folder / f"{number}.db"
    other = here.desk(**more)
    shutil.copytree(desk.folder / "var", other.folder / "var", ignore=lambda *_: _databases(desk))
    for one, command in ((desk, "backup"), (other, "restore")):
        done = one.command(command, str(path), program=program(broken))
        if done.returncode:
            return [f"{command} {number}: {done.stderr}"]
    with closing(sqlite3.connect(other.folder / "var" / DATABASE)) as restored:
        lost = promised - senders(restored)
        faults = [said for (said,) in restored.execute("PRAGMA integrity_check") if said != "ok"]
    path.unlink()
    return [*(f"backup {number} lacks {one}" for one in sorted(lost)[:5]), *faults]


@contextmanager
def _reader(desk: Desk) -> Iterator[None]:
    """Somebody who reads meanwhile: what is written from now on stays in the journal, and out of the database's file."""
    with closing(sqlite3.connect(desk.folder / "var" / DATABASE, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM mails").fetchone()
        yield


def _databases(desk: Desk) -> list[str]:
    return [path.name for path in (desk.folder / "var").glob(f"{DATABASE}*")]


SCENARIOS = {backup_and_restore: 1.0}
