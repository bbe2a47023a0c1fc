"""A PostgreSQL that is there and of no use: it hangs, crashes, takes nobody, or takes nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import URL

_OURS = (
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'mailflow' AND datname = current_database()"
)


def connected(url: URL) -> list[int]:
    """The processes of the server that work for mailflow."""
    with _asking(url) as connection:
        return [pid for (pid,) in connection.execute(_OURS)]


@contextmanager
def hanging(url: URL, *, whole: bool) -> Iterator[None]:
    """Nothing of it answers, and nothing is closed: what works for mailflow, or the `whole` server."""
    pids = connected(url)
    if whole and pids:
        pids.append(_parent(pids[0]))
    _signal(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(pids, signal.SIGCONT)


def crash(url: URL) -> None:
    """One of its processes dies, whereupon the server ends all of them and recovers, as after `pg_ctl -m immediate restart`."""
    _signal(connected(url)[:1], signal.SIGKILL)


@contextmanager
def altered(url: URL, said: str, undone: str) -> Iterator[None]:
    """The database for all connections to come, and there are no others."""
    with _asking(url._replace(database="postgres")) as connection:
        connection.execute(f"ALTER DATABASE {url.database} {said}")
        try:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [url.database],
            )
            yield
        finally:
            connection.execute(f"ALTER DATABASE {url.database} {undone}")


def _asking(url: URL) -> psycopg.Connection:
    return psycopg.connect(url._replace(drivername="postgresql").render_as_string(), autocommit=True)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
