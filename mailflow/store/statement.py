"""Statements of every mail: compiled once for each database, and then run by its driver alone.

SQLAlchemy makes an execution context, a result and the names of its columns each time, which takes several times as long as
SQLite needs for the statement itself. Values pass through the types of the columns all the same, and failures get the names
that the engine gives them.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from mailflow.store.columns import Converted

Convert = Callable[[Any], Any]
_ROWS_AT_ONCE: Final = 64


class Statement:
    def __init__(self, clause: Any) -> None:
        """An INSERT that says no values fills the columns that it is first given, and is given the same ones each time."""
        self._clause = clause
        self._compiled: dict[str, _Compiled] = {}  # by the dialect's name

    def rows(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        """What it returns: tuples whose values have the names of the columns."""
        compiled = self._for(connection, values)
        found = execute(connection, *compiled.filled(values)).fetchall()
        return [compiled.row(row) for row in found]

    def row(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """The first row, or None."""
        compiled = self._for(connection, values)
        found = execute(connection, *compiled.filled(values)).fetchone()
        return None if found is None else compiled.row(found)

    def scalar(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """The only value of the first row, or None."""
        row = self.row(connection, values)
        return None if row is None else row[0]

    def run(self, connection: Connection, values: Mapping[str, object]) -> int:
        """How many rows it changed."""
        compiled = self._for(connection, values)
        return int(execute(connection, *compiled.filled(values)).rowcount)

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> int:
        """How many rows it changed in all. SQLite is given several rows in one INSERT."""
        compiled = self._for(connection, rows[0])
        parameters = [compiled.parameters(values) for values in rows]
        if not compiled.row_of_values:
            return int(execute(connection, compiled.text, parameters, many=True).rowcount)
        changed = start = 0
        while count := min(len(parameters) - start, _ROWS_AT_ONCE):
            count = 1 << count.bit_length() - 1  # a few statements for all numbers of rows
            several = [*chain.from_iterable(parameters[start : start + count])]
            changed += int(execute(connection, compiled.text_of(count), several).rowcount)
            start += count
        return changed

    @property
    def table(self) -> str:
        """The name of the table that it changes."""
        return str(self._clause.table.name)

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
    return on_driver(connection, text, parameters, many=many)


def on_driver(connection: Connection, text: str, parameters: Any = (), *, many: bool = False) -> Any:
    """The same, whether or not there is a transaction: for what begins one."""
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
class _Compiled:
    text: str
    names: Sequence[str]  # of its places, in order; each once where the driver knows them by name
    by_name: bool
    fixed: Mapping[str, object]  # values that stand in the statement
    take: Callable[[Mapping[str, object]], Sequence[Any]]  # the values of all places, in order
    converts: Sequence[tuple[int, Convert]]  # of which places, and how
    row: Callable[[Sequence[Any]], Any]
    row_of_values: str  # of an INSERT that takes several of them at once, else ""
    list_of_values: str  # the name of the one place that stands for several (`IN`), else ""

    def filled(self, values: Mapping[str, object]) -> tuple[str, Any]:
        """The statement and what the driver is to put into its places."""
        if not self.list_of_values:
            return self.text, self.parameters(values)
        return self._with_list(values)

    def text_of(self, rows: int) -> str:
        """An INSERT of so many rows."""
        return self.text.replace(self.row_of_values, ", ".join([self.row_of_values] * rows), 1)

    def _with_list(self, values: Mapping[str, object]) -> tuple[str, Any]:
        """With a place for each value of the list; NULL, which equals nothing, stands for none."""
        name, found = self.list_of_values, self.parameters(values)
        if self.by_name:
            several = {f"{name}_{number}": value for number, value in enumerate(found.pop(name))}
            places, found = [f"%({one})s" for one in several], found | several
        else:
            at = self.names.index(name)
            places = ["?"] * len(found[at])
            found[at : at + 1] = found[at]
        return self.text.replace(_list_mark(name), ", ".join(places or ["NULL"])), found

    def parameters(self, values: Mapping[str, object]) -> Any:
        found = [*self.take({**self.fixed, **values} if self.fixed else values)]
        for place, convert in self.converts:
            value = found[place]
            if value is not None:
                found[place] = convert(value)
        return dict(zip(self.names, found, strict=True)) if self.by_name else found


def _compile(clause: Any, given: list[str], dialect: Dialect) -> _Compiled:
    compiled: SQLCompiler = clause.compile(dialect=dialect, column_keys=given if clause.is_insert else None)
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    converts = {name: _to_place(bind, dialect) for name, bind in binds.items()}
    names = [*binds] if compiled.positiontup is None else compiled.positiontup
    return _Compiled(
        text=compiled.string,
        names=names,
        by_name=compiled.positiontup is None,
        fixed={name: bind.value for name, bind in binds.items() if not bind.required},
        take=_values_of(names),
        converts=[(place, convert) for place, name in enumerate(names) if (convert := converts[name])],
        row=_row(clause, dialect),
        row_of_values=_row_of_values(compiled, names) if clause.is_insert else "",
        list_of_values=next((name for name, bind in binds.items() if bind.expanding), ""),
    )


def _list_mark(name: str) -> str:
    """What SQLAlchemy writes where the values of an `expanding` parameter go."""
    return f"__[POSTCOMPILE_{name}]"


def _row_of_values(compiled: SQLCompiler, names: Sequence[str]) -> str:
    """Psycopg sends the rows of an `executemany` at once; SQLite's driver gives Python's lock away at each of them."""
    row = f"({', '.join('?' * len(names))})"
    return row if compiled.dialect.name == "sqlite" and f" VALUES {row}" in compiled.string else ""


def _values_of(names: Sequence[str]) -> Callable[[Mapping[str, object]], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _to_place(bind: BindParameter[Any], dialect: Dialect) -> Convert | None:
    convert = _to_column(bind.type, dialect)
    if convert is None or not bind.expanding:
        return convert
    return lambda several: [*map(convert, several)]


def _to_column(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """A function for values that are not None."""
    return (
        kind.to_column if isinstance(kind, Converted) else kind.dialect_impl(dialect).bind_processor(dialect)
    )


def _from_column(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, Converted):
        return getattr(kind, "from_column", None)
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _row(clause: Any, dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    columns = [*clause.exported_columns]
    kind = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc] # noqa: PYI024
    converts = [
        (place, convert)
        for place, column in enumerate(columns)
        if (convert := _from_column(column.type, dialect))
    ]

    def row(values: Sequence[Any]) -> Any:
        found = [*values]
        for place, convert in converts:
            if found[place] is not None:
                found[place] = convert(found[place])
        return kind._make(found)

    return row
