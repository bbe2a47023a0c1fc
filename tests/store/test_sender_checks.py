"""What was found of who wrote a mail, and who is finding it: the same on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailflow.core.authentication import COMPUTED, Authentication, Verdict
from mailflow.core.authresults import Check

FOUND = Authentication(
    Verdict.FAIL,
    "example.org",
    COMPUTED,
    (Check("dkim", "none"), Check("dmarc", "fail", "example.org", "reject")),
    ("its domain looks odd",),
)
SOON = timedelta(seconds=45)


@pytest.fixture
def mails(store, arrival, now):
    """The ids of three mails that wait, the oldest first."""
    with store.begin() as uow:
        uow.mails.put([arrival(received_at=now - timedelta(minutes=age)) for age in (3, 2, 1)])
        return [mail.id for mail in uow.mails.claim(now, 10)]


def lease(store, now, limit=10):
    with store.begin() as uow:
        again = uow.senders.lease_again(now, now + SOON, limit, 2 * SOON)
        new = uow.senders.lease_new(now + SOON, limit - len(again))
        return {one.mail.id: one.died for one in (*again, *new)}


def claimed(store, now):
    with store.begin() as uow:
        return [mail.id for mail in uow.mails.claim(now, 10, checked=True)]


def test_a_mail_is_leased_to_one_alone(store, now, mails):
    assert [*lease(store, now, 2)] == mails[:2]
    assert [*lease(store, now)] == mails[2:]
    assert lease(store, now) == {}


def test_the_newest_are_leased_first_where_that_is_asked_for(store, now, mails):
    with store.begin() as uow:
        assert [one.mail.id for one in uow.senders.lease_new(now, 2, newest=True)] == mails[:0:-1]
        assert [one.mail.id for one in uow.senders.lease_new(now, 2, newest=True)] == mails[:1]
        for mail in mails:
            uow.senders.put_off(mail, now)
        again = uow.senders.lease_again(now, now + SOON, 2, 2 * SOON, newest=True)
        assert [one.mail.id for one in again] == mails[:0:-1]


def test_only_settled_mails_are_handled(store, now, mails):
    assert claimed(store, now) == []
    lease(store, now)
    assert claimed(store, now) == []
    with store.begin() as uow:
        uow.senders.settle(mails[1], FOUND)
    assert claimed(store, now) == [mails[1]]
    with store.begin() as uow:
        assert len(uow.mails.claim(now, 10)) == 3
    with store.claim(now, 10, checked=True) as claim:
        assert [mail.authentication for mail in claim.mails] == [FOUND]


def test_a_lease_that_ran_out_was_left_by_the_dead(store, now, mails):
    assert lease(store, now) == dict.fromkeys(mails, 0)
    assert lease(store, now + SOON) == dict.fromkeys(mails, 1)
    assert lease(store, now + 2 * SOON) == dict.fromkeys(mails, 2)


def test_a_mail_that_is_put_off_comes_again_and_nobody_died(store, now, mails):
    lease(store, now)
    with store.begin() as uow:
        uow.senders.put_off(mails[0], now + timedelta(seconds=5))
    assert lease(store, now + timedelta(seconds=4)) == {}
    assert lease(store, now + timedelta(seconds=5)) == {mails[0]: 0}


def test_what_was_found_is_kept_with_the_mail_and_goes_with_it(store, now, mails, handle):
    with store.begin() as uow:
        uow.senders.put(mails[0], FOUND, now)
        uow.senders.put(mails[0], Authentication(), now)
        uow.senders.put(mails[1], FOUND, now)
        handle(uow, mails[1])
    with store.begin() as uow:
        assert uow.mails.get(mails[0]).authentication == Authentication()
        assert uow.mails.get(mails[1]).authentication == FOUND
        assert uow.mails.get(mails[2]).authentication is None
        assert uow.mails.purge(now + timedelta(days=1)) == 1
    assert lease(store, now) == {mails[2]: 0}
