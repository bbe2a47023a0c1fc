"""What budgets are counted from, on both databases."""

from contextlib import suppress
from datetime import timedelta

from mailflow.store import Store
from mailflow.store.tally import BY_TIME, LETTER, TEXT

HOUR = timedelta(hours=1)


def test_letters_are_counted_by_domain_and_in_all(engine, now):
    store = Store(engine)
    with store.begin() as uow:
        for domain in ("example.org", "Example.org", "example.net"):
            uow.tally.put(LETTER, domain, now)
        uow.tally.put(LETTER, "example.org", now - 2 * HOUR)
        uow.tally.put(TEXT, "example.org", now)
    with store.read() as uow:
        assert uow.tally.count(LETTER, now - HOUR, 10, "EXAMPLE.ORG") == 2
        assert uow.tally.count(LETTER, now - HOUR, 10) == 3
        assert uow.tally.count(LETTER, now - HOUR, 1) == 1
        assert uow.tally.count(LETTER, now - 3 * HOUR, 10) == 4


def test_a_transaction_counts_its_own_letters_without_asking_again(engine, now):
    with Store(engine).begin() as uow:
        uow.tally.put(LETTER, "example.org", now)
        assert uow.tally.letters(now - HOUR, 10, "Example.ORG") == 1
        assert uow.tally.letters(now - HOUR, 10) == 1
        uow.tally.put(LETTER, "EXAMPLE.org", now)
        uow.tally.put(LETTER, "example.net", now)
        uow.tally.put(TEXT, "example.org", now)
        assert uow.tally.letters(now - HOUR, 10, "example.org") == 2
        assert uow.tally.letters(now - HOUR, 10) == 3
        assert uow.tally.letters(now - HOUR, 10, "example.net") == 1
    with Store(engine).begin() as uow:
        assert uow.tally.letters(now - HOUR, 10) == 3


def test_letters_by_time_are_counted_apart(engine, now):
    with Store(engine).begin() as uow:
        uow.tally.put(BY_TIME, "example.org", now)
        uow.tally.put(LETTER, "example.org", now)
        uow.tally.put(LETTER, "example.net", now)
    store = Store(engine)
    for _ in range(2):  # counted anew, and counted on
        with store.begin() as uow:
            assert uow.tally.letters(now - HOUR, 10) == 2
            assert uow.tally.letters(now - HOUR, 10, what=BY_TIME) == 1
            assert uow.tally.letters(now - HOUR, 10, "example.org", what=BY_TIME) == 1
            assert uow.tally.letters(now - HOUR, 10, "example.net", what=BY_TIME) == 0
    with store.begin() as uow:
        uow.tally.put(BY_TIME, "example.org", now)
    with store.begin() as uow:
        assert uow.tally.letters(now - HOUR, 10, "example.org", what=BY_TIME) == 2
        assert uow.tally.letters(now - HOUR, 10, "example.org") == 1


def counted(store, now, most=10, domain=None):
    with store.begin() as uow:
        return uow.tally.letters(now - HOUR, most, domain)


def written(store, now, *domains):
    with store.begin() as uow:
        for domain in domains:
            uow.tally.put(LETTER, domain, now)
        uow.tally.put(TEXT, "example.org", now)


def test_what_came_since_it_was_counted_is_counted_on(engine, now):
    store, other = Store(engine), Store(engine)
    written(store, now, "example.org", "example.net")
    assert (counted(store, now), counted(store, now, domain="example.org")) == (2, 1)
    written(other, now, "example.org")
    written(store, now, "Example.org", "example.com")
    assert (counted(store, now), counted(store, now, domain="EXAMPLE.org")) == (5, 3)
    assert (counted(store, now), counted(store, now, domain="example.net")) == (5, 1)


def test_letters_that_are_too_old_by_now_hold_back_no_other(engine, now):
    store = Store(engine)
    written(store, now - HOUR, "example.org", "example.org")
    assert counted(store, now) == 2
    assert counted(store, now + timedelta(seconds=59)) == 2
    assert counted(store, now + timedelta(seconds=59), most=2) == 0
    written(store, now, "example.org")
    assert counted(store, now + timedelta(seconds=61)) == 1


def test_a_clock_that_was_set_back_has_all_counted_anew(engine, now):
    store = Store(engine)
    written(store, now - 2 * HOUR, "example.org")
    assert [counted(store, now), counted(store, now - HOUR)] == [0, 1]


def test_a_letter_that_was_taken_back_is_not_counted(engine, now):
    with Store(engine).begin() as uow:
        assert uow.tally.letters(now - HOUR, 10) == 0
        with suppress(ValueError), uow.savepoint():
            uow.tally.put(LETTER, "example.org", now)
            assert uow.tally.letters(now - HOUR, 10) == 1
            raise ValueError
        assert uow.tally.letters(now - HOUR, 10) == 0


def test_the_newest_of_a_key_says_what_it_is_about(engine, now):
    with Store(engine).begin() as uow:
        assert uow.tally.last(TEXT, "k", now) is None
        uow.tally.put(TEXT, "k", now, "first")
        uow.tally.put(TEXT, "k", now + HOUR, "second")
        assert uow.tally.last(TEXT, "k", now) == "second"
        assert uow.tally.last(TEXT, "k", now + 2 * HOUR) is None
        assert uow.tally.last(TEXT, "other", now) is None


def test_what_is_counted_no_longer_is_purged(engine, now):
    with Store(engine).begin() as uow:
        uow.tally.put(LETTER, "example.org", now - HOUR)
        uow.tally.put(LETTER, "example.org", now)
        assert uow.tally.purge(now) == 1
        assert uow.tally.purge(now) == 0
        assert uow.tally.count(LETTER, now - 2 * HOUR, 10) == 1


def test_a_purge_deletes_a_few_of_each_kind_at_a_time(engine, now):
    with Store(engine).begin() as uow:
        for hours in range(5):
            uow.tally.put(LETTER, "example.org", now - hours * HOUR)
        uow.tally.put(TEXT, "k", now - HOUR)
        assert [uow.tally.purge(now, 3) for _ in range(3)] == [4, 1, 0]
        assert uow.tally.count(LETTER, now - 9 * HOUR, 10) == 1
