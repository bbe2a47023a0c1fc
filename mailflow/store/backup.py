"""Copies an SQLite database that is in use into a file, and such a file back into a database that holds nothing.

Both go through SQLite's own page copy: a backup is one snapshot, however much is written meanwhile, and a restore one
transaction, which a crash leaves undone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Engine

from mailflow import faults
from mailflow.store import private
from mailflow.store.engine import Damaged, Unavailable, failure_of
from mailflow.store.migrations import HEAD
from mailflow.store.schema import encryption_keys, job_slots, metadata, schema_admits

_DRAFTS: Final = ".mailflow-backup-"
_PAGES_AT_ONCE: Final = 4096  # then Ctrl-C is heard
_FAULTS_TOLD: Final = 5
_OWN_TABLES: Final = frozenset({*metadata.tables, "alembic_version", "sqlite_sequence"})
_MADE_AT_START: Final = frozenset(
    {encryption_keys.name, job_slots.name, schema_admits.name, "alembic_version", "sqlite_sequence"}
)


class NotRestorable(Exception):
    """The file is no whole backup that this version can take."""


class NotEmpty(Exception):
    """The database to restore into holds something."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself."""

    version: str  # of the schema
    keys: frozenset[str]  # the ids of those that its mail is encrypted with


# ------------------------------------------------------------------------------------------------------------- backup


def save(engine: Engine, path: Path, when_made: Callable[[], None] = lambda: None) -> int:
    """Write the whole database to a new file, and read it through; its size in bytes.

    The file gets its name once it is whole and on the disk. `when_made` is called once its draft is made.
    Raises `FileExistsError`, `Unavailable`, `Damaged`, `OSError`.
    """
    if os.path.lexists(path):
        raise FileExistsError(f"{path} is there already")
    _remove_abandoned(path.parent)
    with _draft_folder(path.parent) as folder:
        draft = folder / path.name
        os.close(private.create(draft))
        when_made()
        with _failures_named():
            _copy(engine, draft)
        _sync(draft)
        _check_pages(draft)
        private.publish(draft, path)
    return path.stat().st_size


@contextmanager
def _draft_folder(parent: Path) -> Iterator[Path]:
    """A folder that is locked for as long as this process lives, and taken away at the end."""
    with tempfile.TemporaryDirectory(prefix=_DRAFTS, dir=parent) as name:
        descriptor = _open_folder(name)
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(descriptor)


def _remove_abandoned(parent: Path) -> None:
    """Drafts of backups that were killed, which nobody else would find: they hold the mail of people.

    An empty one may be about to be locked. Where nothing can be locked they stay, as they may be in use.
    """
    for folder in parent.glob(f"{_DRAFTS}*"):
        with suppress(OSError):
            descriptor = _open_folder(folder)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if any(folder.iterdir()):
                    shutil.rmtree(folder)
            finally:
                os.close(descriptor)


def _open_folder(path: Path | str) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _copy(engine: Engine, draft: Path) -> None:
    with (
        closing(engine.raw_connection()) as pooled,
        closing(sqlite3.connect(draft, isolation_level=None)) as copy,
    ):
        source = pooled.driver_connection
        assert isinstance(source, sqlite3.Connection)
        copy.execute("PRAGMA journal_mode = OFF")  # what was begun and not finished is thrown away
        copy.execute("PRAGMA synchronous = OFF")  # it is synced once, at the end
        source.execute("BEGIN")
        try:
            source.execute("SELECT 1 FROM sqlite_master").fetchone()  # the snapshot: whoever writes goes on
            _copy_pages(source, copy)
        finally:
            source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, that can be read from any folder


def _copy_pages(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    source.backup(target, pages=_PAGES_AT_ONCE, progress=_nothing)


def _nothing(_status: int, _remaining: int, _total: int) -> None:
    """To be called at all lets Python raise KeyboardInterrupt."""


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_pages(draft: Path) -> None:
    """A database that is damaged is copied as it is: better known today than when the copy is needed."""
    with closing(_open(draft)) as copy, _failures_named():
        faults = copy.execute(f"PRAGMA quick_check({_FAULTS_TOLD})").fetchall()
    if faults != [("ok",)]:
        raise Damaged(f"{_listed(faults)} (this backup was not kept)")


# ------------------------------------------------------------------------------------------------------------ restore


def inspect(path: Path) -> Contents:
    """What a backup holds, once every page and index of it was checked. Raises `NotRestorable`, `FileNotFoundError`."""
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    with closing(_open(path)) as backup:
        try:
            return _inspect(backup, path)
        except sqlite3.Error as error:
            raise NotRestorable(f"{path} is no backup of mailflow: {error}") from error


def _inspect(backup: sqlite3.Connection, path: Path) -> Contents:
    (version,) = backup.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    if not version.isdigit() or version > HEAD:
        raise NotRestorable(
            f"{path} is of version {version} of the schema, which this mailflow does not know (up to {HEAD}): install "
            "the one that made it, or a later one"
        )
    faults = backup.execute(f"PRAGMA integrity_check({_FAULTS_TOLD})").fetchall()
    if faults != [("ok",)]:
        raise NotRestorable(f"{path} is damaged: {_listed(faults)}")
    with_keys = encryption_keys.name in _tables(backup)  # else it is older than encryption
    keys = backup.execute("SELECT id FROM encryption_keys") if with_keys else ()
    return Contents(version, frozenset(key for (key,) in keys))


def restore(path: Path, target: Path, finish: Callable[[Path], None] = lambda _: None) -> None:
    """Make a database what `finish` makes of a copy of a backup. Nobody else may have it open, and it may hold nothing.

    Whatever cuts it off, the database holds nothing, or all that was to be restored. Raises `NotEmpty`, and `Unavailable`
    where a process has it open or the disk fails.
    """
    private.make_folder(target.parent)
    _remove_abandoned(target.parent)
    with suppress(FileExistsError):
        os.close(private.create(target))
    with _failures_named():
        # Who holds mail is told so even while it is in use.
        with closing(sqlite3.connect(target)) as database:
            _refuse_full(database, target)
        with closing(_open_alone(target)) as database:
            _refuse_full(database, target)
            with _draft_folder(target.parent) as folder:
                draft = folder / target.name
                _make_draft(path, draft)
                finish(draft)
                with closing(sqlite3.connect(draft, isolation_level=None)) as finished:
                    finished.execute("PRAGMA journal_mode = DELETE")
                    _copy_pages(finished, database)
                faults.reached(faults.AFTER_COMMIT, "restored")
    private.sync_folder(target.parent)


def _make_draft(path: Path, draft: Path) -> None:
    os.close(private.create(draft))
    with closing(_open(path)) as backup, closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        _copy_pages(backup, copy)


def _open(path: Path) -> sqlite3.Connection:
    """To read only. A file with a journal was copied by other means while it was in use: the journal is a part of it."""
    journal = path.with_name(f"{path.name}-wal").exists()
    mode = "mode=ro" if journal else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True, isolation_level=None)


def _open_alone(target: Path) -> sqlite3.Connection:
    """With a lock that no other process can have or get meanwhile."""
    database = sqlite3.connect(target, timeout=1, isolation_level=None)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA synchronous = EXTRA")  # the folder is synced too
        database.execute("PRAGMA journal_mode = DELETE")  # refused while others have it open
        database.execute("BEGIN EXCLUSIVE")
        database.execute("COMMIT")  # the lock stays
    except sqlite3.OperationalError as error:
        database.close()
        raise Unavailable(f"{target} is in use: stop the desk first ({error})") from error
    except sqlite3.Error:
        database.close()
        raise
    return database


def _refuse_full(database: sqlite3.Connection, target: Path) -> None:
    """Where there is anything but what every desk makes at its start."""
    tables = _tables(database)
    if not tables <= _OWN_TABLES or any(
        database.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()  # noqa: S608 - names of ours
        for name in tables - _MADE_AT_START
    ):
        raise NotEmpty(
            f"{target} holds mail or cases: move it away, with its -wal and -shm, to restore another"
        )


def _tables(database: sqlite3.Connection) -> set[str]:
    return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _listed(faults: list[tuple[str]]) -> str:
    return "; ".join(" ".join(fault.split()) for (fault,) in faults)


@contextmanager
def _failures_named() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise failure_of(error) from error
