"""Power cuts under load: what is left of the files must hold whatever was promised before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

from tests.daemon.careless import program
from tests.daemon.clients import Clients
from tests.daemon.desk import Desk
from tests.daemon.disk import Disk, ends, power_cuts
from tests.daemon.ledger import LOST, Audit
from tests.daemon.smarthost import Smarthost

DATABASE = "mailflow.db"


class Watchful(Smarthost):
    """Knows what the disk had been told when each letter came."""

    def __init__(self) -> None:
        self.disk: Disk | None = None
        self.places: list[tuple[int, str]] = []  # with the recipient
        super().__init__()

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        place = self.disk.place if self.disk else 0
        self.places += [(place, recipient) for recipient in envelope.rcpt_tos]
        return await super().handle_DATA(server, session, envelope)


@contextmanager
def running(desk: Desk, disk: Disk, broken: str = "") -> Iterator[Clients]:
    """A desk on that disk, and clients that write to it."""
    process = desk.launch(environ=disk.environ, program=program(broken))
    process.wait_for("ready")
    with closing(Clients(lambda: [process.port], place=lambda: disk.place)) as clients:
        yield clients
    assert process.stop() == 0


def load(clients: Clients, smarthost: Smarthost, mails: int) -> None:
    clients.write(mails)
    clients.finish()
    smarthost.wait_recipients({mail.sender for mail in clients.ledger})


def audit_cuts(
    disk: Disk, clients: Clients, smarthost: Watchful, cuts: int, dice: Random, folder: Path
) -> Audit:
    """Half of the cuts come right after a 250, the others anywhere since the first one."""
    promised = [(mail.place, mail.sender) for mail in clients.ledger]
    first = min(place for place, _ in promised)
    anywhere = [place for place in ends(disk.log) if place >= first]
    places = [dice.choice(promised)[0] if number % 2 else dice.choice(anywhere) for number in range(cuts)]
    found, lost, unwritten, broken = Audit({"cuts": cuts, "mails": len(promised)}), set(), set(), set()
    for place in power_cuts(disk.log, places, dice, folder):
        with closing(sqlite3.connect(folder / DATABASE)) as left:
            try:
                broken |= {said for (said,) in left.execute("PRAGMA integrity_check") if said != "ok"}
                lost |= _by(place, promised) - senders(left)
                letters = {one for (one,) in left.execute("SELECT recipient FROM outbox")}
                unwritten |= _by(place, smarthost.places) - letters
            except (sqlite3.Error, TypeError, ValueError) as error:  # a row may be damaged too
                broken.add(str(error))
                lost |= _by(place, promised)
    found.must_be_none(LOST, lost)
    found.must_be_none("sent and not known", unwritten)
    found.must_be_none("damaged", broken)
    return found


def _by(place: int, told: list[tuple[int, str]]) -> set[str]:
    return {name for at, name in told if at <= place}


def senders(database: sqlite3.Connection) -> set[str]:
    return {json.loads(envelope)["sender"] for (envelope,) in database.execute("SELECT envelope FROM mails")}
