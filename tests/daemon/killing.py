"""kill -9 at random moments, under clients that try again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from random import Random

from tests.daemon.clients import Clients
from tests.daemon.desk import Desk, Process
from tests.daemon.ledger import Audit, audit
from tests.daemon.smarthost import Smarthost

MAILS = 20  # of one life of the process
SETTINGS = {
    "smarthost.tls": "off",
    "smarthost.timeout": "1 second",  # a lease is five of them
    "smarthost.retry": ["1 second"],
    "smtp.max_connections_per_address": 100,
    "case.letters_per_domain": 10**6,
    "case.letters_in_all": 10**6,
}
# A process dies in a moment of what it does: while it starts, or soon after the nth time that it says to have done something.
MOMENTS = ("start", "received", "handled", "handled", "letter_sent", "letter_sent")
_JITTER = 0.05  # seconds
_START = 1.0  # seconds, or a little less than it takes to start


def settings(smarthost: Smarthost) -> dict[str, object]:
    return {"smarthost.host": "127.0.0.1", "smarthost.port": smarthost.port, **SETTINGS}


def kill_at_random(
    desk: Desk,
    smarthost: Smarthost,
    dice: Random,
    more: Callable[[int], bool],
    starting: Callable[[], Process] | None = None,
) -> Audit:
    """Kills the desk again and again while there is `more` to do, told after how many kills; then audits.

    `starting` starts the process that is killed; by default all of the desk.
    """
    living: list[Process] = []
    kills: Counter[str] = Counter()
    start = starting or desk.start
    with closing(Clients(lambda: [process.port for process in living])) as clients:
        while more(kills.total()):
            clients.write(MAILS)
            kills[kill_once(start, living, dice)] += 1
        living.append(start())
        living[0].wait_for("ready")
        clients.finish()
    smarthost.wait_recipients({mail.sender for mail in clients.ledger})
    assert living[0].stop() == 0
    found = audit(desk.config, smarthost, clients.ledger)
    found.counts = {"kills": kills.total(), **{f"at {name}": n for name, n in kills.items()}, **found.counts}
    return found


def kill_once(start: Callable[[], Process], living: list[Process], dice: Random) -> str:
    """One life, until a random moment; which."""
    moment, times = dice.choice(MOMENTS), dice.randint(1, MAILS)
    process = start()
    if moment == "start":
        process.has_ended(dice.uniform(0, _START))
    else:
        process.wait_for("ready")
        living.append(process)
        process.wait_for(moment, times)
        process.has_ended(dice.uniform(0, _JITTER))
        living.remove(process)
    process.kill()
    process.close()
    return moment
