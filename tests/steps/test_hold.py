"""The pauses while a smarthost is away, and what it gets when it is back."""

import random

import pytest

from mailflow.steps.hold import Hold


class Seconds:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


def test_everything_is_allowed_at_first(seconds):
    assert Hold(seconds).room(20) == 20


def test_pauses_double_up_to_five_minutes_and_differ_by_a_quarter(seconds):
    hold = Hold(seconds, random.Random(1).random)
    pauses = []
    for _ in range(40):
        pauses.append(hold.fail())
        assert hold.room(20) == 0
        seconds.now += pauses[-1]
        assert hold.room(20) == 1
    for number, pause in enumerate(pauses):
        assert 0.75 <= pause / min(2**number, 300) <= 1.25
    assert max(pauses) - min(pauses[9:]) > 50


def test_connections_that_break_together_count_once(seconds):
    hold = Hold(seconds, lambda: 0.5)
    assert [hold.fail(), hold.fail(), hold.fail()] == [1, 1, 1]
    seconds.now += 1
    assert hold.fail() == 2


def test_after_a_probe_went_through_the_room_doubles(seconds):
    hold = Hold(seconds, lambda: 0.5)
    hold.fail()
    seconds.now += 1
    rooms = []
    for _ in range(6):
        rooms.append(hold.room(20))
        hold.pass_one(20)
    assert rooms == [1, 2, 4, 8, 16, 20]
    assert hold.room(1000) == 1000


def test_one_letter_that_goes_through_ends_the_doubling_of_pauses(seconds):
    hold = Hold(seconds, lambda: 0.5)
    for _ in range(5):
        seconds.now += hold.fail()
    hold.pass_one(20)
    assert hold.fail() == 1


def test_nodes_that_lost_it_together_do_not_come_back_together(seconds):
    dice = random.Random(2)
    holds = [Hold(seconds, dice.random) for _ in range(10)]
    for _ in range(12):
        seconds.now += max(hold.fail() for hold in holds)
    started = seconds.now
    returns = sorted(started + hold.fail() for hold in holds)
    assert returns[-1] - returns[0] > 60
