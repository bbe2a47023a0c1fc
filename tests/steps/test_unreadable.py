"""A case whose row cannot be read keeps nobody from the others: not the staff, not their letters, not the purge."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailflow import work
from mailflow.core.case import Outcome
from mailflow.core.events import StaffClosed
from mailflow.steps.app import PermanentFailure
from mailflow.steps.find import find_case
from mailflow.steps.handle import handle_waiting
from mailflow.steps.operate import act
from mailflow.steps.periodic import pass_time, purge_now
from mailflow.steps.report import build_digest
from mailflow.store.caserow import UnreadableCase
from mailflow.work import Work
from tests.world import COMPLETE, INCOMPLETE

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNKNOWN = {
    "details = '{\"answers\": {'": "its details are no JSON",
    "details = CAST(x'7bff7d' AS TEXT)": "its details are no JSON",
    "details = '[]'": "its details are no JSON object",
    "details = '{}'": "its details are not whole",
    """details = json_set(details, '$.flags', json('7'))""": "its flags cannot be read; a later mailflow may have written it",
    "details = json_set(details, '$.last_letters', 7)": "its last letters cannot be read; a later mailflow may have written it",
}


def damage(world, reference, how="details = '{'"):
    with world.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE cases SET {how} WHERE reference = '{reference}'")


@pytest.fixture
def bad(world):
    """The reference of one of three cases, whose row is damaged."""
    for name in ("ann", "bad", "cleo"):
        world.write(INCOMPLETE, sender=f"{name}@example.org")
    with world.store.read() as uow:
        [case] = uow.views.cases(party="bad@example.org")
    world.whole = world.query(f"SELECT details FROM cases WHERE reference = '{case.reference}'")[0][0]
    damage(world, case.reference)
    return case.reference


def mend(world, reference):
    with world.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE cases SET details = ? WHERE reference = ?", (world.whole, reference)
        )


def digest(world):
    with world.store.read() as uow:
        return build_digest(world.app, uow, world.now)


def said(world):
    """The digest as the staff gets it."""
    world.wait(DAY)
    *_, written = [one for one in world.sent if one.recipient in world.config.desk.staff]
    return " ".join(f"{written.subject} {written.text}".split())


@pytest.mark.parametrize(("how", "why"), UNKNOWN.items())
def test_the_digest_shows_it_and_why_and_all_others(world, bad, how, why):
    mend(world, bad)
    damage(world, bad, how)
    facts = digest(world)
    assert [(case.reference, case.party, case.why) for case in facts.unreadable.listed] == [
        (bad, "bad@example.org", why)
    ]
    assert {case.party for case in facts.waiting_on_person.listed} == {"ann@example.org", "cleo@example.org"}
    assert facts.waiting_on_person.total == 2  # it is not counted twice
    text = said(world)
    assert "1 unreadable" in text.partition("PyPI")[0]
    assert f"{bad} opened 2 Mar bad@example.org ! {why} $ mailflow cases export {bad}" in text


def test_a_closed_one_is_shown_as_long_as_it_may_be_disowned(world, bad):
    damage(world, bad, "status = 'closed', outcome = 'withdrawn', closed_at = opened_at")
    assert digest(world).unreadable.listed == ()
    damage(world, bad, """details = '{"flags":["disowned"'""")
    assert [case.reference for case in digest(world).unreadable.listed] == [bad]
    damage(world, bad, "outcome = 'forgotten'")
    world.now += HOUR
    assert digest(world).numbers.closed == {"forgotten": 1}


def test_what_stands_in_the_row_is_said_to_nobody(world, bad):
    damage(world, bad, """details = json_object('flags', json('["hunter2-Secret"]'))""")
    assert "hunter2" not in said(world)


def test_nothing_is_due_in_it_and_the_others_are_reminded(world, bad):
    world.now += 3 * DAY
    told = pass_time(world.app, 10)
    assert [one.reference for one in told if isinstance(one, UnreadableCase)] == [bad]
    assert len(told) == 3
    assert pass_time(world.app, 10) == []
    world.now += HOUR
    assert [one.reference for one in pass_time(world.app, 10)] == [bad]


def test_as_many_as_are_looked_at_at_once_do_not_hide_the_others(world, bad):
    world.now += 3 * DAY
    for _ in range(3):
        pass_time(world.app, 1)
    assert {one.recipient for one in world.run()} == {"ann@example.org", "cleo@example.org"}


def test_once_it_can_be_read_again_it_goes_on(world, bad):
    world.now += 3 * DAY
    pass_time(world.app, 10)
    mend(world, bad)
    world.now += HOUR
    [applied] = pass_time(world.app, 10)
    assert (applied.case.reference, applied.note) == (bad, "reminded")


def test_the_log_is_told_once(world, bad, monkeypatch):
    told = []
    monkeypatch.setattr(work.log, "case_unreadable", lambda **facts: told.append(facts))
    loops = Work(world.app, world.store, roles=["periodic"], node="test")
    for _ in range(3):
        world.now += 3 * DAY
        loops._periodic()
    assert told == [{"reference": bad, "why": "its details are no JSON"}]


def test_a_mail_of_its_party_waits_for_somebody_and_others_are_answered(world, bad):
    world.write("The codes are lost too.", sender="bad@example.org")
    assert [one.recipient for one in world.write("My codes are lost.", sender="ann@example.org")] == [
        "ann@example.org"
    ]
    for _ in range(3):
        world.now += HOUR
        world.run()
    [parked] = digest(world).parked.listed
    assert (parked.sender, parked.error) == (
        "bad@example.org",
        f"the case {bad} cannot be read: its details are no JSON",
    )


@pytest.mark.parametrize("failing", ["", ", failing = 1"])
def test_its_letters_are_settled_all_the_same(world, failing):
    world.relay.fault = lambda to: PermanentFailure("550 no") if to == "gone@example.org" else None
    for name in ("gone", "here"):
        world.receive(world.mail(INCOMPLETE, sender=f"{name}@example.org"), f"{name}@example.org", world.desk)
    handle_waiting(world.app, 10)
    damage(world, world.case().reference, f"details = '{{'{failing}")
    with world.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE cases SET details = '{{'{failing}")
    world.run()
    states = world.query("SELECT recipient, state FROM outbox ORDER BY recipient")
    assert states == [("gone@example.org", "failed"), ("here@example.org", "sent")]


def test_its_letters_grow_too_old(world, bad):
    world.relay.fault = lambda _to: PermanentFailure("550 no")
    with world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'waiting'")
    world.now += 10 * DAY
    world.run()
    assert {state for (state,) in world.query("SELECT state FROM outbox")} == {"failed"}


def test_it_is_purged_when_its_time_has_come(world):
    world.write(COMPLETE)
    closed = world.case().reference
    act(world.app, closed, StaffClosed(Outcome.RECOVERED), "kim")
    world.run()
    damage(world, closed)
    world.now += world.config.case.keep_closed + DAY
    assert purge_now(world.app, "time").rows == 1
    assert world.query("SELECT reference FROM cases") == []


def test_who_asks_for_it_is_told_why_not(world, bad):
    with (
        world.store.read() as uow,
        pytest.raises(UnreadableCase, match=f"the case {bad} cannot be read: its det"),
    ):
        find_case(uow, bad)
