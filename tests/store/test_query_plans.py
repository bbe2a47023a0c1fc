"""Looking for work reads an index of what waits, and neither reads nor sorts a table that grows for years."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import event

from mailflow.core.case import Status
from mailflow.store import Store, statement
from mailflow.store.indexes import metadata
from mailflow.store.statement import on_driver
from mailflow.store.tally import LETTER

TABLES = tuple(metadata.tables)


def counted_twice(uow, now, domain=None):
    """A transaction that counts after another one."""
    with suppress(ZeroDivisionError), uow.savepoint():
        uow.tally.letters(now, 5, domain)
        raise ZeroDivisionError
    uow.tally.letters(now, 5, domain)


WORK = [
    ("ix_mails_waiting", lambda uow, now, _: uow.mails.claim(now, 5)),
    ("ix_mails_waiting", lambda uow, now, _: uow.mails.claim(now, 5, checked=True)),
    ("ix_mails_waiting", lambda uow, now, _: uow.senders.lease_new(now, 5)),
    ("ix_mails_waiting", lambda uow, now, _: uow.senders.lease_new(now, 5, newest=True)),
    (
        "sqlite_autoindex_sender_checks",
        lambda uow, now, _: uow.senders.lease_again(now, now, 5, timedelta(1)),
    ),
    ("ix_mails_waiting", lambda uow, _now, _: uow.views.oldest_for_us()),
    ("ix_mails_parked", lambda uow, _now, _: uow.mails.parked()),
    ("ix_mails_parked", lambda uow, _now, _: uow.mails.why_parked()),
    ("ix_mails_case", lambda uow, _now, _: uow.mails.of_case("x")),
    ("ix_mails_without_case", lambda uow, now, _: uow.mails.set_aside(now)),
    ("ix_mails_without_case", lambda uow, now, _: uow.mails.purge(now)),
    ("ix_mails_received", lambda uow, now, _: uow.mails.silent_for(["x", "y"], now)),
    ("ix_mails_raw", lambda uow, now, _: uow.mails.delete_raw(now, now)),
    ("ix_outbox_raw", lambda uow, now, _: uow.outbox.delete_raw(now, now)),
    ("ix_mails_received", lambda uow, now, _: uow.views.numbers(now, now)),
    ("ix_cases_due", lambda uow, now, _: uow.cases.due(now, 5)),
    ("ix_cases_due", lambda uow, _now, _: uow.views.of_unknown_status()),
    ("ix_cases_party", lambda uow, _now, _: uow.cases.open_of("x")),
    ("ix_cases_party", lambda uow, _now, _: uow.cases.closed_of("x")),
    ("ix_cases_party", lambda uow, _now, _: uow.cases.latest_of("x")),
    ("sqlite_autoindex_outbox", lambda uow, _now, _: uow.cases.of_letters(["x", "y"])),
    ("ix_cases_closed", lambda uow, now, _: uow.cases.purge(now)),
    ("ix_cases_closed", lambda uow, now, _: uow.views.usual_wait(now)),
    ("ix_cases_queue", lambda uow, now, case: uow.views.queue_place(case(completed_at=now))),
    ("ix_cases_failing", lambda uow, now, _: uow.views.failing(now)),
    ("ix_cases_opened", lambda uow, _now, _: uow.views.cases()),
    ("ix_cases_status", lambda uow, _now, _: uow.views.cases(status=Status.IN_REVIEW, oldest_first=True)),
    ("ix_cases_status", lambda uow, _now, _: uow.views.count_by_status()),
    ("ix_cases_account", lambda uow, _now, _: uow.views.cases(account="x")),
    ("ix_case_history_case", lambda uow, _now, _: uow.cases.history("x")),
    ("ix_outbox_waiting", lambda uow, now, _: uow.outbox.lease(now, now, "x", 5)),
    ("ix_outbox_waiting", lambda uow, now, _: uow.outbox.give_up_old(now, "x", now, 5)),
    ("ix_outbox_waiting", lambda uow, _now, _: uow.outbox.next_due()),
    ("ix_outbox_waiting", lambda uow, now, _: uow.outbox.troubled(now)),
    ("ix_outbox_settled", lambda uow, now, _: uow.outbox.failed(now)),
    ("ix_outbox_case", lambda uow, _now, _: uow.outbox.of_case("x")),
    ("ix_outbox_recipient", lambda uow, now, _: uow.outbox.letters_to("x", now)),
    ("ix_outbox_without_case", lambda uow, now, _: uow.outbox.purge(now)),
    ("ix_mails_waiting", lambda uow, _now, _: uow.views.queues()),
    ("ix_tallies_key", lambda uow, now, _: uow.tally.count(LETTER, now, 5, "example.org")),
    ("ix_tallies_at", lambda uow, now, _: uow.tally.count(LETTER, now, 5)),
    ("ix_tallies_at", lambda uow, now, _: uow.tally.purge(now)),
    ("PRIMARY KEY (rowid>?)", lambda uow, now, _: counted_twice(uow, now)),
    ("PRIMARY KEY (rowid>?)", lambda uow, now, _: counted_twice(uow, now, "example.org")),
    ("ix_cases_status", lambda uow, _now, _: uow.views.count_open()),
    ("ix_audit_reference", lambda uow, _now, _: uow.audit.latest(5, "x")),
    ("audit", lambda uow, _now, _: uow.audit.latest(5)),
    ("audit", lambda uow, _now, _: uow.audit.head()),
    ("sqlite_autoindex_job_slots", lambda uow, now, _: uow.slots.first_won("digest", now)),
    ("sqlite_autoindex_job_slots", lambda uow, _now, _: uow.slots.won_at("digest", "2026-03-02")),
    ("ix_outbox_without_case", lambda uow, _now, _: uow.outbox.last_sent("digest")),
]
# What is sorted is little, and has been found by an index: cases of one person, a few hundred waits, or mails that wait.
SORTED = {"ix_cases_party", "sqlite_autoindex_outbox", "ix_cases_closed", "sqlite_autoindex_sender_checks"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("index", "work"), WORK)
def test_work_is_found_by_an_index(engine, now, case, index, work):
    statements: list[str] = []  # with their values
    event.listen(engine, "checkout", lambda driver, *_: driver.set_trace_callback(statements.append))
    with Store(engine).begin() as uow:
        work(uow, now + timedelta(days=1), case)
    with engine.connect() as connection:
        steps = [
            step.detail
            for statement in statements
            if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE"))
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
        ]
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step in {f"SCAN {table}" for table in TABLES}], steps
    assert index in SORTED or "USE TEMP B-TREE FOR ORDER BY" not in steps, steps  # of ties is another


def test_every_index_is_used():
    indexes = {index.name for table in metadata.tables.values() for index in table.indexes}
    assert indexes <= {index for index, _ in WORK}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("index", "work"), WORK)
def test_postgresql_has_an_index_for_it_too(engine, now, case, index, work, monkeypatch):
    """Told to read no table from end to end it would do so all the same, had it no other way."""
    steps: list[str] = []

    def explain(_connection, cursor, text, parameters, *_) -> None:
        if text.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            with cursor.connection.cursor() as beside:
                beside.execute("SET LOCAL enable_seqscan = off")
                beside.execute(f"EXPLAIN {text}", parameters)
                steps.extend(line for (line,) in beside.fetchall())

    def explained(connection, text, parameters=(), **many):
        explain(connection, connection.connection.driver_connection.cursor(), text, parameters)
        return on_driver(connection, text, parameters, **many)

    event.listen(engine, "before_cursor_execute", explain)
    monkeypatch.setattr(statement, "on_driver", explained)
    with Store(engine).begin() as uow:
        work(uow, now + timedelta(days=1), case)
    assert not [step for step in steps if "Seq Scan on" in step], "\n".join(steps)
