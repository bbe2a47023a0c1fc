"""A clock that is set forth and back, and nights in which it changes: nothing is lost, doubled or kept waiting by that."""

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mailflow.core.case import Flag
from mailflow.core.timing import daily_slot
from mailflow.steps.app import SmarthostDown, TemporaryFailure
from mailflow.steps.handle import RETRY_WAITS
from mailflow.steps.periodic import pass_time, pull_back, purge, send_digest
from mailflow.steps.report import build_digest
from tests.world import INCOMPLETE, World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def ahead(world, span=DAY):
    world.now += span


def back(world, span=DAY):
    world.now -= span


def tick(world):
    """What the daemon does every ten seconds, whatever the clock shows."""
    pull_back(world.app)
    while pass_time(world.app, 10):
        pass
    send_digest(world.app, "test")
    purge(world.app, "test")


def to_people(world):
    """The letters that leave now, without the digest."""
    return [letter for letter in world.run() if letter.recipient not in world.config.desk.staff]


def waiting(world):
    with world.store.read() as uow:
        queues = uow.views.queues()
    return queues.mails_waiting, queues.letters_waiting


# ------------------------------------------------------------------------------------------------ set back


def test_a_mail_that_came_while_the_clock_was_ahead_is_handled_once_it_is_set_back(world):
    ahead(world)
    world.receive(world.mail(INCOMPLETE), "jo@example.org")
    back(world)
    tick(world)
    assert len(to_people(world)) == 1
    assert waiting(world) == (0, 0)


def test_a_mail_that_came_while_others_held_the_database_was_not_put_off(world):
    """The clock goes on while a transaction waits for its lock."""

    def waits(name):
        ahead(world, HOUR)
        world.receive(world.mail(INCOMPLETE), "jo@example.org")
        return world.app.begin(name)

    assert pull_back(replace(world.app, begin=waits)) is None


@pytest.mark.parametrize(
    "failure", [SmarthostDown("down"), TemporaryFailure("450 later")], ids=["not tried", "put off"]
)
def test_a_letter_that_could_not_leave_while_the_clock_was_ahead_leaves_once_it_is_set_back(world, failure):
    world.relay.fault = lambda _: failure
    ahead(world)
    world.write(INCOMPLETE)
    back(world)
    world.relay.fault = lambda _: None
    tick(world)
    assert len(to_people(world)) == 1


def test_a_letter_that_waits_as_long_as_it_may_is_left_alone(world):
    world.relay.fault = lambda _: TemporaryFailure("450 later")
    world.write(INCOMPLETE)
    for _ in range(8):
        world.wait(10 * HOUR)
        assert pull_back(world.app) is None


def test_a_mail_that_failed_while_the_clock_was_ahead_is_tried_again(world, monkeypatch):
    ahead(world)
    with monkeypatch.context() as patch:
        patch.setattr(type(world.app.renderer), "render", lambda *_: 1 / 0)
        world.write(INCOMPLETE)
    assert waiting(world) == (1, 0)
    back(world)
    assert (pull_back(world.app).mails, pull_back(world.app)) == (1, None)
    assert len(world.run()) == 1


def test_a_mail_that_failed_waits_its_time(world, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(type(world.app.renderer), "render", lambda *_: 1 / 0)
        world.write(INCOMPLETE)
    for wait in RETRY_WAITS:
        assert pull_back(world.app) is None
        world.now += wait


def test_the_lease_of_a_node_that_died_while_the_clock_was_ahead_holds_nothing(world):
    world.relay.fault = lambda _: SmarthostDown("down")
    world.write(INCOMPLETE)
    world.relay.fault = lambda _: None
    ahead(world)
    with world.store.begin() as uow:
        until = world.now + 5 * world.config.smarthost.timeout
        assert len(uow.outbox.lease(world.now, until, "dead", 10)) == 1
    back(world)
    tick(world)
    assert len(to_people(world)) == 1


def test_a_lease_of_a_node_whose_clock_is_a_little_ahead_is_respected(world, node):
    world.relay.fault = lambda _: SmarthostDown("down")
    world.write(INCOMPLETE)
    world.relay.fault = lambda _: None
    length = 5 * world.config.smarthost.timeout
    with node.store.begin() as uow:
        until = world.now + 0.9 * length + length
        assert len(uow.outbox.lease(world.now + 0.9 * length, until, "ahead", 10)) == 1
    tick(world)
    assert to_people(world) == []


def test_what_happened_is_told_though_the_digest_of_a_later_day_was_written_already(world):
    """The clock shows next week for a moment, and its digest is written then."""
    with_digests(world)
    tick(world)
    ahead(world, 7 * DAY)
    tick(world)
    back(world, 7 * DAY)
    told = 0
    for number in range(10):
        world.now += DAY
        world.write(INCOMPLETE, sender=f"jo{number}@example.org")
        pull_back(world.app)
        with world.store.read() as uow:
            requests = build_digest(world.app, uow, world.now).numbers.requests
        told += requests if send_digest(world.app, "test") else 0
    assert told == 9  # the tenth is in the next one


def test_a_person_who_asks_again_after_the_clock_was_set_back_is_no_echo(world):
    ahead(world)
    (letter,) = world.write(INCOMPLETE)
    back(world)
    for _ in range(2):
        world.answer(letter, "Is there any news?")
    assert Flag.GOING_IN_CIRCLES not in world.case().flags


# ------------------------------------------------------------------------------------------------ any course of things

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago")
# So near to a night in which the clocks change that it lies in what follows.
STARTS = (datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 9, 28, 9, tzinfo=UTC))
AT = (time(8, 0), time(0, 0), time(2, 30), time(23, 45))
SETTLES = 45 * DAY

people = st.tuples(st.just("write"), st.integers(1, 3))
jumps = st.tuples(st.just("jump"), st.integers(-24 * 60, 24 * 60))
waits = st.tuples(st.just("wait"), st.integers(1, 3000))
faults = st.tuples(st.just("smarthost"), st.sampled_from(["works", "is down", "says later"]))
deaths = st.tuples(st.just("die"), st.just(0))


class Course:
    """A desk through which time goes as it likes, and what it wrote meanwhile."""

    def __init__(self, world, zone, start, at):
        self.world = world
        world.now = start
        with_digests(world, zone, at)
        self.zone, self.at = ZoneInfo(zone), at
        self.digests = []  # the days of which there was one
        self.people = 0
        self.late = False  # whether a letter may wait for its next try, or for the end of a lease
        self.prompt = True  # whether nothing has a reason to wait

    def go(self, steps):
        for what, how in steps:
            getattr(self, what)(how)
            if what == "write":  # the clock may jump before it is handled
                continue
            self.turn()
            if self.prompt:
                assert self.waiting() == 0, f"something waits after {what} {how}"

    def settle(self):
        """A clock that goes right from here on, and a smarthost that works."""
        self.smarthost("works")
        until = self.world.now + SETTLES
        while self.world.now < until:
            self.wait(11 * 60)
            self.turn()

    def write(self, number):
        for _ in range(number):
            self.people += 1
            sender = f"jo{self.people}@example.org"
            self.world.receive(self.world.mail(INCOMPLETE, sender=sender), sender)

    def jump(self, minutes):
        self.world.now += minutes * MINUTE

    wait = jump

    def smarthost(self, how):
        failure = {"is down": SmarthostDown("down"), "says later": TemporaryFailure("450")}.get(how)
        self.world.relay.fault = lambda _: failure
        self.late |= how == "says later"
        self.prompt = how == "works" and not self.late

    def die(self, _):
        """A node takes all letters and ends."""
        with self.world.store.begin() as uow:
            until = self.world.now + 5 * self.world.config.smarthost.timeout
            if uow.outbox.lease(self.world.now, until, "dead", 100):
                self.late, self.prompt = True, False

    def turn(self):
        world = self.world
        pull_back(world.app)
        while pass_time(world.app, 10):
            pass
        if send_digest(world.app, "test"):
            self.digests.append(daily_slot(world.now, self.at, self.zone))
        purge(world.app, "test")
        world.run()

    def waiting(self):
        return sum(waiting(self.world))

    def check(self):
        """Each person got each letter once, and each day its digest."""
        letters = self.world.sent
        staff = self.world.config.desk.staff
        kind_of = dict(self.world.query("SELECT message_id, kind FROM outbox"))
        kinds = Counter((one.recipient, kind_of[one.message_id]) for one in letters)
        for number in range(1, self.people + 1):
            person = f"jo{number}@example.org"
            got = {kind: times for (recipient, kind), times in kinds.items() if recipient == person}
            reminders = len(self.world.config.policy.remind_after)
            assert got == {"missing": 1, "reminder": reminders, "expired": 1}, (person, got)
        assert len({one.message_id for one in letters}) == len(letters)
        last = daily_slot(self.world.now, self.at, self.zone)
        days = [(date.fromisoformat(last) - number * DAY).isoformat() for number in range(SETTLES // DAY - 1)]
        assert set(days) <= set(self.digests), "a day without a digest"
        assert max(Counter(self.digests).values()) == 1, "two digests of one day"
        assert len([one for one in letters if one.recipient in staff]) == len(self.digests) * len(staff)


def with_digests(world, zone="UTC", at=time(8, 0)):
    world.config = replace(
        world.config,
        desk=replace(world.config.desk, time_zone=ZoneInfo(zone)),
        policy=replace(world.config.policy, time_zone=ZoneInfo(zone)),
        digest=replace(world.config.digest, at=at, send_empty=True),
    )
    world.app = world.make_app(world.config)


def run_through(folder, steps, zone, start, at):
    world = World(folder)
    try:
        course = Course(world, zone, start, at)
        course.go(steps)
        course.settle()
        course.check()
    finally:
        world.close()


# A second each: `make chaos` goes through more of them.
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(st.one_of(people, jumps, waits, faults, deaths), max_size=12),
    zone=st.sampled_from(ZONES),
    start=st.sampled_from(STARTS),
    at=st.sampled_from(AT),
)
def test_whatever_the_clock_does_each_letter_and_each_digest_comes_once(tmp_path, steps, zone, start, at):
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        run_through(Path(folder), steps, zone, start, at)
