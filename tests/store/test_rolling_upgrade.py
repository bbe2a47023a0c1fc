"""While nodes are upgraded one by one, programs of two versions work on one schema: it is only ever added to."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Boolean, Integer, LargeBinary, MetaData, inspect, text

from mailflow.bootstrap import NotReady, later_schema, open_store, prepare
from mailflow.steps.periodic import pass_time, purge, send_digest
from mailflow.store import migrations, schema
from mailflow.store.engine import make_engine
from mailflow.store.migrations import HEAD, OLDEST, fits
from tests.world import COMPLETE, World, configured

FIRST = "0003"  # nothing older was ever run by anybody
STEPS = [f"{number:04}" for number in range(int(FIRST), int(HEAD))]


def migrate(engine, to):
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request, tmp_path):
    """Of a desk whose database has no tables yet."""
    config = configured(tmp_path)
    if request.param == "sqlite":
        yield config
        return
    server = request.getfixturevalue("postgres_server")
    name = server.make()
    yield replace(config, database=replace(config.database, url=server.url(name)))
    server.drop(name)


@pytest.fixture
def empty(config):
    engine = make_engine(config.database)
    yield engine
    engine.dispose()


def shape(engine):
    """All that a program may count on, or stumble over: (table, what, name) to how it is."""
    found = inspect(engine)
    shape = {}
    for table in set(found.get_table_names()) - {"alembic_version"}:
        shape[table, "table", ""] = True
        for column in found.get_columns(table):
            must = not column["nullable"] and column["default"] is None
            shape[table, "column", column["name"]] = (str(column["type"]), must)
        for unique in found.get_unique_constraints(table):
            shape[table, "unique", tuple(unique["column_names"])] = True
        for key in found.get_foreign_keys(table):
            shape[table, "foreign key", tuple(key["constrained_columns"])] = key["referred_table"]
        for check in found.get_check_constraints(table):
            shape[table, "check", check["name"]] = check["sqltext"]
    return shape


@pytest.mark.parametrize("version", STEPS)
def test_a_migration_only_adds_what_an_older_program_need_not_know(empty, version):
    migrate(empty, version)
    before = shape(empty)
    migrate(empty, f"{int(version) + 1:04}")
    after = shape(empty)
    assert {key: after.get(key) for key in before} == before
    for (table, what, name), how in after.items() - before.items():
        if (table, "table", "") in before:
            assert what == "column", f"{table}: a new {what} {name} may refuse what older programs write"
            assert not how[1], f"{table}.{name}: older programs give it no value"


def sample(column, number):
    kinds = {Integer: number, Boolean: True, LargeBinary: b"%d" % number}
    return next((value for kind, value in kinds.items() if isinstance(column.type, kind)), f"{number}")


@pytest.mark.parametrize("version", STEPS)
def test_rows_of_the_version_before_are_written_and_read(empty, version):
    migrate(empty, version)
    old = MetaData()
    old.reflect(empty)
    migrate(empty, "head")
    with empty.begin() as connection:
        for table in old.sorted_tables:
            if table.name in {"alembic_version", "audit"}:  # an entry of the audit log follows the last one
                continue
            row = {column.name: sample(column, 1) for column in table.columns}
            row |= {key.parent.name: None for key in table.foreign_keys if key.parent.nullable}
            connection.execute(table.insert().values(row))
            assert dict(connection.execute(table.select()).mappings().one()) == row


EXPANDED = [
    *(
        f"ALTER TABLE {table} ADD COLUMN later_{name}"
        for table in schema.metadata.tables
        for name in ("text TEXT", "number INTEGER NOT NULL DEFAULT 0")
    ),
    "CREATE TABLE of_later (id INTEGER PRIMARY KEY)",
    "CREATE INDEX ix_later ON mails (later_number)",
    "UPDATE alembic_version SET version_num = '9999'",
]


def of_a_later_version(engine, oldest):
    """What a later program makes of the schema."""
    with engine.begin() as connection:
        for statement in EXPANDED:
            connection.execute(text(statement))
        connection.execute(text("UPDATE schema_admits SET oldest = :oldest"), {"oldest": oldest})


def test_a_program_starts_and_works_on_a_later_schema_that_admits_it(config, empty, tmp_path):
    prepare(config)
    assert later_schema(config) == ""
    of_a_later_version(empty, HEAD)
    assert prepare(config) == []
    assert later_schema(config) == "9999"
    world = World(tmp_path, config)
    try:
        world.receive(world.mail(COMPLETE), "jo@example.org")
        assert [letter.recipient for letter in world.run()] == ["jo@example.org"]
        world.now += timedelta(days=10)
        assert pass_time(world.app, 10)
        assert send_digest(world.app, "north")
        assert purge(world.app, "north")
        assert [letter.recipient for letter in world.run()] == list(config.desk.staff) * 2
        assert world.case().reference
    finally:
        world.close()


def test_a_program_refuses_a_later_schema_that_does_not_admit_it(config, empty):
    prepare(config)
    of_a_later_version(empty, "9998")
    assert not fits(empty)
    with pytest.raises(NotReady, match="does not admit it"):
        prepare(config)
    with pytest.raises(NotReady, match="does not admit it"):
        open_store(config)


def test_a_program_asks_for_the_upgrade_of_an_earlier_schema(config, empty):
    migrate(empty, STEPS[-1])
    assert not later_schema(config)
    with pytest.raises(NotReady, match="run `mailflow db upgrade`"):
        open_store(config)


def test_the_schema_says_who_can_work_with_it(config, empty):
    prepare(config)
    with empty.connect() as connection:
        assert list(connection.execute(text("SELECT oldest FROM schema_admits")).scalars()) == [OLDEST]
    assert OLDEST <= HEAD
