"""Whether a store of years makes mailflow slower: 1,000,000 cases and 5,000,000 mails beside one of 1,000 cases.

    python -m tests.bench.scale [--cases N] [--url postgresql+psycopg://…] [--keep FOLDER] [--runs N]

`make bench` does it with 100,000 cases, which takes two minutes and 2 GB; a million takes 15 minutes and 16 GB, and with
`--keep` the stores are there for another run. Of PostgreSQL the databases `scale_small` and `scale_big` are made beside the
one of the URL, and dropped at the end unless they are kept.

A mail is a new, complete request of 2 KB, or an answer to the letter that it got. Both stores take turns, so that they
see the same machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine, make_url

from mailflow.bootstrap import Desk as Opened
from mailflow.bootstrap import open_desk, utc_now
from mailflow.core.envelope import Envelope
from mailflow.core.letters import Rendered
from mailflow.steps.handle import Handled, handle_waiting
from mailflow.steps.periodic import pass_time
from mailflow.store.engine import make_engine
from mailflow.store.mails import Arrival, content_digest
from tests.bench.bigstore import Stories, build
from tests.bench.requests import DESK, request, sender
from tests.bench.start import Cost, until_ready
from tests.bench.table import Figure, at_most, machine, plain, table
from tests.daemon.desk import Desk

SMALL = 1_000  # cases
FULL = 1_000_000
A_ROUND = 100  # mails
BATCH = 20  # in one transaction, as in the daemon
_TELL_COST = """
import json, sys
from pathlib import Path
from tests.bench.start import cost
print(json.dumps(cost(sys.argv[2:], Path(sys.argv[1]))))
"""


class Site:
    """A desk with a store of some size, in a folder of its own."""

    def __init__(self, folder: Path, url: str, cases: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.cases = folder, cases
        self.desk = Desk(
            folder,
            database__url=url,
            case__letters_in_all=1_000_000,
            case__letters_per_domain=1_000_000,
            case__keep_raw="30 days",
        )
        self.run = secrets.token_hex(4)

    def prepare(self) -> None:
        """Make and fill the store, unless it was kept."""
        done = self.desk.command("init")
        assert done.returncode == 0, done.stderr
        engine = make_engine(self.desk.config.database)
        try:
            with engine.connect() as connection:
                found = connection.exec_driver_sql("SELECT id FROM mails LIMIT 1").first()
            if not found:
                build(engine, Stories(), self.cases, utc_now())
        finally:
            engine.dispose()

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        desk = open_desk(self.desk.config)
        try:
            yield desk
        finally:
            desk.store.close()

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "mailflow", "--config", str(self.desk.path), *words]


@contextmanager
def sites(cases: int, url: str | None, kept: Path | None) -> Iterator[tuple[Site, Site]]:
    """A small one and a big one, filled."""
    with contextlib.ExitStack() as stack:
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailflow-scale-")))
        urls = ["sqlite:///mailflow.db"] * 2
        if url:
            urls = _databases(url)
            if not kept:
                stack.callback(_drop, url)
        found = Site(folder / "small", urls[0], SMALL), Site(folder / "big", urls[1], cases)
        for site in found:
            begun = time.monotonic()
            site.prepare()
            print(f"{site.cases} cases are there after {time.monotonic() - begun:.0f} s", flush=True)
        yield found


_NAMES = ("scale_small", "scale_big")


def _databases(url: str) -> list[str]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        there = set(connection.exec_driver_sql("SELECT datname FROM pg_database").scalars())
        for name in {*_NAMES} - there:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return [make_url(url).set(database=name).render_as_string(hide_password=False) for name in _NAMES]


def _drop(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in _NAMES:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


def measure(small: Site, big: Site, runs: int) -> Iterator[Figure]:
    with small.opened() as of_small, big.opened() as of_big:
        pairs = [
            (_a_round(of_small, small.run, number), _a_round(of_big, big.run, number))
            for number in range(-1, runs)
        ][1:]  # without the first one, which compiles the word lists
        before, after = (median(costs) for costs in zip(*pairs, strict=True))
        yield plain(f"CPU a mail, {small.cases} cases", before, " ms")
        yield plain(f"CPU a mail, {big.cases} cases", after, " ms")
        yield at_most("the same, times that of the small store", after / before, 1.3, " ×")
        yield at_most("due sweep with nothing due", 1000 * min(map(_swept, [of_big] * 5)), 5, " ms")
    yield from _commands(big, runs)


def _a_round(desk: Opened, run: str, number: int) -> float:
    """CPU a mail in ms: new requests, and an answer to each."""
    numbers = range(number * A_ROUND, (number + 1) * A_ROUND)
    requests = [(sender(n, run), DESK, request(n, run)) for n in numbers]
    begun, letters = time.process_time(), list[Rendered]()
    spent = _handled(desk, requests, letters)
    assert len(letters) == len(requests), "a request was not answered"
    answers = [(letter.recipient, letter.reply_to, _answer(letter)) for letter in letters]
    spent += _handled(desk, answers, [])
    assert spent <= time.process_time() - begun
    return 1000 * spent / (2 * A_ROUND)


def _handled(desk: Opened, mails: list[tuple[str, str, bytes]], letters: list[Rendered]) -> float:
    now = utc_now()
    arrivals = [Arrival(Envelope(who, (to,)), raw, now, content_digest(raw)) for who, to, raw in mails]
    with desk.store.begin() as uow:
        assert uow.mails.put(arrivals) == len(arrivals)
    begun, count = time.process_time(), 0
    while done := handle_waiting(desk.app, BATCH):
        for one in done:
            assert isinstance(one, Handled), one
            letters += one.letters
            count += 1
    assert count == len(arrivals)
    return time.process_time() - begun


def _answer(letter: Rendered) -> bytes:
    return (
        f"From: {letter.recipient}\r\nTo: {letter.reply_to}\r\nSubject: Re: {letter.subject}\r\n"
        f"Date: Sat, 28 Nov 2026 09:15:03 +0100\r\nMessage-ID: <re.{letter.message_id}>\r\n"
        f"In-Reply-To: <{letter.message_id}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Thank you. I forgot to say that the project example-tools is mine too.\r\n"
    ).encode()


def _swept(desk: Opened) -> float:
    begun = time.perf_counter()
    assert pass_time(desk.app, BATCH) == []
    return time.perf_counter() - begun


def _cost(command: list[str], folder: Path) -> Cost:
    """Told by a small process: what the one that starts another has held counts as that one's own (getrusage(2), ru_maxrss)."""
    told = subprocess.run(
        [sys.executable, "-c", _TELL_COST, str(folder), *command], check=True, capture_output=True, text=True
    )
    return Cost(*json.loads(told.stdout))


def _commands(site: Site, runs: int) -> Iterator[Figure]:
    digests = [_cost(site.command("digest"), site.folder) for _ in range(runs)]
    yield at_most("digest, as a command", median(one.elapsed for one in digests), 2, " s")
    yield at_most("memory of it, of the whole process", max(one.memory for one in digests), 100, " MB", 0)
    for words in (("status",), ("cases", "list")):
        found = [_cost(site.command(*words), site.folder) for _ in range(runs)]
        yield at_most(f"mailflow {' '.join(words)}", median(one.elapsed for one in found), 0.5, " s")
    found = [until_ready(site.command("run"), site.folder) for _ in range(runs)]
    yield at_most("mailflow run, until ready", median(one.elapsed for one in found), 1, " s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000, help=f"at full size {FULL}")
    parser.add_argument("--url", help="of a database of a PostgreSQL server; SQLite without it")
    parser.add_argument("--keep", type=Path, help="where the stores stay, and are found again")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with sites(given.cases, given.url, given.keep) as (small, big):
        print(machine())
        print(table(measure(small, big, given.runs)))


if __name__ == "__main__":
    main()
