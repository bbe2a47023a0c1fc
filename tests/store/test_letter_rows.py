from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy.exc import IntegrityError

from mailflow.store import outbox as outbox_module
from mailflow.store.outbox import LetterState

MINUTE = timedelta(minutes=1)


def put(store, now, *letters):
    """Stores letters and returns their ids."""
    with store.begin() as uow:
        for one in letters:
            uow.outbox.put(one, now)
        return [found.id for found in uow.outbox.waiting()]


def lease(store, now, by="a", limit=10):
    with store.begin() as uow:
        return uow.outbox.lease(now, now + MINUTE, by, limit)


def get(store, letter_id):
    with store.read() as uow:
        return uow.outbox.get(letter_id)


def test_a_letter_comes_back_as_it_was_put(store, letter, now, case):
    known = case()
    rendered = letter(case_id=known.id, raw=bytes(range(256)), text="Grüße\n")
    with store.begin() as uow:
        uow.cases.save(known)
        uow.outbox.put(rendered, now)
    (leased,) = lease(store, now)
    written = {name: value for name, value in asdict(rendered).items() if name != "asked"}
    assert {name: getattr(leased, name) for name in written} == written
    assert (leased.state, leased.attempts, leased.created_at) == (LetterState.WAITING, 0, now)
    assert (leased.lease_until, leased.leased_by) == (now + MINUTE, "a")
    with store.read() as uow:
        assert uow.outbox.of_case(known.id) == [leased]
        assert uow.outbox.get(leased.id) == leased
        assert uow.outbox.get(leased.id + 1) is None


def test_no_letter_is_written_twice(store, letter, now):
    rendered = letter()
    put(store, now, rendered)
    with pytest.raises(IntegrityError):
        put(store, now, rendered)


def test_a_letter_of_an_unknown_case_is_refused(store, letter, now):
    with pytest.raises(IntegrityError):
        put(store, now, letter(case_id="nobody's"))


def test_a_lease_holds_until_it_runs_out(store, letter, now):
    (letter_id,) = put(store, now, letter())
    assert lease(store, now - MINUTE) == []
    assert [found.id for found in lease(store, now)] == [letter_id]
    assert lease(store, now + MINUTE / 2, "b") == []
    (again,) = lease(store, now + MINUTE, "b")
    assert (again.id, again.leased_by, again.attempts) == (letter_id, "b", 0)


def test_the_letters_that_wait_longest_are_leased_first(store, letter, now):
    with store.begin() as uow:
        for minutes in (3, 1, 2, 9):
            uow.outbox.put(letter(subject=str(minutes)), now + minutes * MINUTE)
    leased = lease(store, now + 5 * MINUTE, limit=2)
    assert [found.subject for found in leased] == ["1", "2"]
    assert [found.subject for found in lease(store, now + 5 * MINUTE)] == ["3"]


def test_a_sent_letter_is_done(store, letter, now):
    (letter_id,) = put(store, now, letter())
    lease(store, now)
    with store.begin() as uow:
        uow.outbox.sent([letter_id], now + MINUTE)
        uow.outbox.retry(letter_id, "a", now, "late")
        uow.outbox.give_up(letter_id, "late", now)
        uow.outbox.sent([letter_id], now + 2 * MINUTE)
        assert not uow.outbox.retry_now(letter_id, now)
        assert not uow.outbox.drop(letter_id)
        assert uow.outbox.waiting() == []
    found = get(store, letter_id)
    assert (found.state, found.attempts, found.error) == (LetterState.SENT, 1, None)
    assert (found.settled_at, found.lease_until, found.leased_by) == (now + MINUTE, None, None)
    assert lease(store, now + 9 * MINUTE) == []


def test_a_letter_that_failed_for_now_is_tried_again(store, letter, now):
    (letter_id,) = put(store, now, letter())
    lease(store, now)
    with store.begin() as uow:
        uow.outbox.retry(letter_id, "a", now + 5 * MINUTE, "451 \0 later")
        (waiting,) = uow.outbox.waiting()
    assert (waiting.attempts, waiting.error, waiting.next_try_at) == (1, "451 \ufffd later", now + 5 * MINUTE)
    assert waiting.lease_until is None
    assert lease(store, now + 2 * MINUTE) == []
    assert [found.id for found in lease(store, now + 5 * MINUTE)] == [letter_id]


def test_a_lease_that_is_given_back_counts_as_no_attempt(store, letter, now):
    (letter_id,) = put(store, now, letter())
    lease(store, now)
    with store.begin() as uow:
        uow.outbox.release(letter_id, "b", now + 9 * MINUTE, "not mine")
        assert uow.outbox.get(letter_id).leased_by == "a"
        uow.outbox.release(letter_id, "a", now + 2 * MINUTE, "smarthost down")
        found = uow.outbox.get(letter_id)
    assert (found.attempts, found.next_try_at, found.error) == (0, now + 2 * MINUTE, "smarthost down")
    assert (found.lease_until, found.leased_by) == (None, None)
    assert lease(store, now + MINUTE) == []
    assert len(lease(store, now + 2 * MINUTE)) == 1


def test_one_lease_is_given_back_and_no_other(store, letter, now):
    theirs, ours, before = put(store, now, letter(), letter(), letter())
    with store.begin() as uow:
        for letter_id, by, until in ((theirs, "b", 2), (ours, "a", 2), (before, "a", 1)):
            uow.outbox.lease(now, now + MINUTE, by, 1)
            uow.outbox.renew([letter_id], by, now + until * MINUTE)
        uow.outbox.give_back("a", now + 2 * MINUTE)
        given_back = [one.id for one in uow.outbox.waiting() if one.leased_by is None]
    assert given_back == [ours]


def test_a_letter_that_is_given_up_is_listed_and_can_be_tried_again(store, letter, now):
    (letter_id,) = put(store, now, letter())
    with store.begin() as uow:
        uow.outbox.give_up(letter_id, "550 no", now + MINUTE)
        (failed,) = uow.outbox.failed(now + MINUTE)
        assert uow.outbox.failed(now + 2 * MINUTE) == []
        assert (failed.state, failed.error, failed.attempts) == (LetterState.FAILED, "550 no", 1)
        assert uow.outbox.lease(now + 9 * MINUTE, now + 10 * MINUTE, "a", 10) == []
        assert uow.outbox.retry_now(letter_id, now)
        assert uow.outbox.failed(now) == []
    (again,) = lease(store, now)
    assert (again.id, again.attempts, again.settled_at) == (letter_id, 0, None)


def test_a_waiting_letter_is_tried_at_once_but_not_beside_another_try(store, letter, now):
    (letter_id,) = put(store, now, letter())
    lease(store, now)
    with store.begin() as uow:
        uow.outbox.retry(letter_id, "a", now + 60 * MINUTE, "451")
        assert uow.outbox.retry_now(letter_id, now)
        assert not uow.outbox.retry_now(letter_id + 1, now)
    assert len(lease(store, now)) == 1
    with store.begin() as uow:
        assert uow.outbox.retry_now(letter_id, now)
    assert lease(store, now, "b") == []


def test_a_dropped_letter_stays_on_record(store, letter, now):
    first, second = put(store, now, letter(), letter())
    with store.begin() as uow:
        uow.outbox.give_up(second, "550", now)
        assert uow.outbox.drop(first)
        assert uow.outbox.drop(second)
        assert not uow.outbox.drop(first)
        assert (uow.outbox.waiting(), uow.outbox.failed(now)) == ([], [])
        assert uow.outbox.get(first).state is LetterState.DROPPED
        uow.outbox.sent([first], now)  # a node was at it
        assert uow.outbox.get(first).state is LetterState.SENT


def test_letters_to_an_address_are_counted_whatever_became_of_them(store, letter, now):
    first, *_ = put(
        store, now, letter(), letter(recipient="Jane@Example.org"), letter(recipient="joe@example.org")
    )
    with store.begin() as uow:
        uow.outbox.sent([first], now)
        uow.outbox.put(letter(), now - MINUTE)
        assert uow.outbox.letters_to("JANE@example.org", now) == 2
        assert uow.outbox.letters_to("jane@example.org", now - MINUTE) == 3
        assert uow.outbox.letters_to("nobody@example.org", now) == 0


def test_the_next_due_time_is_that_of_a_letter_or_a_lease(store, letter, now):
    with store.read() as uow:
        assert uow.outbox.next_due() is None
    (letter_id,) = put(store, now, letter())
    with store.begin() as uow:
        assert uow.outbox.next_due() == now
        uow.outbox.lease(now, now + 3 * MINUTE, "a", 1)
        assert uow.outbox.next_due() == now + 3 * MINUTE
        uow.outbox.put(letter(), now + MINUTE)
        assert uow.outbox.next_due() == now + MINUTE
        uow.outbox.retry(letter_id, "a", now + 2 * MINUTE, "451")
        assert uow.outbox.next_due() == now + MINUTE


def test_letters_without_a_case_are_purged(store, letter, now, case):
    known = case()
    with store.begin() as uow:
        uow.cases.save(known)
    waiting, old, dropped, of_case, new = put(
        store, now, letter(), letter(), letter(), letter(case_id=known.id), letter()
    )
    with store.begin() as uow:
        for letter_id in (old, of_case, new):
            uow.outbox.sent([letter_id], now)
        uow.outbox.drop(dropped)
        assert uow.outbox.purge(now) == 0
        assert uow.outbox.purge(now + MINUTE, limit=2) == 2
        assert uow.outbox.purge(now + MINUTE, limit=2) == 1
        assert [uow.outbox.get(number) is None for number in (waiting, old, dropped, of_case, new)] == [
            False,
            True,
            True,
            False,
            True,
        ]


def test_lists_have_an_end(store, letter, now):
    assert outbox_module.LISTED_AT_ONCE == 1000
    put(store, now, *(letter() for _ in range(1003)))
    with store.read() as uow:
        assert len(uow.outbox.waiting()) == 1000


def test_no_letter_is_leased_twice_by_four_threads(store, letter, now):
    put(store, now, *(letter() for _ in range(60)))
    leased: list[int] = []
    start = Barrier(4)

    def work(by: str) -> None:
        start.wait()
        while found := lease(store, now, by, 4):
            leased.extend(one.id for one in found)

    threads = [Thread(target=work, args=[str(number)]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(leased), len(set(leased))) == (60, 60)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_one_node_leases_another_skips_and_never_too_many(store, letter, now):
    put(store, now, *(letter() for _ in range(5)))
    with store.begin() as first, store.begin() as second:
        mine = first.outbox.lease(now, now + MINUTE, "a", 3)
        theirs = second.outbox.lease(now, now + MINUTE, "b", 3)
    assert (len(mine), len(theirs)) == (3, 2)
    assert not {one.id for one in mine} & {one.id for one in theirs}
