from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import event, exc, text

from mailflow.store import Store, Unavailable, make_engine
from mailflow.store.engine import DiskFailed
from mailflow.store.turns import Turns

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def waiting(store):
    with store.read() as uow:
        return uow.views.queues().mails_waiting


def run(work, *arguments):
    threads = [Thread(target=work, args=[argument]) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_raise_leaves_nothing(store, arrival, case, letter, now):
    def work() -> None:
        with store.begin() as uow:
            uow.mails.put([arrival()])
            uow.cases.save(case(id="1"))
            uow.cases.note("1", now, "x", "x", {})
            uow.outbox.put(letter(), now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    with store.read() as uow:
        assert (uow.cases.get("1"), uow.cases.history("1"), uow.outbox.waiting()) == (None, [], [])
    assert waiting(store) == 0


def test_a_savepoint_undoes_its_part_alone(store, arrival, case):
    def fail(uow) -> None:
        with uow.savepoint():
            uow.cases.save(case(id="1"))
            with uow.savepoint():
                uow.cases.save(case(id="2"))
            raise ZeroDivisionError

    with store.begin() as uow:
        uow.mails.put([arrival()])
        with pytest.raises(ZeroDivisionError):
            fail(uow)
        with uow.savepoint():
            uow.cases.save(case(id="3"))
        with pytest.raises(exc.IntegrityError), uow.savepoint():
            uow.cases.note("nobody's", *[uow.cases.get("3").opened_at, "x", "x", {}])
        uow.mails.put([arrival()])
    with store.read() as uow:
        assert [uow.cases.get(number) is None for number in "123"] == [True, True, False]
    assert waiting(store) == 2


def test_no_update_is_lost_among_eight_threads(store, case):
    known = case()
    with store.begin() as uow:
        uow.cases.save(known)
    start = Barrier(8)

    def work(_number: int) -> None:
        start.wait()
        for _ in range(20):
            with store.begin() as uow:
                found = uow.cases.get(known.id, lock=True)
                uow.cases.save(replace(found, letters=found.letters + 1))

    run(work, *range(8))
    with store.read() as uow:
        assert uow.cases.get(known.id).letters == 160


def test_a_reader_sees_one_moment_and_holds_up_nobody(store, arrival):
    with store.read() as uow:
        assert uow.views.queues().mails_waiting == 0
        with store.begin() as writer:
            writer.mails.put([arrival()])
        assert uow.views.queues().mails_waiting == 0
    assert waiting(store) == 1


def test_a_reader_cannot_write_and_leaves_the_connection_as_it_was(store, arrival):
    with pytest.raises(Unavailable, match=r"(?i)read-?only"), store.read() as uow:
        uow.mails.put([arrival()])
    for _ in range(3):
        with store.read() as uow:
            assert uow.mails.parked() == []
        with store.begin() as uow:
            uow.mails.put([arrival()])
    assert waiting(store) == 3


@POSTGRESQL
def test_the_writers_isolation_survives_a_reader(store, engine):
    with store.read() as uow:
        uow.mails.parked()
    with engine.connect() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
        assert connection.execute(text("SHOW transaction_read_only")).scalar_one() == "off"


@POSTGRESQL
def test_a_party_is_locked_for_all_nodes(database, store):
    impatient = make_engine(database)
    event.listen(
        impatient, "begin", lambda connection: connection.execute(text("SET LOCAL lock_timeout = 20"))
    )
    other = Store(impatient)
    with store.begin() as uow:
        uow.cases.lock_party("Jane@example.org")
        with other.begin() as second:
            second.cases.lock_party("joe@example.org")
        with pytest.raises(Unavailable, match="lock timeout"), other.begin() as second:
            second.cases.lock_party("joe@example.org", "jane@EXAMPLE.org")
    with other.begin() as second:
        second.cases.lock_party("jane@example.org")
    impatient.dispose()


@POSTGRESQL
def test_a_failure_that_was_passed_over_is_told_at_the_commit(store, arrival, now):
    def work() -> None:
        with store.begin() as uow:
            uow.mails.put([arrival()])
            with suppress(exc.IntegrityError):
                uow.cases.note("nobody's", now, "x", "x", {})
                uow.write_all()

    with pytest.raises(Unavailable, match="given up"):
        work()
    assert waiting(store) == 0


@POSTGRESQL
def test_a_deadlock_is_unavailable(store, case):
    first, second = case(), case()
    with store.begin() as uow:
        uow.cases.save(first)
        uow.cases.save(second)
    both = Barrier(2)
    ends: list[str] = []

    def work(order) -> None:
        try:
            with store.begin() as uow:
                uow.cases.get(order[0].id, lock=True)
                both.wait()
                uow.cases.get(order[1].id, lock=True)
            ends.append("done")
        except Unavailable:
            ends.append("unavailable")

    run(work, (first, second), (second, first))
    assert sorted(ends) == ["done", "unavailable"]


@pytest.fixture
def full_disk(database):
    """A store on a disk with room for half a megabyte."""
    engine = make_engine(database)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 200"))
    engine.dispose()
    yield Store(engine)
    engine.dispose()


LARGE = b"Subject: x\r\n\r\n" + b"x" * 2_000_000


@SQLITE
def test_a_full_disk_is_unavailable_and_stores_nothing(full_disk, arrival):
    with pytest.raises(Unavailable, match="full"), full_disk.begin() as uow:
        uow.mails.put([arrival(), arrival(LARGE)])
    assert waiting(full_disk) == 0
    with full_disk.begin() as uow:
        assert uow.mails.put([arrival()]) == 1
    assert waiting(full_disk) == 1


@SQLITE
def test_a_full_disk_that_was_passed_over_stores_nothing_either(full_disk, arrival):
    def work() -> None:
        with full_disk.begin() as uow:
            uow.mails.put([arrival()])
            with suppress(Unavailable):
                uow.mails.put([arrival(LARGE)])
            uow.mails.put([arrival()])  # would be committed by itself if SQLite had rolled back

    def work_at_the_end() -> None:
        with full_disk.begin() as uow:
            uow.mails.put([arrival()])
            with suppress(Unavailable):
                uow.mails.put([arrival(LARGE)])

    for passed_over in (work, work_at_the_end):
        with pytest.raises(Unavailable):
            passed_over()
        assert waiting(full_disk) == 0


@SQLITE
def test_a_full_disk_leaves_the_savepoint_and_the_transaction(full_disk, arrival):
    def work() -> None:
        with full_disk.begin() as uow:
            uow.mails.put([arrival()])
            with uow.savepoint():
                uow.mails.put([arrival(LARGE)])

    with pytest.raises(Unavailable, match="full"):
        work()
    assert waiting(full_disk) == 0


@SQLITE
def test_a_transaction_that_sqlite_gave_up_is_told_at_the_commit(store, arrival):
    def work() -> None:
        with store.begin() as uow:
            uow.mails.put([arrival()])
            uow._connection.exec_driver_sql("ROLLBACK")

    with pytest.raises(Unavailable, match="given up"):
        work()
    assert waiting(store) == 0


@SQLITE
def test_a_writer_waits_for_its_turn_and_no_longer_than_it_must(engine):
    store = Store(engine, patience=timedelta(milliseconds=20))
    with store.begin(), pytest.raises(Unavailable), store.begin():
        pass
    with store.begin() as uow:
        assert uow.mails.parked() == []


@SQLITE
def test_a_transaction_that_must_not_wait_is_left_in_another_thread(store, arrival):
    with ExitStack() as entered:
        uow = entered.enter_context(store.begin_at_once("x"))
        uow.mails.put([arrival()])
        begun = entered.pop_all()
    assert waiting(store) == 0
    run(lambda close: close(), begun.close)
    assert waiting(store) == 1
    with store.begin() as uow:
        assert uow.mails.put([arrival()]) == 1


@SQLITE
def test_a_transaction_that_must_not_wait_leaves_nothing_when_it_raises(store, arrival):
    def work() -> None:
        with store.begin_at_once("x") as uow:
            uow.mails.put([arrival()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    with store.begin_at_once("x") as uow:
        uow.mails.put([arrival()])
    assert waiting(store) == 1


@SQLITE
def test_a_transaction_that_must_not_wait_gives_way_to_writers_of_this_process_and_of_others(database, store):
    def begin_at_once() -> None:
        with store.begin_at_once("x"):
            pass

    other_process = Store(make_engine(database))
    for writer in (store, other_process):
        with writer.begin():
            began = time.perf_counter()
            with pytest.raises(Unavailable):
                begin_at_once()
            assert time.perf_counter() - began < 1  # the patience of a writer is ten times as long
        begin_at_once()
    other_process.close()


@POSTGRESQL
def test_on_postgresql_each_transaction_waits_for_the_network(store):
    with pytest.raises(Unavailable), store.begin_at_once("x"):
        pass


@SQLITE
def test_who_writes_next_knows_that_a_write_has_failed(store, arrival, monkeypatch):
    """Else it would commit, and acknowledge, behind a hole in the journal."""
    known = []
    pass_on = Turns._pass_on

    def note(turns):
        known.append(store._journal_is_doubtful)
        pass_on(turns)

    monkeypatch.setattr(Turns, "_pass_on", note)
    for begin in (store.begin, store.begin_at_once):
        with pytest.raises(DiskFailed), begin("x"):
            raise DiskFailed("disk I/O error")
        assert known.pop() is True
        with pytest.raises(Unavailable), store.begin_at_once("x"):  # a new journal takes a while
            pass
        with store.begin() as uow:
            uow.mails.put([arrival()])
        assert known.pop() is False
    assert waiting(store) == 2


def test_turns_are_taken_in_the_order_of_asking():
    turns, order = Turns(), []
    queued = [Event() for _ in range(5)]

    def work(number: int) -> None:
        while len(turns._waiting) != number:  # the one before has not asked yet
            pass
        queued[number].set()
        with turns.turn(5):
            order.append(number)

    threads = [Thread(target=work, args=[number]) for number in range(5)]
    with turns.turn(5):
        for thread in threads:
            thread.start()
        for one in queued:
            one.wait()
        while len(turns._waiting) != 5:
            pass
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_a_turn_that_was_waited_for_in_vain_is_not_kept():
    turns = Turns()
    with turns.turn(1):
        with pytest.raises(Unavailable), turns.turn(0.001):
            pass
        assert not turns._waiting
    with turns.turn(0.001):
        pass


def test_a_turn_that_comes_in_the_last_instant_is_taken(monkeypatch):
    turns = Turns()

    class Late:
        """A lock that is released just after its holder has given up on it."""

        acquired = False

        def acquire(self, timeout: float = -1) -> bool:
            if not self.acquired:
                self.acquired = True
                return True
            turns._pass_on()
            return timeout < 0

        def release(self) -> None:
            pass

    with turns.turn(1):
        monkeypatch.setattr("mailflow.store.turns.Lock", Late)
        assert turns._take(0)


def test_a_closed_store_opens_again(store):
    with suppress(Unavailable), store.begin_at_once("x"):  # PostgreSQL's
        pass
    store.close()
    assert waiting(store) == 0
