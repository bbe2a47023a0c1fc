from __future__ import annotations

import os
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from mailflow.core.envelope import MailKind
from mailflow.store import mails as mails_module
from mailflow.store.mails import MailState

LATER = timedelta(minutes=5)


def ids(found):
    return [mail.id for mail in found]


def put(store, *arrivals):
    with store.begin() as uow:
        assert uow.mails.put(arrivals) == len(arrivals)
        return sorted(ids(uow.mails.claim(arrivals[0].received_at + timedelta(days=1), 1000)))


def test_a_mail_comes_back_as_it_was_put(store, arrival, now):
    sent = arrival(bytes(range(256)) * 9)
    with store.begin() as uow:
        assert uow.mails.put([sent]) == 1
    with store.begin() as uow:
        (mail,) = uow.mails.claim(now, 10)
    assert (mail.envelope, mail.raw, mail.received_at) == (sent.envelope, sent.raw, sent.received_at)
    assert (mail.state, mail.attempts, mail.error, mail.size) == (MailState.WAITING, 0, None, 256 * 9)
    assert mail.received_at.utcoffset() == timedelta(0)


def test_nothing_is_put(store):
    with store.begin() as uow:
        assert uow.mails.put([]) == 0


def test_a_mail_is_stored_once_in_one_batch_and_over_many(store, arrival, now):
    first, second = arrival(), arrival()
    with store.begin() as uow:
        assert uow.mails.put([first, first, second]) == 2
    with store.begin() as uow:
        assert uow.mails.put([second, first]) == 0
        assert len(uow.mails.claim(now, 10)) == 2


def test_a_mail_that_was_handled_is_still_known(store, arrival, now, handle):
    sent = arrival()
    (mail_id,) = put(store, sent)
    with store.begin() as uow:
        handle(uow, mail_id)
        assert uow.mails.put([sent]) == 0
        assert uow.mails.claim(now, 10) == []


def test_the_oldest_come_first_and_no_more_than_asked_for(store, arrival, now):
    late, early, same = arrival(received_at=now + LATER), arrival(received_at=now), arrival(received_at=now)
    with store.begin() as uow:
        uow.mails.put([late, early, same])
        assert [mail.raw for mail in uow.mails.claim(now + LATER, 2)] == [early.raw, same.raw]
        assert [mail.raw for mail in uow.mails.claim(now, 9)] == [early.raw, same.raw]


def test_a_mail_that_failed_waits_for_its_next_try(store, arrival, now):
    (mail_id,) = put(store, arrival())
    with store.begin() as uow:
        uow.mails.failed(mail_id, "ValueError: x\0y\ud800", now + LATER)
        assert uow.mails.claim(now, 10) == []
        (mail,) = uow.mails.claim(now + LATER, 10)
    assert (mail.attempts, mail.error) == (1, "ValueError: x\ufffdy?")


def test_a_handled_mail_keeps_what_was_made_of_it(store, arrival, now, case):
    (mail_id,) = put(store, arrival())
    known = case()
    with store.begin() as uow:
        uow.cases.save(known)
        uow.mails.failed(mail_id, "once", now)
        uow.mails.handled(
            mail_id,
            now=now + LATER,
            kind=MailKind.AMENDMENT,
            case_id=known.id,
            sender="jane@example.org",
            subject="Re: \0 ¡Hola!",
            message_id="1@example.org",
            silence="vacation reply",
            fresh="jdoe",
        )
    with store.read() as uow:
        mail = uow.mails.get(mail_id)
        (listed,) = uow.mails.of_case(known.id)
    assert mail.raw.startswith(b"Message-ID")
    assert (mail.state, mail.kind, mail.case_id) == (MailState.HANDLED, MailKind.AMENDMENT, known.id)
    assert (mail.sender, mail.subject, mail.message_id) == (
        "jane@example.org",
        "Re: \ufffd ¡Hola!",
        "1@example.org",
    )
    assert (mail.silence, mail.fresh, mail.handled_at, mail.error) == (
        "vacation reply",
        "jdoe",
        now + LATER,
        None,
    )
    assert (listed.id, listed.fresh, listed.size) == (mail.id, mail.fresh, len(mail.raw))


def test_masked_bytes_take_the_place_of_the_received_ones(store, arrival, handle):
    (mail_id,) = put(store, arrival(b"Subject: x\r\n\r\nhunter2\r\n"))
    with store.begin() as uow:
        handle(uow, mail_id, raw=b"Subject: x\r\n\r\n[password removed]\r\n")
        mail = uow.mails.get(mail_id)
    assert (b"hunter2" in mail.raw, mail.size) == (False, len(mail.raw))


def test_there_is_no_such_mail(store):
    with store.read() as uow:
        assert uow.mails.get(99) is None
        assert uow.mails.of_case("99") == []


def test_a_parked_mail_is_listed_replayed_and_dropped(store, arrival, now):
    first, second = put(store, arrival(), arrival())
    with store.begin() as uow:
        assert not uow.mails.replay(first)
        assert not uow.mails.drop(first)
        uow.mails.failed(first, "one", now)
        uow.mails.park(first, "two")
        uow.mails.park(second, "two")
        parked = uow.mails.parked()
        assert [(mail.id, mail.attempts, mail.error) for mail in parked] == [
            (first, 2, "two"),
            (second, 1, "two"),
        ]
        assert uow.mails.claim(now + LATER, 10) == []
        assert uow.mails.replay(first)
        assert [(mail.id, mail.attempts) for mail in uow.mails.claim(now, 10)] == [(first, 0)]
        assert uow.mails.drop(second)
        assert uow.mails.get(second) is None


def test_a_handled_mail_is_not_parked_or_tried_again(store, arrival, now, handle):
    (mail_id,) = put(store, arrival())
    with store.begin() as uow:
        handle(uow, mail_id)
        uow.mails.park(mail_id, "late")
        uow.mails.failed(mail_id, "late", now)
        assert uow.mails.get(mail_id).state is MailState.HANDLED
        assert uow.mails.get(mail_id).attempts == 0


def test_mails_of_persons_without_a_case_are_set_aside(store, arrival, now, case, handle):
    forged, automatic, joined, old, waiting = put(
        store, arrival(), arrival(), arrival(), arrival(received_at=now - LATER), arrival()
    )
    known = case()
    with store.begin() as uow:
        uow.cases.save(known)
        handle(uow, forged, kind=MailKind.REQUEST)
        handle(uow, automatic, kind=MailKind.AUTO_GENERATED, silence="Auto-Submitted")
        handle(uow, joined, kind=MailKind.AMENDMENT, case_id=known.id)
        handle(uow, old, kind=MailKind.REQUEST)
        assert ids(uow.mails.set_aside(now)) == [forged]
        assert ids(uow.mails.set_aside(now - LATER)) == [old, forged]
        assert waiting not in ids(uow.mails.set_aside(now - LATER))


def test_mails_that_got_no_letter_for_some_reasons_are_had_page_by_page(store, arrival, now, handle):
    early, late, same, other = put(store, arrival(received_at=now - LATER), arrival(), arrival(), arrival())
    with store.begin() as uow:
        for mail, why in ((early, "a"), (late, "b"), (same, "a"), (other, "c")):
            handle(uow, mail, kind=MailKind.AUTO_GENERATED, silence=why)
        assert ids(uow.mails.silent_for(["a", "b"], now - LATER)) == [early, late, same]
        assert ids(uow.mails.silent_for(["a", "b"], now - LATER, early)) == [late, same]
        assert ids(uow.mails.silent_for(["a", "b"], now, late)) == [same]
        assert ids(uow.mails.silent_for(["a"], now)) == [same]


def test_only_handled_mails_without_a_case_are_purged(store, arrival, now, case, handle):
    old, new, joined, parked, waiting = put(
        store, arrival(), arrival(received_at=now + LATER), arrival(), arrival(), arrival()
    )
    known = case()
    with store.begin() as uow:
        uow.cases.save(known)
        handle(uow, old)
        handle(uow, new)
        handle(uow, joined, case_id=known.id)
        uow.mails.park(parked, "x")
        assert uow.mails.purge(now + LATER) == 1
        assert uow.mails.purge(now + LATER) == 0
        assert uow.mails.get(old) is None
        assert None not in map(uow.mails.get, (new, joined, parked, waiting))


def test_a_purge_stops_at_its_limit(store, arrival, now, handle):
    with store.begin() as uow:
        uow.mails.put([arrival() for _ in range(5)])
        for mail in uow.mails.claim(now, 10):
            handle(uow, mail.id)
        assert [uow.mails.purge(now + LATER, limit=3) for _ in range(3)] == [3, 2, 0]


def test_large_mails_do_not_fill_the_memory_together(store, arrival, now, monkeypatch):
    monkeypatch.setattr(mails_module, "CLAIMED_BYTES", 1_000_000)
    large = [arrival(b"Subject: %d\r\n\r\n" % number + b"x" * 600_000) for number in range(3)]
    with store.begin() as uow:
        uow.mails.put(large)
        (claimed,) = uow.mails.claim(now, 10)
    assert claimed.raw == large[0].raw


def test_one_mail_is_claimed_however_large(store, arrival, now, monkeypatch):
    monkeypatch.setattr(mails_module, "CLAIMED_BYTES", 10)
    with store.begin() as uow:
        uow.mails.put([arrival(os.urandom(600_000))])
        assert len(uow.mails.claim(now, 10)) == 1


def test_no_mail_is_handled_twice_by_four_threads(store, arrival, now, handle):
    with store.begin() as uow:
        uow.mails.put([arrival() for _ in range(60)])
    handled: list[int] = []
    start = Barrier(4)

    def work() -> None:
        start.wait()
        while True:
            with store.begin() as uow:
                claimed = uow.mails.claim(now, 4)
                for mail in claimed:
                    handle(uow, mail.id)
            if not claimed:
                return
            handled.extend(ids(claimed))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(handled) == 60
    assert len(set(handled)) == 60


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_one_node_claims_another_skips(store, arrival, now):
    with store.begin() as uow:
        uow.mails.put([arrival() for _ in range(3)])
    with store.begin() as first, store.begin() as second:
        mine, theirs = ids(first.mails.claim(now, 2)), ids(second.mails.claim(now, 2))
    assert (len(mine), len(theirs)) == (2, 1)
    assert not set(mine) & set(theirs)
