"""Power: cuts of it while clients send, also after syncs that failed, on a disk that keeps no more than it must."""

from __future__ import annotations

from contextlib import closing
from random import Random
from time import monotonic

from tests.chaos import Result
from tests.chaos.place import place
from tests.daemon.disk import Disk, NoCompiler
from tests.daemon.killing import settings
from tests.daemon.ledger import audit
from tests.daemon.power import DATABASE, Watchful, audit_cuts, running

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


SCENARIOS = {power_cuts: 1.0, power_cuts_after_failed_syncs: 1.0}
