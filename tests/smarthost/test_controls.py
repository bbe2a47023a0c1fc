"""The same tests on a desk that was broken on purpose have to fail, or they would find nothing."""

from datetime import timedelta

import pytest

from mailflow.steps import settle
from mailflow.steps.hold import Hold
from mailflow.store.outbox import Outbox
from tests.smarthost import test_lasting as lasting
from tests.smarthost.faulty import CLOSE, Fault
from tests.smarthost.post import Post
from tests.smarthost.test_faults import RETRIED, Case, meets_a_fault
from tests.smarthost.test_lasting import EVER, PEOPLE, is_hardly_tried, leave_in_order

MINUTE = timedelta(minutes=1)
NO_TIME = timedelta(0)


def no_hold(monkeypatch):
    monkeypatch.setattr(Hold, "fail", lambda _: 0.0)


def no_wait(monkeypatch):
    monkeypatch.setattr(settle, "spread", lambda *_: NO_TIME)


def no_lease(monkeypatch):
    lease = Outbox.lease
    monkeypatch.setattr(
        Outbox, "lease", lambda self, now, _until, by, limit: lease(self, now, now, by, limit)
    )


def settled_before_the_250(post, monkeypatch):
    send_all = post.relay.send_all

    def send_and_hope(letters):
        for told in send_all(letters):
            yield told and (told[0], None)

    monkeypatch.setattr(post.relay, "send_all", send_and_hope)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "content", "dot"])
def test_a_letter_that_is_settled_before_its_250_is_missed(store, make_smarthost, monkeypatch, stage):
    with Post(store, make_smarthost(Fault(stage, CLOSE))) as post:
        settled_before_the_250(post, monkeypatch)
        with pytest.raises(AssertionError):
            meets_a_fault(post, Case(stage, CLOSE, RETRIED, "closed"))
        assert len(post.smarthost.taken) < 3


@pytest.mark.parametrize("stage", ["connect", "mail", "dot"])
def test_a_desk_that_never_pauses_storms_the_smarthost(store, make_smarthost, monkeypatch, stage):
    no_hold(monkeypatch)
    with Post(store, make_smarthost(Fault(stage, CLOSE, times=EVER))) as post:
        post.put(*PEOPLE)
        post.deliver()
        post.pass_time(MINUTE)
        with pytest.raises(AssertionError):
            is_hardly_tried(post, attempts=0 if stage == "connect" else 1)


def test_a_desk_that_tries_again_at_once_is_noticed(store, make_smarthost, monkeypatch):
    no_wait(monkeypatch)
    with pytest.raises(AssertionError):
        lasting.test_greylisting_costs_each_letter_one_more_attempt_and_the_others_nothing(
            store, make_smarthost
        )


def test_letters_that_were_put_off_one_by_one_come_back_in_disorder(store, make_smarthost):
    """As they would if an outage moved the due time of each letter that met it."""
    smarthost = make_smarthost(Fault("rcpt", "451 4.3.0 later", times=len(PEOPLE) / 2))
    with Post(store, smarthost) as post:
        post.put(*PEOPLE)
        post.drain()
        with pytest.raises(AssertionError):
            leave_in_order(post)


def test_two_nodes_without_a_lease_double_letters(store, make_smarthost, monkeypatch):
    no_lease(monkeypatch)
    smarthost = make_smarthost()
    with Post(store, smarthost, node="one") as one, Post(store, smarthost, node="two") as two:
        one.put(*PEOPLE)
        send_all = one.relay.send_all

        def meanwhile(letters):
            two.deliver()
            return send_all(letters)

        monkeypatch.setattr(one.relay, "send_all", meanwhile)
        one.deliver()
        assert len(smarthost.taken) > len({*smarthost.recipients})
