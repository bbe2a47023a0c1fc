"""Commands: those of the staff are killed at their commits, and each is done, and on record, wholly or not at all."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import closing

from mailflow import faults
from tests.chaos import Result
from tests.chaos.place import place
from tests.daemon.clients import Clients
from tests.daemon.desk import Desk, Process
from tests.daemon.killing import settings
from tests.daemon.ledger import Audit
from tests.daemon.zygote import Fault, Zygote

MAILS = 12
_MOMENTS = (faults.BEFORE_COMMIT, faults.AFTER_COMMIT)
_OF_THE_STAFF = "SELECT count(*) FROM case_history WHERE \"by\" LIKE 'staff:%'"
_ACTS_ON_RECORD = "SELECT count(*) FROM audit WHERE verb IN ('note', 'merge')"
_FORGOTTEN_ON_RECORD = "SELECT count(*) FROM audit WHERE verb = 'forget'"
_PARTIES = "SELECT party FROM cases ORDER BY opened_at, id"
_REFERENCES = "SELECT reference FROM cases ORDER BY opened_at, id"
_GOES_AGAIN = (0, 65)  # 65: what was forgotten is no more to be forgotten


def kill_commands(_seed: int, _duration: float, *, broken: str = "") -> Result:
    """As long as it takes: each command once at each moment, and then again to its end."""
    with place() as here:
        zygote, smarthost = here.zygote(), here.smarthost()
        desk, found, kills = here.desk(**settings(smarthost)), Audit(), Counter[str]()
        _open_cases(desk, zygote)
        parties = desk.scalars(_PARTIES)
        for transaction, command in _commands(desk, parties):
            for moment in _MOMENTS:
                killed = _run(desk, zygote, command, broken, Fault(moment, transaction))
                kills[transaction] += killed == -signal.SIGKILL
                _look(desk, zygote, parties, found, f"{transaction}, {moment}")
            if _run(desk, zygote, command, broken) not in _GOES_AGAIN:
                found.breaches.append(f"{transaction}: it does not go again")
        _look(desk, zygote, parties, found, "at the end")
    never = [name for name, times in kills.items() if times < len(_MOMENTS)]
    found.must_be_none("not killed", [] if broken else never)
    return Result({"kills": kills.total(), "commands": len(kills), **found.counts}, found.breaches)


def _open_cases(desk: Desk, zygote: Zygote) -> None:
    process = desk.fork(zygote)
    port = process.port
    with closing(Clients(lambda: [port])) as clients:
        clients.write(MAILS)
        clients.finish()
    desk.wait_until_nothing_waits()
    assert process.stop() == 0


def _commands(desk: Desk, parties: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """With the transaction of each, in which it is killed."""
    first, second, *_ = desk.scalars(_REFERENCES)
    reencrypt = ("db", "reencrypt")
    return [
        ("act", ("cases", "note", first, "a note")),
        ("merge", ("cases", "merge", first, second)),
        ("forget", ("forget", parties[-1], "--yes")),
        ("reencrypt", reencrypt),
        ("reencrypt end", reencrypt),
        ("reencrypt record", reencrypt),
    ]


def _run(
    desk: Desk, zygote: Zygote, command: tuple[str, ...], broken: str = "", fault: Fault | None = None
) -> int:
    forked = zygote.fork(("--config", str(desk.path), *command), desk.folder, fault=fault, broken=broken)
    with closing(Process(forked)) as process:
        return process.wait()


def _look(desk: Desk, zygote: Zygote, parties: Sequence[str], found: Audit, when: str) -> None:
    def count(statement: str) -> int:
        return desk.scalars(statement)[0]

    if count(_OF_THE_STAFF) != count(_ACTS_ON_RECORD):
        found.breaches.append(f"acts without a record: {when}")
    if len(parties) - len(desk.scalars(_PARTIES)) != count(_FORGOTTEN_ON_RECORD):
        found.breaches.append(f"forgotten without a record: {when}")
    if _run(desk, zygote, ("audit", "verify")):
        found.breaches.append(f"the audit log is broken: {when}")


SCENARIOS = {kill_commands: 1.0}
