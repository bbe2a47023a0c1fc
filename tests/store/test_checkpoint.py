"""The journal goes into the database beside those who write, and begins anew."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from sqlalchemy import make_url

from mailflow.store import checkpoint as checkpoint_module
from mailflow.store.engine import DiskFailed

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SOON = 5  # seconds: it takes far less


class Journal(NamedTuple):
    pages: int
    copied: int  # pages of it that are in the database


@pytest.fixture
def journal(database):
    """https://www.sqlite.org/walformat.html, section 2.1: mxFrame and nBackfill of the WAL's index, in the machine's order."""
    index = Path(f"{make_url(database.url).database}-shm")

    def read() -> Journal:
        content = memoryview(index.read_bytes()).cast("I")
        return Journal(pages=content[4], copied=content[24])

    return read


@pytest.fixture
def put(store, arrival):
    def put(size: int = 0) -> None:
        with store.begin() as uow:
            uow.mails.put([arrival(b"Subject: %d\r\n\r\n" % size + b"x" * size) if size else arrival()])

    return put


@SQLITE
def test_no_commit_copies_the_journal(store, put, journal):
    before = journal()
    for size in (4_000_000, 4_100_000):
        put(size)
    assert journal().pages > before.pages + 1500
    assert journal().copied == before.copied


@SQLITE
def test_the_journal_is_copied_beside_a_writer_and_begins_anew(store, put, journal):
    put(1_000_000)
    with store.begin():
        store.checkpoint()
        assert journal().copied == journal().pages > 200
    put()
    assert journal().pages < 50


@SQLITE
def test_a_long_journal_begins_anew_whatever_is_written_meanwhile(store, arrival, put, journal, monkeypatch):
    monkeypatch.setattr(checkpoint_module, "LONG", 100)
    put(1_000_000)
    copying = Thread(target=store.checkpoint)
    with store.begin() as uow:
        uow.mails.put([arrival()])
        copying.start()
        while not store._turns._waiting:  # it has copied what was there, and waits for this writer
            assert copying.is_alive()
    copying.join(SOON)
    assert journal().copied == journal().pages
    put()
    assert journal().pages < 50


@SQLITE
def test_a_reader_is_not_waited_for(store, put, journal):
    put(1_000_000)
    with store.read() as reader:
        reader.mails.parked()
        put()
        store.checkpoint()
        assert journal().copied < journal().pages
    store.checkpoint()
    assert journal().copied == journal().pages


@SQLITE
def test_a_journal_that_was_not_synced_is_not_trusted(store, put, monkeypatch):
    def fail(_statement):
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
        raise error

    failing = SimpleNamespace(driver_connection=SimpleNamespace(execute=fail), close=lambda: None)
    with monkeypatch.context() as patch:
        patch.setattr(store._engine, "raw_connection", lambda: failing)
        with pytest.raises(DiskFailed):
            store.checkpoint()
    assert store._journal_is_doubtful
    put()
    assert not store._journal_is_doubtful


def test_only_sqlite_has_a_journal_to_copy(database, store):
    assert store.has_journal is database.url.startswith("sqlite")
