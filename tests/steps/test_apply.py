"""One event becomes rows of one transaction: the case, its history, its letters."""

from contextlib import suppress
from datetime import timedelta

import pytest

from mailflow.core.case import Outcome, Status
from mailflow.core.events import DueTimePassed, StaffClosed, StaffNoted
from mailflow.steps.apply import apply_event
from mailflow.steps.operate import act
from tests.world import COMPLETE, INCOMPLETE


def history(world):
    with world.store.read() as uow:
        return uow.cases.history(world.case().id)


def test_the_case_its_history_and_its_letters_are_written_together(world):
    (letter,) = world.write(INCOMPLETE)
    (entry,) = history(world)
    assert (entry.at, entry.by, entry.kind) == (world.now, "jo@example.org", "wrote")
    assert entry.facts["letters"] == [{"kind": "missing", "to": "jo@example.org", "id": letter.message_id}]
    assert entry.facts["answers"]["username"]["value"] == "jdoe42"
    with world.store.read() as uow:
        (queued,) = uow.outbox.of_case(world.case().id)
    assert (queued.message_id, queued.raw) == (letter.message_id, letter.raw)


def test_what_happens_when_the_transaction_is_lost_did_not_happen(world):
    world.write(INCOMPLETE)
    before, told = world.case(), history(world)
    with suppress(ZeroDivisionError), world.app.begin() as uow:
        applied = apply_event(world.app, uow, before, StaffNoted("seen"), "staff:kim")
        assert applied.case != before
        raise ZeroDivisionError
    assert (world.case(), history(world)) == (before, told)


def test_an_event_that_opens_no_case_needs_one(world):
    with pytest.raises(AssertionError), world.app.begin() as uow:
        apply_event(world.app, uow, None, DueTimePassed(), "time")


def test_the_place_in_the_queue_counts_those_ahead(world):
    texts = [world.write(COMPLETE, sender=f"jo{number}@example.org")[0].text for number in range(3)]
    assert "the next one in line" in texts[0]
    assert "number 2 in line" in texts[1]
    assert "number 3 in line" in texts[2]


def test_the_usual_wait_is_that_of_the_last_thirty_days(world):
    def decided_after(days, sender):
        (letter,) = world.write(COMPLETE, sender=sender)
        world.now += timedelta(days=days)
        act(world.app, letter.reference, StaffClosed(Outcome.RECOVERED), "kim")
        world.run()

    (letter,) = world.write(COMPLETE)
    assert "We cannot say yet how long it will take." in letter.text
    for number, days in enumerate((2, 4, 6)):
        decided_after(days, f"jo{number}@example.org")
    (letter,) = world.write(COMPLETE, sender="kim@example.com")
    assert "4 days" in letter.text
    world.now += timedelta(days=31)
    (letter,) = world.write(COMPLETE, sender="lee@example.com")
    assert "We cannot say yet how long it will take." in letter.text


def test_before_says_what_the_case_was(world):
    world.write(COMPLETE)
    with world.app.begin() as uow:
        applied = apply_event(world.app, uow, world.case(), StaffClosed(Outcome.WITHDRAWN), "staff:kim")
    assert (applied.before, applied.case.status) == (Status.IN_REVIEW, Status.CLOSED)
    assert [letter.kind for letter in applied.letters] == ["withdrawn"]
