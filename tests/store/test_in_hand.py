"""What a process had in hand when it ended is told apart from what is being handled, on both databases."""

import pytest
from sqlalchemy import text

from mailflow.store import Store
from mailflow.store.engine import unsynced


class Killed(BaseException):
    """As if the process ended here."""


def ids(mails):
    return [mail.id for mail in mails]


def put(store, *arrivals):
    with store.begin() as uow:
        uow.mails.put(arrivals)


def in_hand(engine):
    """The mails that are said to be in hand, as others see it."""
    with Store(engine).read() as uow:
        return sorted(uow._connection.execute(text("SELECT mail_id FROM in_hand")).scalars())


def killed_with(store, now, limit=10):
    """A process that is killed while it handles; the mails that it had in hand."""
    with pytest.raises(Killed), store.claim(now, limit) as claim:
        raise Killed
    return ids(claim.mails)


def settle(claim, handle):
    with claim.hold() as held:
        for mail in held.mails:
            handle(held.uow, mail.id)
    return ids(held.mails)


def told(claim):
    """What is counted as left by a process that has ended."""
    with claim.hold() as held:
        assert held.mails == ()
    return ids(held.left)


@pytest.fixture
def other(engine):
    """Another process, or the same one after a restart."""
    return Store(engine)


def test_mails_are_said_to_be_in_hand_while_they_are_handled_and_no_longer(
    store, engine, arrival, now, handle
):
    put(store, arrival(), arrival(), arrival())
    with store.claim(now, 2) as claim:
        assert in_hand(engine) == ids(claim.mails)
        settle(claim, handle)
    assert in_hand(engine) == []


def test_nothing_waits(store, engine, now):
    with store.claim(now, 2) as claim:
        assert claim.is_empty
    assert in_hand(engine) == []


def test_what_a_process_had_in_hand_when_it_ended_is_told_once(store, other, engine, arrival, now, handle):
    put(store, arrival(), arrival())
    dead = killed_with(store, now)
    put(other, arrival())
    with other.claim(now, 10) as claim:
        assert claim.mails == ()
        assert told(claim) == dead
    assert in_hand(engine) == []
    with other.claim(now, 10) as claim:
        assert len(settle(claim, handle)) == 3


def test_it_is_told_again_when_the_one_who_was_told_ends_too(store, other, arrival, now):
    put(store, arrival())
    dead = killed_with(store, now)
    with pytest.raises(Killed), other.claim(now, 10) as claim, claim.hold() as held:
        raise Killed
    assert ids(held.left) == dead
    with other.claim(now, 10) as claim:
        assert told(claim) == dead


def test_a_process_that_lives_on_has_left_nothing(store, arrival, now, handle):
    put(store, arrival())
    killed_with(store, now)
    with store.claim(now, 10) as claim:
        assert len(settle(claim, handle)) == 1


def test_a_mail_that_failed_before_comes_alone(store, arrival, now, handle):
    put(store, *(arrival() for _ in range(4)))
    with store.begin() as uow:
        first, second, third, _ = ids(uow.mails.claim(now, 10))
        uow.mails.failed(third, "x", now)
    claimed = []
    for _ in range(3):
        with store.claim(now, 10) as claim:
            claimed.append(settle(claim, handle))
    assert claimed == [[first, second], [third], [third + 1]]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_a_living_node_has_in_hand_is_not_left(store, other, engine, arrival, now, handle):
    put(store, *(arrival() for _ in range(3)))
    with store.claim(now, 2) as mine, other.claim(now, 2) as theirs:
        assert len(in_hand(engine)) == 3
        assert (len(settle(mine, handle)), len(settle(theirs, handle))) == (2, 1)
    assert in_hand(engine) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_while_one_process_has_mails_in_hand_no_other_takes_any(store, other, arrival, now, handle):
    put(store, *(arrival() for _ in range(3)))
    with store.claim(now, 2) as claim:
        with other.claim(now, 10) as theirs:
            assert theirs.is_empty
        assert len(settle(claim, handle)) == 2
    with other.claim(now, 10) as theirs:
        assert len(settle(theirs, handle)) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_mail_comes_in_while_what_is_in_hand_is_read(store, other, arrival, now, handle):
    put(store, arrival())
    with store.claim(now, 10) as claim:
        put(other, arrival())
        assert len(settle(claim, handle)) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_counted_meanwhile_is_not_handled(store, other, engine, arrival, now, handle):
    """Nobody should, but a process of an older version may: it knows nothing of the lock."""
    put(store, arrival(), arrival())
    with store.claim(now, 10) as claim:
        with other.begin() as uow:
            other_has = uow.in_hand.take_of_others([claim.mails[0].id], "another run")
        mine = settle(claim, handle)
    assert (len(mine), len(other_has)) == (1, 1)
    assert other_has.isdisjoint(mine)


SYNCED = {"sqlite": ("PRAGMA synchronous", 2, 1), "postgresql": ("SHOW synchronous_commit", "on", "off")}


def test_only_what_says_that_mails_are_in_hand_is_not_synced(engine):
    statement, synced, not_synced = SYNCED[engine.dialect.name]
    found = []
    for _ in range(2):
        for each in (engine, unsynced(engine)):
            with each.begin() as connection:
                found.append(connection.exec_driver_sql(statement).scalar())
    assert found == [synced, not_synced] * 2
