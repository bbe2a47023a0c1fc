"""What the driver runs by itself says and raises the same as what SQLAlchemy runs."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Integer, bindparam, func, insert, literal, select, type_coerce, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from mailflow.store.columns import Json, Moment
from mailflow.store.engine import Unavailable
from mailflow.store.schema import job_slots
from mailflow.store.statement import Statement, execute

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PUT = insert(job_slots)
OF_JOB = (
    select(job_slots, literal(7, Integer).label("seven"))
    .where(job_slots.c.job == bindparam("of_job"))
    .order_by(job_slots.c.slot)
    .limit(bindparam("most", type_=Integer))
)


def row(slot, job="digest"):
    return {"job": job, "slot": slot, "node": "one", "won_at": NOW}


@pytest.fixture
def connection(engine):
    with engine.connect() as connection:
        yield connection


def test_rows_are_what_sqlalchemy_makes_of_them(connection):
    assert Statement(PUT).run_many(connection, [row("1"), row("2"), row("3", "purge")]) == 3
    values = {"of_job": "digest", "most": 5}
    statement = Statement(OF_JOB)
    expected = connection.execute(OF_JOB, values).all()
    assert statement.rows(connection, values) == [tuple(one) for one in expected]
    first = statement.row(connection, values)
    assert (first.slot, first.won_at, first.seven) == ("1", NOW, 7)
    assert first._asdict() == expected[0]._asdict()
    assert statement.row(connection, values | {"of_job": "none"}) is None
    assert statement.rows(connection, values | {"most": 1}) == [first]


def test_a_scalar(connection):
    count = Statement(select(func.count()).select_from(job_slots))
    assert count.scalar(connection, {}) == 0
    assert Statement(select(job_slots.c.node)).scalar(connection, {}) is None


def test_values_pass_through_the_types_of_the_columns(connection):
    both = Statement(
        select(
            type_coerce(bindparam("at", type_=Moment), Moment).label("at"),
            type_coerce(bindparam("facts", type_=Json), Json).label("facts"),
        )
    )
    found = both.row(connection, {"at": NOW, "facts": {"tags": ["a"]}})
    assert (found.at, found.facts) == (NOW, {"tags": ["a"]})
    with pytest.raises(ValueError, match="time zone"):
        both.row(connection, {"at": NOW.replace(tzinfo=None), "facts": None})


@pytest.mark.parametrize("slots", [(), ("1",), ("1", "3"), ("3", "9", "1")])
def test_a_list_of_values_may_have_any_length(connection, slots):
    Statement(PUT).run_many(connection, [row("1"), row("2"), row("3")])
    among = select(job_slots.c.slot).where(
        job_slots.c.job == bindparam("of_job"),
        job_slots.c.slot.in_(bindparam("slots", expanding=True)),
        job_slots.c.won_at == bindparam("at"),
    )
    values = {"of_job": "digest", "slots": slots, "at": NOW}
    found = {one.slot for one in Statement(among).rows(connection, values)}
    assert found == {*connection.execute(among, values).scalars()} == {*slots} & {"1", "2", "3"}


def test_each_value_of_a_list_passes_through_the_type_of_its_column(connection):
    Statement(PUT).run(connection, row("1"))
    of_times = select(job_slots.c.slot).where(job_slots.c.won_at.in_(bindparam("times", expanding=True)))
    assert Statement(of_times).rows(connection, {"times": [NOW, NOW.replace(year=2027)]}) == [("1",)]


def test_values_of_the_statement_itself_stay(connection):
    Statement(PUT).run(connection, row("1"))
    move = Statement(
        update(job_slots)
        .where(job_slots.c.slot == bindparam("of"))
        .values(node="two", won_at=bindparam("at"))
    )
    assert move.run(connection, {"of": "1", "at": NOW}) == 1
    assert move.run(connection, {"of": "2", "at": NOW}) == 0
    assert Statement(select(job_slots.c.node)).scalar(connection, {}) == "two"


def test_it_is_part_of_the_transaction(connection):
    Statement(PUT).run(connection, row("1"))
    connection.rollback()
    assert Statement(OF_JOB).rows(connection, {"of_job": "digest", "most": 5}) == []


def test_failures_have_sqlalchemys_names(connection):
    put = Statement(PUT)
    put.run(connection, row("1"))
    with pytest.raises(IntegrityError):
        put.run(connection, row("1"))
    connection.rollback()
    with pytest.raises((OperationalError, ProgrammingError)):
        execute(connection, "SELECT nothing FROM nowhere")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_cannot_go_on_takes_no_further_statement(connection):
    execute(connection, "SELECT 1")
    connection.connection.driver_connection.execute("PRAGMA query_only = 1")
    with pytest.raises(Unavailable):
        Statement(PUT).run(connection, row("1"))
    assert connection.invalidated
