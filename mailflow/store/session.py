"""What the parts of one transaction share: its connection, the rows that it has yet to write, and what it knows already.

A statement costs SQLite a few microseconds, and Python several times that: its driver gives Python's lock away at each,
and another thread may take it. So rows are put off and written many in one statement: when the transaction ends, or before
anything else is asked of the database. Whoever asks finds everything in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from mailflow.store.line import Line
from mailflow.store.schema import metadata
from mailflow.store.statement import Statement

# What others refer to first.
_ORDER: Final = {table.name: place for place, table in enumerate(metadata.sorted_tables)}


class Session:
    __slots__ = ("_connection", "_put_off", "known")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._put_off: dict[Statement, list[Mapping[str, object]]] = {}
        self.known = Known()

    @property
    def connection(self) -> Connection:
        """With every row in place that was put off."""
        if self._put_off:
            self.write_all()
        return self._connection

    def write_all(self) -> None:
        """Every row that was put off: before the transaction ends."""
        put_off, self._put_off = self._put_off, {}
        for statement in sorted(put_off, key=lambda one: _ORDER[one.table]):
            statement.run_many(self._connection, put_off[statement])

    @property
    def on_postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def put_off(self, statement: Statement, values: Mapping[str, object]) -> None:
        """Runs it later, together with others of the same statement. It must be one whose outcome nobody asks for."""
        self._put_off.setdefault(statement, []).append(values)

    def forget(self) -> None:
        """What was put off is not wanted, and what was counted may have been taken back."""
        self._put_off.clear()
        self.known = Known()


class Known:
    """What a transaction was told, with what it has added itself: so it asks once, not for each mail."""

    __slots__ = ("letters_of_domains", "letters_to", "line", "locked", "strangers", "usual_wait")

    def __init__(self) -> None:
        self.strangers: set[str] = set()  # the keys of parties that have no case
        self.locked: set[int] = set()  # the keys of parties that it has locked
        self.letters_to: dict[str, int] = {}  # by the key of an address
        self.letters_of_domains: dict[
            tuple[str, str | None], int
        ] = {}  # to unproven parties, by kind and domain, and in all
        self.line = Line()
        self.usual_wait: tuple[datetime, timedelta | None] | None = None  # since when it was asked for


class Part:
    """A part of the unit of work."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def _connection(self) -> Connection:
        return self._session.connection

    @property
    def _known(self) -> Known:
        return self._session.known
