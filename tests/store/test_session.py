"""What a transaction puts off is there for whoever asks, and what it remembers is what the database would say."""

from datetime import timedelta

import pytest

from mailflow.core.case import Status
from mailflow.store.line import Line

SOON = timedelta(seconds=1)


@pytest.fixture
def uow(store):
    with store.begin() as uow:
        yield uow


def notes(uow, case):
    return [entry.kind for entry in uow.cases.history(case.id)]


def test_what_was_put_off_is_there_for_who_asks(uow, case, letter, now):
    known = case()
    uow.cases.save(known, opened=True)
    uow.cases.note(known.id, now, "x", "first", {})
    assert notes(uow, known) == ["first"]
    uow.outbox.put(letter(case_id=known.id), now)
    uow.cases.note(known.id, now, "x", "second", {})
    assert [each.case_id for each in uow.outbox.waiting()] == [known.id]
    assert notes(uow, known) == ["first", "second"]


def test_what_was_put_off_is_there_for_the_next_transaction(store, case, letter, arrival, now, handle):
    known = case()
    with store.begin() as uow:
        uow.mails.put([arrival()])
        [mail] = uow.mails.claim(now, 1)
        handle(uow, mail.id, case_id=known.id)  # before the case that it refers to
        uow.outbox.put(letter(case_id=known.id), now)
        uow.cases.note(known.id, now, "x", "first", {})
        uow.cases.save(known, opened=True)
    with store.read() as uow:
        assert uow.cases.get(known.id) == known
        assert [each.case_id for each in (*uow.mails.of_case(known.id), *uow.outbox.waiting())] == [
            known.id
        ] * 2


@pytest.mark.parametrize("many", [1, 2, 63, 64, 65, 200])
def test_many_rows_are_written_in_their_order(uow, case, now, many):
    known = case()
    uow.cases.save(known, opened=True)
    for number in range(many):
        uow.cases.note(known.id, now, "x", str(number), {"number": number})
    assert notes(uow, known) == [str(number) for number in range(many)]


def test_a_case_that_is_saved_twice_is_as_it_was_saved_last(store, case):
    known = case()
    with store.begin() as uow:
        uow.cases.save(known, opened=True)
        uow.cases.save(known.evolve(letters=2))
    with store.read() as uow:
        assert uow.cases.get(known.id).letters == 2


def test_what_is_undone_is_neither_written_nor_remembered(uow, case, letter, now):
    known = case()
    uow.cases.save(known, opened=True)
    uow.cases.look_for(["ann@example.org", "jane@example.com"])
    uow.outbox.count_letters_to(["ann@example.org"], now)

    def fail():
        with uow.savepoint():
            uow.cases.save(case(party="ann@example.org"), opened=True)
            uow.outbox.put(letter(recipient="ann@example.org"), now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert uow.outbox.letters_to("ann@example.org", now) == 0
    assert uow.cases.latest_of("ann@example.org") is None
    assert uow.cases.latest_of(known.party) == known


# ------------------------------------------------------------------------------------------------ strangers, letters


def test_strangers_are_those_without_a_case(store, case):
    known = case(party="Jane@Example.org")
    with store.begin() as uow:
        uow.cases.save(known, opened=True)
    with store.begin() as uow:
        uow.cases.look_for(["jane@example.org", "ann@example.org"])
        assert uow.cases.latest_of("JANE@example.org") == known
        assert uow.cases.latest_of("ann@example.org") is None
        uow.cases.save(first := case(party="Ann@example.org"), opened=True)
        assert uow.cases.latest_of("ann@example.org") == first


def test_letters_are_counted_with_those_of_this_transaction(store, letter, now):
    with store.begin() as uow:
        uow.outbox.put(letter(recipient="jane@example.org"), now)
        uow.outbox.put(letter(recipient="jane@example.org"), now - SOON)
    with store.begin() as uow:
        uow.outbox.count_letters_to(["Jane@example.org", "ann@example.org"], now)
        uow.outbox.put(letter(recipient="JANE@example.org"), now)
        assert uow.outbox.letters_to("jane@example.org", now) == 2
        assert uow.outbox.letters_to("ann@example.org", now) == 0
        uow.outbox.put(letter(recipient="joe@example.org"), now)
        assert uow.outbox.letters_to("joe@example.org", now) == 1


# ------------------------------------------------------------------------------------------------ places in the queue


@pytest.fixture
def queued(case, now):
    """A case that came into the queue so many seconds later."""

    def make(seconds, **facts):
        return case(status=Status.IN_REVIEW, completed_at=now + seconds * SOON, **facts)

    return make


def places(uow, *cases):
    """As the transaction remembers them, which has to be as they are counted."""
    told = [uow.views.queue_place(each) for each in cases]
    uow._session.known.line = Line()
    assert told == [uow.views.queue_place(each) for each in cases]
    return told


def opened(uow, *cases):
    for each in cases:
        uow.cases.save(each, opened=True)
        yield uow.views.queue_place(each)


def test_places_of_those_that_join_one_after_the_other(store, uow, queued):
    first = [queued(0), queued(1)]
    assert [*opened(uow, *first)] == [1, 2]
    later = [queued(2), queued(3), queued(3)]
    assert [*opened(uow, *later)] == [3, 4, 5]
    assert places(uow, *later, *first, queued(9)) == [3, 4, 5, 1, 2, 6]


def test_places_behind_one_that_was_there_before(store, queued):
    known, later, last = queued(0), queued(1), queued(2)
    with store.begin() as uow:
        uow.cases.save(known, opened=True)
    with store.begin() as uow:
        assert uow.views.queue_place(known) == 1
        assert uow.views.queue_place(last) == 2, "which is not there yet"
        assert [*opened(uow, later, last)] == [2, 3]
        assert places(uow, known, later, last) == [1, 2, 3]


def test_places_when_one_has_left(uow, queued):
    first, second, third = queued(0), queued(1), queued(2)
    assert [*opened(uow, first, second)] == [1, 2]
    uow.cases.save(first.evolve(status=Status.CLOSED))
    assert [*opened(uow, third)] == [2]
    assert places(uow, second, third) == [1, 2]


def test_places_before_one_whose_clock_was_ahead(store, queued):
    ahead = queued(60)
    with store.begin() as uow:
        assert [*opened(uow, ahead)] == [1]
    with store.begin() as uow:
        assert [*opened(uow, queued(0), queued(1), queued(61))] == [1, 2, 4]
        assert places(uow, ahead, queued(62)) == [3, 5]


def test_places_of_those_that_join_in_another_order(uow, queued):
    late, early, between = queued(5), queued(1), queued(3)
    assert [*opened(uow, late, early, between)] == [1, 1, 2]
    assert places(uow, early, between, late) == [1, 2, 3]


def test_a_queue_that_was_looked_at_before_is_neither_counted_again_nor_are_rows_written_for_it(
    store, queued, now
):
    with store.begin() as uow:
        uow.cases.save(queued(0), opened=True)
    with store.begin() as uow:
        uow.views.look_at_queue(now + 2 * SOON)
        put_off = uow._session._put_off
        first, second = queued(3), queued(4)
        assert [*opened(uow, first, second)] == [2, 3]
        assert [len(rows) for rows in put_off.values()] == [2]
        assert places(uow, first, second) == [2, 3]
    with store.begin() as uow:
        uow.views.look_at_queue(now)
        assert uow.views.queue_place(queued(9)) == 4, "those that come later count too"
