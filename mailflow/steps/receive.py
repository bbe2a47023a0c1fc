"""Receive: a mail is stored as it came, and only then acknowledged. All mails that wait share one commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from threading import Condition, Thread
from time import sleep

from mailflow.core.envelope import Envelope
from mailflow.steps.app import Begin, PermanentFailure, TemporaryFailure
from mailflow.store.engine import Unavailable
from mailflow.store.mails import Arrival, NewMail

MAX_BATCH = 256  # mails in one transaction
# Bytes of a mail that is hashed and sealed where it was received. Two threads that take turns at Python's lock lose more
# time than that takes; a large mail would hold up all sessions.
SMALL = 64 * 1024
# Seconds between two commits while mails come one upon the other: more of them share the next one.
GATHER = 0.002


class MailLoop(PermanentFailure):
    """The mail has been received so often that it must be going round (RFC 5321, 6.3)."""


@dataclass(slots=True)
class _Waiting:
    arrival: Arrival
    stored: Future[None]
    row: NewMail | None  # made at once of a small mail, by the writer of a large one


class Intake:
    """Takes mails from any thread and stores them in one of its own.

    A crash before the commit leaves nothing behind, and nobody was told that the mail is here. A mail that comes a
    second time is acknowledged and not stored again.
    """

    def __init__(
        self,
        begin: Begin,
        prepare: Callable[[Arrival], NewMail],
        clock: Callable[[], datetime],
        *,
        max_received: int,
        on_stored: Callable[[], None],
        on_event: Callable[..., None],
    ) -> None:
        self._begin = begin
        self._prepare = prepare
        self._clock = clock
        self._max_received = max_received
        self._on_stored = on_stored  # after each commit
        self._on_event = on_event  # store_failed: mails, error
        self._changed = Condition()
        self._waiting: list[_Waiting] = []
        self._in_hand: Sequence[_Waiting] = ()
        self._writer: Thread | None = None
        self._closed = False

    def submit(self, envelope: Envelope, raw: bytes) -> Future[None]:
        """Done once the mail is stored for good; else it holds `TemporaryFailure` or `PermanentFailure`."""
        stored: Future[None] = Future()
        if received_fields(raw) > self._max_received:
            stored.set_exception(MailLoop("too many Received fields"))
            return stored
        arrival = Arrival(envelope, raw, self._clock())
        waiting = _Waiting(arrival, stored, self._prepare(arrival) if len(raw) <= SMALL else None)
        with self._changed:
            if self._closed:
                stored.set_exception(TemporaryFailure("shutting down"))
                return stored
            if self._writer is None:  # the first mail, or the writer died
                writer = Thread(target=self._write, name="intake", daemon=True)
                writer.start()
                self._writer = writer
            self._waiting.append(waiting)
            self._changed.notify()
        return stored

    def close(self, deadline: float) -> bool:
        """Store what waits, within `deadline` seconds, and take no more. Says whether all of it was settled."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            writer = self._writer
        if writer is not None:
            writer.join(deadline)
        return writer is None or not writer.is_alive()

    def _write(self) -> None:
        """The writer. Should it die, nobody is left waiting for it, and the next mail starts another."""
        try:
            while (batch := self._take()) is not None:
                self._store(batch)
                if len(batch) > 1:
                    sleep(GATHER)
        except BaseException as error:  # noqa: BLE001 - a thread's exception has nobody else to go to
            self._on_event("store_failed", mails=len(self._in_hand), error=type(error).__name__)
        finally:
            with self._changed:
                left = [*self._in_hand, *self._waiting]
                self._in_hand, self._waiting, self._writer = (), [], None
            for mail in left:
                if not mail.stored.done():
                    mail.stored.set_exception(TemporaryFailure("the writer died"))

    def _take(self) -> Sequence[_Waiting] | None:
        """All that wait, once there are any; `None` when it is time to go."""
        with self._changed:
            self._in_hand = ()
            while not self._waiting and not self._closed:
                self._changed.wait()
            if not self._waiting:
                return None
            taken, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            self._in_hand = [mail for mail in taken if mail.stored.set_running_or_notify_cancel()]
            return self._in_hand

    def _store(self, batch: Sequence[_Waiting]) -> None:
        try:
            rows = [mail.row or self._prepare(mail.arrival) for mail in batch]
            with self._begin("intake") as uow:
                uow.mails.put_new(rows)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, it is not stored, and the client must hear so
            self._failed(batch, error)
        else:
            for mail in batch:
                mail.stored.set_result(None)
            self._on_stored()

    def _failed(self, batch: Sequence[_Waiting], error: Exception) -> None:
        """One mail that the database does not like must not fail its neighbours: then each is tried alone."""
        unavailable = isinstance(error, Unavailable | OSError)
        if len(batch) > 1 and not unavailable:
            for mail in batch:
                self._store([mail])
            return
        # The text of any other error may hold the mail.
        self._on_event(
            "store_failed", mails=len(batch), error=str(error) if unavailable else type(error).__name__
        )
        for mail in batch:
            mail.stored.set_exception(TemporaryFailure("not stored"))


def received_fields(raw: bytes) -> int:
    """How many servers have passed the mail on: its Received fields (RFC 5321, 4.4)."""
    end = raw.find(b"\r\n\r\n")
    header = raw if end < 0 else raw[:end]
    bare = header.find(b"\n\n")
    return (b"\n" + (header if bare < 0 else header[:bare]).lower()).count(b"\nreceived:")
