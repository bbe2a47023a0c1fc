"""Deliver: take letters from the outbox, hand each to the relay, settle its row.

No transaction is open while the relay works: the lease is committed, the relay called, the outcome committed. A crash
in between leaves the lease to run out and the letter to be sent again, with the same Message-ID: it arrives twice if the
crash fell between the smarthost's 250 and the last commit, and is never lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailflow.core.events import AddressFailed
from mailflow.core.timing import retry_wait
from mailflow.steps.app import App, PermanentFailure, SmarthostDown, TemporaryFailure
from mailflow.steps.apply import apply_event
from mailflow.store.outbox import QueuedLetter
from mailflow.store.unit import UnitOfWork

# In timeouts of the smarthost: what one letter may take, and for how long a batch is leased.
TIMEOUTS_A_LETTER = 3
_TIMEOUTS_A_LEASE = 5
_STATUS = re.compile(r"\b[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})\b")  # after the reply's code (RFC 2034, 4)
_ERROR_KEPT = 300  # characters
# The longer letters have waited for the smarthost, the less often all of them are tried.
_LONGEST_PAUSE = timedelta(minutes=10)


class Outcome(StrEnum):
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"  # refused for good, or too old
    PUT_BACK = "put_back"  # nothing can leave now: not the letter's fault, and not counted as an attempt


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
) -> int:
    """Deliver up to `limit` letters that are due, and say how many were settled: sent, given up or put off.

    0 means to wait: no letter is due, or none can leave. `tell` hears of each letter that was tried or given up, once
    that is committed; `stopping` is asked before each, and ends the batch.
    """
    now, timeout = app.clock(), app.config.smarthost.timeout
    until = now + _TIMEOUTS_A_LEASE * timeout
    with app.begin() as uow:
        letters = uow.outbox.lease(now, until, node, limit)
    for done, letter in enumerate(letters):
        if stopping() or app.clock() + TIMEOUTS_A_LETTER * timeout > until:
            _release(app, node, letters[done:])
            return done
        try:
            delivery = _deliver(app, letter)
        except SmarthostDown as down:
            for waiting in _put_back(app, node, letters[done:], str(down)):
                tell(waiting)
            return done
        tell(delivery)
    return len(letters)


def _deliver(app: App, letter: QueuedLetter) -> Delivery:
    try:
        app.relay.send(letter.envelope_sender, letter.recipient, letter.raw)
    except SmarthostDown:
        raise
    except PermanentFailure as refusal:
        return _refused(app, letter, str(refusal))
    except TemporaryFailure as failure:
        return _put_off(app, letter, str(failure))
    except Exception as error:  # noqa: BLE001 - a letter that makes the relay raise must not stop the next one
        return _put_off(app, letter, f"{type(error).__name__}: {error}")
    with app.begin() as uow:
        uow.outbox.sent(letter.id, app.clock())
    return Delivery(letter, Outcome.SENT, letter.attempts + 1)


def _refused(app: App, letter: QueuedLetter, error: str) -> Delivery:
    """Given up, and the case is told: its party may not be reached at this address."""
    found = _STATUS.search(error)
    event = AddressFailed(letter.recipient, found[1] if found else "", error)
    with app.begin() as uow:
        case = uow.cases.get(letter.case_id, lock=True) if letter.case_id else None
        if case is not None:
            apply_event(app, uow, case, event, "smarthost")
        return _given_up(uow, letter, error, app.clock())


def _put_off(app: App, letter: QueuedLetter, error: str) -> Delivery:
    """Tried again after a wait that grows, and for the last time when it is about to be given up."""
    now, settings, error = app.clock(), app.config.smarthost, error[:_ERROR_KEPT]
    last_try_at = letter.created_at + settings.give_up_after
    with app.begin() as uow:
        if now >= last_try_at:
            return _given_up(uow, letter, error, now)
        attempts = letter.attempts + 1
        next_try_at = min(
            now + spread(retry_wait(attempts, settings.retry), letter.id, attempts), last_try_at
        )
        uow.outbox.retry(letter.id, next_try_at, error)
    return Delivery(letter, Outcome.RETRY, attempts, error, next_try_at)


def _put_back(app: App, node: str, letters: Sequence[QueuedLetter], error: str) -> list[Delivery]:
    """All of them wait for the smarthost, the one that was tried a little longer: it alone must not hold up the rest.

    Said is what became of that one, and which were given up.
    """
    now, settings = app.clock(), app.config.smarthost
    tried, deliveries = letters[0], []
    with app.begin() as uow:
        for letter in letters:
            if now >= letter.created_at + settings.give_up_after:
                deliveries.append(_given_up(uow, letter, error, now))
                continue
            pause = max(min((now - letter.created_at) / 10, _LONGEST_PAUSE), retry_wait(1, settings.retry))
            next_try_at = now + pause + timedelta(seconds=letter is tried)
            uow.outbox.release(letter.id, node, next_try_at, error)
            if letter is tried:
                deliveries.append(Delivery(letter, Outcome.PUT_BACK, letter.attempts, error, next_try_at))
    return deliveries


def _release(app: App, node: str, letters: Sequence[QueuedLetter]) -> None:
    """Untouched, for whoever comes next."""
    with app.begin() as uow:
        for letter in letters:
            uow.outbox.release(letter.id, node, letter.next_try_at, letter.error)


def _given_up(uow: UnitOfWork, letter: QueuedLetter, error: str, now: datetime) -> Delivery:
    uow.outbox.give_up(letter.id, error, now)
    return Delivery(letter, Outcome.FAILED, letter.attempts + 1, error)


def spread(wait: timedelta, letter_id: int, attempts: int) -> timedelta:
    """The wait, up to a tenth longer or shorter, so that letters that failed together do not come back together."""
    thousandths = (letter_id * 7919 + attempts * 104_729) % 201 - 100  # primes: neighbours land far apart
    return wait * (1000 + thousandths) / 1000
