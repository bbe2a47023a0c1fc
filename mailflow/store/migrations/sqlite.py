"""What SQLite needs to change a table, which it does by copying it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op


def add_before(table: str, last: str, columns: Sequence[sa.Column[Any]]) -> None:
    """Adds columns, on SQLite before the large ones, so that they are read without them. No id is given twice."""
    execute = op.get_bind().execute
    if op.get_bind().dialect.name == "postgresql":
        for column in columns:
            op.add_column(table, column)
        return
    of_table = {"name": table}
    last_id = execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), of_table).scalar()
    with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}) as batch:
        for column in columns:
            batch.add_column(column, insert_before=last)
    if last_id is None:
        return
    values = {**of_table, "last_id": last_id}
    restore = sa.text("UPDATE sqlite_sequence SET seq = :last_id WHERE name = :name")
    if not execute(restore, values).rowcount:
        execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last_id)"), values)
