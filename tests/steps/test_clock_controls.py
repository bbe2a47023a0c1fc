"""Desks that take the clock for more than it is, on purpose: the tests of the clock have to find each."""

from dataclasses import replace
from datetime import UTC, date, time

import pytest

from mailflow.core import timing
from mailflow.steps import periodic
from tests.steps import test_clock as clock
from tests.steps import test_periodic as days
from tests.steps.test_clock import AT, STARTS, run_through

BERLIN_FALLS_BACK = ("Europe/Berlin", date(2026, 10, 25), time(2, 30))


def test_without_pulling_back_a_clock_that_was_ahead_keeps_mail_waiting(tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "pull_back", lambda _: None)
    steps = [("jump", 1440), ("write", 1), ("jump", -1440)]
    with pytest.raises(AssertionError, match="something waits after jump"):
        run_through(tmp_path, steps, "UTC", STARTS[0], AT[0])


def test_a_digest_that_is_keyed_by_the_hour_in_utc_is_doubled(world, monkeypatch):
    monkeypatch.setattr(periodic, "daily_slot", lambda now, *_: now.astimezone(UTC).strftime("%Y-%m-%d %H"))
    with pytest.raises(AssertionError):
        days.test_one_digest_on_the_day_the_clocks_change(world, *BERLIN_FALLS_BACK)


def test_a_digest_that_is_due_at_a_wall_time_alone_is_doubled_in_the_night_that_has_it_twice(
    world, monkeypatch
):
    """As a cron job at 02:30 would be: keyed by the offset from UTC too."""

    def slot(now, at, zone):
        local = now.astimezone(zone)
        return f"{timing.daily_slot(now, at, zone)} {local.utcoffset() if local.time() >= at else ''}"

    monkeypatch.setattr(periodic, "daily_slot", slot)
    with pytest.raises(AssertionError):
        days.test_one_digest_on_the_day_the_clocks_change(world, *BERLIN_FALLS_BACK)


def test_a_reminder_that_is_not_remembered_comes_again(tmp_path, monkeypatch):
    pass_time = clock.pass_time

    def pass_and_forget(app, limit):
        done = pass_time(app, limit)
        if done:
            with app.begin("forget a reminder") as uow:
                for one in done:
                    uow.cases.save(replace(one.case, reminders=0))
        return []

    monkeypatch.setattr(clock, "pass_time", pass_and_forget)
    with pytest.raises(AssertionError):
        run_through(tmp_path, [("write", 1)], "UTC", STARTS[0], AT[0])
