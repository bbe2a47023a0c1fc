from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from mailflow.config import Database
from mailflow.store import indexes, make_engine, migrations
from mailflow.store.migrations import HEAD, fits, upgrade

INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " AND indexname NOT LIKE 'alembic%' ORDER BY indexname",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def make_empty(request, tmp_path):
    """Makes engines of databases without tables."""
    with ExitStack() as stack:

        def make(name: str) -> Engine:
            url = f"sqlite:///{tmp_path}/{name}.db"
            if request.param == "postgresql":
                server = request.getfixturevalue("postgres_server")
                name = server.make()
                stack.callback(server.drop, name)
                url = server.url(name)
            engine = make_engine(Database(url=url, busy_timeout=timedelta(seconds=5)))
            stack.callback(engine.dispose)
            return engine

        yield make


@pytest.fixture
def empty(make_empty):
    return make_empty("empty")


def test_an_empty_database_is_brought_to_the_present(empty):
    assert not fits(empty)
    upgrade(empty)
    assert fits(empty)
    upgrade(empty)
    assert fits(empty)


def test_another_version_of_the_schema_is_told(empty):
    upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert not fits(empty)


def test_the_migrations_make_what_the_schema_says(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, indexes.metadata) == []


def test_the_indexes_have_the_conditions_of_the_schema(make_empty):
    migrated, created = make_empty("migrated"), make_empty("created")
    upgrade(migrated)
    indexes.metadata.create_all(created)
    statement = text(INDEXES[migrated.dialect.name])
    with migrated.connect() as first, created.connect() as second:
        assert first.execute(statement).all() == second.execute(statement).all()


def test_the_newest_version_is_the_one_the_program_was_made_for():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_nodes_that_start_together_upgrade_once(empty):
    start = Barrier(3)
    failures: list[BaseException] = []

    def work() -> None:
        start.wait()
        try:
            upgrade(empty)
        except BaseException as failure:  # noqa: BLE001 - the test shows it
            failures.append(failure)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert fits(empty)


def test_an_upgrade_that_fails_leaves_nothing(empty):
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE job_slots (in_the_way INTEGER)"))
    with pytest.raises(Exception, match="job_slots"):
        upgrade(empty)
    assert inspect(empty).get_table_names() == ["job_slots"]
