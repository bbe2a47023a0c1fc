"""A backup is one moment of a database in use, whole and read through; a restore never replaces anything."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from mailflow.store import Store, Unavailable, backup
from mailflow.store.engine import Damaged
from mailflow.store.migrations import HEAD

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def file(database):
    """The file of the database."""
    return Path(database.url.removeprefix("sqlite:///"))


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder / "monday.db"


def ask(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def count(path):
    ((number,),) = ask(path, "SELECT count(*) FROM mails")
    return number


def test_a_backup_is_one_file_of_its_owner_alone(store, engine, arrival, copy):
    with store.begin() as uow:
        uow.mails.put([arrival(), arrival()])
    assert backup.save(engine, copy) == copy.stat().st_size
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert count(copy) == 2
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_a_backup_is_one_moment_whatever_is_written_meanwhile(engine, arrival, copy, monkeypatch):
    """Each transaction stores two mails: no backup has one of them alone."""
    monkeypatch.setattr(backup, "_PAGES_AT_ONCE", 3)
    stop, written = Event(), Event()

    def write():
        while not stop.is_set():
            with Store(engine).begin() as uow:
                uow.mails.put([arrival(), arrival()])
            written.set()

    writer = Thread(target=write)
    writer.start()
    try:
        found = []
        for number in range(5):
            written.clear()
            assert written.wait(10)
            before = count(engine.url.database)
            backup.save(engine, copy.with_name(f"{number}.db"))
            found.append((before, count(copy.with_name(f"{number}.db"))))
    finally:
        stop.set()
        writer.join()
    assert all(saved >= before and saved % 2 == 0 for before, saved in found), found


def test_nothing_is_overwritten(engine, copy):
    copy.write_text("last week's")
    with pytest.raises(FileExistsError, match=r"monday\.db is there already"):
        backup.save(engine, copy)
    assert copy.read_text() == "last week's"


def test_nothing_is_overwritten_that_came_meanwhile(engine, copy, monkeypatch):
    monkeypatch.setattr(backup, "_check_pages", lambda _draft: copy.write_text("somebody else's"))
    with pytest.raises(FileExistsError):
        backup.save(engine, copy)
    assert copy.read_text() == "somebody else's"
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_a_disk_that_knows_no_links_takes_a_backup_too(engine, copy, monkeypatch):
    def no_links(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    backup.save(engine, copy)
    assert count(copy) == 0
    with pytest.raises(FileExistsError):
        backup.save(engine, copy)


def test_a_backup_that_does_not_fit_leaves_nothing(engine, copy, monkeypatch):
    def full(_draft):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_sync", full)
    with pytest.raises(OSError, match="No space left"):
        backup.save(engine, copy)
    assert [*copy.parent.iterdir()] == []


def test_what_a_killed_backup_left_goes_with_the_next_one(engine, copy):
    """It holds people's mail, and no rotation finds it."""
    draft = copy.parent / f"{backup._DRAFTS}x1y2"
    draft.mkdir()
    (draft / "sunday.db").write_text("people's mail")
    others = copy.parent / ".backup-of-the-web-site"
    others.mkdir()
    backup.save(engine, copy)
    assert sorted(copy.parent.iterdir()) == [others, copy]


def test_drafts_of_a_backup_that_goes_on_stay(engine, copy, monkeypatch):
    check_pages, seen = backup._check_pages, []

    def save_another(draft):
        monkeypatch.setattr(backup, "_check_pages", check_pages)
        backup.save(engine, copy.with_name("tuesday.db"))
        seen.append(draft.exists())

    monkeypatch.setattr(backup, "_check_pages", save_another)
    backup.save(engine, copy)
    assert seen == [True]
    assert {path.name for path in copy.parent.iterdir()} == {copy.name, "tuesday.db"}


def test_where_nothing_can_be_locked_no_draft_is_taken_for_an_abandoned_one(engine, copy, monkeypatch):
    def no_locks(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(backup.fcntl, "flock", no_locks)
    draft = copy.parent / f"{backup._DRAFTS}x1y2"
    draft.mkdir()
    (draft / "sunday.db").write_text("somebody's, or nobody's")
    backup.save(engine, copy)
    assert sorted(copy.parent.iterdir()) == [draft, copy]


def damage(path, page=None):
    """Overwrite a page that a table or an index is kept in: the last one, or this."""
    size = 4096
    with path.open("r+b") as file:
        file.seek((page - 1) * size if page else path.stat().st_size - size)
        file.write(b"\xff" * size)


def test_a_damaged_database_is_told_when_it_is_saved(store, engine, arrival, file, copy):
    with store.begin() as uow:
        uow.mails.put([arrival(b"x" * 50_000) for _ in range(3)])
    store.close()
    ((page,),) = ask(file, "SELECT rootpage FROM sqlite_master WHERE name = 'mails'")
    damage(file, page)
    with pytest.raises(Damaged):
        backup.save(engine, copy)
    assert [*copy.parent.iterdir()] == []


@pytest.fixture
def saved(store, engine, arrival, copy):
    """A backup with two mails."""
    with store.begin() as uow:
        uow.mails.put([arrival(), arrival()])
    backup.save(engine, copy)
    return copy


@pytest.fixture
def target(tmp_path):
    return tmp_path / "elsewhere" / "var" / "mailflow.db"


def test_a_backup_is_restored_where_nothing_is(saved, target):
    assert backup.inspect(saved) == backup.Contents(HEAD, frozenset())
    backup.restore(saved, target)
    assert count(target) == 2
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert (stat.S_IMODE(target.stat().st_mode), stat.S_IMODE(target.parent.stat().st_mode)) == (0o600, 0o700)


def test_a_backup_is_restored_into_a_database_that_holds_nothing_yet(saved, sqlite_template, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(sqlite_template.read_bytes())
    backup.restore(saved, target)
    assert count(target) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO in_hand VALUES (1, 'x')",
        "CREATE TABLE of_somebody_else (x)",
    ],
)
def test_a_database_that_holds_anything_stays(saved, sqlite_template, target, statement):
    target.parent.mkdir(parents=True)
    target.write_bytes(sqlite_template.read_bytes())
    with closing(sqlite3.connect(target)) as connection, connection:
        connection.execute(statement)
    before = target.read_bytes()
    with pytest.raises(backup.NotEmpty, match="move it away"):
        backup.restore(saved, target)
    assert target.read_bytes() == before


def test_a_database_that_is_open_elsewhere_stays(saved, sqlite_template, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(sqlite_template.read_bytes())
    with closing(sqlite3.connect(target)) as other:
        other.execute("SELECT 1 FROM mails").fetchone()
        with pytest.raises(Unavailable, match="is in use: stop the desk first"):
            backup.restore(saved, target)
    assert count(target) == 0


@pytest.mark.parametrize("when", ["the draft is made", "it is finished", "the draft is copied"])
def test_a_restore_that_is_cut_off_leaves_an_empty_database(saved, target, monkeypatch, when):
    class Cut(Exception):
        pass

    def cut(*_):
        raise Cut

    def finish(_draft):
        if when == "it is finished":
            cut()
        monkeypatch.setattr(backup, "_nothing", cut)

    monkeypatch.setattr(backup, "_PAGES_AT_ONCE", 2)
    if when == "the draft is made":
        monkeypatch.setattr(backup, "_nothing", cut)
    with pytest.raises(Cut):
        backup.restore(saved, target, finish)
    assert ask(target, "SELECT name FROM sqlite_master") == []
    assert [*target.parent.iterdir()] == [target]
    monkeypatch.undo()
    backup.restore(saved, target)
    assert count(target) == 2


def test_what_is_restored_is_finished_first(saved, target):
    def finish(draft):
        with closing(sqlite3.connect(draft)) as connection, connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("DELETE FROM mails")

    backup.restore(saved, target, finish)
    assert (count(target), count(saved)) == (0, 2)
    assert [*target.parent.iterdir()] == [target]


def test_what_is_no_backup_is_refused(saved, tmp_path):
    with pytest.raises(FileNotFoundError):
        backup.inspect(tmp_path / "none.db")
    other = tmp_path / "other.db"
    other.write_text("not a database " * 100)
    with pytest.raises(backup.NotRestorable, match="not a database"):
        backup.inspect(other)
    other.unlink()
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE x (y)")
    with pytest.raises(backup.NotRestorable, match="no backup of mailflow"):
        backup.inspect(other)


def test_a_backup_of_a_later_version_is_refused(saved):
    with closing(sqlite3.connect(saved)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(backup.NotRestorable, match="version 9999"):
        backup.inspect(saved)


def test_a_backup_of_an_earlier_version_is_taken(saved):
    with closing(sqlite3.connect(saved)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.execute("DROP TABLE encryption_keys")
    assert backup.inspect(saved) == backup.Contents("0001", frozenset())


def test_a_backup_with_a_damaged_page_is_refused(saved):
    ((page,),) = ask(saved, "SELECT rootpage FROM sqlite_master WHERE name = 'ix_mails_received'")
    damage(saved, page)
    with pytest.raises(backup.NotRestorable, match=r"is damaged|malformed"):
        backup.inspect(saved)


def test_a_backup_that_was_cut_short_is_refused(saved):
    with saved.open("r+b") as file:
        file.truncate(saved.stat().st_size // 2)
    with pytest.raises(backup.NotRestorable):
        backup.inspect(saved)


def test_the_journal_of_a_database_that_was_copied_as_it_ran_counts(store, engine, arrival, file, copy):
    """A snapshot of the disk: `mailflow backup` leaves no journal."""
    with store.begin() as uow:
        uow.mails.put([arrival()])
    for suffix in ("", "-wal"):
        copy.with_name(copy.name + suffix).write_bytes(Path(f"{file}{suffix}").read_bytes())
    backup.inspect(copy)
    backup.restore(copy, copy.with_name("restored.db"))
    assert count(copy.with_name("restored.db")) == 1
