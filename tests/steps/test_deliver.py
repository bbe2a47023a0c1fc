from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest

from mailflow.core.case import Flag
from mailflow.core.events import AddressFailed
from mailflow.core.letters import Rendered
from mailflow.steps import settle
from mailflow.steps.app import (
    App,
    PermanentFailure,
    SmarthostDown,
    SmarthostFailing,
    TemporaryFailure,
    one_by_one,
)
from mailflow.steps.deliver import deliver_due
from mailflow.steps.hold import Hold
from mailflow.steps.settle import Outcome, Unsettled, spread
from mailflow.store import Store, Unavailable, make_engine
from mailflow.store.outbox import LetterState
from tests.core.given import NOW, POLICY, case

MINUTE = timedelta(minutes=1)
RETRY = (MINUTE, 5 * MINUTE, 60 * MINUTE)
GIVE_UP_AFTER = timedelta(days=5)
TIMEOUT = MINUTE
LEASE = 5 * TIMEOUT
JANE, JO = "jane@example.net", "jo@example.org"


class Desk:
    """The outbox of a desk, with a clock and a smarthost of the test's own."""

    def __init__(self, store):
        self.store = store
        self.now = NOW
        self.calls = []
        self.arrived = []
        self.told = []
        self.meanwhile = lambda: None  # happens while the relay works
        self.failures = {}  # by recipient
        self.hold = Hold(self.seconds, lambda: 0.5)
        smarthost = SimpleNamespace(timeout=TIMEOUT, retry=RETRY, give_up_after=GIVE_UP_AFTER)
        self.app = App(
            config=SimpleNamespace(smarthost=smarthost, policy=POLICY),
            clock=lambda: self.now,
            new_id=lambda: "e" * 32,
            addresses=None,
            renderer=None,
            relay=self,
            begin=store.begin,
            claim=store.claim,
            read=store.read,
        )

    def seconds(self):
        return self.now.timestamp()

    def send_all(self, letters):
        return one_by_one(self.send, letters)

    def send(self, envelope_sender, recipient, raw):
        self.calls.append(recipient)
        self.meanwhile()
        failure = self.failures.get(recipient)
        if failure is not None:
            raise failure
        self.arrived.append((envelope_sender, recipient, raw))

    def put(self, recipient=JANE, case_id=None):
        with self.store.begin() as uow:
            number = len(uow.outbox.waiting()) + len(self.arrived) + len(self.told)
            uow.outbox.put(
                Rendered(
                    message_id=f"{number}@desk.example.org",
                    kind="missing",
                    case_id=case_id,
                    envelope_sender="bounces@desk.example.org",
                    recipient=recipient,
                    reply_to="",
                    subject="Your request",
                    text="Hello",
                    raw=f"letter to {recipient}".encode(),
                ),
                self.now,
            )
            return uow.outbox.waiting()[-1].id

    def deliver(self, limit=10, node="one", **more):
        return deliver_due(self.app, node, limit=limit, tell=self.told.append, hold=self.hold, **more)

    def drain(self):
        """Delivers until nothing is left, however much time that takes."""
        while True:
            while self.deliver():
                pass
            with self.store.read() as uow:
                due = uow.outbox.next_due()
            if due is None:
                return
            self.now = max(due, self.now + timedelta(seconds=1))
            while not self.hold.room(1):  # nothing is tried until then
                self.now += timedelta(seconds=1)

    def letter(self, letter_id):
        with self.store.read() as uow:
            return uow.outbox.get(letter_id)

    @property
    def outcomes(self):
        return [(delivery.letter.recipient, delivery.outcome) for delivery in self.told]


@pytest.fixture
def desk(sqlite_database):
    engine = make_engine(sqlite_database)
    yield Desk(Store(engine))
    engine.dispose()


def test_a_letter_is_delivered_once(desk):
    letter = desk.put()
    assert desk.deliver() == 1
    assert desk.deliver() == 0
    assert desk.arrived == [("bounces@desk.example.org", JANE, b"letter to jane@example.net")]
    assert desk.outcomes == [(JANE, Outcome.SENT)]
    sent = desk.letter(letter)
    assert (sent.state, sent.attempts, sent.settled_at) == (LetterState.SENT, 1, NOW)


def test_letters_leave_in_the_order_in_which_they_are_due(desk):
    for recipient in ("a@example.org", "b@example.org", "c@example.org"):
        desk.put(recipient)
        desk.now += MINUTE
    assert desk.deliver(limit=2) == 2
    assert desk.deliver(limit=2) == 1
    assert desk.calls == ["a@example.org", "b@example.org", "c@example.org"]


def test_no_transaction_is_open_while_the_smarthost_is_talked_to(desk):
    desk.put()

    def write_something():
        with desk.store.begin() as uow:  # would wait for ever if one were open
            uow.slots.win("test", "1", "another", desk.now)

    desk.meanwhile = write_something
    assert desk.deliver() == 1


def test_a_temporary_failure_is_tried_again_after_growing_waits(desk):
    letter = desk.put()
    desk.failures[JANE] = TemporaryFailure("mx:25 to RCPT: 450 4.2.0 later")
    waits = []
    for attempts in range(1, 6):
        before = desk.now
        assert desk.deliver() == 1
        row = desk.letter(letter)
        assert (row.state, row.attempts) == (LetterState.WAITING, attempts)
        assert row.error == "mx:25 to RCPT: 450 4.2.0 later"
        waits.append(row.next_try_at - before)
        assert desk.deliver() == 0
        desk.now = row.next_try_at
    for wait, configured in zip(waits, (*RETRY, RETRY[-1], RETRY[-1]), strict=True):
        assert 0.9 * configured <= wait <= 1.1 * configured
    assert {outcome for _, outcome in desk.outcomes} == {Outcome.RETRY}

    del desk.failures[JANE]
    assert desk.deliver() == 1
    assert desk.letter(letter).error is None


def test_a_letter_that_nobody_takes_is_given_up_after_days(desk):
    letter = desk.put()
    desk.failures[JANE] = TemporaryFailure("mx:25 to RCPT: 450 4.2.0 later")
    desk.drain()
    assert desk.now == NOW + GIVE_UP_AFTER  # the last try is made at the very end
    row = desk.letter(letter)
    assert (row.state, row.error) == (LetterState.FAILED, "mx:25 to RCPT: 450 4.2.0 later")
    assert row.settled_at == desk.now
    assert row.attempts == len(desk.calls)
    assert desk.outcomes[-1] == (JANE, Outcome.FAILED)
    assert not desk.arrived


@pytest.mark.parametrize("failure", [TemporaryFailure("451 4.2.0 full"), SmarthostDown("away")])
def test_a_letter_that_the_staff_tries_anew_is_tried_for_as_long_as_a_new_one(desk, failure):
    letter = desk.put()
    desk.failures[JANE] = failure
    desk.drain()
    retried_at, tries = desk.now, len(desk.calls)
    with desk.store.begin() as uow:
        assert uow.outbox.retry_now(letter, desk.now)
    desk.drain()
    assert desk.letter(letter).state is LetterState.FAILED
    assert desk.now - retried_at >= GIVE_UP_AFTER
    assert len(desk.calls) - tries > 2


@pytest.mark.parametrize("failure", [TemporaryFailure("451 4.2.0 full"), SmarthostDown("away")])
def test_a_letter_that_is_given_up_by_its_age_stands_in_the_history_of_its_case(desk, failure):
    opened = case()
    with desk.store.begin() as uow:
        uow.cases.save(opened)
    desk.put(JO, opened.id)
    desk.failures[JO] = failure
    desk.drain()
    with desk.store.read() as uow:
        (note,) = uow.cases.history(opened.id)
        assert not uow.cases.get(opened.id).flags
    assert (note.kind, note.by) == ("delivery_trouble", "smarthost")
    assert note.facts["detail"] == str(failure)


def test_a_refused_letter_is_given_up_at_once_and_the_case_says_so(desk):
    opened = case()
    with desk.store.begin() as uow:
        uow.cases.save(opened)
    letter = desk.put(JO, opened.id)
    desk.failures[JO] = PermanentFailure("10.5.1.1:25 to RCPT: 550 5.1.1 no such user")
    assert desk.deliver() == 1

    assert desk.letter(letter).state is LetterState.FAILED
    with desk.store.read() as uow:
        found = uow.cases.get(opened.id)
        history = uow.cases.history(opened.id)
    assert Flag.ADDRESS_FAILING in found.flags
    (note,) = history
    assert note.by == "smarthost"
    assert note.facts["address"] == JO
    assert note.facts["status"] == "5.1.1"
    assert desk.outcomes == [(JO, Outcome.FAILED)]


@pytest.mark.parametrize("by", ["smarthost", "mail"])
def test_a_party_that_the_smarthost_takes_again_is_no_longer_failing_but_one_whose_letters_bounced_is(
    desk, by
):
    opened = case()
    with desk.store.begin() as uow:
        uow.cases.save(opened)
        settle.apply_event(desk.app, uow, opened, AddressFailed(JO, "5.1.1", "no such user"), by)
    desk.put("staff@desk.example.org", opened.id)
    assert desk.deliver() == 1
    with desk.store.read() as uow:
        assert Flag.ADDRESS_FAILING in uow.cases.get(opened.id).flags
    desk.put(JO, opened.id)
    assert desk.deliver() == 1
    with desk.store.read() as uow:
        flags = uow.cases.get(opened.id).flags
        kinds = [entry.kind for entry in uow.cases.history(opened.id)]
    assert (Flag.ADDRESS_FAILING in flags) == (by == "mail")
    assert ("address_reached" in kinds) == (by == "smarthost")


def test_a_refused_letter_to_the_staff_says_nothing_of_the_party(desk):
    opened = case()
    with desk.store.begin() as uow:
        uow.cases.save(opened)
    desk.put("staff@desk.example.org", opened.id)
    desk.failures["staff@desk.example.org"] = PermanentFailure("mx:25 to RCPT: 550 no")
    assert desk.deliver() == 1
    with desk.store.read() as uow:
        assert not uow.cases.get(opened.id).flags


def test_a_refused_letter_without_a_case_is_given_up(desk):
    letter = desk.put()
    desk.failures[JANE] = PermanentFailure("mx:25 to the letter: 554 no")
    assert desk.deliver() == 1
    assert desk.letter(letter).state is LetterState.FAILED


def test_one_recipients_failure_does_not_touch_the_others(desk):
    desk.failures = {
        "refused@example.org": PermanentFailure("mx:25 to RCPT: 550 no"),
        "busy@example.org": TemporaryFailure("mx:25 to RCPT: 450 later"),
        "odd@example.org": ValueError("a bug"),
    }
    for recipient in (*desk.failures, JANE):
        desk.put(recipient)
    assert desk.deliver() == 4
    assert desk.outcomes == [
        ("refused@example.org", Outcome.FAILED),
        ("busy@example.org", Outcome.RETRY),
        ("odd@example.org", Outcome.RETRY),
        (JANE, Outcome.SENT),
    ]
    assert desk.told[2].error == "ValueError: a bug"


DOWN = SmarthostDown("mx:25: Connection refused")


def test_with_the_smarthost_down_all_letters_wait_for_one_probe(desk):
    recipients = [f"{letter}@example.org" for letter in "abcde"]
    letters = [desk.put(recipient) for recipient in recipients]
    desk.failures = dict.fromkeys(recipients, DOWN)
    assert desk.deliver(limit=2) == 0
    assert desk.calls == ["a@example.org"]
    assert desk.outcomes == [("a@example.org", Outcome.PUT_BACK)]
    assert desk.told[0].next_try_at == NOW + timedelta(seconds=1)
    rows = [desk.letter(letter) for letter in letters]
    assert {(row.state, row.attempts, row.next_try_at) for row in rows} == {(LetterState.WAITING, 0, NOW)}
    assert [row.error for row in rows] == ["mx:25: Connection refused", None, None, None, None]
    assert desk.deliver() == 0
    assert len(desk.calls) == 1

    desk.failures = {}
    desk.now += timedelta(seconds=1)
    while desk.deliver():
        pass
    assert [recipient for _, recipient, _ in desk.arrived] == recipients


def test_a_smarthost_that_stays_away_is_tried_less_and_less(desk):
    desk.put()
    desk.failures[JANE] = DOWN
    probes = []
    while desk.now < NOW + timedelta(hours=1):
        before = len(desk.calls)
        desk.deliver()
        if len(desk.calls) > before:
            probes.append((desk.now - NOW) // timedelta(seconds=1))
        desk.now += timedelta(seconds=1)
    assert probes[:9] == [0, 1, 3, 7, 15, 31, 63, 127, 255]
    assert {later - earlier for earlier, later in pairwise(probes[9:])} == {300}


def test_a_smarthost_that_is_back_gets_a_little_more_each_time(desk):
    for number in range(20):
        desk.put(f"{number}@example.org")
    desk.failures["0@example.org"] = DOWN
    assert desk.deliver() == 0
    desk.failures = {}
    desk.now += timedelta(seconds=1)
    assert [desk.deliver(limit=8) for _ in range(5)] == [1, 2, 8, 8, 1]
    assert [recipient for _, recipient, _ in desk.arrived] == [
        f"{number}@example.org" for number in range(20)
    ]


def test_what_was_sent_before_the_smarthost_went_down_stays_sent(desk):
    desk.put("a@example.org")
    desk.put("b@example.org")
    desk.failures = {"b@example.org": DOWN}
    assert desk.deliver() == 1
    assert desk.outcomes == [("a@example.org", Outcome.SENT), ("b@example.org", Outcome.PUT_BACK)]


def test_a_letter_that_breaks_the_connection_holds_the_others_up_for_a_moment(desk):
    evil = desk.put("evil@example.org")
    desk.failures = {"evil@example.org": SmarthostFailing("mx:25 after the letter: closed the connection")}
    for number in range(3):
        desk.put(f"{number}@example.org")
    assert desk.deliver() == 1
    assert desk.deliver() == 0
    assert (desk.letter(evil).attempts, len(desk.arrived)) == (1, 0)
    desk.now += timedelta(seconds=1)
    while desk.deliver():
        pass
    assert len(desk.arrived) == 3
    assert desk.letter(evil).next_try_at > desk.now


def test_a_smarthost_that_breaks_each_connection_is_not_tried_with_every_letter(desk):
    for number in range(50):
        desk.put(f"{number}@example.org")
        desk.failures[f"{number}@example.org"] = SmarthostFailing("mx:25 to MAIL: 421 4.3.2 busy")
    while desk.now < NOW + timedelta(minutes=1):
        desk.deliver()
        desk.now += timedelta(seconds=1)
    assert len(desk.calls) == 6
    assert len(set(desk.calls)) == 6  # another letter each time, should it be the letter's fault


def test_a_smarthost_that_stays_away_has_every_letter_given_up(desk):
    recipients = ["a@example.org", "b@example.org"]
    letters = [desk.put(recipient) for recipient in recipients]
    desk.failures = dict.fromkeys(recipients, DOWN)
    desk.app.config.smarthost.give_up_after = timedelta(hours=6)
    desk.drain()
    assert desk.now - NOW < timedelta(hours=6, minutes=10)
    assert len(desk.calls) < 100
    for letter in letters:
        row = desk.letter(letter)
        assert (row.state, row.error) == (LetterState.FAILED, "mx:25: Connection refused")
    assert [outcome for _, outcome in desk.outcomes[-3:]] == [
        Outcome.PUT_BACK,
        Outcome.FAILED,
        Outcome.FAILED,
    ]


def test_a_lease_that_ran_out_is_taken_up_again_with_the_same_letter(desk):
    letter = desk.put()
    with desk.store.begin() as uow:  # a node takes it and dies
        assert len(uow.outbox.lease(desk.now, desk.now + LEASE, "dead", 10)) == 1
    assert desk.deliver() == 0
    desk.now += LEASE
    assert desk.deliver() == 1
    assert desk.letter(letter).state is LetterState.SENT


def test_a_crash_after_the_smarthosts_yes_sends_the_same_letter_again(desk):
    letter = desk.put()

    class PowerCut(BaseException):
        pass

    def cut():
        desk.arrived.append("taken by the smarthost")
        raise PowerCut

    desk.meanwhile = cut
    with pytest.raises(PowerCut):
        desk.deliver()
    assert desk.letter(letter).state is LetterState.WAITING

    desk.meanwhile = lambda: None
    desk.now += LEASE
    assert desk.deliver() == 1
    assert len(desk.arrived) == 2
    assert desk.told[0].letter.message_id == desk.letter(letter).message_id


def test_letters_sent_one_after_the_other_are_settled_together(desk):
    for number in range(3):
        desk.put(f"{number}@example.org")
    waiting = []

    def look():
        with desk.store.read() as uow:
            waiting.append(len(uow.outbox.waiting()))

    desk.meanwhile = look
    assert desk.deliver() == 3
    assert waiting == [3, 3, 3]


@pytest.mark.parametrize("passed", [timedelta(seconds=0.2), -timedelta(days=1)], ids=["soon", "set back"])
def test_what_was_sent_is_settled_soon_while_the_next_one_waits_for_the_smarthost(desk, passed):
    first, second = desk.put(), desk.put()

    def slow(letters):
        yield next(letters), None
        taken = next(letters)
        desk.now += passed
        yield None
        assert desk.letter(first).state is LetterState.SENT
        assert desk.letter(second).state is LetterState.WAITING
        yield taken, None

    desk.send_all = slow
    assert desk.deliver() == 2
    assert desk.letter(second).state is LetterState.SENT


def test_a_relay_that_raises_has_the_letters_in_its_hands_put_off_and_the_others_given_back(desk):
    first, second, third = (desk.put(f"{number}@example.org") for number in range(3))

    def broken(letters):
        one, _ = next(letters), next(letters)
        yield one, None
        raise ValueError("a bug")

    desk.send_all = broken
    assert desk.deliver() == 2
    assert desk.letter(first).state is LetterState.SENT
    put_off, untouched = desk.letter(second), desk.letter(third)
    assert (put_off.attempts, put_off.error, put_off.leased_by) == (1, "ValueError: a bug", None)
    assert (untouched.attempts, untouched.error, untouched.leased_by) == (0, None, None)


def test_a_batch_that_lasts_longer_than_its_lease_has_it_renewed(desk):
    leased = []

    def slow():
        desk.now += 2 * TIMEOUT
        leased.extend(lease(desk, "another"))

    desk.meanwhile = slow
    for number in range(4):
        desk.put(f"{number}@example.org")
    assert desk.deliver() == 4
    assert leased == []
    assert len(desk.arrived) == 4


def test_a_daemon_that_stops_finishes_one_letter_and_gives_the_rest_back(desk):
    for number in range(3):
        desk.put(f"{number}@example.org")
    assert desk.deliver(stopping=lambda: len(desk.arrived) == 1) == 1
    assert desk.deliver(node="two") == 2
    assert Counter(desk.calls) == {"0@example.org": 1, "1@example.org": 1, "2@example.org": 1}
    assert {delivery.attempts for delivery in desk.told} == {1}


def test_two_nodes_share_the_letters(desk):
    for number in range(4):
        desk.put(f"{number}@example.org")

    def other_node():
        desk.meanwhile = lambda: None
        assert desk.deliver(node="two") == 2

    desk.meanwhile = other_node
    assert desk.deliver(limit=2) == 2
    assert Counter(desk.calls).most_common(1)[0][1] == 1
    assert len(desk.arrived) == 4


def test_a_letter_that_was_dropped_meanwhile_stays_dropped(desk):
    letter = desk.put()
    desk.failures[JANE] = TemporaryFailure("later")

    def drop():
        with desk.store.begin() as uow:
            assert uow.outbox.drop(letter)

    desk.meanwhile = drop
    desk.deliver()
    assert desk.letter(letter).state is LetterState.DROPPED


def test_waits_are_spread_by_a_tenth_and_always_the_same():
    hour = timedelta(hours=1)
    waits = [spread(hour, letter, 1) for letter in range(1000)]
    assert min(waits) >= 0.9 * hour
    assert max(waits) <= 1.1 * hour
    assert max(waits) - min(waits) > 0.19 * hour
    assert len(set(waits)) > 100
    assert waits == [spread(hour, letter, 1) for letter in range(1000)]
    assert spread(hour, 7, 1) != spread(hour, 7, 2)


def slowly(desk, minutes, meanwhile=lambda: None):
    """A smarthost that answers to a letter after some time, and what happens in each minute of it."""

    def send_all(letters):
        taken = next(letters)
        for _ in range(minutes):
            desk.now += MINUTE
            meanwhile()
            yield None
        yield taken, None

    desk.send_all = send_all


def test_a_letter_whose_answer_takes_longer_than_a_lease_is_nobody_elses(desk):
    letter = desk.put()
    slowly(desk, 12, lambda: leased.extend(lease(desk, "another")))
    leased = []
    assert desk.deliver() == 1
    assert leased == []
    assert desk.letter(letter).state is LetterState.SENT


def lease(desk, node):
    with desk.store.begin() as uow:
        return uow.outbox.lease(desk.now, desk.now + LEASE, node, 10)


def test_a_letter_that_another_node_has_taken_meanwhile_is_not_sent(desk):
    """As after a pause of the whole machine."""
    first, second = desk.put(JANE), desk.put(JO)

    def send_all(letters):
        taken = next(letters)
        desk.now += 2 * LEASE
        assert [letter.id for letter in lease(desk, "another")] == [first, second]
        assert next(letters) is None
        yield taken, TemporaryFailure("451 later")

    desk.send_all = send_all
    desk.deliver()
    assert {desk.letter(one).leased_by for one in (first, second)} == {"another"}
    assert desk.letter(first).attempts == 0


def test_letters_join_while_an_answer_takes_long(desk):
    slow = desk.put(JANE)

    def send_all(letters):
        taken = next(letters)
        assert next(letters) is None
        late = desk.put(JO)
        assert next(letters) is None, "it is not looked for all the time"
        desk.now += timedelta(seconds=1)
        yield next(letters), None
        desk.now += timedelta(seconds=1)
        yield None
        assert desk.letter(late).state is LetterState.SENT
        assert desk.letter(slow).state is LetterState.WAITING
        yield taken, None
        assert list(letters) == []

    desk.send_all = send_all
    assert desk.deliver() == 2


def test_who_has_to_stop_is_asked_while_an_answer_takes_long(desk):
    desk.put()
    asked = []
    slowly(desk, 3)
    desk.deliver(stopping=lambda: bool(asked.append(desk.now)))
    assert {NOW + minute * MINUTE for minute in range(4)} <= set(asked)


class Failing:
    """A database that fails when a transaction is committed: before it is, or after it without anybody having heard."""

    def __init__(self, desk, *names, times=1, heard=True):
        self._begin, self.names, self.times, self.heard = desk.store.begin, names, times, heard
        desk.app = replace(desk.app, begin=self.begin)

    @contextmanager
    def begin(self, name):
        fails = name in self.names and self.times > 0
        self.times -= fails
        with self._begin(name) as uow:
            yield uow
            if fails and self.heard:
                raise Unavailable("disk I/O error")
        if fails:
            raise Unavailable("the connection was lost")


@pytest.mark.parametrize("heard", [True, False])
def test_a_letter_that_could_not_be_settled_is_not_sent_again(desk, heard):
    """However long the database is away, and whether or not it has in truth committed that."""
    letters = [desk.put(f"{number}@example.org") for number in range(3)]
    unsettled = Unsettled()
    Failing(desk, "sent", times=3, heard=heard)
    for _ in range(3):
        with pytest.raises(Unavailable):
            desk.deliver(unsettled=unsettled)
        desk.now += 10 * LEASE
    assert desk.deliver(unsettled=unsettled) == 3
    assert [recipient for _, recipient, _ in desk.arrived] == [f"{number}@example.org" for number in range(3)]
    assert {(desk.letter(one).state, desk.letter(one).attempts) for one in letters} == {(LetterState.SENT, 1)}
    assert [outcome for _, outcome in desk.outcomes] == [Outcome.SENT] * 3
    assert not unsettled


def test_what_the_smarthost_says_after_the_database_has_failed_is_kept_too(desk):
    first, second, third, fourth = (desk.put(f"{number}@example.org") for number in range(4))
    unsettled = Unsettled()

    def send_all(letters):
        one, two, three = next(letters), next(letters), next(letters)
        desk.arrived += [one, two]
        yield one, None
        desk.now += timedelta(seconds=1)
        yield None  # the database fails
        yield two, None
        yield three, PermanentFailure("mx:25 to RCPT: 550 no")
        assert list(letters) == []

    usual, desk.send_all = desk.send_all, send_all
    Failing(desk, "sent")
    with pytest.raises(Unavailable):
        desk.deliver(unsettled=unsettled)
    assert {desk.letter(one).state for one in (first, second, third, fourth)} == {LetterState.WAITING}
    desk.send_all = usual
    assert desk.deliver(unsettled=unsettled) == 4
    assert desk.calls == ["3@example.org"]
    assert [desk.letter(one).state for one in (first, second, third)] == ["sent", "sent", "failed"]


def test_letters_whose_lease_nobody_heard_of_are_sent_once_the_database_is_back(desk):
    """As when PostgreSQL commits and goes down before it says so: they need not lie until the lease ends."""
    letter = desk.put()
    unsettled = Unsettled()
    Failing(desk, "lease", "give back", times=3, heard=False)
    for _ in range(3):
        with pytest.raises(Unavailable):
            desk.deliver(unsettled=unsettled)
        assert not unsettled  # nothing that an end would have to wait for
    assert desk.deliver(unsettled=unsettled) == 1
    assert (desk.letter(letter).state, desk.letter(letter).attempts) == (LetterState.SENT, 1)


def test_a_lease_nobody_heard_of_beside_a_letter_in_hand(desk):
    desk.put(JANE)
    unsettled, failing = Unsettled(), Failing(desk, heard=False)

    def send_all(letters):
        taken = next(letters)
        late = desk.put(JO)
        desk.now += timedelta(seconds=1)
        failing.names = ("lease",)
        assert list(letters) == [None]
        assert desk.letter(late).leased_by == "one"
        yield taken, None

    usual, desk.send_all = desk.send_all, send_all
    with pytest.raises(Unavailable):
        desk.deliver(unsettled=unsettled)
    desk.send_all = usual
    assert desk.deliver(unsettled=unsettled) == 2
    assert desk.calls == [JO]
    assert desk.outcomes == [(JANE, Outcome.SENT), (JO, Outcome.SENT)]


def test_a_refusal_whose_commit_nobody_heard_of_is_told_the_case_once(desk):
    opened = case()
    with desk.store.begin() as uow:
        uow.cases.save(opened)
    desk.put(JO, opened.id)
    desk.failures[JO] = PermanentFailure("10.5.1.1:25 to RCPT: 550 5.1.1 no such user")
    unsettled = Unsettled()
    Failing(desk, "refused", heard=False)
    with pytest.raises(Unavailable):
        desk.deliver(unsettled=unsettled)
    assert desk.deliver(unsettled=unsettled) == 0
    with desk.store.read() as uow:
        assert [event.by for event in uow.cases.history(opened.id)] == ["smarthost"]


def test_a_case_that_cannot_be_told_of_a_refusal_has_the_letter_put_off(desk, monkeypatch):
    opened = case()
    with desk.store.begin() as uow:
        uow.cases.save(opened)
    letter = desk.put(JO, opened.id)
    desk.failures[JO] = PermanentFailure("550 no")

    def broken(*_):
        raise ValueError("a bug")

    monkeypatch.setattr(settle, "apply_event", broken)
    assert desk.deliver() == 1
    assert desk.outcomes == [(JO, Outcome.RETRY)]
    assert desk.letter(letter).error == "ValueError: a bug, after 550 no"


def test_what_can_never_be_settled_holds_up_nobody(desk):
    unsettled, told = Unsettled(), []

    def broken(_app):
        raise ValueError("a bug")

    unsettled.add(broken)
    unsettled.add(lambda _app: None)
    with pytest.raises(ValueError, match="a bug"):
        unsettled.settle(desk.app, told.append)
    assert unsettled.settle(desk.app, told.append) == 0
    assert not unsettled


def test_letters_whose_lease_could_not_be_renewed_are_given_back(desk):
    first, second = desk.put(JANE), desk.put(JO)
    unsettled = Unsettled()

    def send_all(letters):
        taken = next(letters)
        desk.now += LEASE
        yield None
        assert list(letters) == []
        yield taken, None

    desk.send_all = send_all
    Failing(desk, "renew")
    with pytest.raises(Unavailable):
        desk.deliver(unsettled=unsettled)
    assert unsettled.settle(desk.app, desk.told.append) == 1
    assert desk.letter(first).state is LetterState.SENT
    assert (desk.letter(second).leased_by, desk.letter(second).attempts) == (None, 0)
