"""Takes away what is left of masked and deleted text beside the rows: in SQLite's WAL, in PostgreSQL's dead tuples.

SQLite's own checkpoints copy pages out of the WAL and leave its bytes standing until something is written over them.
What PostgreSQL cannot promise stands in docs/OPERATIONS.md.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing
from typing import Final

from sqlalchemy import Engine, Table

from mailflow.store.engine import Unavailable, failure_of, unbounded
from mailflow.store.schema import case_history, cases, mails, outbox

_WAIT_FOR_READERS: Final = 200  # milliseconds, in which no other process can write
_VACUUM_WITHIN: Final = 60  # seconds; after them autovacuum has to do it
_QUERY_CANCELED: Final = "57014"
MASKED_IN: Final = (mails,)
DELETED_FROM: Final = (mails, outbox, cases, case_history)


def empty_wal(engine: Engine, turn: AbstractContextManager[None]) -> bool:
    """Copies all of the WAL into the database and cuts it to nothing. False when a reader or writer is in the way."""
    try:
        with closing(engine.raw_connection()) as pooled:
            execute = pooled.driver_connection.execute  # type: ignore[union-attr] # it is connected
            (patience,) = execute("PRAGMA busy_timeout").fetchone()
            execute(f"PRAGMA busy_timeout = {_WAIT_FOR_READERS}")
            try:
                execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()  # most of the work, while others go on
                with turn:
                    busy, _, _ = execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                execute(f"PRAGMA busy_timeout = {patience}")
    except sqlite3.Error as error:
        raise failure_of(error) from error
    return not busy


def vacuum(engine: Engine, table: Table) -> bool:
    """Makes the room of dead tuples free for new ones; False when that took too long, or somebody else is at it."""
    connecting = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    with connecting as connection, unbounded(connection):
        connection.exec_driver_sql(f"SET statement_timeout = '{_VACUUM_WITHIN}s'")
        try:
            connection.exec_driver_sql(f"VACUUM (SKIP_LOCKED, TRUNCATE false) {table.name}")
        except Unavailable as error:
            if getattr(error.__cause__, "sqlstate", None) != _QUERY_CANCELED:
                raise
            return False
        finally:
            connection.exec_driver_sql("RESET statement_timeout")
    return True
