"""How fast mail is taken, each one stored before its 250, beside a stock aiosmtpd that stores nothing.

    python -m tests.bench.intake [--runs N] [--only PART …] [--postgresql URL]

Servers and loads are processes of their own. Each round puts the same load on the reference, on mailflow, and on the
reference again, so that what the machine does meanwhile falls on both; a figure is the median of the rounds' ratios.
mailflow runs as shipped: SQLite, synchronous=FULL, mails sealed with a key, a line of the log for each.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from statistics import median

from tests.bench import process, smtpsource
from tests.bench.daemon import running
from tests.bench.load import Load, Outcome
from tests.bench.slowsync import slow_disk
from tests.bench.table import Figure, at_least, at_most, machine, percentile, plain, show, skipped, spread

SLOWER = 0.005  # seconds added to each fsync
STEADY = Load(0, mails=2000, rate=200)
BESIDE = Load(0, mails=5, sessions=1, size=9_900_000, rate=0.5)  # under the 10 MB that the shipped desk takes
_numbers = count(1)


@dataclass(frozen=True)
class Shape:
    name: str
    load: Load
    mark: float  # times the reference


REUSED = Shape("connections reused", Load(0, mails=3000), 2.0)
SINGLE = Shape("one mail a connection", Load(0, mails=2000, a_connection=1), 1.5)
LARGE = Shape("200 KB a mail", Load(0, mails=250, size=200_000), 5.0)
SLOW = Load(0, mails=4000)


@dataclass(frozen=True)
class Taken:
    rate: float  # mails a second
    cpu: float  # seconds a mail, of the server
    share: float  # of one core, of the load


@dataclass
class Server:
    pid: int
    port: int
    stored: int = 0

    def load(self, load: Load) -> Load:
        """On this server, of mails that it has not seen."""
        self.stored += load.mails
        return replace(load, port=self.port, run=f"r{next(_numbers)}")

    def take(self, load: Load, put: Callable[[Load], Outcome] = Load.put) -> Taken:
        before = process.cpu_of(self.pid)
        outcome = put(self.load(load))
        assert not outcome.refused, outcome.reply
        return Taken(outcome.rate, (process.cpu_of(self.pid) - before) / outcome.stored, outcome.share)


@dataclass
class Bench:
    runs: int
    folder: Path
    settings: dict[str, object]
    stack: ExitStack = field(default_factory=ExitStack)

    def mailflow(self, **environ: str) -> Server:
        """Another one, with an empty database, until the end of the bench."""
        folder = self.folder / f"desk{next(_numbers)}"
        daemon = self.stack.enter_context(
            running(folder, "--role", "receive", environ=environ, **self.settings)
        )
        server = Server(daemon.pid, daemon.port)
        self.stack.callback(lambda: check_stored(daemon.desk.scalars, server))
        return server

    def reference(self) -> Server:
        pid, port = self.stack.enter_context(process.module("tests.bench.reference"))
        return Server(pid, int(port))

    # The parts

    def rates(self) -> Iterator[Figure]:
        reference, mailflow = self.reference(), self.mailflow()
        for server in (reference, mailflow):
            server.take(SINGLE.load)  # warm
        for shape in (REUSED, SINGLE, LARGE):
            yield from self.beside(reference, mailflow, shape)
        if smtpsource.PROGRAM is None:
            yield skipped("by smtp-source", "it is not installed")
            return
        for shape in (REUSED, SINGLE):
            named = replace(shape, name=f"{shape.name}, by smtp-source")
            yield from self.beside(reference, mailflow, named, smtpsource.put)

    def beside(
        self, reference: Server, mailflow: Server, shape: Shape, put: Callable[[Load], Outcome] = Load.put
    ) -> Iterator[Figure]:
        rounds = [
            (reference.take(shape.load, put), mailflow.take(shape.load, put), reference.take(shape.load, put))
            for _ in range(self.runs)
        ]
        ratios = [2 * mine.rate / (before.rate + after.rate) for before, mine, after in rounds]
        mine = [one for _, one, _ in rounds]
        theirs = [one for before, _, after in rounds for one in (before, after)]
        yield at_least(f"{shape.name}: rate, times the reference", median(ratios), shape.mark)
        yield Figure(f"{shape.name}: mails a second, reference", of(mine, "rate", theirs))
        yield Figure(f"{shape.name}: CPU ms a mail, reference", of(mine, "cpu", theirs, 1000, 2))
        yield plain(
            f"{shape.name}: share of a core of the load", 100 * median(t.share for t in mine), " %", 0
        )

    def slow(self) -> Iterator[Figure]:
        """Rates in turns with and without the slower disk."""
        name = f"rate with {SLOWER * 1000:.0f} ms added to each fsync, of that without"
        environ = slow_disk(self.folder, SLOWER)
        if environ is None:
            yield skipped(name, "there is no C compiler, or its library is not loaded")
            return
        fast, slow = self.mailflow(), self.mailflow(**environ)
        rounds = [(slow.take(SLOW), fast.take(SLOW)) for _ in range(self.runs + 1)][1:]  # the first one warms
        yield at_least(name, 100 * median(late.rate / soon.rate for late, soon in rounds), 60, " %", 0)
        yield Figure(
            f"{name}: mails a second, without", of([r[0] for r in rounds], "rate", [r[1] for r in rounds])
        )

    def answers(self) -> Iterator[Figure]:
        """The time from when a mail was due to its 250, with all of its commands."""
        mailflow = self.mailflow()
        mailflow.take(REUSED.load)
        alone = [mailflow.load(STEADY).put() for _ in range(self.runs)]
        yield at_most(f"250 at {STEADY.rate:.0f} mails/s, 99th percentile", p99(alone), 5, " ms")
        yield plain("… from the final dot alone", p99(alone, "answers"), " ms")
        beside = []
        for _ in range(self.runs):
            large = mailflow.load(BESIDE).start()
            beside.append(mailflow.load(STEADY).put())
            large.outcome()
        yield at_most("… beside a 10 MB mail every 2 s", p99(beside), 50, " ms")
        yield plain("largest resident size", process.largest_of(mailflow.pid), " MB", 0)


def of(mine: list[Taken], what: str, theirs: list[Taken], factor: float = 1, digits: int = 0) -> str:
    return ", ".join(
        spread([getattr(one, what) * factor for one in taken], digits) for taken in (mine, theirs)
    )


def p99(outcomes: list[Outcome], what: str = "times") -> float:
    """In ms, the median of the runs."""
    return median(1000 * percentile(getattr(one, what), 99) for one in outcomes)


def check_stored(scalars: Callable[[str], list], server: Server) -> None:
    """What was answered 250 is there, once."""
    found = scalars("SELECT count(*) FROM mails")
    assert found == [server.stored], f"{server.stored} mails were acknowledged, {found} are stored"


PARTS = {"rates": Bench.rates, "slow": Bench.slow, "answers": Bench.answers}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--postgresql", metavar="URL", help="of an empty database to use instead of SQLite")
    given = parser.parse_args()
    settings = {"database__url": given.postgresql} if given.postgresql else {}
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        return show([PARTS[part] for part in given.only], lambda: Bench(given.runs, Path(folder), settings))


if __name__ == "__main__":
    sys.exit(main())
