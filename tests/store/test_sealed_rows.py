"""With a key the rows hold nothing that can be read, open in their own row alone, and are sealed anew by a newer key."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from mailflow.store import Store
from mailflow.store.mails import content_digest
from mailflow.store.schema import encryption_keys, mails, outbox
from mailflow.store.seal import Keyring, Unreadable, key_id

OLD, NEW = b"\x01" * 32, b"\x02" * 32
RAW = b"Subject: hidden subject\r\n\r\nthe hidden words\r\n"
FRESH = "the hidden words é\0"


@pytest.fixture
def sealed(engine):
    return Store(engine, keyring=Keyring([OLD]))


@pytest.fixture
def rotated(engine):
    return Store(engine, keyring=Keyring([NEW, OLD]))


def put(store, *arrivals):
    with store.begin() as uow:
        return uow.mails.put(arrivals)


def handle_all(store, handle, now, **facts):
    with store.begin() as uow:
        ids = [mail.id for mail in uow.mails.claim(now, 100)]
        for number in ids:
            handle(uow, number, fresh=FRESH, **facts)
    return ids


def mail(store, number):
    with store.read() as uow:
        return uow.mails.get(number)


def letters(store):
    with store.read() as uow:
        return [uow.outbox.get(one.id) for one in uow.outbox.waiting()]


def everything(engine, table):
    with engine.connect() as connection:
        return repr(connection.execute(select(table)).all()) + repr(
            [bytes(row.raw) for row in connection.execute(select(table.c.raw))]
        )


def change(engine, table, **values):
    with engine.begin() as connection:
        connection.execute(update(table).values(**values))


def swap(engine, table, first, second, *columns):
    with engine.begin() as connection:
        rows = {
            row.id: {name: row._mapping[name] for name in columns}
            for row in connection.execute(select(table))
        }
        if "digest" in columns:  # which is unique at every moment
            connection.execute(update(table).where(table.c.id == first).values(digest=b"x"))
        for number, other in ((second, first), (first, second)):
            connection.execute(update(table).where(table.c.id == number).values(**rows[other]))


# ------------------------------------------------------------------------------------------------ mails


def test_a_mail_opens_as_it_came(sealed, engine, arrival, handle, now):
    put(sealed, arrival(RAW))
    with sealed.begin() as uow:
        (claimed,) = uow.mails.claim(now, 9)
    assert (claimed.raw, claimed.fresh, claimed.size) == (RAW, None, len(RAW))
    handle_all(sealed, handle, now)
    found = mail(sealed, 1)
    assert (found.raw, found.fresh) == (RAW, "the hidden words é\ufffd")
    assert "hidden" not in everything(engine, mails)


def test_a_large_mail_is_fetched_and_opened_by_itself(sealed, arrival, now):
    raw = b"Subject: x\r\n\r\n" + b"x" * 300_000
    put(sealed, arrival(raw))
    with sealed.begin() as uow:
        assert [one.raw for one in uow.mails.claim(now, 9)] == [raw]


def test_what_takes_the_place_of_a_secret_is_sealed_too(sealed, engine, arrival, handle, now):
    put(sealed, arrival(RAW))
    handle_all(sealed, handle, now, raw=b"[a hidden password removed]")
    assert (mail(sealed, 1).raw, mail(sealed, 1).size) == (b"[a hidden password removed]", 27)
    assert "hidden" not in everything(engine, mails)


def test_the_same_mail_is_known_and_nobody_can_try_what_was_in_it(sealed, engine, arrival):
    assert put(sealed, arrival(RAW)) == 1
    assert put(sealed, arrival(RAW)) == 0
    with engine.connect() as connection:
        assert connection.execute(select(mails.c.digest)).scalar() != content_digest(RAW)


@pytest.mark.parametrize("columns", [("raw",), ("fresh_sealed",), ("raw", "digest"), ("raw", "received_at")])
def test_mails_do_not_open_in_each_others_rows(sealed, engine, arrival, handle, now, columns):
    put(sealed, arrival(RAW, now), arrival(b"Subject: other\r\n\r\n", now - timedelta(seconds=1)))
    handle_all(sealed, handle, now)
    swap(engine, mails, 1, 2, *columns)
    for number in (1, 2):
        found = mail(sealed, number)
        with pytest.raises(Unreadable):
            _ = found.fresh if columns == ("fresh_sealed",) else found.raw


def test_a_mail_that_does_not_open_holds_up_no_other(sealed, engine, arrival, now):
    put(sealed, arrival(RAW), arrival())
    with engine.begin() as connection:
        connection.execute(update(mails).where(mails.c.id == 1).values(raw=b"\0" * 100))
    with sealed.begin() as uow:
        bad, good = uow.mails.claim(now, 9)
        assert b"Hello" in good.raw
        with pytest.raises(Unreadable):
            _ = bad.raw


def test_what_was_received_is_deleted_and_the_rest_of_the_mail_stays(sealed, arrival, handle, now, case):
    put(sealed, arrival(RAW), arrival(received_at=now + timedelta(days=1)))
    handle_all(sealed, handle, now, subject="x")
    put(sealed, arrival())
    later = now + timedelta(days=9)
    with sealed.begin() as uow:
        assert uow.mails.delete_raw(now, later) == 0
        assert uow.mails.delete_raw(now + timedelta(hours=1), later) == 1
        assert uow.mails.delete_raw(now + timedelta(hours=1), later) == 0
        assert uow.mails.get(2).raw != b""
        assert uow.mails.get(3).raw != b"", "it waits"
        found = uow.mails.get(1)
    assert (found.raw, found.raw_deleted_at, found.fresh) == (b"", later, "the hidden words é\ufffd")
    assert (found.subject, found.size) == ("x", len(RAW))


# ------------------------------------------------------------------------------------------------ letters


def test_a_letter_opens_as_it_was_written(sealed, engine, letter, now):
    rendered = letter(raw=b"a hidden letter", text="a hidden text")
    with sealed.begin() as uow:
        uow.outbox.put(rendered, now)
        (leased,) = uow.outbox.lease(now, now + timedelta(minutes=1), "a", 9)
    written = {name: value for name, value in asdict(rendered).items() if name != "asked"}
    assert {name: getattr(leased, name) for name in written} == written
    assert "hidden" not in everything(engine, outbox)


@pytest.mark.parametrize(
    "values", [{"recipient": "eve@example.org"}, {"message_id": "other@example.org"}, {"text_sealed": b""}]
)
def test_a_letter_that_was_changed_does_not_open(sealed, engine, letter, now, values):
    with sealed.begin() as uow:
        uow.outbox.put(letter(), now)
    change(engine, outbox, **values)
    (found,) = letters(sealed)
    with pytest.raises(Unreadable):
        _ = found.text if "text_sealed" in values else found.raw


def test_the_bytes_of_settled_letters_are_deleted_and_their_text_stays(sealed, letter, now):
    with sealed.begin() as uow:
        for _ in range(3):
            uow.outbox.put(letter(text="a hidden text"), now)
        uow.outbox.sent([1], now)
        uow.outbox.give_up(2, "refused", now)
    later = now + timedelta(days=9)
    with sealed.begin() as uow:
        assert uow.outbox.delete_raw(now, later) == 0
        assert uow.outbox.delete_raw(later, later) == 2
        assert uow.outbox.delete_raw(later, later) == 0
        sent, waiting = uow.outbox.get(1), uow.outbox.get(3)
        assert not uow.outbox.retry_now(2, now), "there is nothing left to send"
    assert (sent.raw, sent.raw_deleted_at, sent.text) == (b"", later, "a hidden text")
    assert waiting.raw != b""


# ------------------------------------------------------------------------------------------------ keys


def admit(store, now):
    with store.begin() as uow:
        return uow.seals.admit(now)


def known(engine):
    with engine.connect() as connection:
        return set(connection.execute(select(encryption_keys.c.id)).scalars())


def reseal(store, kind, limit=20):
    parts, after = [], 0
    while True:
        with store.begin() as uow:
            part = uow.seals.reseal(kind, after, limit)
        if part is None:
            return parts
        parts.append(part)
        after = part.last


def test_who_lacks_a_key_that_is_in_use_is_told(engine, sealed, rotated, now):
    assert admit(sealed, now) == []
    stranger = Store(engine, keyring=Keyring([NEW]))
    assert admit(stranger, now) == [key_id(OLD)]
    assert admit(Store(engine), now) == [key_id(OLD)]
    assert known(engine) == {key_id(OLD)}
    assert admit(rotated, now) == []
    assert admit(rotated, now) == []
    assert known(engine) == {key_id(OLD), key_id(NEW)}
    with sealed.read() as uow:
        assert uow.seals.missing() == [key_id(NEW)]


def test_a_database_that_was_in_the_clear_takes_its_first_key(engine, now):
    assert admit(Store(engine), now) == []
    assert known(engine) == set()


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_all_is_sealed_anew_and_the_old_key_is_needed_no_more(
    engine, store, sealed, rotated, arrival, handle, letter, now, limit
):
    """Rows in the clear, rows of the old key, and one handled under the new key that came under the old one."""
    put(store, arrival(RAW))
    with store.begin() as uow:
        uow.outbox.put(letter(raw=RAW, text=FRESH), now)
    handle_all(store, handle, now)
    put(sealed, arrival(RAW + b"2"), arrival(RAW + b"3"))
    with sealed.begin() as uow:
        uow.outbox.put(letter(raw=RAW, text=FRESH), now)
        handle(uow, 2, fresh=FRESH)
    handle_all(rotated, handle, now)
    put(rotated, arrival(RAW + b"4"))
    before = [(mail(rotated, number).raw, mail(rotated, number).fresh) for number in (1, 2, 3, 4)]

    with rotated.read() as uow:
        assert (uow.seals.left("mail"), uow.seals.left("letter")) == (3, 2)
    parts = reseal(rotated, "mail", limit), reseal(rotated, "letter", limit)
    assert [sum(part.done for part in of) for of in parts] == [3, 2]
    assert len(parts[0]) == -(-3 // limit)
    with rotated.begin() as uow:
        assert (uow.seals.left("mail"), uow.seals.left("letter")) == (0, 0)
        uow.seals.forget_others()
    only = Store(engine, keyring=Keyring([NEW]))
    assert admit(only, now) == []
    after = [(mail(only, number).raw, mail(only, number).fresh) for number in (1, 2, 3, 4)]
    assert after == [(raw, fresh and fresh.replace("\0", "\ufffd")) for raw, fresh in before]
    assert [(one.raw, one.text) for one in letters(only)] == [(RAW, FRESH.replace("\0", "\ufffd"))] * 2
    assert "hidden" not in everything(engine, mails) + everything(engine, outbox)
    assert reseal(only, "mail") == reseal(only, "letter") == []


def test_it_goes_on_where_it_was_stopped(sealed, rotated, arrival):
    put(sealed, *(arrival() for _ in range(5)))
    with rotated.begin() as uow:
        assert uow.seals.reseal("mail", 0, 2).done == 2
    with rotated.read() as uow:
        assert uow.seals.left("mail") == 3
    assert sum(part.done for part in reseal(rotated, "mail")) == 3


def test_what_does_not_open_is_named_and_stays_as_it_is(engine, sealed, rotated, arrival):
    put(sealed, *(arrival() for _ in range(3)))
    with engine.begin() as connection:
        connection.execute(update(mails).where(mails.c.id == 2).values(raw=b"\0" * 100))
    (part,) = reseal(rotated, "mail")
    assert (part.done, part.unreadable) == (2, (2,))
    with rotated.read() as uow:
        assert uow.seals.left("mail") == 1


def test_what_was_deleted_is_not_sealed_anew(sealed, rotated, arrival, handle, now):
    put(sealed, arrival(RAW))
    handle_all(sealed, handle, now)
    with sealed.begin() as uow:
        uow.mails.delete_raw(now + timedelta(days=1), now)
    (part,) = reseal(rotated, "mail")
    assert part.done == 1
    found = mail(rotated, 1)
    assert (found.raw, found.fresh) == (b"", "the hidden words é\ufffd")
    assert reseal(rotated, "mail") == []
