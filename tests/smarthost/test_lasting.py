"""A smarthost fails for hours: it is not stormed meanwhile, nor when it is back, and no letter is forgotten."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from mailflow.steps.settle import Outcome
from tests.smarthost.faulty import CLOSE, Fault
from tests.smarthost.post import RETRY, Post

HOUR = timedelta(hours=1)
EVER = float("inf")
PEOPLE = [f"person{number:03}@example.org" for number in range(60)]
# An hour of probes after 1, 2, 4 … 256 and then each 300 seconds; at the very beginning two letters are under way.
MOST_PROBES = 22


@pytest.mark.parametrize(
    ("stage", "does", "attempts"),
    [
        ("connect", CLOSE, 0),
        ("connect", "421 4.3.2 come back later", 0),
        ("connect", "554 5.7.1 go away", 0),
        ("ehlo", CLOSE, 0),
        ("mail", "421 4.7.0 slow down", 1),
        ("mail", "452 4.3.1 no space", 1),
        ("rcpt", CLOSE, 1),
        ("data", "421 4.3.2 shutting down", 1),
        ("content", CLOSE, 1),
        ("dot", CLOSE, 1),
        ("taken", CLOSE, 1),
    ],
)
def test_a_smarthost_that_fails_for_an_hour_is_tried_a_few_times(
    store, make_smarthost, stage, does, attempts
):
    smarthost = make_smarthost(Fault(stage, does, times=EVER))
    with Post(store, smarthost) as post:
        post.put(*PEOPLE)
        post.pass_time(HOUR)
        is_hardly_tried(post, attempts)
        smarthost.faults.clear()
        post.drain()
        assert {row.state for row in post.rows().values()} == {"sent"}
        arrived = Counter(smarthost.recipients)
        assert set(arrived) == set(PEOPLE)
        if stage != "taken":
            assert set(arrived.values()) == {1}
        ids = {(letter.recipient, letter.message_id) for letter in smarthost.taken}
        assert len(ids) == len(PEOPLE)


def is_hardly_tried(post, attempts):
    assert len(post.smarthost.connected_at) <= MOST_PROBES
    tried = [row.attempts for row in post.rows().values()]
    assert max(tried) == attempts  # another letter each time
    assert sum(tried) <= MOST_PROBES
    assert {delivery.outcome for delivery in post.told} <= {Outcome.PUT_BACK, Outcome.RETRY}


def test_greylisting_costs_each_letter_one_more_attempt_and_the_others_nothing(store, make_smarthost):
    smarthost = make_smarthost(*[Fault("rcpt", "451 4.7.1 greylisted", recipient=one) for one in PEOPLE])
    with Post(store, smarthost) as post:
        post.put(*PEOPLE)
        post.pass_time(timedelta(seconds=1))
        assert not smarthost.taken
        post.pass_time(1.1 * RETRY[0])
        assert Counter(smarthost.recipients) == Counter(PEOPLE)
        assert {row.attempts for row in post.rows().values()} == {2}
        assert len(smarthost.connected_at) <= 2


def test_letters_for_a_smarthost_that_never_comes_back_are_given_up_and_say_so(store, make_smarthost):
    smarthost = make_smarthost()
    smarthost.stop()
    with Post(store, smarthost, give_up_after=3 * HOUR) as post:
        post.put(*PEOPLE)
        post.pass_time(3 * HOUR + timedelta(minutes=6))
        assert {row.state for row in post.rows().values()} == {"failed"}
        failed = [line for line in post.lines() if line["event"] == "letter_failed"]
        assert {line["recipient"] for line in failed} == set(PEOPLE)
        assert len(failed) == len(PEOPLE)
        assert {line["error"] for line in failed} == {f"127.0.0.1:{smarthost.port}: Connection refused"}
        with store.read() as uow:  # what the digest and `mailflow queue` list
            assert {letter.recipient for letter in uow.outbox.failed(post.now - HOUR)} == set(PEOPLE)


def test_when_it_is_back_letters_leave_oldest_first_over_few_connections(store, make_smarthost):
    smarthost = make_smarthost()
    smarthost.stop()
    with Post(store, smarthost) as post:
        for person in PEOPLE:
            post.put(person)
            post.pass_time(timedelta(minutes=1))
        smarthost.start()
        post.drain()
        leave_in_order(post)


def leave_in_order(post):
    assert post.smarthost.recipients == PEOPLE
    assert len(post.smarthost.connected_at) == 1
    assert {row.attempts for row in post.rows().values()} == {1}


def test_what_is_written_meanwhile_wakes_nobody(store, make_smarthost):
    smarthost = make_smarthost()
    smarthost.stop()
    with Post(store, smarthost) as post:
        for person in PEOPLE:
            post.put(person)
            for _ in range(5):
                post.deliver()
        assert [delivery.outcome for delivery in post.told] == [Outcome.PUT_BACK]


def test_two_nodes_probe_at_moments_of_their_own_and_double_nothing(store, make_smarthost):
    smarthost = make_smarthost()
    smarthost.stop()
    with (
        Post(store, smarthost, node="one", chance=0.1) as one,
        Post(store, smarthost, node="two", chance=0.9) as two,
    ):
        one.put(*PEOPLE)
        _together(one, two, HOUR)
        probes = sorted(delivery.next_try_at for post in (one, two) for delivery in post.told)
        assert len(probes) <= 2 * MOST_PROBES + 4
        assert max(later - earlier for earlier, later in pairwise(probes)) > timedelta(seconds=30)
        smarthost.start()
        _together(one, two, timedelta(minutes=7))
        assert Counter(smarthost.recipients) == Counter(PEOPLE)


def _together(one, two, span):
    until = one.now + span
    while one.now < until:
        one.pass_time(timedelta(seconds=1))
        two.pass_time(timedelta(seconds=1))
