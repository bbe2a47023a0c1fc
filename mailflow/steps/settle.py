"""Settle: what became of letters, on its way into the database, a transaction each.

The smarthost has said it before anybody has committed it. Until then it is kept here, for as long as the process lives and the
database is away: a letter that was sent must not be sent again because of that.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailflow.core.case import Case
from mailflow.core.events import AddressFailed, AddressReached
from mailflow.core.timing import retry_wait
from mailflow.steps.app import App
from mailflow.steps.apply import apply_event
from mailflow.store.caserow import UnreadableCase, readable
from mailflow.store.engine import Unavailable
from mailflow.store.outbox import QueuedLetter
from mailflow.store.unit import UnitOfWork

_STATUS = re.compile(r"\b[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})\b")  # after the reply's code (RFC 2034, 4)
_TOO_OLD = "4.4.7"  # delivery time expired (RFC 3463)
_SMARTHOST = "smarthost"  # as the history has it
_ERROR_KEPT = 300  # characters
_GIVEN_UP_AT_ONCE = 100  # letters of one transaction
# After the smarthost's yes; what was sent in it, a crash sends again.
_SETTLED_WITHIN = timedelta(seconds=0.1)


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


Tell = Callable[[Delivery], None]
# One transaction, which may have been committed before without anybody having heard. Raises `Unavailable`.
Settlement = Callable[[App], Delivery | None]


class Unsettled:
    """Of one node: what it knows of letters, and the database does not yet."""

    def __init__(self) -> None:
        self._sent: list[QueuedLetter] = []
        self._sent_since: datetime | None = None
        self._others: deque[Settlement] = deque()
        self._doubtful: tuple[str, datetime] | None = (
            None  # a lease; nothing of it is lost, so an end need not wait
        )

    def __len__(self) -> int:
        return len(self._sent) + len(self._others)

    def add_sent(self, letter: QueuedLetter, now: datetime) -> None:
        if not self._sent:
            self._sent_since = now
        self._sent.append(letter)

    def add(self, settlement: Settlement) -> None:
        self._others.append(settlement)

    def add_lease(self, node: str, until: datetime) -> None:
        """It may have been committed without anybody having heard: then nobody sends its letters until it ends."""
        self._doubtful = node, until

    def is_time(self, now: datetime) -> bool:
        """To settle what was sent; also when the clock was set back meanwhile."""
        return bool(
            self._sent and self._sent_since is not None and abs(now - self._sent_since) >= _SETTLED_WITHIN
        )

    def settle(self, app: App, tell: Tell) -> int:
        """All of it, and say how many letters were sent, given up or put off.

        Raises `Unavailable`, and what is not settled by then is kept.
        """
        settled = self._settle_sent(app, tell)
        while self._others:
            delivery = self._settle_next(app)
            if delivery is not None:
                settled += delivery.outcome is not Outcome.PUT_BACK
                tell(delivery)
        if self._doubtful:
            with app.begin("give back") as uow:
                uow.outbox.give_back(*self._doubtful)
            self._doubtful = None
        return settled

    def _settle_sent(self, app: App, tell: Tell) -> int:
        """Several in one transaction: a crash before it has all of them sent again."""
        if not self._sent:
            return 0
        with app.begin("sent") as uow:
            _tell_that_they_are_reached(app, uow, self._sent)
            uow.outbox.sent([letter.id for letter in self._sent], app.clock())
        sent, self._sent = self._sent, []
        for letter in sent:
            tell(Delivery(letter, Outcome.SENT, letter.attempts + 1))
        return len(sent)

    def _settle_next(self, app: App) -> Delivery | None:
        try:
            delivery = self._others[0](app)
        except Unavailable:
            raise
        except Exception:
            self._others.popleft()  # else it would hold up all others for ever; its lease runs out
            raise
        self._others.popleft()
        return delivery


def _tell_that_they_are_reached(app: App, uow: UnitOfWork, sent: Sequence[QueuedLetter]) -> None:
    """The cases whose party the smarthost had refused. What bounced later had been taken by it as well: that stays."""
    reached = {(letter.case_id, letter.recipient.lower()) for letter in sent}
    for case in readable(uow.cases.failing_among({letter.case_id for letter in sent if letter.case_id})):
        failures = [entry.by for entry in uow.cases.history(case.id) if entry.kind == "address_failed"]
        if failures[-1:] == [_SMARTHOST] and (case.id, case.party.lower()) in reached:
            apply_event(app, uow, case, AddressReached(), _SMARTHOST)


def refused(app: App, node: str, letter: QueuedLetter, error: str) -> Delivery | None:
    """Given up, and the case is told: its party may not be reached at this address."""
    found = _STATUS.search(error)
    event = AddressFailed(letter.recipient, found[1] if found else "", error)
    try:
        with app.begin("refused") as uow:
            case = _case_of(uow, letter)
            if not uow.outbox.give_up(letter.id, error, app.clock()):
                return None  # that was committed when it seemed to fail
            if case is not None:
                apply_event(app, uow, case, event, _SMARTHOST)
    except Unavailable:
        raise
    except Exception as failure:  # noqa: BLE001 -- a case that cannot be told must not have the letter sent for ever
        return put_off(app, node, letter, f"{type(failure).__name__}: {failure}, after {error}")
    return _given_up(letter, error)


def put_off(app: App, node: str, letter: QueuedLetter, error: str) -> Delivery:
    """Tried again after a wait that grows, and for the last time when it is about to be given up."""
    now, settings, error = app.clock(), app.config.smarthost, error[:_ERROR_KEPT]
    last_try_at = letter.tried_since + settings.give_up_after
    with app.begin("put off") as uow:
        if now >= last_try_at:
            _note_too_old(app, uow, letter, error)
            uow.outbox.give_up(letter.id, error, now)
            return _given_up(letter, error)
        attempts = letter.attempts + 1
        next_try_at = min(
            now + spread(retry_wait(attempts, settings.retry), letter.id, attempts), last_try_at
        )
        uow.outbox.retry(letter.id, node, next_try_at, error)
    return Delivery(letter, Outcome.RETRY, attempts, error, next_try_at)


def put_back(app: App, node: str, letters: Sequence[QueuedLetter], error: str, pause: timedelta) -> Delivery:
    """All stay due, as none of them was tried. On record is why, with the first one, which stands for all."""
    first, error = letters[0], error[:_ERROR_KEPT]
    with app.begin("put back") as uow:
        for letter in letters:
            uow.outbox.release(
                letter.id, node, letter.next_try_at, error if letter is first else letter.error
            )
    return Delivery(first, Outcome.PUT_BACK, first.attempts, error, app.clock() + pause)


def release(app: App, node: str, letters: Collection[QueuedLetter]) -> None:
    """Untouched, for whoever comes next."""
    with app.begin("release") as uow:
        for letter in letters:
            uow.outbox.release(letter.id, node, letter.next_try_at, letter.error)


def give_up_old(app: App, error: str, tell: Tell) -> None:
    """Letters that cannot be tried grow old all the same."""
    now, error = app.clock(), error[:_ERROR_KEPT]
    written_before = now - app.config.smarthost.give_up_after
    while True:
        with app.begin("give up") as uow:
            old = uow.outbox.give_up_old(written_before, error, now, _GIVEN_UP_AT_ONCE)
            for letter in old:
                _note_too_old(app, uow, letter, error)
        for letter in old:
            tell(Delivery(letter, Outcome.FAILED, letter.attempts, error))
        if not old:
            return


def _note_too_old(app: App, uow: UnitOfWork, letter: QueuedLetter, error: str) -> None:
    """In the history of its case. It is no failure of the address: nobody has refused it."""
    case = _case_of(uow, letter)
    if case is not None:
        apply_event(app, uow, case, AddressFailed(letter.recipient, _TOO_OLD, error), _SMARTHOST)


def _case_of(uow: UnitOfWork, letter: QueuedLetter) -> Case | None:
    """The case that is to be told, locked. One that cannot be read is not: its letters must be settled all the same."""
    try:
        return uow.cases.get(letter.case_id, lock=True) if letter.case_id else None
    except UnreadableCase:
        return None


def _given_up(letter: QueuedLetter, error: str) -> Delivery:
    return Delivery(letter, Outcome.FAILED, letter.attempts + 1, error)


def spread(wait: timedelta, letter_id: int, attempts: int) -> timedelta:
    """The wait, up to a tenth longer or shorter, so that letters that failed together do not come back together."""
    thousandths = (letter_id * 7919 + attempts * 104_729) % 201 - 100  # primes: neighbours land far apart
    return wait * (1000 + thousandths) / 1000


def longest_wait(waits: Sequence[timedelta]) -> timedelta:
    """No letter waits longer between two tries."""
    return max(waits) * 1.1
