"""Receive: a mail is stored as it came, and only then acknowledged. All mails that wait share one commit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple, Protocol

from mailflow.core.envelope import Envelope
from mailflow.steps.app import PermanentFailure, TemporaryFailure
from mailflow.store.engine import Unavailable
from mailflow.store.mails import Arrival, NewMail
from mailflow.store.unit import UnitOfWork

MAX_BATCH = 256  # mails in one transaction
# Bytes. A mail of this size at most is hashed and sealed in the event loop, a third of a millisecond: two threads that take
# turns at Python's lock lose more time than that takes. A large mail would hold up all sessions.
SMALL = 256 * 1024
# Bytes of mails that are inserted in the event loop: SQLite takes two milliseconds for a megabyte.
AT_ONCE = 2 * SMALL
FULL = 8 * SMALL  # bytes of mails in one transaction; a mail that is larger has one of its own
# A COMMIT of so many mails is followed by a pause, in seconds, in which others come together: what is shared by more costs
# each of them less. Where mails come one by one, none waits; bytes that take long give others the time anyway.
MANY = 4
PAUSE = 0.003


class MailLoop(PermanentFailure):
    """The mail has been received so often that it must be going round (RFC 5321, 6.3)."""


class MailStore(Protocol):
    def new_mail(self, arrival: Arrival) -> NewMail:
        """In whatever thread."""
        ...

    def begin(self, name: str) -> AbstractContextManager[UnitOfWork]: ...

    def begin_at_once(self, name: str) -> AbstractContextManager[UnitOfWork]:
        """Raises `Unavailable` where `begin` would wait. The block may be left in another thread."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: NewMail
    stored: asyncio.Future[bool]


_Batch = Sequence[_Waiting]


class _Outcome(NamedTuple):
    batch: _Batch
    known: Collection[int] = ()  # places of mails that had come before
    error: BaseException | None = None  # why none of them is stored


class _Inserted(NamedTuple):
    """A transaction with mails in it."""

    transaction: ExitStack  # its `close` commits
    known: Collection[int]


class Intake:
    """Takes mails in the event loop and inserts them there. A thread waits for the disk: it makes the COMMIT.

    Mails that come meanwhile go into the next transaction. Where another writer holds the database, and on PostgreSQL, the
    thread does the whole of it. A crash before the commit leaves nothing behind, and nobody was told that the mail is here.
    A mail that comes a second time is acknowledged and not stored again.
    """

    def __init__(
        self,
        store: MailStore,
        clock: Callable[[], datetime],
        *,
        max_received: int,
        on_stored: Callable[[], None],
        on_event: Callable[..., None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._max_received = max_received
        self._on_stored = on_stored  # after each commit
        self._on_event = on_event  # store_failed: mails, error
        self._preparing: dict[asyncio.Task[None], asyncio.Future[bool]] = {}  # of large mails
        self._waiting: deque[_Waiting] = deque()
        self._in_hand: _Batch = ()
        self._is_awake = False  # a batch is in hand, or about to be
        self._jobs: SimpleQueue[tuple[_Batch, _Inserted | None] | None] = SimpleQueue()
        self._writer: Thread | None = None
        self._closed = False

    def start(self) -> None:
        """In the event loop, before the first mail. Raises `OSError` where no thread is to be had."""
        loop = asyncio.get_running_loop()
        writer = Thread(target=self._write, args=[loop], name="intake", daemon=True)
        try:
            writer.start()
        except RuntimeError as error:
            raise OSError(f"the intake: {error}") from error
        self._writer = writer

    @property
    def ill(self) -> str:
        """What is wrong with it, or ""."""
        is_gone = self._writer is not None and not self._closed and not self._writer.is_alive()
        return "receive: the intake is not running" if is_gone else ""

    def submit(self, envelope: Envelope, raw: bytes) -> asyncio.Future[bool]:
        """Done once the mail is stored for good, and says whether it had come before; else it holds
        `TemporaryFailure` or `PermanentFailure`.
        """
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if received_fields(raw) > self._max_received:
            stored.set_exception(MailLoop("too many Received fields"))
        elif self._closed:
            stored.set_exception(TemporaryFailure("shutting down"))
        else:
            arrival = Arrival(envelope, raw, self._clock())
            if len(raw) <= SMALL:
                self._add(_Waiting(self._store.new_mail(arrival), stored))
            else:
                task = asyncio.create_task(self._prepare(arrival, stored))
                self._preparing[task] = stored
                task.add_done_callback(self._preparing.__delitem__)
        return stored

    async def close(self, deadline: float) -> bool:
        """Store what waits, within `deadline` seconds, and take no more. Says whether all of it was settled."""
        self._closed = True
        left = [*self._preparing.values(), *(mail.stored for mail in (*self._in_hand, *self._waiting))]
        late = (await asyncio.wait(left, timeout=deadline))[1] if left else set()
        self._jobs.put(None)
        return not late

    # In the event loop

    async def _prepare(self, arrival: Arrival, stored: asyncio.Future[bool]) -> None:
        try:
            row = await asyncio.to_thread(self._store.new_mail, arrival)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client must hear that its mail is not stored
            _answer([stored], error)
            self._tell(1, error)
        else:
            self._add(_Waiting(row, stored))

    def _add(self, mail: _Waiting) -> None:
        self._waiting.append(mail)
        if not self._is_awake:
            self._is_awake = True
            asyncio.get_running_loop().call_soon(self._next_batch)  # with those that are as far by then

    def _next_batch(self) -> None:
        self._in_hand = batch = self._taken()
        self._is_awake = bool(batch)
        if batch:
            self._jobs.put((batch, self._inserted_at_once(batch)))

    def _taken(self) -> _Batch:
        """Those that have waited longest."""
        taken: list[_Waiting] = []
        size = 0
        while self._waiting and len(taken) < MAX_BATCH:
            size += self._waiting[0].row.size
            if taken and size > FULL:
                break
            taken.append(self._waiting.popleft())
        return taken

    def _inserted_at_once(self, batch: _Batch) -> _Inserted | None:
        if _size(batch) > AT_ONCE:
            return None
        try:
            return _insert(self._store.begin_at_once("intake"), batch)
        except Exception:  # noqa: BLE001 - nothing was stored; the thread tries the same, and tells if it fails there too
            return None

    def _settle(self, outcomes: Sequence[_Outcome]) -> None:
        """Should whoever is told of it raise, all sessions have their answer, and the next mails are taken all the same."""
        try:
            for batch, known, error in outcomes:
                _answer([mail.stored for mail in batch], error, known)
            for batch, _, error in outcomes:
                self._tell(len(batch), error)
        finally:
            if len(self._in_hand) < MANY or _size(self._in_hand) > AT_ONCE:
                self._next_batch()
            else:
                asyncio.get_running_loop().call_later(PAUSE, self._next_batch)

    def _tell(self, mails: int, error: BaseException | None) -> None:
        if error is None:
            self._on_stored()
        else:
            # The text of any other error may hold the mail.
            told = str(error) if isinstance(error, Unavailable | OSError) else type(error).__name__
            self._on_event("store_failed", mails=mails, error=told)

    # In the thread

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        while (job := self._jobs.get()) is not None:
            outcomes = self._stored(*job)
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(self._settle, outcomes)

    def _stored(self, batch: _Batch, inserted: _Inserted | None) -> Sequence[_Outcome]:
        """One mail that the database does not like must not fail its neighbours: then each is tried alone."""
        try:
            if inserted is None:
                inserted = _insert(self._store.begin("intake"), batch)
            inserted.transaction.close()
        except BaseException as error:  # noqa: BLE001 - a thread's exception has nobody else to go to
            if (
                len(batch) == 1
                or isinstance(error, Unavailable | OSError)
                or not isinstance(error, Exception)
            ):
                return [_Outcome(batch, error=error)]
            return [outcome for mail in batch for outcome in self._stored([mail], None)]
        return [_Outcome(batch, inserted.known)]


def _size(batch: _Batch) -> int:
    return sum(mail.row.size for mail in batch)


def _answer(
    mails: Sequence[asyncio.Future[bool]], error: BaseException | None, known: Collection[int] = ()
) -> None:
    for place in known:
        if not mails[place].done():
            mails[place].set_result(True)
    for stored in mails:
        if stored.done():  # it is known, or somebody has cancelled it
            continue
        if error is None:
            stored.set_result(False)
        else:
            stored.set_exception(TemporaryFailure("not stored"))
            stored.exception()  # a session that was cut never asks, and that is no event for asyncio


def _insert(begun: AbstractContextManager[UnitOfWork], batch: _Batch) -> _Inserted:
    with ExitStack() as transaction:
        known = transaction.enter_context(begun).mails.put_new([mail.row for mail in batch])
        return _Inserted(transaction.pop_all(), known)


def received_fields(raw: bytes) -> int:
    """How many servers have passed the mail on: its Received fields (RFC 5321, 4.4)."""
    end = raw.find(b"\r\n\r\n")
    header = raw if end < 0 else raw[:end]
    bare = header.find(b"\n\n")
    return (b"\n" + (header if bare < 0 else header[:bare]).lower()).count(b"\nreceived:")
