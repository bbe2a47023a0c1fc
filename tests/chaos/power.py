"""Power: cuts of it while clients send, also after syncs that failed, on a disk that keeps no more than it must."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from random import Random
from time import monotonic

from tests.chaos import Result
from tests.chaos.place import Place, place
from tests.daemon.careless import program
from tests.daemon.clients import Clients
from tests.daemon.disk import Disk, NoCompiler
from tests.daemon.killing import settings
from tests.daemon.ledger import LOST, Audit, audit
from tests.daemon.loopdisk import LoopDisk, NoLoop, loop_disk
from tests.daemon.power import DATABASE, Watchful, audit_cuts, running, senders

CUTS = 200
MAILS = 20  # of one round
MOST = 1500  # mails: what is written for them is kept in memory


def power_cuts(seed: int, duration: float, *, broken: str = "") -> Result:
    return _cut(Random(seed), duration, broken, failing=False)


def power_cuts_after_failed_syncs(seed: int, duration: float, *, broken: str = "") -> Result:
    return _cut(Random(seed), duration, broken, failing=True)


def _cut(dice: Random, duration: float, broken: str, *, failing: bool) -> Result:
    failures = 0
    with place() as here, closing(Watchful()) as smarthost:
        desk = here.desk(**settings(smarthost))
        try:
            disk = smarthost.disk = Disk(here.folder, desk.folder / "var" / DATABASE)
        except NoCompiler as error:
            return Result(skipped=str(error))
        with running(desk, disk, broken) as clients:
            until = monotonic() + duration
            while monotonic() < until and len(clients.ledger) < MOST:
                clients.write(MAILS)
                if failing:
                    failures += 1
                    disk.fail(syncs=dice.randint(1, 3)) if dice.random() < 0.7 else disk.fail(writes=1)
                clients.wait_acknowledged(MAILS)
            disk.fail()
            clients.finish()
            smarthost.wait_recipients({mail.sender for mail in clients.ledger})
        cuts = audit_cuts(disk, clients, smarthost, CUTS, dice, here.folder / "left")
        living = audit(desk.config, smarthost, clients.ledger)
        failed = {"failures": failures} if failing else {}
        told = {name: living.counts[name] for name in ("letters", "doubles")}
        return Result({**failed, **cuts.counts, **told}, [*cuts.breaches, *living.breaches])


def power_cuts_of_a_file_system(seed: int, duration: float, *, broken: str = "") -> Result:
    """On ext4 or XFS, in an image that is copied as it is while clients send."""
    dice = Random(seed)
    kind = dice.choice(("ext4", "xfs"))
    with place() as here:
        try:
            with loop_disk(here.folder, kind) as disk:
                return _cut_file_system(here, disk, duration, broken)
        except NoLoop as error:
            return Result(skipped=str(error))


def _cut_file_system(here: Place, disk: LoopDisk, duration: float, broken: str) -> Result:
    smarthost, wrong = here.smarthost(), defaultdict[str, set[str]](set)
    desk = here.desk(**settings(smarthost), **{"database.url": f"sqlite:///{disk.folder}/{DATABASE}"})
    process, cuts = desk.launch(program=program(broken)), 0
    port, until = process.port, monotonic() + duration
    with closing(Clients(lambda: [port])) as clients:
        while monotonic() < until:
            clients.write(MAILS)
            clients.wait_acknowledged(MAILS // 2)
            promised = {mail.sender for mail in [*clients.ledger]}
            sent = {letter.recipient for letter in [*smarthost.arrived]}
            for what, whose in _wrong_after_a_cut(disk, promised, sent):
                wrong[what] |= whose
            cuts += 1
            clients.wait_acknowledged(MAILS // 2)
        clients.finish()
    assert process.stop() == 0
    found = Audit({"cuts": cuts, "mails": len(clients.ledger)})
    for what in (LOST, "sent and not known", "damaged"):
        found.must_be_none(what, wrong[what])
    return Result(found.counts, found.breaches)


def _wrong_after_a_cut(disk: LoopDisk, promised: set[str], sent: set[str]) -> Iterator[tuple[str, set[str]]]:
    """Of what was promised, and sent, before a cut that comes now."""
    with disk.left(disk.cut()) as folder, closing(sqlite3.connect(folder / DATABASE)) as left:
        try:
            yield "damaged", _faults(left)
            yield LOST, promised - senders(left)
            yield "sent and not known", sent - _recipients(left)
        except (sqlite3.Error, TypeError, ValueError) as error:  # a row may be damaged too
            yield "damaged", {str(error)}
            yield LOST, promised


def _faults(left: sqlite3.Connection) -> set[str]:
    return {said for (said,) in left.execute("PRAGMA integrity_check") if said != "ok"}


def _recipients(left: sqlite3.Connection) -> set[str]:
    return {recipient for (recipient,) in left.execute("SELECT recipient FROM outbox")}


SCENARIOS = {power_cuts: 1.0, power_cuts_after_failed_syncs: 1.0, power_cuts_of_a_file_system: 1.0}
