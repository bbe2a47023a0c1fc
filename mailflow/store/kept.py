"""Connections that a store keeps between its transactions.

SQLAlchemy's pool keeps those of the driver. What it makes around one anew, each time one is taken, takes SQLite's driver the
time of thirty empty transactions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


class Connections:
    """Of one engine, for any thread: each is one block's alone. None is kept that a block has left by raising."""

    def __init__(self, engine: Engine, most: int) -> None:
        """`most` are kept."""
        self.engine = engine
        self._most = most
        self._at_rest: list[Connection] = []

    @contextmanager
    def taken(self) -> Iterator[Connection]:
        """One that is in no transaction; what the block begins and does not commit is rolled back."""
        connection = self._take()
        try:
            yield connection
            connection.rollback()
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)

    @contextmanager
    def begun(self) -> Iterator[Connection]:
        """One in a transaction, which is committed at the end, or rolled back when the block raises."""
        with self.taken() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        while self._at_rest:
            self._at_rest.pop().close()
        self.engine.dispose()

    def _take(self) -> Connection:
        try:
            return self._at_rest.pop()
        except IndexError:
            return self.engine.connect()

    def _give_back(self, connection: Connection) -> None:
        if len(self._at_rest) < self._most:
            self._at_rest.append(connection)
        else:
            connection.close()
