"""The intake: what it acknowledges is stored, and what it cannot store it says so of, at once."""

import asyncio
import gc
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event, Thread, get_ident
from types import SimpleNamespace

import pytest

from mailflow import faults
from mailflow.core.envelope import Envelope
from mailflow.steps.app import PermanentFailure, TemporaryFailure
from mailflow.steps.receive import (
    AT_ONCE,
    FULL,
    MANY,
    MAX_BATCH,
    PAUSE,
    SMALL,
    Intake,
    MailLoop,
    received_fields,
)
from mailflow.store.engine import Unavailable
from tests.edges.smtp_desk import Desk, in_loop, running, talking

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENVELOPE = Envelope("ann@example.org", ("desk@desk.example.org",), "192.0.2.1", "client.example.org")
SOON = 5  # seconds: it takes far less
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def mail(number: int = 1, received: int = 0, size: int = 0) -> bytes:
    trace = b"Received: from a.example.org by b.example.org\r\n" * received
    return trace + b"Message-ID: <%d@example.org>\r\n\r\nhello\r\n" % number + b"x" * size


class FakeStore:
    """A unit of work that keeps batches, has each COMMIT wait at a gate, and fails on demand."""

    def __init__(self, free: bool) -> None:
        self.free = free  # no other writer holds the database
        self.batches: list[list[bytes]] = []
        self.begun = 0
        self.entered = Event()
        self.open = Event()
        self.open.set()
        self.failures: list[BaseException] = []  # of the next commits
        self.poison = b"poison"
        self.known: list[bytes] = []
        self.preparing: set[int] = set()  # threads
        self.inserting: set[int] = set()
        self.committing: set[int] = set()
        self._putting: list[bytes] = []

    @property
    def mails(self):
        return self

    def new_mail(self, arrival):
        self.preparing.add(get_ident())
        self.last = arrival
        if arrival.raw.startswith(b"unpreparable"):
            raise ValueError
        return SimpleNamespace(raw=arrival.raw, size=len(arrival.raw))

    def put_new(self, rows):
        self.inserting.add(get_ident())
        self._putting = [row.raw for row in rows]
        if self.poison in self._putting:
            raise ValueError(self.poison)
        return {place for place, raw in enumerate(self._putting) if raw in self.known}

    @contextmanager
    def begin(self, name):
        assert name == "intake"
        self.begun += 1
        yield self
        self.committing.add(get_ident())
        self.entered.set()
        assert self.open.wait(SOON)
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(self._putting)

    def begin_at_once(self, name):
        if not self.free:
            raise Unavailable("another writes")
        return self.begin(name)


class Taken:
    def __init__(self, store) -> None:
        moments = count()
        self.woken = 0
        self.broken = False
        self.events: list[tuple[str, dict[str, object]]] = []
        self.intake = Intake(
            store,
            lambda: NOW + timedelta(microseconds=next(moments)),
            max_received=50,
            on_stored=self.wake,
            on_event=self.on_event,
        )
        self.submit = self.intake.submit

    def wake(self) -> None:
        self.woken += 1
        if self.broken:
            raise ValueError

    def on_event(self, name: str, **facts: object) -> None:
        self.events.append((name, facts))


@asynccontextmanager
async def taking(store) -> AsyncIterator[Taken]:
    taken = Taken(store)
    taken.intake.start()
    try:
        yield taken
    finally:
        if isinstance(store, FakeStore):
            store.open.set()
        assert await taken.intake.close(SOON)


@pytest.fixture(params=[True, False], ids=["inserted at once", "inserted by the thread"])
def fake(request):
    return FakeStore(request.param)


async def entered(fake: FakeStore) -> None:
    """A COMMIT is being made."""
    assert await asyncio.to_thread(fake.entered.wait, SOON)


async def submit_while_busy(fake: FakeStore, taken: Taken, raws: list[bytes]):
    """Have these wait together: the one before them is being committed."""
    fake.open.clear()
    fake.entered.clear()
    first = taken.submit(ENVELOPE, mail(0))
    await entered(fake)
    stored = [first, *(taken.submit(ENVELOPE, raw) for raw in raws)]
    fake.open.set()
    return stored


async def failure_of(stored) -> BaseException | None:
    await asyncio.wait([stored], timeout=SOON)
    return stored.exception()


@in_loop
async def test_a_mail_is_stored_as_it_came(fake):
    async with taking(fake) as taken:
        assert await taken.submit(ENVELOPE, mail()) is False
    assert fake.batches == [[mail()]]
    assert (fake.last.envelope, fake.last.received_at) == (ENVELOPE, NOW)


@in_loop
async def test_mails_that_wait_share_one_commit(fake):
    async with taking(fake) as taken:
        await asyncio.gather(*await submit_while_busy(fake, taken, [mail(1), mail(2), mail(3)]))
        assert fake.batches == [[mail(0)], [mail(1), mail(2), mail(3)]]
        await taken.submit(ENVELOPE, mail(4))
    assert taken.woken == 3


@in_loop
async def test_mails_that_come_together_share_one_commit(fake):
    async with taking(fake) as taken:
        await asyncio.gather(*(taken.submit(ENVELOPE, mail(number)) for number in range(3)))
    assert fake.batches == [[mail(0), mail(1), mail(2)]]


@in_loop
async def test_after_a_commit_of_many_mails_others_come_together_for_the_next_one(fake, monkeypatch):
    timers: dict[float, Callable[[], None]] = {}
    async with taking(fake) as taken:
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.get_running_loop(), "call_later", timers.__setitem__)
            await asyncio.gather(*(taken.submit(ENVELOPE, mail(number)) for number in range(MANY)))
            later = [taken.submit(ENVELOPE, mail(MANY))]
            await asyncio.sleep(0)
            later.append(taken.submit(ENVELOPE, mail(MANY + 1)))
        timers.pop(PAUSE)()
        await asyncio.gather(*later)
    assert [len(batch) for batch in fake.batches] == [MANY, 2]
    assert not timers


@in_loop
async def test_nothing_is_acknowledged_before_the_commit(fake):
    async with taking(fake) as taken:
        fake.open.clear()
        stored = taken.submit(ENVELOPE, mail())
        await entered(fake)
        await asyncio.sleep(0)
        assert not stored.done()
        fake.open.set()
        await stored


@in_loop
async def test_a_batch_is_bounded(fake):
    raws = [mail(number) for number in range(MAX_BATCH + 1)]
    async with taking(fake) as taken:
        await asyncio.gather(*await submit_while_busy(fake, taken, raws))
    assert [len(batch) for batch in fake.batches] == [1, MAX_BATCH, 1]


@in_loop
async def test_the_bytes_of_a_batch_are_bounded(fake):
    raws = [mail(number, size=SMALL // 2) for number in range(3 * FULL // SMALL)]
    async with taking(fake) as taken:
        await asyncio.gather(*await submit_while_busy(fake, taken, raws))
    sizes = [sum(map(len, batch)) for batch in fake.batches]
    assert len(sizes) == 3
    assert FULL - SMALL < sizes[1] <= FULL


@in_loop
async def test_a_mail_that_fills_a_transaction_has_one_of_its_own(fake):
    raws = [mail(1, size=SMALL), mail(2, size=2 * FULL), mail(3, size=SMALL)]
    async with taking(fake) as taken:
        fake.open.clear()
        first = taken.submit(ENVELOPE, mail(0))
        await entered(fake)
        stored = [taken.submit(ENVELOPE, raw) for raw in raws]
        while len(taken.intake._waiting) < len(raws):  # noqa: ASYNC110 - they are being prepared
            await asyncio.sleep(0)
        fake.open.set()
        await asyncio.gather(first, *stored)
    assert sorted(map(len, fake.batches)) in ([1, 1, 1, 1], [1, 1, 2])  # in whatever order they were prepared
    assert [raws[1]] in fake.batches


@in_loop
async def test_a_session_that_was_cut_makes_no_noise_when_its_mail_is_not_stored(fake, caplog):
    async with taking(fake) as taken:
        fake.failures = [Unavailable("gone")]
        taken.submit(ENVELOPE, mail(1))
        with pytest.raises(TemporaryFailure):
            await taken.submit(ENVELOPE, mail(2))
    gc.collect()
    assert caplog.records == []


@in_loop
async def test_the_thread_alone_waits_for_the_disk_and_for_other_writers(fake):
    async with taking(fake) as taken:
        for number in range(3):
            await taken.submit(ENVELOPE, mail(number))
    loop, (thread,) = {get_ident()}, fake.committing
    assert fake.preparing == loop
    assert thread not in loop
    assert fake.inserting == (loop if fake.free else {thread})


@in_loop
async def test_a_large_mail_holds_up_no_session(fake):
    async with taking(fake) as taken:
        await taken.submit(ENVELOPE, mail(size=2 * FULL))
    assert get_ident() not in fake.preparing | fake.inserting
    assert [len(raw) for batch in fake.batches for raw in batch] == [len(mail(size=2 * FULL))]


@in_loop
async def test_many_mails_that_are_large_together_hold_up_no_session(fake):
    async with taking(fake) as taken:
        raws = [mail(number, size=SMALL // 2) for number in range(2 * AT_ONCE // SMALL)]
        await asyncio.gather(*(taken.submit(ENVELOPE, raw) for raw in raws))
    assert get_ident() not in fake.inserting
    assert fake.batches == [raws]


@in_loop
async def test_a_large_mail_that_no_row_can_be_made_of_is_refused_for_now(fake):
    async with taking(fake) as taken:
        stored = taken.submit(ENVELOPE, b"unpreparable" + bytes(SMALL))
        assert isinstance(await failure_of(stored), TemporaryFailure)
        await taken.submit(ENVELOPE, mail())
    assert taken.events == [("store_failed", {"mails": 1, "error": "ValueError"})]


@pytest.mark.parametrize(
    "failure", [Unavailable("disk is full"), TimeoutError("no turn"), OSError(28, "No space")]
)
@in_loop
async def test_without_a_database_a_mail_is_refused_for_now_and_the_next_are_tried_afresh(fake, failure):
    async with taking(fake) as taken:
        fake.failures = [failure]
        first, *others = await submit_while_busy(fake, taken, [mail(1), mail(2)])
        with pytest.raises(TemporaryFailure, match=r"^not stored$"):
            await first
        await asyncio.gather(*others)
    assert taken.events == [("store_failed", {"mails": 1, "error": str(failure)})]


@in_loop
async def test_while_the_database_is_gone_no_mail_is_tried_alone(fake):
    async with taking(fake) as taken:
        fake.failures = [Unavailable("gone"), Unavailable("gone")]
        for stored in await submit_while_busy(fake, taken, [mail(1), mail(2), mail(3)]):
            assert isinstance(await failure_of(stored), TemporaryFailure)
    assert fake.begun == 2
    assert [facts["mails"] for _, facts in taken.events] == [1, 3]


@in_loop
async def test_a_mail_that_the_database_refuses_does_not_fail_its_neighbours(fake):
    async with taking(fake) as taken:
        stored = await submit_while_busy(fake, taken, [mail(1), fake.poison, mail(2)])
        await asyncio.gather(stored[1], stored[3])
        with pytest.raises(TemporaryFailure, match=r"^not stored$"):
            await stored[2]
    assert fake.batches == [[mail(0)], [mail(1)], [mail(2)]]
    assert taken.events == [("store_failed", {"mails": 1, "error": "ValueError"})]


@in_loop
async def test_what_would_end_the_thread_leaves_nobody_waiting_and_it_goes_on(fake):
    async with taking(fake) as taken:
        fake.failures = [SystemExit()]
        first, second = await submit_while_busy(fake, taken, [mail(1)])
        assert isinstance(await failure_of(first), TemporaryFailure)
        await second
        await taken.submit(ENVELOPE, mail(2))
    assert fake.batches == [[mail(1)], [mail(2)]]
    assert taken.events == [("store_failed", {"mails": 1, "error": "SystemExit"})]


@in_loop
async def test_without_a_thread_it_does_not_start(fake, monkeypatch):
    def start(_thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", start)
    with pytest.raises(OSError, match=r"^the intake: can't start new thread$"):
        Taken(fake).intake.start()


@in_loop
async def test_a_large_mail_that_no_thread_makes_a_row_of_is_refused_for_now(fake, monkeypatch):
    async with taking(fake) as taken:
        with monkeypatch.context() as patched:
            patched.setattr(Thread, "start", lambda _thread: 1 / 0)
            stored = taken.submit(ENVELOPE, mail(1, size=SMALL))
            assert isinstance(await failure_of(stored), TemporaryFailure)
        await taken.submit(ENVELOPE, mail(2, size=SMALL))
    assert fake.batches == [[mail(2, size=SMALL)]]


@in_loop
async def test_it_says_when_its_thread_has_ended(fake):
    async with taking(fake) as taken:
        assert taken.intake.ill == ""
        taken.intake._jobs.put(None)
        await asyncio.to_thread(taken.intake._writer.join, SOON)
        assert taken.intake.ill == "receive: the intake is not running"
    assert taken.intake.ill == ""


@in_loop
async def test_whoever_is_told_may_raise_and_all_mails_are_answered_and_the_next_taken(fake):
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    async with taking(fake) as taken:
        taken.broken = True
        first, *others = await submit_while_busy(fake, taken, [mail(1), fake.poison, mail(2)])
        await asyncio.gather(first, others[0], others[2])
        assert isinstance(await failure_of(others[1]), TemporaryFailure)
        await taken.submit(ENVELOPE, mail(3))
    assert fake.batches == [[mail(0)], [mail(1)], [mail(2)], [mail(3)]]


@in_loop
async def test_a_mail_that_is_being_committed_is_stored_whoever_waits(fake):
    async with taking(fake) as taken:
        fake.open.clear()
        stored = taken.submit(ENVELOPE, mail(1))
        await entered(fake)
        assert stored.cancel()
        fake.open.set()
        await taken.submit(ENVELOPE, mail(2))
    assert fake.batches == [[mail(1)], [mail(2)]]


@in_loop
async def test_closing_stores_what_waits_and_takes_no_more(fake):
    async with taking(fake) as taken:
        stored = await submit_while_busy(fake, taken, [mail(1), mail(2), mail(3, size=SMALL)])
        assert await taken.intake.close(SOON)
        assert [one.result() for one in stored] == [False] * 4
        with pytest.raises(TemporaryFailure):
            await taken.submit(ENVELOPE, mail(4))


@in_loop
async def test_closing_waits_no_longer_than_it_may(fake):
    async with taking(fake) as taken:
        fake.open.clear()
        stored = taken.submit(ENVELOPE, mail())
        assert not await taken.intake.close(0.01)
        fake.open.set()
        await stored


@in_loop
async def test_an_intake_that_took_nothing_is_closed_at_once(fake):
    assert await Taken(fake).intake.close(0)


def test_a_loop_that_is_gone_does_not_trouble_the_thread(fake):
    async def leave() -> Taken:
        fake.open.clear()
        taken = Taken(fake)
        taken.intake.start()
        taken.submit(ENVELOPE, mail())
        await entered(fake)
        return taken

    taken = asyncio.run(leave())
    fake.open.set()
    taken.intake._jobs.put(None)
    taken.intake._writer.join(SOON)
    assert not taken.intake._writer.is_alive()
    assert fake.batches == [[mail()]]


@pytest.mark.parametrize("count", [0, 50])
@in_loop
async def test_a_mail_that_passed_some_servers_is_stored(fake, count):
    async with taking(fake) as taken:
        assert await taken.submit(ENVELOPE, mail(received=count)) is False


@in_loop
async def test_a_mail_that_goes_round_in_a_loop_is_refused_for_good(fake):
    async with taking(fake) as taken:
        with pytest.raises(MailLoop):
            await taken.submit(ENVELOPE, mail(received=51))
    assert issubclass(MailLoop, PermanentFailure)
    assert fake.begun == 0


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        (b"", 0),
        (b"Received: a\r\nRECEIVED: b\r\nreceived: c\r\n\r\nReceived: d\r\n", 3),
        (b"Received: a\nReceived: b\n\nReceived: c\n", 2),
        (b"Subject: a\r\n Received: folded\r\nX-Received: b\r\nReceived-SPF: pass\r\n\r\n", 0),
        (b"Received: a\r\nReceived: without a body", 2),
        (b"\r\n\r\nReceived: a", 0),
    ],
)
def test_received_fields_are_counted_in_the_header_only(raw, count):
    assert received_fields(raw) == count


# With the real store


def stored_in(store) -> list[bytes]:
    with store.begin() as uow:
        return [waiting.raw for waiting in uow.mails.claim(NOW + timedelta(hours=1), 100)]


@in_loop
async def test_what_was_acknowledged_is_in_the_database(store):
    async with taking(store) as taken:
        await asyncio.gather(*(taken.submit(ENVELOPE, mail(number)) for number in range(20)))
        assert stored_in(store) == [mail(number) for number in range(20)]


@SQLITE
@in_loop
async def test_while_another_thread_writes_mails_wait_and_sessions_do_not(store):
    async with taking(store) as taken:
        with store.begin():
            stored = taken.submit(ENVELOPE, mail())
            await asyncio.sleep(0)  # the intake has tried
            await asyncio.sleep(0)
            assert not stored.done()
        await stored
    assert stored_in(store) == [mail()]
    assert taken.events == []


@SQLITE
@in_loop
async def test_while_another_process_writes_mails_wait_and_sessions_do_not(store, database):
    path = database.url.removeprefix("sqlite:///")
    async with taking(store) as taken:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            stored = taken.submit(ENVELOPE, mail())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert not stored.done()
            other.execute("COMMIT")
        await stored
    assert stored_in(store) == [mail()]
    assert taken.events == []


@in_loop
async def test_the_same_mail_twice_is_stored_once_and_acknowledged_twice(store):
    async with taking(store) as taken:
        known = [await taken.submit(ENVELOPE, mail(received=received)) for received in (1, 2)]
    assert known == [False, True]
    assert len(stored_in(store)) == 1


@in_loop
async def test_of_mails_that_come_together_those_are_told_apart_that_have_come_before(store):
    async with taking(store) as taken:
        await taken.submit(ENVELOPE, mail(1))
        known = await asyncio.gather(*(taken.submit(ENVELOPE, mail(number)) for number in (0, 1, 2, 2)))
    assert known == [False, True, False, True]
    assert len(stored_in(store)) == 3


@in_loop
async def test_a_session_that_was_cut_makes_no_noise_when_its_mail_had_come_before(fake):
    fake.known = [mail(1), mail(2)]
    async with taking(fake) as taken:
        first, second = taken.submit(ENVELOPE, mail(1)), taken.submit(ENVELOPE, mail(2))
        first.cancel()
        assert await second is True


@in_loop
async def test_the_same_message_id_with_other_content_is_kept(store):
    async with taking(store) as taken:
        for body in (b"one", b"two"):
            await taken.submit(ENVELOPE, mail() + body)
    assert stored_in(store) == [mail() + b"one", mail() + b"two"]


@in_loop
async def test_a_mail_that_is_sent_again_after_a_hang_up_before_the_reply_is_stored_once(store, monkeypatch):
    """The client was gone before its 250, so it sends the mail again, as it must (RFC 5321, 4.2.5)."""
    held = Event()
    first = Event()

    def wait(moment: str, _what: str) -> None:
        if moment == faults.BEFORE_COMMIT:
            first.set()
            assert held.wait(SOON)

    monkeypatch.setattr(faults, "act", wait)
    async with taking(store) as taken, running(desk := Desk()):
        desk.listener._reception._submit = taken.submit
        async with talking(desk) as client:
            await client.begin_mail()
            client.send(mail() + b".\r\n")
            await desk.until(first.is_set)
        held.set()
        await desk.until(lambda: desk.told("received"))
        async with talking(desk) as client:
            await client.begin_mail()
            client.send(mail())
            assert (await client.say(".")).startswith("250 2.0.0")
        assert [name for name, _ in desk.events if name != "connected"] == ["received", "duplicate"]
    assert stored_in(store) == [mail()]
