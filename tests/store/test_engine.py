from __future__ import annotations

import os
import signal
import sqlite3
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mailflow.config import Database
from mailflow.store import Store, Unavailable, Unsafe, make_engine, migrations, private
from mailflow.store import engine as engine_module
from mailflow.store.engine import unbounded

WAIT = timedelta(seconds=1)
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def path_of(database: Database) -> Path:
    return Path(database.url.removeprefix("sqlite:///"))


@SQLITE
def test_every_connection_of_sqlite_is_safe(engine):
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            ask = connection.connection.driver_connection.execute
            for name, wanted in engine_module.PRAGMAS.items():
                assert ask(f"PRAGMA {name}").fetchone() == (wanted,), name
            assert ask("PRAGMA busy_timeout").fetchone() == (5000,)
    assert engine_module.PRAGMAS["synchronous"] == 2
    assert engine_module.PRAGMAS["secure_delete"] == 1


class Careless(sqlite3.Connection):
    """An SQLite that syncs less than it is told to."""

    def execute(self, statement: str, *parameters: object) -> sqlite3.Cursor:
        return super().execute(statement.replace("synchronous = 2", "synchronous = 1"), *parameters)


def test_an_sqlite_that_syncs_too_little_is_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / "mailflow.db", factory=Careless)
    with pytest.raises(Unsafe, match="synchronous = 1, and it must be 2"):
        engine_module._prepare_sqlite(connection)
    connection.close()


@SQLITE
def test_an_engine_is_refused_at_its_start(database, monkeypatch):
    monkeypatch.setitem(engine_module.PRAGMAS, "journal_mode", "none")
    with pytest.raises(Unsafe, match="journal_mode = wal"):
        make_engine(database)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x.db?uri=true"])
def test_sqlite_keeps_mail_in_a_file(url):
    with pytest.raises(Unsafe, match="no file"):
        make_engine(Database(url=url, busy_timeout=WAIT))


def test_only_the_owner_reads_the_database(tmp_path):
    path = tmp_path / "new" / "var" / "mailflow.db"
    engine = make_engine(Database(url=f"sqlite:///{path}", busy_timeout=WAIT))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE x (y)"))
        assert {mode(found) for found in path.parent.iterdir()} == {0o600}
        assert len(list(path.parent.iterdir())) == 3
    assert mode(path.parent) == 0o700
    engine.dispose()


@SQLITE
def test_a_restored_database_is_made_private_again(database):
    path = path_of(database)
    open_one = make_engine(database)
    with open_one.begin() as connection:
        connection.execute(text("CREATE TABLE x (y)"))
        files = sorted(path.parent.glob(f"{path.name}*"))
        assert len(files) == 3
        for file in files:
            file.chmod(0o644)
        make_engine(database).dispose()
        assert [mode(file) for file in files] == [0o600] * 3
    open_one.dispose()


@SQLITE
def test_the_database_of_another_user_keeps_its_mode(database, monkeypatch):
    path_of(database).chmod(0o640)
    monkeypatch.setattr(private.os, "geteuid", lambda: 12345)
    make_engine(database).dispose()
    assert mode(path_of(database)) == 0o640


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "var").write_text("a file")
    with pytest.raises(Unavailable, match=r"var/mailflow\.db: "):
        make_engine(Database(url=f"sqlite:///{tmp_path}/var/mailflow.db", busy_timeout=WAIT))


def test_a_file_that_is_no_database_is_unavailable(tmp_path):
    (tmp_path / "mailflow.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable, match="not a database"):
        make_engine(Database(url=f"sqlite:///{tmp_path}/mailflow.db", busy_timeout=WAIT))


def test_a_postgresql_that_forgets_is_refused(postgres_server):
    name = postgres_server.make()
    postgres_server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    engine = make_engine(postgres_server.settings(name))
    with pytest.raises(Unsafe, match="synchronous_commit"), Store(engine).begin():
        pass
    engine.dispose()
    postgres_server.drop(name)


def test_a_postgresql_that_is_not_there_is_unavailable(tmp_path):
    engine = make_engine(Database(url=f"postgresql+psycopg://u@/x?host={tmp_path}", busy_timeout=WAIT))
    with pytest.raises(Unavailable), Store(engine).begin() as uow:
        uow.mails.parked()
    with pytest.raises(Unavailable), Store(engine).read() as uow:
        uow.mails.parked()
    engine.dispose()


def test_a_role_that_may_not_use_the_tables_is_told_of_and_no_mails_fault(postgres_server):
    name = postgres_server.make()
    engine = make_engine(postgres_server.settings(name))
    migrations.upgrade(engine)
    engine.dispose()
    postgres_server.execute(f"ALTER DATABASE {name} SET role = pg_monitor")
    said = "permission denied for table mails: the role that `database.url` names has to own"
    with pytest.raises(Unavailable, match=said), Store(engine).begin("mails") as uow:
        uow.mails.drop(1)
    engine.dispose()
    postgres_server.drop(name)


@POSTGRESQL
def test_connections_that_postgresql_closed_are_replaced_unnoticed(store, engine, postgres_server):
    with store.read() as first, store.read() as second:
        assert first.mails.parked() == second.mails.parked() == []
    end_connections(postgres_server, engine)
    for _ in range(2):
        with store.begin() as uow:
            assert uow.mails.parked() == []


@POSTGRESQL
def test_a_transaction_cut_off_is_unavailable_and_the_next_one_works(store, engine, postgres_server, arrival):
    def cut_off() -> None:
        with store.begin() as uow:
            uow.mails.put([arrival()])
            end_connections(postgres_server, engine)
            uow.mails.put([arrival()])

    def cut_off_before_commit() -> None:
        with store.begin() as uow:
            uow.mails.put([arrival()])
            end_connections(postgres_server, engine)

    for lost in (cut_off, cut_off_before_commit):
        with pytest.raises(Unavailable):
            lost()
    with store.begin() as uow:
        assert uow.views.queues().mails_waiting == 0


def test_a_server_that_hangs_while_nobody_asks_is_given_up_unnoticed(postgresql_database, arrival):
    """It stands still, with its connection open."""
    engine = make_engine(replace(postgresql_database, statement_timeout=timedelta(milliseconds=300)))
    store = Store(engine)
    with store.read() as uow:
        hangs = backend_of(uow)
    os.kill(hangs, signal.SIGSTOP)
    try:
        with store.begin() as uow:
            assert uow.mails.put([arrival()]) == 1
            assert backend_of(uow) != hangs
    finally:
        os.kill(hangs, signal.SIGCONT)
        engine.dispose()


@pytest.mark.parametrize("then", ["another statement", "the commit"])
def test_a_server_that_hangs_in_a_transaction_is_unavailable_and_the_next_one_works(
    postgresql_database, arrival, then
):
    engine = make_engine(replace(postgresql_database, statement_timeout=timedelta(milliseconds=300)))
    store, hangs = Store(engine), []

    def hang():
        with store.begin() as uow:
            hangs.append(backend_of(uow))
            os.kill(hangs[0], signal.SIGSTOP)
            if then == "another statement":
                uow.mails.put([arrival()])

    try:
        with pytest.raises(Unavailable, match="timeout"):
            hang()
        with store.begin() as uow:
            assert uow.mails.put([arrival()]) == 1
    finally:
        os.kill(hangs[0], signal.SIGCONT)
        engine.dispose()


def test_migrations_may_take_longer_than_a_statement(postgresql_database):
    engine = make_engine(replace(postgresql_database, statement_timeout=timedelta(milliseconds=500)))
    with engine.connect() as connection:
        with unbounded(connection):
            connection.exec_driver_sql("SELECT pg_sleep(0.7)")
        with pytest.raises(Unavailable, match="timeout"):
            connection.exec_driver_sql("SELECT pg_sleep(10)")
    engine.dispose()


def backend_of(uow):
    return uow._connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()


@POSTGRESQL
def test_connections_to_a_standby_are_given_up_for_the_primary(store, engine, postgres_server, arrival):
    """What leads to the primary may for a while lead to one that is read-only; connections made then stay open."""
    name = engine.url.database
    postgres_server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    engine.dispose()
    try:
        with pytest.raises(Unavailable, match="read-only"), store.begin() as uow:
            uow.mails.put([arrival()])
    finally:
        postgres_server.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    with store.begin() as uow:
        assert uow.mails.put([arrival()]) == 1


@POSTGRESQL
def test_a_server_that_takes_no_connections_is_unavailable_until_it_does(store, engine, postgres_server):
    name = engine.url.database
    postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    engine.dispose()
    try:
        with pytest.raises(Unavailable, match="not currently accepting connections"), store.begin():
            pass
    finally:
        postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    with store.begin() as uow:
        assert uow.mails.parked() == []


def end_connections(server, engine):
    server.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        f" WHERE datname = '{engine.url.database}' AND application_name = 'mailflow'"
    )


@SQLITE
def test_a_database_that_another_process_holds_is_unavailable(database, arrival):
    engine = make_engine(replace(database, busy_timeout=timedelta(milliseconds=20)))
    store = Store(engine)
    other = sqlite3.connect(path_of(database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"), store.begin() as uow:
        uow.mails.put([arrival()])
    with store.read() as uow:
        assert uow.views.queues().mails_waiting == 0
    other.execute("ROLLBACK")
    other.close()
    with store.begin() as uow:
        assert uow.mails.put([arrival()]) == 1
    engine.dispose()


def test_too_many_at_once_are_unavailable(database):
    engine = make_engine(replace(database, busy_timeout=timedelta(milliseconds=20)))
    held = [engine.connect() for _ in range(2 * engine_module.POOL_SIZE)]
    with pytest.raises(Unavailable, match="QueuePool"), Store(engine).begin():
        pass
    for connection in held:
        connection.close()
    engine.dispose()


def test_no_failure_repeats_what_was_to_be_stored(store, case):
    with store.begin() as uow:
        uow.cases.save(case(reference="AAAA-AAAA"))
    with pytest.raises(IntegrityError, match=r"(?i)unique") as failure, store.begin() as uow:
        uow.cases.save(case(reference="AAAA-AAAA", question="hunter2"))
    assert "hunter2" not in str(failure.value)


@SQLITE
def test_a_snapshot_writes_nothing_and_waits_for_nobody(database, store, arrival):
    other = sqlite3.connect(path_of(database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="readonly"), store.read() as uow:
        uow.mails.put([arrival()])
    with store.read() as uow:
        assert uow.views.queues().mails_waiting == 0
    other.close()


@SQLITE
def test_no_transaction_changes_what_the_next_one_on_its_connection_finds(store, now):
    """SQLite compiles all statements of a connection anew after a setting has changed: it costs as much as to run them."""

    def settings(uow):
        names = ("synchronous", "query_only", "wal_autocheckpoint")
        return [uow._connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    for _ in range(3):
        with store.read() as uow, store.claim(now, 1) as claim, store.begin() as other:
            assert claim.is_empty
            assert (settings(uow), settings(other)) == ([2, 1, 16_000], [2, 0, 16_000])
