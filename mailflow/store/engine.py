"""Opens the database so that nothing is acknowledged that a power cut could take back, and names its failures.

SQLite runs in WAL mode with every COMMIT synced, and each writing transaction takes the write lock at its BEGIN: one
that reads first and writes later would otherwise overwrite what it never saw.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.pool import QueuePool

from mailflow.config import Database
from mailflow.store.kept import Connections
from mailflow.store.private import create, make_folder, make_private
from mailflow.store.statement import on_driver

_UNSYNCED: Final = "mailflow_unsynced"  # an execution option
# Pages in the journal (64 MB) from which on a COMMIT itself copies them into the database: `checkpoint` does before.
_CHECKPOINT_AFTER: Final = 16_000
_NO_SETTINGS: Final[Mapping[str, int]] = {}
POOL_SIZE: Final = 5  # few connections and batches do better than many connections
_KEPT: Final = POOL_SIZE - 1  # one of the pool is left for what asks the engine itself

# What SQLite must answer to `PRAGMA name`, once it was told to.
PRAGMAS: Final = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "secure_delete": 1,  # what was deleted or masked does not stay in freed pages
    "temp_store": 2,  # in memory: no sorted copy of a mail in /tmp
}
_SQLITE_UNAVAILABLE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_SQLITE_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# SQLSTATE: a transaction that must be tried again; no resources; an operator's act; the system; a read-only standby.
_READ_ONLY: Final = "25006"
_FORBIDDEN: Final = "42501"
_POSTGRESQL_UNAVAILABLE: Final = ("08", "40", "53", "55P03", "57", "58", _READ_ONLY, "XX")


class Unavailable(Exception):
    """The database cannot take or give anything now: locked, full, broken, gone. Nothing was stored; try later."""


class Damaged(Unavailable):
    """The file is no whole database. Waiting does not mend it; a backup does."""


class DiskFailed(Unavailable):
    """A read, write or sync failed: nobody knows what of the journal is on the disk. See `Store`."""


class Unsafe(Exception):
    """The database does not keep what it acknowledges, and cannot be made to."""


def make_engine(database: Database) -> Engine:
    """The engine for `Store`. Raises `Unsafe`, and `Unavailable` where an SQLite file cannot be opened."""
    url = make_url(database.url)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, database.busy_timeout)
    return _postgresql(url, database.busy_timeout, database.statement_timeout)


def _sqlite(url: URL, busy_timeout: timedelta) -> Engine:
    path = url.database or ":memory:"
    if path == ":memory:" or path.startswith("file:"):
        raise Unsafe(f"{path} is no file: SQLite keeps mail in a file only")
    try:
        _make_private(Path(path))
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
    engine = _sqlite_engine(url, busy_timeout.total_seconds())
    engine.connect().close()  # refuse at the start, not at the first mail
    return engine


def impatient(engine: Engine) -> Engine:
    """The same SQLite database, with a connection of its own that never waits: a BEGIN fails while another writes."""
    return _sqlite_engine(engine.url, 0, connections=1)


def _sqlite_engine(
    url: URL,
    seconds: float,
    *,
    connections: int = POOL_SIZE,
    begin: str = "BEGIN IMMEDIATE",
    settings: Mapping[str, int] = _NO_SETTINGS,
) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=seconds,
        hide_parameters=True,
        connect_args={"timeout": seconds, "isolation_level": None},
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        _prepare_sqlite(connection)
        connection.text_factory = _as_far_as_it_is_text  # else one bad byte would fail a whole list of rows
        for name, value in settings.items():
            connection.execute(f"PRAGMA {name} = {value}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: on_driver(connection, begin))
    event.listen(engine, "handle_error", _name_failure)
    return engine


def _as_far_as_it_is_text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def connections_of(engine: Engine) -> Connections:
    """Those that a store works with. PostgreSQL's are tried each time, as the network may have lost them meanwhile."""
    return Connections(engine, _KEPT if engine.dialect.name == "sqlite" else 0)


def reading(engine: Engine) -> Engine:
    """The same database for transactions that write nothing: each a snapshot that takes no lock.

    On SQLite, as with `unsynced`, by connections of their own: it compiles every statement of a connection anew after a
    setting has changed.
    """
    if engine.dialect.name == "sqlite":
        return _sqlite_engine(engine.url, _patience(engine), begin="BEGIN", settings={"query_only": 1})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def unsynced(engine: Engine) -> Engine:
    """The same database for transactions whose commits outlive the process, and are not synced for more."""
    if engine.dialect.name == "sqlite":
        # NORMAL: the next synced commit syncs this one too. No checkpoint: SQLite tells nobody when the sync that one
        # begins with fails, and here there is something that it would have had to sync.
        settings = {"synchronous": 1, "wal_autocheckpoint": 0}
        return _sqlite_engine(engine.url, _patience(engine), settings=settings)
    return engine.execution_options(**{_UNSYNCED: True})


def _patience(engine: Engine) -> float:
    assert isinstance(engine.pool, QueuePool), "as `create_engine` makes it for a file"
    return engine.pool.timeout()


def _make_private(path: Path) -> None:
    """SQLite gives the journal files that it makes the mode of the database; those of a restored one may have another."""
    make_folder(path.parent)
    with suppress(FileExistsError):
        os.close(create(path))
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(FileNotFoundError):
            make_private(file)


def _prepare_sqlite(connection: sqlite3.Connection) -> None:
    for name, wanted in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {wanted}")
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != wanted:
            raise Unsafe(f"SQLite has {name} = {found}, and it must be {wanted}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_AFTER}")


def _postgresql(url: URL, busy_timeout: timedelta, statement_timeout: timedelta) -> Engine:
    from mailflow.store.bounded import BoundedConnection  # noqa: PLC0415 - psycopg is not installed for SQLite

    def connect(_dialect: object, _record: object, given: Any, named: dict[str, Any]) -> BoundedConnection:
        connection = BoundedConnection.connect(*given, **named)
        connection.patience = statement_timeout.total_seconds()
        return connection

    # A connection that was cut off without a word is found within half a minute; what the URL says goes first.
    patience = {
        "application_name": "mailflow",
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=busy_timeout.total_seconds(),
        pool_pre_ping=True,
        use_insertmanyvalues=False,  # psycopg's own executemany is faster, and counts the rows
        hide_parameters=True,
        connect_args={key: value for key, value in patience.items() if key not in url.query},
    )
    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", _check_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "handle_error", _name_failure)
    return engine


@contextmanager
def unbounded(connection: Connection) -> Iterator[None]:
    """For what may take longer than a statement does: migrations, and what bounds itself."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        yield
        return
    patience, driver.patience = driver.patience, None
    try:
        yield
    finally:
        driver.patience = patience


def _check_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        (found,) = cursor.execute("SHOW synchronous_commit").fetchone()
    connection.rollback()
    if found == "off":
        raise Unsafe("PostgreSQL has synchronous_commit = off: it would lose mail that was acknowledged")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(_UNSYNCED):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def _name_failure(context: ExceptionContext) -> BaseException | None:
    """Gives every failure of the database itself one name, where it happens.

    SQLite may have rolled back on its own and would then commit each later statement by itself. Calling the
    connection lost makes SQLAlchemy refuse them until the transaction is given up.
    """
    error = context.original_exception
    if context.is_pre_ping:  # a stale connection is replaced, and nobody needs to know
        return None
    if isinstance(error, sqlite3.Error):
        if error.sqlite_errorcode & 0xFF not in _SQLITE_UNAVAILABLE:
            return None
        _give_up(context.connection)
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
        return failure_of(error)
    if getattr(error, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True  # else the pool's connections would lead to the standby for ever
    if getattr(error, "sqlstate", None) == _FORBIDDEN:
        return Unavailable(
            f"{_first_line(error)}: the role that `database.url` names has to own the database and its tables"
        )
    if context.is_disconnect or context.connection is None or _postgresql_unavailable(error):
        return Unavailable(str(error))
    return None


def failure_of(error: sqlite3.Error) -> Unavailable:
    """What to call a failure of SQLite itself."""
    code = error.sqlite_errorcode & 0xFF
    kind = Damaged if code in _SQLITE_DAMAGED else DiskFailed if code == sqlite3.SQLITE_IOERR else Unavailable
    return kind(str(error))


def _give_up(connection: Connection | None) -> None:
    """Roll back at once: SQLite keeps the lock of a closed connection for as long as anybody holds a cursor of it."""
    if connection is not None:
        with suppress(sqlite3.Error):
            connection.connection.rollback()


def _first_line(error: BaseException) -> str:
    """What PostgreSQL says, without the statement that it shows below."""
    return next(iter(str(error).splitlines()), "")


def _postgresql_unavailable(error: BaseException) -> bool:
    state = getattr(error, "sqlstate", None)
    return bool(state) and str(state).startswith(_POSTGRESQL_UNAVAILABLE)
