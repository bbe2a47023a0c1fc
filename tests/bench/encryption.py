"""What encryption costs a mail: the CPU of storing, claiming and settling it, in the clear and with a key.

    python -m tests.bench.encryption [--runs N]

A mail is stored and claimed in batches of 20, as the daemon does; the database lies in memory where /dev/shm is.
Runs with and without a key take turns, so that both see the same machine.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from mailflow.config import Database
from mailflow.core.envelope import Envelope
from mailflow.store import Store, make_engine
from mailflow.store.mails import Arrival
from mailflow.store.migrations import upgrade
from mailflow.store.seal import Keyring

BATCH = 20
NOW = datetime(2026, 3, 2, tzinfo=UTC)
ENVELOPE = Envelope("jo@example.org", ("desk@example.com",))
FRESH = "I lost my phone with the authenticator. " * 10
SIZES = (2_000, 200_000)  # bytes


@dataclass
class Cost:
    stored: float  # milliseconds of CPU a mail, with the commit
    handled: float  # claimed, opened, settled


def arrivals(size: int, number: int) -> Iterator[Arrival]:
    for _ in range(number):
        raw = b"Subject: x\r\n\r\n" + secrets.token_hex(size // 2).encode()
        yield Arrival(ENVELOPE, raw, NOW)


def cost(store: Store, size: int, batches: int) -> Cost:
    stored = handled = 0.0
    for _ in range(batches):
        batch = list(arrivals(size, BATCH))
        begin = time.process_time()
        with store.begin() as uow:
            uow.mails.put(batch)
        stored += time.process_time() - begin
        begin = time.process_time()
        with store.claim(NOW, BATCH) as claim, claim.hold() as held:
            for mail in held.mails:
                assert len(mail.raw) == mail.size
                settle(held.uow, mail.id)
        handled += time.process_time() - begin
    return Cost(*(1000 * whole / (batches * BATCH) for whole in (stored, handled)))


def settle(uow, number: int) -> None:
    nothing = dict.fromkeys(("kind", "case_id", "sender", "subject", "message_id", "silence"))
    uow.mails.handled(number, now=NOW, fresh=FRESH, **nothing)


def opened(folder: Path, name: str, keyring: Keyring) -> Store:
    engine = make_engine(Database(f"sqlite:///{folder / name}.db", timedelta(seconds=10)))
    upgrade(engine)
    return Store(engine, keyring=keyring)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    print(f"CPU a mail in ms, medians of {runs} runs\n{'bytes':>8} {'':12}{'stored':>10}{'handled':>10}")
    for size in SIZES:
        with tempfile.TemporaryDirectory(dir=shared) as name:
            folder = Path(name)
            stores = {
                "in the clear": opened(folder, "clear", Keyring()),
                "with a key": opened(folder, "sealed", Keyring([secrets.token_bytes(32)])),
            }
            batches = 10 if size < 10_000 else 3
            costs: dict[str, list[Cost]] = {of: [] for of in stores}
            for _ in range(runs):
                for of, store in stores.items():
                    costs[of].append(cost(store, size, batches))
            for of, found in costs.items():
                stored, handled = (
                    median(getattr(one, part) for one in found) for part in ("stored", "handled")
                )
                print(f"{size:8} {of:12}{stored:10.3f}{handled:10.3f}", flush=True)


if __name__ == "__main__":
    main()
