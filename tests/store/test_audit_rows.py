"""The audit log as a table: entries are added in a row, whoever adds them, and nothing else can be done to it."""

from contextlib import suppress
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import IntegrityError

from mailflow.core.audit import START, Head, faults, next_entry
from mailflow.store import Store, make_engine
from mailflow.store import audit as rows
from mailflow.store.schema import audit


def add(store, now, *verbs):
    for verb in verbs:
        with store.begin() as uow:
            uow.audit.add(now, "staff:kim", verb, "AAAA-0001", {"status": "denied"})


def entries(store):
    with store.read() as uow:
        return list(uow.audit.entries())


def test_entries_are_added_in_a_row(store, now):
    with store.read() as uow:
        assert uow.audit.head() == START
    add(store, now, "ask", "close")
    with store.begin() as uow:
        head = uow.audit.add(now, "time\0", "purge")
        assert uow.audit.head() == head
    found = entries(store)
    assert [entry.verb for entry in found] == ["ask", "close", "purge"]
    assert [entry.reference for entry in found] == ["AAAA-0001", "AAAA-0001", None]
    assert (found[2].at, found[2].by, found[2].facts) == (now, "time\ufffd", "{}")
    assert found[2].head == head
    assert list(faults(found)) == []


def test_what_was_rolled_back_leaves_no_gap(store, now):
    add(store, now, "ask")
    with store.begin() as uow, suppress(LookupError), uow.savepoint():
        uow.audit.add(now, "staff:kim", "close")
        raise LookupError
    add(store, now, "note")
    assert [(entry.number, entry.verb) for entry in entries(store)] == [(1, "ask"), (2, "note")]


def test_a_long_log_is_read_in_parts(store, now, monkeypatch):
    monkeypatch.setattr(rows, "_AFTER", rows._AFTER.limit(2))
    add(store, now, *"abcde")
    assert [entry.verb for entry in entries(store)] == list("abcde")


def test_the_latest_come_first_and_those_of_a_case_alone(store, now):
    add(store, now, "ask", "close")
    with store.begin() as uow:
        uow.audit.add(now, "staff:kim", "purge")
        assert [entry.verb for entry in uow.audit.latest(2)] == ["purge", "close"]
        assert [entry.verb for entry in uow.audit.latest(9, "AAAA-0001")] == ["close", "ask"]


STATEMENTS = {
    "change": update(audit).where(audit.c.number == 1).values(by="staff:eve"),
    "change all": update(audit).values(facts="{}"),
    "delete": delete(audit).where(audit.c.number == 2),
    "delete all": delete(audit),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_database_refuses_to_change_and_to_delete(store, engine, now, name):
    add(store, now, "ask", "close")
    before = entries(store)
    with pytest.raises(IntegrityError, match="only ever added to"), engine.begin() as connection:
        connection.execute(STATEMENTS[name])
    assert entries(store) == before


@pytest.mark.parametrize("statement", ["INSERT OR REPLACE INTO audit SELECT * FROM audit", "TRUNCATE audit"])
def test_no_other_statement_does_it_either(store, engine, now, statement):
    if ("REPLACE" in statement) != (engine.dialect.name == "sqlite"):
        pytest.skip("the other database has it")
    add(store, now, "ask", "close")
    with pytest.raises(IntegrityError, match="only ever added to"), engine.begin() as connection:
        connection.execute(text(statement))
    assert len(entries(store)) == 2


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_entry_stands_at_the_end_or_nowhere(store, engine, now, after):
    """A fork: a second entry after one that has its successor, or one after an entry that is not there."""
    add(store, now, "ask", "close")
    heads = [START, *(entry.head for entry in entries(store))]
    heads.append(next_entry(heads[-1], now, "staff:eve", "note", None, {}).head)
    entry = next_entry(heads[after], now, "staff:eve", "close", None, {})
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(audit).values(**rows._row(entry)))
    assert len(entries(store)) == 2


def test_one_that_does_not_hang_on_the_last_one_is_refused(store, engine, now):
    add(store, now, "ask")
    entry = next_entry(entries(store)[0].head, now, "staff:eve", "close", None, {})
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(audit).values(**{**rows._row(entry), "previous": "f" * 64}))


def test_no_number_is_left_out(store, engine, now):
    add(store, now, "ask")
    head = entries(store)[0].head
    entry = next_entry(Head(2, head.hash), now, "staff:eve", "close", None, {})
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(audit).values(**rows._row(entry)))


def test_nodes_that_add_at_once_make_one_chain(database, now):
    nodes, each = 4, 10
    start = Barrier(nodes)
    failures = []

    def work(number):
        engine = make_engine(database)
        node = Store(engine)
        try:
            start.wait()
            for _ in range(each):
                with node.begin() as uow:
                    uow.audit.add(now, f"staff:{number}", "note")
        except BaseException as failure:  # noqa: BLE001 - the test shows it
            failures.append(failure)
        finally:
            engine.dispose()

    threads = [Thread(target=work, args=[number]) for number in range(nodes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    engine = make_engine(database)
    found = entries(Store(engine))
    engine.dispose()
    assert list(faults(found)) == []
    assert len(found) == nodes * each
    assert {entry.by for entry in found} == {f"staff:{number}" for number in range(nodes)}
