from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st

from mailflow.core.timing import LONGEST_WAIT, after, daily_slot, read_wait, retry_wait, written_wait

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)


def test_plain_waits_are_added():
    assert after(FRIDAY, 3 * DAY, BERLIN, business_days=False) == FRIDAY + 3 * DAY


@pytest.mark.parametrize(("days", "later"), [(0, 0), (1, 3), (3, 5), (5, 7), (6, 10)])
def test_business_days_leave_out_the_weekend(days, later):
    assert after(FRIDAY, days * DAY, BERLIN, business_days=True) == FRIDAY + later * DAY


def test_a_wait_from_the_weekend_begins_on_monday():
    sunday = FRIDAY + 2 * DAY
    assert after(sunday, 1 * DAY, BERLIN, business_days=True) == FRIDAY + 3 * DAY


def test_business_days_keep_the_time_of_day_when_the_clocks_change():
    before = datetime(2026, 3, 27, 9, 0, tzinfo=BERLIN).astimezone(UTC)
    assert after(before, DAY, BERLIN, business_days=True).astimezone(BERLIN).hour == 9


@holds_for(st.integers(0, 24 * 365 * 20), st.integers(0, 60))
def test_business_days_are_never_sooner_than_days(hours, days):
    start = FRIDAY + timedelta(hours=hours)
    assert after(start, days * DAY, ZoneInfo("UTC"), business_days=True) >= start + days * DAY


def slots(zone, at, start, hours):
    moments = (start + timedelta(minutes=10 * n) for n in range(6 * hours))
    return list(dict.fromkeys(daily_slot(moment, at, zone) for moment in moments))


@pytest.mark.parametrize("day", [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)])
def test_a_daily_job_has_one_slot_a_day_also_when_the_clocks_change(day):
    assert len(slots(BERLIN, time(2, 30), day, 72)) == 4
    assert slots(BERLIN, time(8, 0), day, 48)[1] == day.date().isoformat()


def test_the_slot_begins_with_the_time_of_day():
    at = time(8, 0)
    assert daily_slot(datetime(2026, 3, 2, 6, 59, tzinfo=UTC), at, BERLIN) == "2026-03-01"
    assert daily_slot(datetime(2026, 3, 2, 7, 0, tzinfo=UTC), at, BERLIN) == "2026-03-02"


def test_retries_wait_longer_and_longer_and_then_go_on():
    waits = (timedelta(minutes=1), timedelta(hours=1))
    assert [retry_wait(n, waits) for n in (1, 2, 3, 99)] == [waits[0], waits[1], waits[1], waits[1]]


@pytest.mark.parametrize(
    ("typed", "wait"),
    [
        ("5 days", 5 * DAY),
        (" 1  Week ", 7 * DAY),
        ("12hours", DAY / 2),
        ("90 days", LONGEST_WAIT),
        ("91 days", None),
        ("0 days", None),
        ("-1 days", None),
        ("5", None),
        ("days", None),
        ("5 months", None),
        ("\u0665 days", None),
        ("5 days or so", None),
        ("", None),
    ],
)
def test_a_wait_is_read_as_the_staff_types_it(typed, wait):
    assert read_wait(typed) == wait


@pytest.mark.parametrize(("typed", "written"), [("1 day", "1 day"), ("2 WEEKS", "14 days"), ("48 hours", "2 days"), ("1 hour", "1 hour"), ("36 hours", "36 hours")])  # fmt: skip
def test_a_wait_is_written_as_it_may_be_typed(typed, written):
    assert written_wait(read_wait(typed)) == written
    assert read_wait(written) == read_wait(typed)
