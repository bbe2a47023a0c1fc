"""What time does: once for each due time, each day and each purge, whatever the clock and other nodes do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partialmethod
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from mailflow import work
from mailflow.core.case import Flag, Outcome, Status
from mailflow.core.events import StaffAsked, StaffClosed, StaffNoted
from mailflow.core.reference import STAFF_LIFETIME
from mailflow.steps import periodic
from mailflow.steps.app import PermanentFailure
from mailflow.steps.operate import act
from mailflow.steps.periodic import Purged, Stuck, pass_time, purge, purge_now, send_digest
from mailflow.steps.report import build_digest
from mailflow.store.engine import Unavailable
from mailflow.store.views import Views
from mailflow.work import Work
from tests.world import COMPLETE

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
START = "I lost my phone with the authenticator. My user name is jdoe42."


def with_config(world, **changes):
    """The same desk with other settings, as after a reload."""
    world.config = replace(world.config, **changes)
    world.app = world.make_app(world.config)


def in_zone(world, zone, at=time(8, 0), **changes):
    digest = replace(world.config.digest, at=at, send_empty=True, **changes)
    with_config(world, desk=replace(world.config.desk, time_zone=ZoneInfo(zone)), digest=digest)


def tick(world, *moments):
    """Whether the digest was written at each of these times."""
    written = []
    for moment in moments:
        world.now = moment
        written.append(send_digest(world.app, "test") is not None)
    return written


def digests(world):
    world.run()
    return [letter for letter in world.sent if letter.recipient in world.config.desk.staff]


# ------------------------------------------------------------------------------------------------ due times


def test_nothing_happens_before_it_is_due_and_one_thing_when_it_is(world):
    world.write(START)
    due_at = world.case().due_at
    world.now = due_at - timedelta(microseconds=1)
    assert pass_time(world.app, 10) == []
    world.now = due_at
    (applied,) = pass_time(world.app, 10)
    assert (applied.note, applied.by) == ("reminded", "time")
    assert [letter.kind for letter in applied.letters] == ["reminder"]
    assert pass_time(world.app, 10) == []
    assert world.case().due_at > due_at


def test_two_nodes_pass_each_due_time_once(world, node):
    for number in range(5):
        world.write(START, sender=f"jo{number}@example.org")
    world.now = node.now = world.case().due_at
    done = [
        *pass_time(world.app, 3),
        *pass_time(node.app, 3),
        *pass_time(world.app, 3),
        *pass_time(node.app, 3),
    ]
    assert len({applied.case.reference for applied in done}) == len(done) == 5


def test_as_many_as_asked_for_at_a_time(world):
    for number in range(5):
        world.write(START, sender=f"jo{number}@example.org")
    world.now += 3 * DAY
    assert [len(pass_time(world.app, 2)) for _ in range(4)] == [2, 2, 1, 0]


def test_after_a_long_outage_a_person_is_reminded_once_and_still_has_time(world):
    world.write(START)
    world.now += 100 * DAY
    (reminded,) = pass_time(world.app, 10)
    assert reminded.note == "reminded"
    assert reminded.case.status is Status.AWAITING_ANSWERS
    assert reminded.case.due_at >= world.now + world.config.policy.remind_after[0]
    assert pass_time(world.app, 10) == []


def test_a_case_whose_letter_cannot_be_written_holds_up_no_other_and_is_tried_again(world, tmp_path):
    template = tmp_path / "own" / "letters" / "reminder.txt"
    template.parent.mkdir(parents=True)
    template.write_text("Subject: We wait\n\n{{ missing[0].ask }}\n")  # a question of the staff's has none
    for number in range(3):
        world.write(START, sender=f"jo{number}@example.org")
    with world.store.read() as uow:
        first, asked, last = uow.views.cases()
    shipped = world.config.templates
    act(world.app, asked.reference, StaffAsked("Which project?"), "kim")
    with_config(world, templates=tmp_path / "own")
    world.now += 3 * DAY
    told = {one.case.reference: one for one in pass_time(world.app, 10)}
    assert {told[one.reference].note for one in (first, last)} == {"reminded"}
    stuck = told[asked.reference]
    assert isinstance(stuck, Stuck)
    assert stuck.error == "UndefinedError in reminder.txt, line 3, top-level template code"
    assert pass_time(world.app, 10) == []
    assert world.case(asked.reference).reminders == 0
    send_digest(world.app, "test")
    [digest] = digests(world)
    assert f"{asked.reference}  opened" in digest.text.partition("WAITING FOR THE PERSON")[0]
    assert "! what was due could not be done: UndefinedError in reminder.txt, line 3" in " ".join(
        digest.text.split()
    )
    with_config(world, templates=shipped)
    world.now += HOUR
    (reminded,) = pass_time(world.app, 10)
    assert (reminded.case.reference, reminded.note) == (asked.reference, "reminded")
    assert world.case(asked.reference).stuck == ""


def test_a_database_that_fails_under_a_case_is_not_that_cases_fault(world, monkeypatch):
    world.write(START)
    world.now += 3 * DAY

    def render(*_):
        raise Unavailable("it is away")

    with monkeypatch.context() as patch:
        patch.setattr(type(world.app.renderer), "render", render)
        with pytest.raises(Unavailable):
            pass_time(world.app, 10)
    assert world.case().stuck == ""
    assert len(pass_time(world.app, 10)) == 1


@pytest.mark.parametrize("failing", ["pull_back", "pass_time", "send_digest", "purge"])
def test_what_fails_each_time_keeps_no_other_work_of_the_day_from_being_done(world, monkeypatch, failing):
    world.write(START)
    world.now += 3 * DAY
    loop = Work(world.app, world.store, roles=["periodic"], node="test").loops["periodic"]
    monkeypatch.setattr(work, failing, lambda *_: 1 / 0)
    loop._turn()
    assert (world.case().reminders == 1) == (failing != "pass_time")
    assert {job for (job,) in world.query("SELECT job FROM job_slots")} == {"digest", "purge"} - {
        failing.removeprefix("send_")
    }
    assert loop._problem == "ZeroDivisionError"


def test_escalation_goes_to_each_member_of_the_staff_and_again_after_the_same_time(world):
    staff = ("kim@pypi.example", "lee@pypi.example")
    with_config(
        world,
        desk=replace(world.config.desk, staff=staff),
        policy=replace(world.config.policy, staff=staff),
    )
    world.write(COMPLETE)
    for weeks in (1, 2):
        world.now = world.case().opened_at + weeks * world.config.policy.escalate_after
        (escalated,) = pass_time(world.app, 10)
        assert [letter.recipient for letter in escalated.letters] == list(staff)
        assert {letter.kind for letter in escalated.letters} == {"escalation"}
        assert Flag.ESCALATED in world.case().flags
    assert world.case().letters == 1  # the party's own; what goes to the staff does not count


def test_a_heap_of_cases_is_one_mail_to_each_of_the_staff_and_the_digest_has_the_rest(world):
    for number in range(45):
        world.write(COMPLETE, sender=f"jo{number}@example{number}.org")
    world.now += world.config.policy.escalate_after + HOUR
    told = [one for _ in range(3) for one in pass_time(world.app, 20)]
    assert [one.note for one in told] == ["escalated"] * 45
    (letter,) = world.run()
    assert "Nobody has taken 20 requests for 7 days" in letter.subject
    assert letter.reference == ""
    assert "No other mail of this kind comes today" in letter.text
    assert sum(one.case.reference in letter.text for one in told) == 20
    assert [len(one.letters) for one in told] == [1] * 20 + [0] * 25
    with world.store.read() as uow:
        assert build_digest(world.app, uow, world.now).escalated.total == 45
    world.now += world.config.policy.escalate_after
    assert [len(one.letters) for one in pass_time(world.app, 20)] == [1] * 20  # and again after the same time


def test_several_that_are_due_are_mailed_by_themselves_where_a_template_fails_with_all(world, tmp_path):
    template = tmp_path / "own" / "letters" / "escalation.txt"
    template.parent.mkdir(parents=True)
    template.write_text("Subject: Waits\n\n{{ 1 // (1 - others|length) }} {{ case.reference }}\n")
    for number in range(2):
        world.write(COMPLETE, sender=f"jo{number}@example{number}.org")
    with_config(world, templates=template.parent.parent)
    world.now += world.config.policy.escalate_after + HOUR
    told = pass_time(world.app, 20)
    assert [one.case.reference for one in told] == [letter.reference for letter in world.run()]


def test_a_case_that_the_staff_touches_is_not_escalated(world):
    world.write(COMPLETE)
    for _ in range(4):
        world.wait(5 * DAY)
        act(world.app, world.case().reference, StaffNoted("still at it"), "kim")
    assert Flag.ESCALATED not in world.case().flags


def test_a_question_of_the_staff_is_reminded_of_and_closed_in_the_end(world):
    (letter,) = world.write(COMPLETE)
    act(world.app, letter.reference, StaffAsked("Which projects?"), "kim")
    world.run()
    letters = [one for one in world.wait(31 * DAY) if one.recipient == "jo@example.org"]
    assert len(letters) == 4
    assert all("Which projects?" in " ".join(one.text.split()) for one in letters)
    assert world.case().outcome is Outcome.EXPIRED
    assert world.wait(30 * DAY, step=5 * DAY) == []


@pytest.mark.parametrize("text", ["Yes.", "yes please", "Please go on.", "Bitte machen Sie weiter.", "👍"])
def test_a_yes_to_the_last_letter_opens_the_case_again(world, text):
    (letter,) = world.write(COMPLETE)
    act(world.app, letter.reference, StaffAsked("Which projects?"), "kim")
    world.run()
    last = [one for one in world.wait(31 * DAY) if one.recipient == "jo@example.org"][-1]
    (received,) = world.answer(last, text)
    assert world.case().status is Status.IN_REVIEW
    assert "We have everything we need" in received.subject


# ------------------------------------------------------------------------------------------------ the digest


def test_the_digest_comes_once_a_day_however_often_it_is_asked(world, node):
    world.write(START)
    day = datetime(2026, 3, 4, tzinfo=UTC)
    assert tick(world, day + 7 * HOUR, day + 8 * HOUR, day + 8.1 * HOUR, day + 23 * HOUR) == [
        True,  # yesterday's, which nobody has written
        True,
        False,
        False,
    ]
    node.now = world.now
    assert send_digest(node.app, "other") is None
    assert tick(world, day + 31.9 * HOUR, day + 32 * HOUR) == [False, True]
    assert len(digests(world)) == 3


def test_the_digest_goes_to_each_member_of_the_staff(world):
    with_config(world, desk=replace(world.config.desk, staff=("kim@pypi.example", "lee@pypi.example")))
    world.write(START)
    assert send_digest(world.app, "test")
    assert [letter.recipient for letter in digests(world)] == ["kim@pypi.example", "lee@pypi.example"]
    types = {part.get_content_type() for part in digests(world)[0].message.walk()}
    assert types == {"multipart/alternative", "text/plain", "text/html"}


def test_an_empty_digest_is_sent_only_where_it_is_wanted(world):
    assert send_digest(world.app, "test") is None
    world.now += DAY
    with_config(world, digest=replace(world.config.digest, send_empty=True))
    assert send_digest(world.app, "test")
    assert len(digests(world)) == 1


def test_a_day_whose_digest_was_empty_gets_none_later(world):
    assert send_digest(world.app, "test") is None
    world.now += HOUR
    world.write(START)
    assert send_digest(world.app, "test") is None


def test_a_digest_that_cannot_be_made_is_tried_again(world, monkeypatch):
    world.write(START)
    with monkeypatch.context() as patch:
        patch.setattr(periodic, "build_digest", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send_digest(world.app, "test")
    assert send_digest(world.app, "test")


def test_a_clock_that_is_set_back_brings_no_second_digest(world):
    in_zone(world, "UTC")
    day = datetime(2026, 3, 4, tzinfo=UTC)
    assert tick(world, day + 9 * HOUR, day + 6 * HOUR, day + 9 * HOUR) == [True, True, False]
    assert tick(world, day - 9 * DAY, day - 9 * DAY) == [True, False]


def test_a_clock_that_jumps_ahead_brings_one(world):
    in_zone(world, "UTC")
    day = datetime(2026, 3, 4, tzinfo=UTC)
    assert tick(world, day + 9 * HOUR, day + 10 * DAY, day + 10 * DAY + HOUR) == [True, True, False]


def a_day_of_ticks(zone, day):
    """Every ten minutes from midnight to midnight there."""
    begin = datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)
    end = datetime.combine(day + DAY, time(0), ZoneInfo(zone)).astimezone(UTC)
    count = (end - begin) // timedelta(minutes=10)
    return [begin + number * timedelta(minutes=10) for number in range(count)]


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
        ("Australia/Lord_Howe", date(2026, 10, 4)),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value:%m-%d}",
)
@pytest.mark.parametrize("at", [time(8, 0), time(2, 10), time(2, 30), time(1, 40)], ids=str)
def test_one_digest_on_the_day_the_clocks_change(world, zone, night, at):
    in_zone(world, zone, at)
    for day in (night - DAY, night, night + DAY):
        ticks = a_day_of_ticks(zone, day)
        if day == night - DAY:
            tick(world, ticks[0])  # the one of the day before
            ticks = ticks[1:]
        written = [moment for moment, sent in zip(ticks, tick(world, *ticks), strict=True) if sent]
        assert len(written) == 1
        assert written[0].astimezone(ZoneInfo(zone)).time() >= at


def test_after_an_outage_the_digest_tells_of_all_that_happened_since_the_last_one(world):
    world.write(START)
    world.now += HOUR
    send_digest(world.app, "test")
    world.now += HOUR
    world.run()
    world.relay.fault = lambda _: PermanentFailure("550 5.1.1 nobody")
    world.write(START, sender="kim@example.com")
    world.now += 5 * DAY
    with world.store.read() as uow:
        digest = build_digest(world.app, uow, world.now)
    assert digest.since == world.now - 5 * DAY - HOUR
    assert [letter.recipient for letter in digest.failed.listed] == ["kim@example.com"]
    assert digest.numbers.requests == 1


@pytest.mark.parametrize("days_before", [0, 1])
def test_what_a_digest_tells_that_is_lost_stands_in_the_next_one_too(world, days_before):
    """A letter that could not be delivered, on the desk's first day or a later one."""
    with_config(world, digest=replace(world.config.digest, send_empty=True))
    staff = world.config.desk.staff
    for _ in range(days_before):
        send_digest(world.app, "test")
        assert digests(world)
        world.now += DAY
    world.relay.fault = lambda _: PermanentFailure("550 5.1.1 nobody")
    world.write(START, sender="kim@example.com")
    world.now += HOUR
    assert send_digest(world.app, "test")
    world.run()  # the staff's mailbox is not there either
    world.relay.fault = lambda _: None
    for told in (True, False):
        world.now += DAY
        assert send_digest(world.app, "test")
        letter = digests(world)[-1]
        assert letter.recipient in staff
        assert ("missing to kim@example.com" in letter.text) == told


def test_a_digest_is_not_itself_the_last_one(world):
    """Between winning the day's slot and looking what came since the last one, a clock goes on."""
    moments = count(1)
    world.app = replace(world.app, clock=lambda: world.now + next(moments) * timedelta(microseconds=1))
    world.write(COMPLETE)
    world.relay.fault = lambda _: PermanentFailure("550 5.1.1 nobody")
    world.write(START, sender="kim@example.com")
    world.relay.fault = lambda _: None
    world.now += HOUR
    assert send_digest(world.app, "test")
    (letter,) = digests(world)
    assert "NEW: complete since the last digest (1)" in letter.text
    assert "LETTERS THAT COULD NOT BE DELIVERED (1)" in letter.text
    assert "Requests opened: 2" in letter.text


def test_a_digest_counts_all_open_cases_though_it_reads_only_so_many(world, monkeypatch):
    for name in ("ann", "ben", "cleo"):
        world.write(START, sender=f"{name}@example.org")
    monkeypatch.setattr(Views, "cases", partialmethod(Views.cases, limit=1))
    with world.store.read() as uow:
        waiting = build_digest(world.app, uow, world.now).waiting_on_person
    assert (len(waiting.listed), waiting.total) == (1, 3)


# ------------------------------------------------------------------------------------------------ the purge


def closed_case(world):
    world.write(COMPLETE)
    act(world.app, world.case().reference, StaffClosed(Outcome.RECOVERED), "kim")
    world.run()


def test_closed_cases_are_kept_as_long_as_the_site_says(world):
    closed_case(world)
    world.now = world.case().closed_at + world.config.case.keep_closed
    assert purge_now(world.app, "time").rows == 0
    world.now += timedelta(microseconds=1)
    assert purge_now(world.app, "time").rows > 0
    with world.store.read() as uow:
        assert uow.views.cases() == []
        assert uow.mails.get(1) is None
        assert uow.outbox.get(1) is None


def test_open_cases_and_what_waits_are_kept(world):
    world.write(START)
    world.receive(world.mail("waiting"), "kim@example.com")
    world.now += 10 * world.config.case.keep_closed
    purge_now(world.app, "time")
    assert world.case().party == "jo@example.org"
    with world.store.read() as uow:
        assert uow.views.queues().mails_waiting == 1


def test_mails_of_no_case_and_old_digests_go_too(world):
    world.write("I am away", Auto_Submitted="auto-replied")
    with_config(world, digest=replace(world.config.digest, send_empty=True))
    send_digest(world.app, "test")
    world.run()
    world.now += world.config.case.keep_closed + DAY
    assert purge_now(world.app, "time").rows == 2


def test_the_purge_runs_once_a_day_at_night(world, node):
    day = datetime(2026, 3, 4, tzinfo=UTC)
    closed_case(world)
    done = []
    for hours in (3.9, 4, 4.1, 27.9, 28):
        world.now = node.now = day + hours * HOUR
        done.append((purge(world.app, "test"), purge(node.app, "other")))
    nothing = Purged(0, 0)
    assert done == [(nothing, None), (nothing, None), (None, None), (None, None), (nothing, None)]


def test_the_purge_says_how_much_it_deleted(world):
    closed_case(world)
    world.now += world.config.case.keep_closed + DAY
    assert purge(world.app, "test") == Purged(1, 0)
    assert purge(world.app, "test") is None


def test_slots_are_kept_for_sixty_days(world):
    world.now = datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert purge(world.app, "test") == Purged(0, 0)
    for _ in range(70):
        world.now += DAY
        purge(world.app, "test")
    with world.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM job_slots").scalar() <= 61


def test_a_mail_that_was_obeyed_is_known_for_as_long_as_its_address_works():
    """The address works to the end of its last day."""
    assert periodic._TALLIES_KEPT >= STAFF_LIFETIME + DAY
