"""Calendar arithmetic: waits in days or business days, slots of periodic jobs, and growing retry times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
_SATURDAY = 5
_WAIT = re.compile(r"(\d{1,4}) ?(hour|day|week)s?", re.ASCII | re.IGNORECASE)
_UNITS = {"hour": DAY / 24, "day": DAY, "week": 7 * DAY}
LONGEST_WAIT = 90 * DAY


def after(start: datetime, wait: timedelta, zone: ZoneInfo, *, business_days: bool) -> datetime:
    """The moment `wait` after `start`.

    With `business_days` each whole day of the wait is a Monday to Friday in `zone`, at the same time of day there;
    what is left over of the wait is added as it is.
    """
    if not business_days:
        return start + wait
    days, rest = divmod(wait, DAY)
    local = start.astimezone(zone)
    day = local.date()
    for _ in range(days):
        day = _next_business_day(day)
    return datetime.combine(day, local.time(), zone).astimezone(UTC) + rest


def _next_business_day(day: date) -> date:
    day += DAY
    while day.weekday() >= _SATURDAY:
        day += DAY
    return day


def daily_slot(now: datetime, at: time, zone: ZoneInfo) -> str:
    """The slot of a daily job: the date whose `at` has passed last.

    A date names its slot, so the night that has 02:30 twice has one, and the night that has none has one too:
    there the job runs with the first moment after it.
    """
    local = now.astimezone(zone)
    day = local.date() if local.time() >= at else local.date() - DAY
    return day.isoformat()


def read_wait(typed: str) -> timedelta | None:
    """A wait as the staff types it (`5 days`, `1 week`, `12 hours`), or None if it is none, or over `LONGEST_WAIT`."""
    match = _WAIT.fullmatch(" ".join(typed.split()))
    wait = int(match[1]) * _UNITS[match[2].lower()] if match else timedelta()
    return wait if timedelta() < wait <= LONGEST_WAIT else None


def written_wait(wait: timedelta) -> str:
    """Such a wait as people read it: of whole days, or else of hours."""
    number, unit = (wait // _UNITS["hour"], "hour") if wait % DAY else (wait // DAY, "day")
    return f"{number} {unit}" + ("s" if number > 1 else "")


def retry_wait(attempts: int, waits: Sequence[timedelta]) -> timedelta:
    """The wait after the given number of failed attempts (1 or more); the last of `waits` goes on."""
    return waits[min(attempts, len(waits)) - 1]
