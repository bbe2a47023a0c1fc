"""What was masked or deleted stands nowhere in SQLite's files, and in room that PostgreSQL uses again."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from mailflow.store import Unavailable

SECRET = b"hunter2-Gh7!"
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def path_of(database):
    return make_url(database.url).database


def files(database):
    """The database's, with its journal's: how often each holds a secret."""
    path = Path(path_of(database))
    found = sorted(path.parent.glob(f"{path.name}*"))
    assert [file.name.removeprefix(path.name) for file in found] == ["", "-shm", "-wal"]
    return {file.name.removeprefix(path.name): file.read_bytes().count(SECRET) for file in found}


def put(store, *arrivals):
    with store.begin() as uow:
        uow.mails.put(arrivals)


def mask_all(store, now, handle, **facts):
    with store.claim(now, 100) as claim, claim.hold() as held:
        for mail in held.mails:
            handle(held.uow, mail.id, raw=b"Subject: x\r\n\r\n[password removed]", **facts)


@SQLITE
@pytest.mark.parametrize("times", [1, 40, 400, 4000, 40_000])
def test_what_was_masked_stands_in_no_file(database, store, arrival, now, handle, times):
    put(store, arrival(b"Subject: x\r\n\r\n" + SECRET * times), arrival())
    mask_all(store, now, handle)
    assert files(database)["-wal"] >= times
    assert store.scrub(masked=True)
    assert files(database) == {"": 0, "-shm": 0, "-wal": 0}
    assert b"password removed" in Path(path_of(database)).read_bytes()


@SQLITE
def test_what_was_deleted_stands_in_no_file(database, store, arrival, now):
    put(store, arrival(b"Subject: x\r\n\r\n" + SECRET * 50), arrival(b"Subject: y\r\n\r\n" + SECRET * 5000))
    with store.begin() as uow:
        for mail in uow.mails.claim(now, 10):
            uow.mails.park(mail.id, "x")
            assert uow.mails.drop(mail.id)
    assert store.scrub(masked=False)
    assert files(database) == {"": 0, "-shm": 0, "-wal": 0}


@SQLITE
@pytest.mark.parametrize("times", [1, 40, 100, 200, 300, 340, 400, 4000])
def test_a_mail_that_waits_stands_in_no_page_that_rows_move_out_of(database, store, arrival, now, times):
    """SQLite zeroes whole pages that it frees, and not what a row leaves in a page when the tree is balanced."""
    put(store, *(arrival(b"Subject: %d\r\n\r\n" % number + SECRET * times) for number in range(5)))
    with store.begin() as uow:
        failed, parked, *_ = [mail.id for mail in uow.mails.claim(now, 10)]
        uow.mails.failed(failed, "a longer row than before", now)
        uow.mails.park(parked, "a longer row than before")
    assert store.scrub(masked=False)
    pages = [page for page in _pages(database) if SECRET in page]
    assert sum(page.count(SECRET) for page in pages) >= 4 * times
    assert [page[0] for page in pages] == [0] * len(pages), "a leaf of the tree has 13 there"


def _pages(database):
    content = Path(path_of(database)).read_bytes()
    size = int.from_bytes(content[16:18])
    return [content[start : start + size] for start in range(0, len(content), size)]


@SQLITE
def test_a_reader_is_not_waited_for_and_the_next_time_does_it(database, store, arrival, now, handle):
    put(store, arrival(b"Subject: x\r\n\r\n" + SECRET))
    with store.read() as reader:
        assert len(reader.mails.parked()) == 0
        mask_all(store, now, handle)
        assert not store.scrub(masked=True)
        put(store, arrival())
    assert store.scrub(masked=True)
    assert files(database) == {"": 0, "-shm": 0, "-wal": 0}


@SQLITE
def test_a_writer_of_another_process_is_not_waited_for(database, store, arrival):
    put(store, arrival())
    with closing(sqlite3.connect(path_of(database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not store.scrub(masked=True)
    assert store.scrub(masked=True)


@SQLITE
def test_the_connection_waits_for_others_as_before(database, engine, store):
    store.scrub(masked=True)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    assert found == database.busy_timeout.total_seconds() * 1000


@SQLITE
def test_a_database_that_fails_is_named_so(database, engine, store):
    engine.dispose()
    Path(path_of(database)).write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable):
        store.scrub(masked=True)


@POSTGRESQL
def test_the_room_of_what_was_masked_is_used_again(engine, store, arrival, now, handle):
    dice = random.Random(1)

    def size():
        with engine.connect() as connection:
            return connection.exec_driver_sql(
                "SELECT pg_table_size(reltoastrelid) FROM pg_class WHERE relname = 'mails'"
            ).scalar()

    put(store, arrival(b"Subject: x\r\n\r\n" + dice.randbytes(500_000)))
    mask_all(store, now, handle)
    assert store.scrub(masked=False)
    full = size()
    assert store.scrub(masked=True)
    put(store, arrival(b"Subject: y\r\n\r\n" + dice.randbytes(400_000)))
    assert size() <= full + 50_000  # with its map of free room
