from __future__ import annotations

from datetime import timedelta

from mailflow.core.authentication import Authentication
from mailflow.core.case import Flag, Outcome, Status
from mailflow.core.envelope import MailKind
from mailflow.store import views
from mailflow.store.schema import case_is_queued
from mailflow.store.views import Numbers, Queues

DAY = timedelta(days=1)


def save(store, *cases):
    with store.begin() as uow:
        for known in cases:
            uow.cases.save(known)


def closed(case, at, outcome=Outcome.RECOVERED, **facts):
    return case(status=Status.CLOSED, outcome=outcome, closed_at=at, **facts)


def test_the_place_in_the_queue_goes_by_when_a_case_was_complete(store, case, now):
    second, first, third, tied = (
        case(status=Status.IN_REVIEW, completed_at=now + days * DAY, changed_at=now) for days in (2, 1, 3, 3)
    )
    elsewhere = case(status=Status.AWAITING_REQUESTER, completed_at=now)
    save(store, second, first, third, tied, elsewhere)
    with store.read() as uow:
        assert [uow.views.queue_place(one) for one in (first, second, third, tied)] == [1, 2, 3, 4]
        assert uow.views.queue_place(case()) == 5
        assert uow.views.queue_place(case(status=Status.IN_REVIEW, completed_at=now + 1.5 * DAY)) == 2


def test_places_are_counted_so_far_and_no_further(store, case, now, monkeypatch):
    monkeypatch.setattr(views, "_QUEUE", views._ahead(case_is_queued, most=2))
    for number in range(4):
        with store.read() as uow:
            assert uow.views.queue_place(case()) == min(number, 2) + 1
        save(store, case(status=Status.IN_REVIEW, completed_at=now))


def test_the_usual_wait_is_the_median_of_what_the_staff_closed(store, case, now):
    with store.read() as uow:
        assert uow.views.usual_wait(now - DAY) is None
    save(
        store,
        *(closed(case, now, completed_at=now - days * DAY) for days in (1, 2, 30)),
        closed(case, now, Outcome.DENIED, completed_at=now - 3 * DAY),
        closed(case, now, Outcome.EXPIRED, completed_at=now - 99 * DAY),
        closed(case, now, Outcome.DENIED),
        closed(case, now - 2 * DAY, completed_at=now - 99 * DAY),
        case(completed_at=now - 99 * DAY),
    )
    with store.read() as uow:
        assert uow.views.usual_wait(now - DAY) == 2 * DAY
        assert uow.views.usual_wait(now - 3 * DAY) == 3 * DAY


def test_cases_are_counted_by_status(store, case):
    save(store, case(), case(), case(status=Status.CLOSED))
    with store.read() as uow:
        assert uow.views.count_by_status() == {
            Status.AWAITING_ANSWERS: 2,
            Status.IN_REVIEW: 0,
            Status.AWAITING_REQUESTER: 0,
            Status.CLOSED: 1,
        }


def test_cases_are_listed_by_what_they_are(store, case, now):
    old = case(opened_at=now - DAY, account="JDoe")
    new = case(opened_at=now, party="Joe@example.org", status=Status.IN_REVIEW, account="jdoe")
    other = case(opened_at=now - 2 * DAY)
    save(store, new, old, other)
    with store.read() as uow:
        listed = uow.views.cases
        assert listed() == [new, old, other]
        assert listed(oldest_first=True) == [other, old, new]
        assert listed(limit=1) == [new]
        assert listed(status=Status.IN_REVIEW) == [new]
        assert listed(status=Status.CLOSED) == []
        assert listed(party="joe@EXAMPLE.org") == [new]
        assert listed(account="JDOE") == [new, old]
        assert listed(account="JDOE", party="jane@example.org") == [old]
        assert listed(opened_since=now - DAY) == [new, old]


def test_failing_addresses_of_open_and_lately_changed_cases_are_listed(store, case, now):
    failing = frozenset({Flag.ADDRESS_FAILING})
    open_one = case(flags=failing, changed_at=now - 9 * DAY)
    lately = closed(case, now, flags=failing, changed_at=now)
    long_ago = closed(case, now, flags=failing, changed_at=now - DAY)
    save(store, open_one, lately, long_ago, case())
    with store.read() as uow:
        assert uow.views.failing(now) == [open_one, lately]
        assert uow.views.failing(now - DAY) == [open_one, lately, long_ago]


def test_disowned_cases_are_told_by_their_flag_and_not_by_the_word(store, case, now, engine):
    flags = frozenset({Flag.DISOWNED, Flag.WORDS_UNREAD})
    withdrawn = Outcome.WITHDRAWN
    disowned = closed(case, now, withdrawn, flags=flags)
    earlier = closed(case, now - 9 * DAY, withdrawn, flags=flags)
    told = closed(case, now, withdrawn, last_letters={"disowned": now}, question='"disowned"')
    decided = closed(case, now, flags=flags)
    save(store, disowned, earlier, told, decided, closed(case, now, withdrawn))
    with store.read() as uow:
        assert uow.views.disowned(now - DAY) == [disowned]
        found = uow.views.cases(party=told.party, flag=Flag.DISOWNED)
        assert {one.id for one in found} == {disowned.id, earlier.id, decided.id}
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE cases SET details = '{{\"flags\":[\"disowned\"' WHERE id = '{told.id}'"
        )
    with store.read() as uow:
        assert {one.id for one in uow.views.disowned(now - DAY)} == {disowned.id, told.id}


def test_the_numbers_of_a_span_count_what_happened_in_it(store, case, now, arrival, letter, handle):
    with store.begin() as uow:
        assert uow.views.numbers(now, now + DAY) == Numbers()
        for at in (now, now + DAY - timedelta(microseconds=1), now + DAY, now - timedelta(microseconds=1)):
            uow.mails.put([arrival(received_at=at), arrival(received_at=at)])
            uow.cases.save(case(opened_at=at))
            uow.cases.save(closed(case, at, Outcome.WITHDRAWN, opened_at=now - 9 * DAY))
            for settle in ("sent", "sent", "give_up", "drop"):
                uow.outbox.put(letter(), now)
                letter_id = uow.outbox.waiting()[0].id
                arguments = {
                    "give_up": (letter_id, "550", at),
                    "drop": (letter_id,),
                    "sent": ([letter_id], at),
                }[settle]
                getattr(uow.outbox, settle)(*arguments)
        uow.cases.save(closed(case, now, Outcome.DENIED, opened_at=now - 9 * DAY))
        for number, mail in enumerate(uow.mails.claim(now + DAY, 9)):
            silence = "vacation reply" if number % 2 else None
            handle(uow, mail.id, kind=MailKind.AUTO_GENERATED, silence=silence)
        assert uow.views.numbers(now, now + DAY) == Numbers(
            mails=4,
            requests=2,
            closed={Outcome.WITHDRAWN: 2, Outcome.DENIED: 1},
            sent=4,
            failed=2,
            silent={"vacation reply": 2},
        )


def test_a_mail_that_waits_for_the_dns_is_not_the_oldest_that_waits_for_us(store, now, arrival):
    with store.begin() as uow:
        assert uow.views.oldest_for_us() is None
        uow.mails.put([arrival(received_at=now + days * DAY) for days in range(3)])
        silent, settled = (one.mail.id for one in uow.senders.lease_new(now + DAY, 2))
        assert uow.views.oldest_for_us() == now
        uow.senders.put_off(silent, now + DAY)
        assert uow.views.oldest_for_us() == now + DAY
        uow.senders.settle(settled, Authentication())
        assert uow.views.oldest_for_us() == now + DAY


def test_what_waits_is_counted(store, now, arrival, letter):
    with store.begin() as uow:
        assert uow.views.queues() == Queues(0, 0, 0, None, None)
        uow.mails.put(
            [arrival(received_at=now + DAY), arrival(received_at=now), arrival(received_at=now - DAY)]
        )
        uow.mails.park(uow.mails.claim(now, 1)[0].id, "x")
        for days in (3, 2):
            uow.outbox.put(letter(), now + days * DAY)
        assert uow.views.queues() == Queues(2, 1, 2, now, now + 2 * DAY)
