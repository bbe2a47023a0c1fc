"""Deliver: take letters from the outbox, hand them to the relay, settle their rows.

No transaction is open while the relay works: the lease is committed, the relay called, the outcome committed. A crash
in between leaves the lease to run out and the letter to be sent again, with the same Message-ID: it arrives twice if the
crash fell between the smarthost's 250 and the last commit, a tenth of a second later at most, and is never lost.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailflow.core.events import AddressFailed
from mailflow.core.timing import retry_wait
from mailflow.steps.app import (
    App,
    Outgoing,
    PermanentFailure,
    SmarthostDown,
    SmarthostFailing,
    TemporaryFailure,
)
from mailflow.steps.apply import apply_event
from mailflow.steps.hold import Hold
from mailflow.store.engine import Unavailable
from mailflow.store.outbox import QueuedLetter
from mailflow.store.unit import UnitOfWork

# In timeouts of the smarthost: what one letter may take, and for how long a batch is leased.
TIMEOUTS_A_LETTER = 3
_TIMEOUTS_A_LEASE = 5
_STATUS = re.compile(r"\b[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})\b")  # after the reply's code (RFC 2034, 4)
_ERROR_KEPT = 300  # characters
_GIVEN_UP_AT_ONCE = 100  # letters of one transaction
_SETTLED_WITHIN = timedelta(
    seconds=0.1
)  # after the smarthost's yes; what was sent in it, a crash sends again


class Outcome(StrEnum):
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"  # refused for good, or too old
    PUT_BACK = "put_back"  # nothing can leave now: it was not tried, and stays due


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a letter: for the mail log."""

    letter: QueuedLetter
    outcome: Outcome
    attempts: int  # with this one
    error: str = ""
    next_try_at: datetime | None = None


def deliver_due(
    app: App,
    node: str,
    *,
    limit: int,
    tell: Callable[[Delivery], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
    hold: Hold | None = None,
) -> int:
    """Deliver up to `limit` letters that are due, and say how many were settled: sent, given up or put off.

    0 means to wait: no letter is due, or none can leave. `tell` hears of each letter that was tried or given up, once
    that is committed; `stopping` is asked before each, and ends the batch. `hold` remembers from one call to the next how
    the smarthost is; while it fails, one letter is tried now and then, and all others stay as they are.
    """
    hold = hold or Hold()
    room = hold.room(limit)
    letters, until = _lease(app, node, room) if room else ([], app.clock())
    if not letters:
        return 0
    return _Batch(app, node, letters, until, _Around(tell, stopping, hold, limit)).deliver()


def _lease(app: App, node: str, limit: int) -> tuple[list[QueuedLetter], datetime]:
    """Letters for this node alone, and until when."""
    now = app.clock()
    until = now + _TIMEOUTS_A_LEASE * app.config.smarthost.timeout
    with app.begin("lease") as uow:
        return uow.outbox.lease(now, until, node, limit), until


@dataclass(frozen=True, slots=True)
class _Around:
    """What a batch has to do with its surroundings."""

    tell: Callable[[Delivery], None]
    stopping: Callable[[], bool]
    hold: Hold
    limit: int


class _Batch:
    """The letters of one lease: some wait, some are in the relay's hands, some were sent, the others are settled."""

    def __init__(
        self, app: App, node: str, letters: Sequence[QueuedLetter], until: datetime, around: _Around
    ) -> None:
        self._app, self._node, self._around = app, node, around
        self._last_start = until - TIMEOUTS_A_LETTER * app.config.smarthost.timeout
        self._waiting = deque(letters)
        self._in_hand: dict[int, QueuedLetter] = {}
        self._sent: list[QueuedLetter] = []
        self._sent_since = until
        self._settled = 0
        self._failing = False  # the smarthost: what waits is better tried later

    def deliver(self) -> int:
        try:
            with closing(self._app.relay.send_all(self._outgoing())) as outcomes:
                for told in outcomes:
                    if told is not None:
                        self._take(self._in_hand.pop(told[0].id), told[1])
                    if self._is_time():
                        self._settle_sent()
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 -- a relay that raises must not have its letters tried for ever
            for letter in self._in_hand.values():
                self._fail(letter, error)
        self._settle_sent()
        if self._waiting:
            _release(self._app, self._node, self._waiting)
        return self._settled

    def _is_time(self) -> bool:
        """To settle what was sent; also when the clock was set back meanwhile."""
        return abs(self._app.clock() - self._sent_since) >= _SETTLED_WITHIN

    def _outgoing(self) -> Iterator[Outgoing]:
        """The letters, each when the relay has room for it, as long as there is time for one more."""
        while self._waiting and self._may_go_on():
            letter = self._waiting.popleft()
            try:
                raw = letter.raw
            except Exception as error:  # noqa: BLE001 -- one that cannot be opened must not stop the next one
                self._fail(letter, error)
                continue
            self._in_hand[letter.id] = letter
            yield Outgoing(letter.id, letter.envelope_sender, letter.recipient, raw)

    def _may_go_on(self) -> bool:
        return not self._failing and not self._around.stopping() and self._app.clock() <= self._last_start

    def _take(self, letter: QueuedLetter, failure: Exception | None) -> None:
        """What the relay tells of a letter."""
        if failure is None:
            self._sent_since = self._sent_since if self._sent else self._app.clock()
            self._sent.append(letter)
        else:
            self._settle_sent()
            if isinstance(failure, SmarthostDown):
                self._put_back(letter, str(failure))
                return
            self._fail(letter, failure)
        if isinstance(failure, SmarthostFailing):
            self._failing = True
            self._around.hold.fail()
        else:
            self._around.hold.pass_one(self._around.limit)

    def _fail(self, letter: QueuedLetter, failure: Exception) -> None:
        match failure:
            case PermanentFailure():
                delivery = _refused(self._app, letter, str(failure))
            case TemporaryFailure():
                delivery = _put_off(self._app, letter, str(failure))
            case _:
                delivery = _put_off(self._app, letter, f"{type(failure).__name__}: {failure}")
        self._settled += 1
        self._around.tell(delivery)

    def _put_back(self, letter: QueuedLetter, error: str) -> None:
        """No letter can leave now, whichever it is."""
        pause = timedelta(seconds=self._around.hold.fail())
        unsent = [letter, *self._in_hand.values(), *self._waiting]
        self._waiting.clear()
        self._around.tell(_put_back(self._app, self._node, unsent, error, pause))
        _give_up_old(self._app, error, self._around.tell)

    def _settle_sent(self) -> None:
        """Several in one transaction: a crash before it has all of them sent again."""
        sent, self._sent = self._sent, []
        if not sent:
            return
        with self._app.begin("sent") as uow:
            uow.outbox.sent([letter.id for letter in sent], self._app.clock())
        self._settled += len(sent)
        for letter in sent:
            self._around.tell(Delivery(letter, Outcome.SENT, letter.attempts + 1))


def _refused(app: App, letter: QueuedLetter, error: str) -> Delivery:
    """Given up, and the case is told: its party may not be reached at this address."""
    found = _STATUS.search(error)
    event = AddressFailed(letter.recipient, found[1] if found else "", error)
    with app.begin("refused") as uow:
        case = uow.cases.get(letter.case_id, lock=True) if letter.case_id else None
        if case is not None:
            apply_event(app, uow, case, event, "smarthost")
        return _given_up(uow, letter, error, app.clock())


def _put_off(app: App, letter: QueuedLetter, error: str) -> Delivery:
    """Tried again after a wait that grows, and for the last time when it is about to be given up."""
    now, settings, error = app.clock(), app.config.smarthost, error[:_ERROR_KEPT]
    last_try_at = letter.created_at + settings.give_up_after
    with app.begin("put off") as uow:
        if now >= last_try_at:
            return _given_up(uow, letter, error, now)
        attempts = letter.attempts + 1
        next_try_at = min(
            now + spread(retry_wait(attempts, settings.retry), letter.id, attempts), last_try_at
        )
        uow.outbox.retry(letter.id, next_try_at, error)
    return Delivery(letter, Outcome.RETRY, attempts, error, next_try_at)


def _put_back(app: App, node: str, letters: Sequence[QueuedLetter], error: str, pause: timedelta) -> Delivery:
    """All stay due, as none of them was tried. On record is why, with the first one, which stands for all."""
    first, error = letters[0], error[:_ERROR_KEPT]
    with app.begin("put back") as uow:
        for letter in letters:
            uow.outbox.release(
                letter.id, node, letter.next_try_at, error if letter is first else letter.error
            )
    return Delivery(first, Outcome.PUT_BACK, first.attempts, error, app.clock() + pause)


def _give_up_old(app: App, error: str, tell: Callable[[Delivery], None]) -> None:
    """Letters that cannot be tried grow old all the same."""
    now, error = app.clock(), error[:_ERROR_KEPT]
    written_before = now - app.config.smarthost.give_up_after
    while True:
        with app.begin("give up") as uow:
            old = uow.outbox.give_up_old(written_before, error, now, _GIVEN_UP_AT_ONCE)
        for letter in old:
            tell(Delivery(letter, Outcome.FAILED, letter.attempts, error))
        if not old:
            return


def _release(app: App, node: str, letters: Collection[QueuedLetter]) -> None:
    """Untouched, for whoever comes next."""
    with app.begin("release") as uow:
        for letter in letters:
            uow.outbox.release(letter.id, node, letter.next_try_at, letter.error)


def _given_up(uow: UnitOfWork, letter: QueuedLetter, error: str, now: datetime) -> Delivery:
    uow.outbox.give_up(letter.id, error, now)
    return Delivery(letter, Outcome.FAILED, letter.attempts + 1, error)


def spread(wait: timedelta, letter_id: int, attempts: int) -> timedelta:
    """The wait, up to a tenth longer or shorter, so that letters that failed together do not come back together."""
    thousandths = (letter_id * 7919 + attempts * 104_729) % 201 - 100  # primes: neighbours land far apart
    return wait * (1000 + thousandths) / 1000


def longest_wait(waits: Sequence[timedelta]) -> timedelta:
    """No letter waits longer between two tries."""
    return max(waits) * 1.1
