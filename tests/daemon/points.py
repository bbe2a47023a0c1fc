"""SIGKILL at each commit and each reply of the smarthost, life after life, and an audit at the end."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterable
from contextlib import closing
from threading import Event

from mailflow import faults
from tests.daemon.clients import Clients
from tests.daemon.desk import Desk, Process
from tests.daemon.ledger import Audit, audit
from tests.daemon.smarthost import Smarthost
from tests.daemon.zygote import Fault, Zygote

MAILS = 3  # of one life: two letters at least go through one connection
_ANOTHER_DAY = "DELETE FROM job_slots WHERE job = 'purge'"
_UNTIL_DUE = 1.1  # seconds, with `killing.BY_TIME`
_COMMITS = (faults.BEFORE_COMMIT, faults.AFTER_COMMIT)


def around(*transactions: str) -> list[Fault]:
    return [Fault(moment, name) for name in transactions for moment in _COMMITS]


AT_THE_START = around("upgrade", "keys")  # of a desk that never ran
ON_THE_WAY = around("intake", "in hand", "handle", "lease", "sent", "scrub")
# The digest first, as a day has one, and its letter; then a life in which nothing is killed opens cases, and reminders are due.
WHEN_TIME_PASSES = around("digest", "sent", "due", "purge", "purge some")
FIRST_DUE = Fault(faults.BEFORE_COMMIT, "due")
# EHLO, MAIL, RCPT, DATA, the letter; and before the answers to these the greeting.
TO_THE_SMARTHOST = [
    *(Fault(faults.BEFORE_SENDING, nth=nth + 1) for nth in range(5)),
    *(Fault(faults.AFTER_REPLY, nth=nth + 1) for nth in range(6)),
]


def kill_at_each(
    desk: Desk, zygote: Zygote, smarthost: Smarthost, at: Iterable[Fault], *, broken: str = ""
) -> Audit:
    """A life for each fault, with some mails in each, and one to the end; then the audit. `broken`: in which way."""
    living: list[Process] = []
    not_reached: list[Fault] = []
    kills = written = 0
    with closing(Clients(lambda: [one.door for one in living if one.door], 2)) as clients:
        for fault in at:
            clients.write(MAILS)
            written += MAILS
            if fault.what.startswith("purge"):
                desk.execute(_ANOTHER_DAY)
            if fault == FIRST_DUE:
                living[:] = [desk.fork(zygote, broken=broken)]
                clients.wait_acknowledged(written)
                desk.wait_until_nothing_waits()
                assert living[0].stop() == 0, living[0].text
            if fault.what == "due":
                Event().wait(_UNTIL_DUE)
            living[:] = [desk.fork(zygote, fault=fault, broken=broken)]
            if not dies(living[0]):
                not_reached.append(fault)
            kills += 1
            desk.let_leases_run_out()
        living[:] = [desk.fork(zygote, broken=broken)]
        living[0].wait_for("ready")
        clients.finish()
        desk.wait_until_nothing_waits()
    assert living[0].stop() == 0, living[0].text
    found = audit(desk.config, smarthost, clients.ledger)
    found.counts = {"kills": kills, **found.counts}
    found.must_be_none("not reached", not_reached)
    return found


def dies(process: Process) -> bool:
    """Whether the process has ended itself, as it was asked to; it is gone afterwards in any case."""
    try:
        return process.wait() == -signal.SIGKILL
    except subprocess.TimeoutExpired:
        return False
    finally:
        process.kill()
