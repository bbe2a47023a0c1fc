"""The versions of the schema, and which programs can work with one that is newer than theirs.

While a site upgrades its nodes one by one, old and new ones work on one schema. So a migration only adds: tables, indexes,
columns that need no value (tests hold that). What is to be taken away goes in a later release, with a migration that
raises `OLDEST`, when no program that still needs it may run.

To add one: change `schema.py`, write `versions/v000N_….py`, set `HEAD`. A test compares the two on both databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, select, text

from mailflow import faults
from mailflow.store.engine import reading, unbounded
from mailflow.store.schema import schema_admits

HEAD: Final = "0011"
# Programs made for this version of the schema, or a later one, can work with that of HEAD.
OLDEST: Final = "0009"
_UPGRADING: Final = 0x6D61_696C  # the advisory lock that nodes starting together wait at


def upgrade(engine: Engine) -> None:
    """Brings the schema to `HEAD`; nothing happens where it is there already. All or nothing, on both databases."""
    from alembic import command  # noqa: PLC0415 - Alembic takes a tenth of a second to import, and is rarely needed
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        with unbounded(connection):
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADING})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _admit(connection)
        faults.reached(faults.BEFORE_COMMIT, "upgrade")
    faults.reached(faults.AFTER_COMMIT, "upgrade")


def _admit(connection: Connection) -> None:
    """Put down who can work with this schema, for programs that are older than it."""
    connection.execute(schema_admits.delete())
    connection.execute(schema_admits.insert().values(oldest=OLDEST))


def fits(engine: Engine) -> bool:
    """Whether this program can work with the schema: it is the one that it was made for, or a later one that admits it."""
    with _looking_at(engine) as connection:
        found = _version(connection)
        return found == HEAD or (found > HEAD and _is_admitted(connection))


def version(engine: Engine) -> str:
    """That of the schema, whatever this program makes of it, or "" where there are no tables of mailflow."""
    with _looking_at(engine) as connection:
        return _version(connection)


def later(engine: Engine) -> str:
    """The version of a schema that a later program than this one made, whether or not it admits this one; else ""."""
    found = version(engine)
    return found if found > HEAD else ""


def _version(connection: Connection) -> str:
    """That of the schema, or "" where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def _is_admitted(connection: Connection) -> bool:
    if not inspect(connection).has_table(schema_admits.name):
        return False  # what it is, no mailflow made it
    return any(oldest <= HEAD for oldest in connection.execute(select(schema_admits.c.oldest)).scalars())


def is_of_others(engine: Engine) -> bool:
    """Whether an SQLite file is another program's; in PostgreSQL a database may well be shared."""
    if engine.dialect.name != "sqlite":
        return False
    with _looking_at(engine) as connection:
        tables = inspect(connection).get_table_names()
    return bool(tables) and "alembic_version" not in tables


@contextmanager
def _looking_at(engine: Engine) -> Iterator[Connection]:
    apart = reading(engine)
    try:
        with apart.connect() as connection:
            yield connection
    finally:
        if apart.pool is not engine.pool:
            apart.dispose()
