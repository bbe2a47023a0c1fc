"""The intake: what it acknowledges is stored, and what it cannot store it says so of, at once."""

from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, get_ident

import pytest

from mailflow.core.envelope import Envelope
from mailflow.steps.app import PermanentFailure, TemporaryFailure
from mailflow.steps.receive import MAX_BATCH, Intake, MailLoop, received_fields
from mailflow.store.engine import Unavailable
from tests.edges.smtp_desk import Desk, in_loop, running, talking

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENVELOPE = Envelope("ann@example.org", ("desk@desk.example.org",), "192.0.2.1", "client.example.org")
SOON = 5  # seconds: it takes far less


def mail(number: int = 1, received: int = 0) -> bytes:
    trace = b"Received: from a.example.org by b.example.org\r\n" * received
    return trace + b"Message-ID: <%d@example.org>\r\n\r\nhello\r\n" % number


def as_it_came(arrival):
    """Where a store would make a row of it."""
    return arrival


class FakeStore:
    """A unit of work that keeps batches, waits at a gate, and fails on demand."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.begun = 0
        self.entered = Event()
        self.open = Event()
        self.open.set()
        self.failures: list[BaseException] = []
        self.poison = b"poison"
        self.threads: set[int] = set()

    @property
    def mails(self):
        return self

    def put_new(self, arrivals) -> None:
        if any(arrival.raw == self.poison for arrival in arrivals):
            raise ValueError(self.poison)
        self._putting = [arrival.raw for arrival in arrivals]
        self.last = arrivals[-1]

    @contextmanager
    def begin(self, _name):
        self.begun += 1
        self.threads.add(get_ident())
        self.entered.set()
        assert self.open.wait(SOON)
        if self.failures:
            raise self.failures.pop(0)
        yield self
        self.batches.append(self._putting)


class Taken:
    def __init__(self, begin, prepare=as_it_came) -> None:
        self.woken = 0
        self.events: list[tuple[str, dict[str, object]]] = []
        self.intake = Intake(
            begin, prepare, lambda: NOW, max_received=50, on_stored=self.wake, on_event=self.on_event
        )

    def wake(self) -> None:
        self.woken += 1

    def on_event(self, name: str, **facts: object) -> None:
        self.events.append((name, facts))


@pytest.fixture
def fake():
    return FakeStore()


@pytest.fixture
def taken(fake):
    taken = Taken(fake.begin)
    yield taken
    fake.open.set()
    assert taken.intake.close(SOON)


@pytest.fixture
def intake(taken):
    return taken.intake


def submit_while_busy(fake: FakeStore, intake: Intake, raws: list[bytes]):
    """Have these wait together: the writer is at work on one before them."""
    fake.open.clear()
    fake.entered.clear()
    first = intake.submit(ENVELOPE, mail(0))
    assert fake.entered.wait(SOON)
    futures = [first, *(intake.submit(ENVELOPE, raw) for raw in raws)]
    fake.open.set()
    return futures


def test_a_mail_is_stored_as_it_came(fake, intake):
    assert intake.submit(ENVELOPE, mail()).result(SOON) is None
    assert fake.batches == [[mail()]]
    assert (fake.last.envelope, fake.last.received_at) == (ENVELOPE, NOW)


def test_mails_that_wait_share_one_commit(fake, taken, intake):
    for future in submit_while_busy(fake, intake, [mail(1), mail(2), mail(3)]):
        future.result(SOON)
    assert fake.batches == [[mail(0)], [mail(1), mail(2), mail(3)]]
    assert intake.submit(ENVELOPE, mail(4)).result(SOON) is None
    assert taken.woken >= 2


def test_nothing_is_acknowledged_before_the_commit(fake, intake):
    fake.open.clear()
    future = intake.submit(ENVELOPE, mail())
    assert fake.entered.wait(SOON)
    assert not future.done()
    fake.open.set()
    future.result(SOON)


def test_a_batch_is_bounded(fake, intake):
    raws = [mail(number) for number in range(MAX_BATCH + 1)]
    for future in submit_while_busy(fake, intake, raws):
        future.result(SOON)
    assert [len(batch) for batch in fake.batches] == [1, MAX_BATCH, 1]


def test_one_thread_writes(fake, intake):
    for number in range(3):
        intake.submit(ENVELOPE, mail(number)).result(SOON)
    assert len(fake.threads) == 1
    assert get_ident() not in fake.threads


@pytest.mark.parametrize(
    "failure", [Unavailable("disk is full"), TimeoutError("no turn"), OSError(28, "No space")]
)
def test_without_a_database_a_mail_is_refused_for_now_and_the_next_are_tried_afresh(
    fake, taken, intake, failure
):
    fake.failures = [failure]
    futures = submit_while_busy(fake, intake, [mail(1), mail(2)])
    with pytest.raises(TemporaryFailure, match=r"^not stored$"):
        futures[0].result(SOON)
    assert futures[1].result(SOON) is None
    assert futures[2].result(SOON) is None
    assert taken.events == [("store_failed", {"mails": 1, "error": str(failure)})]


def test_while_the_database_is_gone_no_mail_is_tried_alone(fake, intake):
    fake.failures = [Unavailable("gone"), Unavailable("gone")]
    for future in submit_while_busy(fake, intake, [mail(1), mail(2), mail(3)]):
        assert isinstance(future.exception(SOON), TemporaryFailure)
    assert fake.begun == 2


def test_a_mail_that_the_database_refuses_does_not_fail_its_neighbours(fake, taken, intake):
    futures = submit_while_busy(fake, intake, [mail(1), fake.poison, mail(2)])
    assert futures[1].result(SOON) is None
    assert futures[3].result(SOON) is None
    with pytest.raises(TemporaryFailure, match=r"^not stored$"):
        futures[2].result(SOON)
    assert fake.batches == [[mail(0)], [mail(1)], [mail(2)]]
    assert taken.events == [("store_failed", {"mails": 1, "error": "ValueError"})]


def test_a_writer_that_dies_leaves_nobody_waiting_and_another_takes_its_place(fake, taken, intake):
    fake.open.clear()
    dying = intake.submit(ENVELOPE, mail(1))
    assert fake.entered.wait(SOON)
    behind = intake.submit(ENVELOPE, mail(2))
    fake.failures = [SystemExit()]
    fake.open.set()
    for future in (dying, behind):
        with pytest.raises(TemporaryFailure):
            future.result(SOON)
    assert intake.submit(ENVELOPE, mail(3)).result(SOON) is None
    assert fake.batches == [[mail(3)]]
    assert taken.events == [("store_failed", {"mails": 1, "error": "SystemExit"})]


def test_a_mail_that_nobody_waits_for_any_more_is_not_stored(fake, intake):
    fake.open.clear()
    first = intake.submit(ENVELOPE, mail(1))
    assert fake.entered.wait(SOON)
    assert intake.submit(ENVELOPE, mail(2)).cancel()
    fake.open.set()
    first.result(SOON)
    assert intake.submit(ENVELOPE, mail(3)).result(SOON) is None
    assert [raw for batch in fake.batches for raw in batch] == [mail(1), mail(3)]


def test_closing_stores_what_waits_and_takes_no_more(fake, intake):
    futures = submit_while_busy(fake, intake, [mail(1), mail(2)])
    assert intake.close(SOON)
    assert [future.result(0) for future in futures] == [None, None, None]
    with pytest.raises(TemporaryFailure):
        intake.submit(ENVELOPE, mail(3)).result(0)


def test_closing_waits_no_longer_than_it_may(fake, intake):
    fake.open.clear()
    future = intake.submit(ENVELOPE, mail())
    assert not intake.close(0.01)
    fake.open.set()
    assert future.result(SOON) is None


def test_an_intake_that_took_nothing_is_closed_at_once(intake):
    assert intake.close(0)


@pytest.mark.parametrize("count", [0, 50])
def test_a_mail_that_passed_some_servers_is_stored(intake, count):
    assert intake.submit(ENVELOPE, mail(received=count)).result(SOON) is None


def test_a_mail_that_goes_round_in_a_loop_is_refused_for_good(fake, intake):
    with pytest.raises(MailLoop):
        intake.submit(ENVELOPE, mail(received=51)).result(0)
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


@pytest.fixture
def at_the_store(store):
    taken = Taken(store.begin, store.new_mail)
    yield taken
    assert taken.intake.close(SOON)


def stored(store) -> list[bytes]:
    with store.begin() as uow:
        return [waiting.raw for waiting in uow.mails.claim(NOW, 100)]


def test_what_was_acknowledged_is_in_the_database(store, at_the_store):
    futures = [at_the_store.intake.submit(ENVELOPE, mail(number)) for number in range(20)]
    for future in futures:
        future.result(SOON)
    assert stored(store) == [mail(number) for number in range(20)]


def test_the_same_mail_twice_is_stored_once_and_acknowledged_twice(store, at_the_store):
    for received in (1, 2):
        at_the_store.intake.submit(ENVELOPE, mail(received=received)).result(SOON)
    assert len(stored(store)) == 1


def test_the_same_message_id_with_other_content_is_kept(store, at_the_store):
    for body in (b"one", b"two"):
        at_the_store.intake.submit(ENVELOPE, mail() + body).result(SOON)
    assert stored(store) == [mail() + b"one", mail() + b"two"]


def test_a_mail_that_is_sent_again_after_a_hang_up_before_the_reply_is_stored_once(store, at_the_store):
    """The client was gone before its 250, so it sends the mail again, as it must (RFC 5321, 4.2.5)."""
    held = Event()
    first = Event()

    @contextmanager
    def slow(_name):
        first.set()
        assert held.wait(SOON)
        with store.begin() as uow:
            yield uow

    at_the_store.intake._begin = slow

    @in_loop
    async def dialogue():
        async with running(desk := Desk()):
            desk.listener._reception._submit = at_the_store.intake.submit
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

    dialogue()
    assert stored(store) == [mail()]
