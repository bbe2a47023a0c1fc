"""Copies SQLite's journal (its WAL) into the database beside those who write, so that no COMMIT has to wait for it."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing
from typing import Final

from sqlalchemy import Engine

from mailflow.store.engine import failure_of

# Pages. SQLite writes the journal from its beginning again once all of it was copied. That never happens beside writers who
# do not pause, so from this size on they wait for the rest: what they have written since the copy began.
LONG: Final = 4000


def checkpoint(engine: Engine, turn: AbstractContextManager[None]) -> None:
    """Raises `Unavailable`; `DiskFailed` also where the journal was not synced, which no COMMIT is told of."""
    try:
        with closing(engine.raw_connection()) as pooled:
            execute = pooled.driver_connection.execute  # type: ignore[union-attr] # it is connected
            _, pages, _ = execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages > LONG:
                with turn:
                    execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.Error as error:
        raise failure_of(error) from error
