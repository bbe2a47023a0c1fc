"""Counting connections, bytes and time, without any of them."""

from datetime import timedelta

import pytest

from mailflow.edges.limits import (
    BUSY,
    BUSY_WITH_YOU,
    DATA_GRACE,
    IDLE,
    SESSION_OVER,
    STOPPING,
    TOO_SLOW,
    Budget,
    Gate,
    Pace,
    Patience,
    plain_address,
)
from tests.edges.smtp_desk import SETTINGS

PATIENCE = Patience(session=600, idle=60, least_rate=100, data_grace=10)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", ""),
    ],
)
def test_an_address_is_shown_plain(host, address):
    assert plain_address(host) == address


def test_the_gate_counts_connections_in_all():
    gate = Gate(most=2, most_per_address=2)
    assert [gate.enter(f"192.0.2.{host}") for host in range(3)] == ["", "", BUSY]
    gate.leave("192.0.2.0")
    assert gate.enter("192.0.2.9") == ""


def test_the_gate_counts_connections_of_one_address():
    gate = Gate(most=9, most_per_address=1)
    assert [gate.enter("192.0.2.1"), gate.enter("192.0.2.1"), gate.enter("192.0.2.2")] == [
        "",
        BUSY_WITH_YOU,
        "",
    ]
    gate.leave("192.0.2.1")
    assert gate.enter("192.0.2.1") == ""


def test_an_ipv6_customer_is_one_client_whatever_address_of_the_network_is_used():
    gate = Gate(most=9, most_per_address=1)
    assert gate.enter("2001:db8:1:1::1") == ""
    assert gate.enter("2001:db8:1:1:ffff::2") == BUSY_WITH_YOU
    assert gate.enter("2001:db8:1:2::1") == ""


def test_a_client_without_an_address_is_counted_too():
    gate = Gate(most=9, most_per_address=1)
    assert [gate.enter(""), gate.enter("")] == ["", BUSY_WITH_YOU]


def test_a_closed_gate_lets_nobody_in():
    gate = Gate(most=9, most_per_address=9)
    gate.closed = True
    assert gate.enter("192.0.2.1") == STOPPING


def test_the_gate_forgets_addresses_that_left():
    gate = Gate(most=9, most_per_address=9)
    for host in range(9):
        gate.enter(f"192.0.2.{host}")
        gate.leave(f"192.0.2.{host}")
    assert not gate._by_network


def test_the_budget_counts_what_fits_and_nothing_else():
    budget = Budget(10)
    assert [budget.take(6), budget.take(5), budget.take(4)] == [True, False, True]
    assert not budget.fits(1)
    budget.give(6)
    assert budget.used == 4
    assert budget.fits(6)


def test_a_silent_session_ends_after_the_idle_time():
    pace = Pace(PATIENCE, now=1000)
    assert pace.cut() == (1060, IDLE)
    pace.heard(1050)
    assert pace.cut() == (1110, IDLE)


@pytest.mark.parametrize(("spoke", "kept"), [(False, 0.9), (True, 4.9)])
def test_a_silent_client_keeps_its_place_for_a_while_and_longer_once_it_has_spoken(spoke, kept):
    pace = Pace(PATIENCE, now=1000)
    if spoke:
        pace.heard(1000)
    assert not pace.gives_way(1000 + kept)
    assert pace.gives_way(1000 + kept + 0.2)


def test_a_session_ends_at_its_deadline_however_much_is_heard():
    pace = Pace(PATIENCE, now=1000)
    pace.heard(1599)
    assert pace.cut() == (1600, SESSION_OVER)


def test_a_mail_has_a_grace_before_its_rate_counts():
    pace = Pace(PATIENCE, now=1000)
    pace.data_starts(1000)
    pace.data_came(1, 1009)
    assert pace.cut() == (1010, TOO_SLOW)


def test_a_mail_earns_time_by_what_has_come():
    pace = Pace(PATIENCE, now=1000)
    pace.data_starts(1000)
    pace.data_came(5000, 1040)
    assert pace.cut() == (1050, TOO_SLOW)
    pace.data_came(20_000, 1045)
    assert pace.cut() == (1105, IDLE)


def test_the_rate_counts_only_while_a_mail_comes_in():
    pace = Pace(PATIENCE, now=1000)
    pace.data_starts(1000)
    pace.heard(1005)
    assert pace.cut() == (1065, IDLE)


def test_each_mail_earns_anew():
    pace = Pace(PATIENCE, now=1000)
    pace.data_starts(1000)
    pace.data_came(1_000_000, 1001)
    pace.data_starts(1002)
    assert pace.cut() == (1012, TOO_SLOW)


def test_without_a_least_rate_a_mail_may_take_its_time():
    pace = Pace(Patience(session=600, idle=60, least_rate=0), now=1000)
    pace.data_starts(1000)
    assert pace.cut() == (1060, IDLE)


def test_patience_comes_from_the_settings():
    assert Patience.from_settings(SETTINGS) == Patience(
        timedelta(minutes=1).total_seconds(), 60, SETTINGS.least_rate, DATA_GRACE
    )
