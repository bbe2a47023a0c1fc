"""Rows that may be there already: `ON CONFLICT`, which SQLite and PostgreSQL spell the same.

SQLAlchemy has it once for each of them, and to import what it has for PostgreSQL takes a tenth of the start of a command
that never sees one. This is one of its syntax extensions
(https://docs.sqlalchemy.org/en/21/core/compiler.html#syntax-extensions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Column, Insert, Table, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import SyntaxExtension
from sqlalchemy.sql.visitors import InternalTraversal


class _OnConflict(SyntaxExtension, ClauseElement):
    _traverse_internals = [("words", InternalTraversal.dp_string)]  # noqa: RUF012 - as SQLAlchemy has it

    def __init__(self, key: Sequence[Column[Any]], action: str) -> None:
        names = ", ".join(column.name for column in key)
        self.words = f"ON CONFLICT ({names}) DO {action}"

    def apply_to_insert(self, statement: Insert) -> None:
        statement.apply_syntax_extension_point(lambda _: [self], "post_values")


@compiles(_OnConflict)
def _spelled(element: _OnConflict, _compiler: object, **_: object) -> str:
    return element.words


def insert_new(table: Table, *key: Column[Any]) -> Insert:
    """A row whose key is there already is left alone."""
    return insert(table).ext(_OnConflict(key, "NOTHING"))


def upsert(table: Table, *key: Column[Any], sets: Mapping[str, str]) -> Insert:
    """A row whose key is there already gets these columns, each from an SQL expression; `excluded` is the new row."""
    changes = ", ".join(f"{name} = {value}" for name, value in sets.items())
    return insert(table).ext(_OnConflict(key, f"UPDATE SET {changes}"))


def replacing(*names: str) -> dict[str, str]:
    """For `upsert`: these columns as the new row has them."""
    return {name: f"excluded.{name}" for name in names}
