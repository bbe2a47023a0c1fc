"""The versions of the schema. Each is made so that the version before it can still run beside it.

To add one: change `schema.py`, write `versions/v000N_….py`, set `HEAD`. A test compares the two on both databases.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, text

from mailflow import faults
from mailflow.store.engine import READING

HEAD: Final = "0008"
_UPGRADING: Final = 0x6D61_696C  # the advisory lock that nodes starting together wait at


def upgrade(engine: Engine) -> None:
    """Brings the schema to `HEAD`; nothing happens where it is there already. All or nothing, on both databases."""
    from alembic import command  # noqa: PLC0415 - Alembic takes a tenth of a second to import, and is rarely needed
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADING})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        faults.reached(faults.BEFORE_COMMIT, "upgrade")
    faults.reached(faults.AFTER_COMMIT, "upgrade")


def is_current(engine: Engine) -> bool:
    """Whether the schema is the one this version was made for."""
    with engine.connect().execution_options(**{READING: True}) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars()) == [HEAD]
