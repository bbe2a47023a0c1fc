"""Databases for tests: an empty, migrated one for each, on SQLite and on a real PostgreSQL.

PostgreSQL is started once in each test process, when the first test asks for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import Engine

from mailflow.config import Database
from mailflow.store import Store, make_engine
from mailflow.store.migrations import upgrade
from mailflow.store.schema import metadata
from tests.postgres import PostgresServer, postgres_server

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


@pytest.fixture(scope="session", name="postgres_server")
def _postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with postgres_server(tmp_path_factory.getbasetemp().parent) as server:  # the workers' common folder
        yield server


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
