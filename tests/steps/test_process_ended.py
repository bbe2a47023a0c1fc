"""A process that ends while it handles mails: each of them may have ended it, and only one that does so is parked."""

from datetime import timedelta

import pytest

from mailflow.core.mail import parse
from mailflow.steps import understand
from mailflow.steps.handle import RETRY_WAITS, Failed, handle_waiting
from mailflow.store.engine import Unavailable
from mailflow.store.mails import MailState
from tests.world import INCOMPLETE

BAD = "this one kills"


def failing(error):
    def fail(*_):
        raise error

    return fail


def kill(node, monkeypatch, words):
    """A process handles what waits, and ends while it handles a mail with these words."""

    def parse_or_die(raw, envelope):
        if words.encode() in raw:
            raise SystemExit
        return parse(raw, envelope)

    with monkeypatch.context() as patch:
        patch.setattr(understand, "parse", parse_or_die)
        with pytest.raises(SystemExit):
            node.run()


def facts(world, number):
    mail = world.stored(number)
    return mail.state, mail.attempts, mail.next_try_at - world.now


def test_a_mail_that_kills_the_process_is_parked_after_as_many_deaths_as_faults(
    world, make_node, monkeypatch
):
    world.receive(world.mail(BAD), "jo@example.org")
    told, waits = [], []
    for _ in range(len(RETRY_WAITS) + 1):
        kill(make_node(), monkeypatch, BAD)
        (failed,) = handle_waiting(make_node().app, 10)
        told.append((failed.attempts, failed.parked))
        if not failed.parked:
            waits.append(failed.next_try_at - world.now)
            world.now = failed.next_try_at
    assert told == [(1, False), (2, False), (3, False), (4, True)]
    assert waits == [timedelta(0), *RETRY_WAITS[1:]]
    assert failed.error == "the process ended while this mail was handled"
    assert (world.stored(1).state, world.stored(1).error) == (MailState.PARKED, failed.error)


def test_raising_and_killing_count_together(world, make_node, monkeypatch):
    world.receive(world.mail(BAD), "jo@example.org")
    for attempts in (1, 3):
        kill(make_node(), monkeypatch, BAD)
        (failed,) = handle_waiting(make_node().app, 10)
        assert failed.attempts == attempts
        world.now = failed.next_try_at
        with monkeypatch.context() as patch:
            patch.setattr(understand, "parse", failing(ValueError()))
            (failed,) = handle_waiting(make_node().app, 10)
        assert failed.attempts == attempts + 1
        world.now = failed.next_try_at or world.now
    assert failed.parked


def test_a_mail_that_kills_stops_neither_its_neighbours_nor_those_that_come_later(
    world, make_node, monkeypatch
):
    people = [f"{name}@example.org" for name in ("ann", "bad", "cay")]
    for sender in people:
        world.receive(world.mail(BAD if "bad" in sender else INCOMPLETE, sender=sender), sender)
    kill(make_node(), monkeypatch, BAD)  # with all three in hand
    assert world.opened() == 0
    kill(make_node(), monkeypatch, BAD)  # alone; ann's was handled before
    assert world.opened() == 1
    make_node().run()  # what kills has to wait
    assert world.opened() == 2
    assert facts(world, 2) == (MailState.WAITING, 2, RETRY_WAITS[1])
    assert [facts(world, number)[:2] for number in (1, 3)] == [(MailState.HANDLED, 1)] * 2


def test_a_mail_that_did_not_end_the_process_after_all_is_handled(world, make_node, monkeypatch):
    world.receive(world.mail(INCOMPLETE), "jo@example.org")
    kill(make_node(), monkeypatch, INCOMPLETE)
    (left, handled) = [one for _ in range(2) for one in handle_waiting(world.app, 10)]
    assert isinstance(left, Failed)
    assert handled.case is not None
    assert (world.stored(1).state, world.stored(1).error) == (MailState.HANDLED, None)


def test_a_database_that_fails_is_no_fault_of_the_mail(world, monkeypatch):
    world.receive(world.mail(INCOMPLETE), "jo@example.org")
    with monkeypatch.context() as patch:
        patch.setattr(understand, "parse", failing(Unavailable("disk full")))
        for _ in range(5):
            with pytest.raises(Unavailable):
                handle_waiting(world.app, 10)
    assert facts(world, 1) == (MailState.WAITING, 0, timedelta(0))
    assert len(world.run()) == 1
