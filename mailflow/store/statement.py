"""Statements of every mail: compiled once for each database, and then run by its driver alone.

SQLAlchemy makes an execution context, a result and the names of its columns each time, which takes several times as long as
SQLite needs for the statement itself. Values pass through the types of the columns all the same, and failures get the names
that the engine gives them.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]


class Statement:
    def __init__(self, clause: Any) -> None:
        """An INSERT that says no values fills the columns that it is first given, and is given the same ones each time."""
        self._clause = clause
        self._compiled: dict[str, _Compiled] = {}  # by the dialect's name

    def rows(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        """What it returns: tuples whose values have the names of the columns."""
        compiled = self._for(connection, values)
        found = execute(connection, compiled.text, compiled.parameters(values)).fetchall()
        return [compiled.row(row) for row in found]

    def row(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """The first row, or None."""
        compiled = self._for(connection, values)
        found = execute(connection, compiled.text, compiled.parameters(values)).fetchone()
        return None if found is None else compiled.row(found)

    def scalar(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """The only value of the first row, or None."""
        row = self.row(connection, values)
        return None if row is None else row[0]

    def run(self, connection: Connection, values: Mapping[str, object]) -> int:
        """How many rows it changed."""
        compiled = self._for(connection, values)
        return int(execute(connection, compiled.text, compiled.parameters(values)).rowcount)

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> int:
        """How many rows it changed in all."""
        compiled = self._for(connection, rows[0])
        parameters = [compiled.parameters(values) for values in rows]
        return int(execute(connection, compiled.text, parameters, many=True).rowcount)

    def _for(self, connection: Connection, values: Mapping[str, object]) -> _Compiled:
        compiled = self._compiled.get(connection.dialect.name)
        if compiled is None:
            compiled = _compile(self._clause, [*values], connection.dialect)
            self._compiled[connection.dialect.name] = compiled
        return compiled


def execute(connection: Connection, text: str, parameters: Any = (), *, many: bool = False) -> Any:
    """The driver's cursor. Raises what `Connection.execute` raises, and gives the connection up where that does."""
    if not connection.in_transaction():
        connection.begin()  # as `Connection.execute` does
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    try:
        if many:
            cursor.executemany(text, parameters)
        else:
            cursor.execute(text, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        connection._handle_dbapi_exception(error, text, None, cursor, None)  # noqa: SLF001 - what `execute` does with it
    return cursor


@dataclass(frozen=True, slots=True)
class _Bind:
    """A place of the statement, and how it is filled."""

    name: str
    of: Callable[[Mapping[str, object]], object]


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    binds: Sequence[_Bind]  # in order, where the driver takes no names
    by_name: bool
    row: Callable[[Sequence[Any]], Any]

    def parameters(self, values: Mapping[str, object]) -> Any:
        if self.by_name:
            return {bind.name: bind.of(values) for bind in self.binds}
        return [bind.of(values) for bind in self.binds]


def _compile(clause: Any, names: list[str], dialect: Dialect) -> _Compiled:
    compiled: SQLCompiler = clause.compile(dialect=dialect, column_keys=names if clause.is_insert else None)
    binds = {name: _bind(name, bind, dialect) for bind, name in compiled.bind_names.items()}
    order = compiled.positiontup
    return _Compiled(
        text=compiled.string,
        binds=[*binds.values()] if order is None else [binds[name] for name in order],
        by_name=order is None,
        row=_row(clause, dialect),
    )


def _bind(name: str, bind: BindParameter[Any], dialect: Dialect) -> _Bind:
    convert: Convert | None = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if not bind.required:  # its value stands in the statement
        value = convert(bind.value) if convert else bind.value
        return _Bind(name, lambda _: value)
    if convert is None:
        return _Bind(name, itemgetter(name))
    return _Bind(name, lambda values: convert(values[name]))


def _row(clause: Any, dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    columns = [*clause.exported_columns]
    kind = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc] # noqa: PYI024
    converts = [
        (place, convert)
        for place, column in enumerate(columns)
        if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
    ]

    def row(values: Sequence[Any]) -> Any:
        found = [*values]
        for place, convert in converts:
            found[place] = convert(found[place])
        return kind._make(found)

    return row
