"""Deliver: take letters from the outbox, hand them to the relay, settle their rows.

No transaction is open while the relay works: the lease is committed, the relay called, the outcome committed. A crash
in between leaves the lease to run out and the letter to be sent again, with the same Message-ID: it arrives twice if the
crash fell between the smarthost's 250 and the last commit, a tenth of a second later at most, and is never lost. A database that
fails in between is no crash: what is known of letters is kept (`settle.Unsettled`), and nothing more is sent before it is settled.
Nor do letters lie still whose lease was committed without anybody having heard: it is given back then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from mailflow.steps.app import (
    App,
    Outgoing,
    PermanentFailure,
    SmarthostDown,
    SmarthostFailing,
    TemporaryFailure,
)
from mailflow.steps.hold import Hold
from mailflow.steps.settle import (
    Settlement,
    Tell,
    Unsettled,
    give_up_old,
    put_back,
    put_off,
    refused,
    release,
)
from mailflow.store.outbox import QueuedLetter

# In timeouts of the smarthost: what one letter may take until its content is sent, and for how long a batch is leased.
TIMEOUTS_A_LETTER = 3
_TIMEOUTS_A_LEASE = 5
_LOOK_EVERY = timedelta(seconds=1)  # for letters to send beside those whose answers take long


def deliver_due(
    app: App,
    node: str,
    *,
    limit: int,
    tell: Tell = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
    hold: Hold | None = None,
    unsettled: Unsettled | None = None,
) -> int:
    """Deliver letters that are due, up to `limit` at a time, and say how many were settled: sent, given up or put off.

    0 means to wait: no letter is due, or none can leave. `tell` hears of each letter that was tried or given up, once
    that is committed; `stopping` is asked before each and while answers are waited for, and ends the batch. `hold` remembers from
    one call to the next how the smarthost is; while it fails, one letter is tried now and then, and all others stay as they are.
    `unsettled` remembers what could not be committed when `Unavailable` was raised, and has it committed before anything else.
    """
    around = _Around(tell, stopping, hold or Hold(), limit, Unsettled() if unsettled is None else unsettled)
    settled = around.unsettled.settle(app, tell)
    room = around.hold.room(limit)
    letters, until = _lease(app, node, room, around.unsettled) if room else ([], app.clock())
    return settled + (_Batch(app, node, letters, until, around).deliver() if letters else 0)


def _lease(app: App, node: str, limit: int, unsettled: Unsettled) -> tuple[list[QueuedLetter], datetime]:
    """Letters for this node alone, and until when."""
    now = app.clock()
    until = now + _TIMEOUTS_A_LEASE * app.config.smarthost.timeout
    try:
        with app.begin("lease") as uow:
            return uow.outbox.lease(now, until, node, limit), until
    except Exception:
        unsettled.add_lease(node, until)
        raise


@dataclass(frozen=True, slots=True)
class _Around:
    """What a batch has to do with its surroundings."""

    tell: Tell
    stopping: Callable[[], bool]
    hold: Hold
    limit: int
    unsettled: Unsettled


class _Batch:
    """The letters of a lease: some wait, some are in the relay's hands, the others are known to be sent or not.

    While an answer is waited for, the lease is renewed, and letters that have become due meanwhile join.
    """

    def __init__(
        self, app: App, node: str, letters: Sequence[QueuedLetter], until: datetime, around: _Around
    ) -> None:
        self._app, self._node, self._around = app, node, around
        self._unsettled = around.unsettled
        self._waiting = deque(letters)
        self._in_hand: dict[int, QueuedLetter] = {}
        self._until = until
        self._looked_at = app.clock()
        self._settled = 0
        self._failing = False  # the smarthost: what waits is better tried later
        self._down = ""  # why no letter can leave
        # Of the database: nothing more is sent, and what is known is kept.
        self._failure: Exception | None = None

    def deliver(self) -> int:
        try:
            with closing(self._app.relay.send_all(self._outgoing())) as outcomes:
                for told in outcomes:
                    if told is not None:
                        self._take(self._in_hand.pop(told[0].id), told[1])
                    self._look_around()
        except Exception as error:  # noqa: BLE001 -- a relay that raises must not have its letters tried for ever
            for letter in self._in_hand.values():
                self._fail(letter, error)
        if self._waiting:
            self._learn(partial(release, node=self._node, letters=[*self._waiting]))
        self._settle()
        if self._failure:
            raise self._failure
        if self._down:
            give_up_old(self._app, self._down, self._around.tell)
        return self._settled

    # ------------------------------------------------------------------------------------------------ letters to send

    def _outgoing(self) -> Iterator[Outgoing | None]:
        """The letters, each when the relay has room for it; None while there is no other, and there may be one yet."""
        while self._may_go_on():
            if self._waiting:
                yield from self._opened(self._waiting.popleft())
            elif self._in_hand:
                self._look_for_more()
                if not self._waiting:
                    yield None
            else:
                return

    def _opened(self, letter: QueuedLetter) -> Iterator[Outgoing]:
        try:
            raw = letter.raw
        except Exception as error:  # noqa: BLE001 -- one that cannot be opened must not stop the next one
            self._fail(letter, error)
            self._settle()
        else:
            self._in_hand[letter.id] = letter
            yield Outgoing(letter.id, letter.envelope_sender, letter.recipient, raw)

    def _may_go_on(self) -> bool:
        self._renew_if_needed()
        return not (self._failing or self._failure or self._around.stopping())

    def _look_for_more(self) -> None:
        now = self._app.clock()
        room = self._around.hold.room(self._around.limit) - len(self._in_hand)
        if room > 0 and abs(now - self._looked_at) >= _LOOK_EVERY:
            self._looked_at = now
            with self._noting_failure():
                letters, _ = _lease(self._app, self._node, room, self._unsettled)
                self._waiting.extend(letters)

    def _renew_if_needed(self) -> None:
        """As long as a letter may take before the lease ends; what another node has taken by now is not ours."""
        now, timeout = self._app.clock(), self._app.config.smarthost.timeout
        if now <= self._until - TIMEOUTS_A_LETTER * timeout or self._failure:
            return
        ids = [*self._in_hand, *(letter.id for letter in self._waiting)]
        if not ids:
            return
        with self._noting_failure():
            until = now + _TIMEOUTS_A_LEASE * timeout
            with self._app.begin("renew") as uow:
                ours = uow.outbox.renew(ids, self._node, until)
            self._until, self._waiting = until, deque(one for one in self._waiting if one.id in ours)

    # ------------------------------------------------------------------------------------------------ what became of them

    def _take(self, letter: QueuedLetter, failure: Exception | None) -> None:
        """What the relay tells of a letter."""
        if failure is None:
            self._unsettled.add_sent(letter, self._app.clock())
        elif isinstance(failure, SmarthostDown):
            self._put_back(letter, str(failure))
            return
        else:
            self._fail(letter, failure)
            self._settle()
        if isinstance(failure, SmarthostFailing):
            self._failing = True
            self._around.hold.fail()
        else:
            self._around.hold.pass_one(self._around.limit)

    def _fail(self, letter: QueuedLetter, failure: Exception) -> None:
        match failure:
            case PermanentFailure():
                self._learn(partial(refused, node=self._node, letter=letter, error=str(failure)))
            case TemporaryFailure():
                self._learn(partial(put_off, node=self._node, letter=letter, error=str(failure)))
            case _:
                error = f"{type(failure).__name__}: {failure}"
                self._learn(partial(put_off, node=self._node, letter=letter, error=error))

    def _put_back(self, letter: QueuedLetter, error: str) -> None:
        """No letter can leave now, whichever it is."""
        pause, self._down = timedelta(seconds=self._around.hold.fail()), error
        unsent = [letter, *self._in_hand.values(), *self._waiting]
        self._waiting.clear()
        self._learn(partial(put_back, node=self._node, letters=unsent, error=error, pause=pause))
        self._settle()

    def _learn(self, settlement: Settlement) -> None:
        self._unsettled.add(settlement)

    def _look_around(self) -> None:
        """Now and then, also while nothing is heard: `stopping` is asked, as to ask is to be alive."""
        if self._unsettled.is_time(self._app.clock()):
            self._settle()
        self._may_go_on()

    def _settle(self) -> None:
        """Not again after a failure: what is still to be heard of letters must not wait for the database."""
        if not self._failure:
            with self._noting_failure():
                self._settled += self._unsettled.settle(self._app, self._around.tell)

    @contextmanager
    def _noting_failure(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 -- it is raised when all that is under way has been heard of
            self._failure = error
