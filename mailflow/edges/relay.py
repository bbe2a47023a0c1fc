"""The way out to the smarthost: a few SMTP connections that are kept.

A letter can arrive twice, and only so: the connection broke after its final dot and before the smarthost's reply to it
came. That is a `SmarthostFailing`; the queue sends it again, with the same Message-ID.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Final

from mailflow.config import Smarthost
from mailflow.edges.client import LOST
from mailflow.edges.session import Sessions, said
from mailflow.edges.transactions import Taken, Transactions
from mailflow.steps.app import Outgoing, PermanentFailure, SmarthostDown, TemporaryFailure, Told
from mailflow.steps.deliver import TIMEOUTS_A_LETTER

KEPT_FOR = 30.0  # seconds at rest; smarthosts wait 5 minutes (RFC 5321, 4.5.3.2.7), firewalls often less
_QUIT_WITHIN = 1.0  # seconds
# A smarthost that answers so soon gets all letters over one connection; only a slower one is worth another.
_SLOW: Final = 0.02  # seconds
_TICK: Final = 0.1  # seconds
_ANOTHER_WITHIN: Final = 5.0  # seconds in which a further connection has to come about
_NO_MORE_FOR: Final = 60.0  # seconds, after a further connection was not to be had
# What would end or break a path in MAIL or RCPT (RFC 5321, 4.1.2), or is no character at all.
_UNFIT = re.compile("[\\x00-\\x20<>\\x7f\\ud800-\\udfff]")


class SmarthostRelay:
    """For one thread at a time. Connections are made when letters need them, and made anew when they died at rest."""

    def __init__(self, settings: Smarthost, hostname: str = "") -> None:
        """`hostname` is what EHLO says; smtplib's own default asks the resolver, so this machine's name is taken."""
        self._settings = settings
        self._sessions = Sessions(settings, hostname or socket.gethostname())
        self._open: list[Transactions] = []
        self._more_after = 0.0  # when a further connection may be asked for again

    def send_all(self, letters: Iterable[Outgoing | None]) -> Generator[Told | None]:
        """Hand letters over, and tell what became of each; None now and then, while the smarthost takes its time.

        `SmarthostDown` is told last: no letter can leave, and no more are taken.
        """
        self.close_if_idle()
        supply = _Supply(letters, TIMEOUTS_A_LETTER * self._settings.timeout.total_seconds())
        try:
            for told in self._send_all(supply):
                yield told
                if told is not None and isinstance(told[1], SmarthostDown):
                    return
        finally:
            for one in self._busy():  # nobody waits for what they say
                self._drop(one)

    def close_if_idle(self) -> None:
        """Give connections back that no letter has needed for a while."""
        now = time.monotonic()
        for one in [one for one in self._open if now - one.used_at > KEPT_FOR]:
            self._quit(one)

    def close(self) -> None:
        for one in [*self._open]:
            self._quit(one)

    # ------------------------------------------------------------------------------------------------ letters

    def _send_all(self, supply: _Supply) -> Iterator[Told | None]:
        while True:
            yield from self._feed(supply)
            busy = self._busy()
            if not busy:
                return
            heard = _heard(busy, _SLOW if self._may_have_more() else _TICK)
            for one in heard:
                yield from self._guarded(one, one.go_on(supply.take), supply)
            if not heard:
                yield None
                yield from self._another(supply)

    def _feed(self, supply: _Supply) -> Iterator[Told]:
        """Letters for the connections that have none, and a connection if there is none."""
        while True:
            one = self._at_rest()
            if (one is None and self._open) or (taken := supply.peek()) is None:
                break
            try:
                one = one or self._connect(taken.deadline)
            except SmarthostDown as down:
                yield taken.letter, down
                return
            yield from self._guarded(one, one.start(supply.take), supply)
        yield from supply.unfit()

    def _another(self, supply: _Supply) -> Iterator[Told]:
        """A further connection for a letter that waits. That there is none to be had is no letter's failure."""
        if not self._may_have_more() or supply.peek() is None:
            return
        try:
            one = self._connect(time.monotonic() + _ANOTHER_WITHIN)
        except SmarthostDown:
            self._more_after = time.monotonic() + _NO_MORE_FOR
        else:
            yield from self._guarded(one, one.start(supply.take), supply)

    def _guarded(self, one: Transactions, steps: Iterator[Told], supply: _Supply) -> Iterator[Told]:
        """What a connection has to tell, also when it breaks."""
        try:
            yield from steps
        except LOST as error:
            self._drop(one)
            if not one.proven:
                self._more_after = time.monotonic() + _NO_MORE_FOR
            for taken, failure in one.broken(error, others=bool(self._open)):
                if failure is None:
                    supply.put_back(taken)
                else:
                    yield taken.letter, failure

    # ------------------------------------------------------------------------------------------------ connections

    def _busy(self) -> list[Transactions]:
        return [one for one in self._open if one.busy]

    def _at_rest(self) -> Transactions | None:
        """The one that was used last: the others may come to rest for good."""
        return max((one for one in self._open if not one.busy), key=lambda one: one.used_at, default=None)

    def _may_have_more(self) -> bool:
        return len(self._open) < self._settings.connections and time.monotonic() >= self._more_after

    def _connect(self, deadline: float) -> Transactions:
        final = self._settings.final_timeout.total_seconds()
        one = Transactions(self._sessions.open(deadline), self._sessions.where, final)
        self._open.append(one)
        return one

    def _drop(self, one: Transactions) -> None:
        self._open.remove(one)
        one.session.close()

    def _quit(self, one: Transactions) -> None:
        one.session.deadline = time.monotonic() + _QUIT_WITHIN
        with contextlib.suppress(*LOST):
            one.session.quit()
        self._drop(one)


class _Supply:
    """The letters to send, one after the other; those that no command can hold are sorted out."""

    def __init__(self, letters: Iterable[Outgoing | None], patience: float) -> None:
        self._letters = iter(letters)
        self._patience = patience  # seconds for a letter
        self._first: deque[Taken] = deque()  # before all others
        self._unfit: list[Told] = []

    def take(self) -> Taken | None:
        if self._first:
            return self._first.popleft()
        for letter in self._letters:
            if letter is None:
                return None
            failure = _unfit(letter)
            if failure is None:
                return Taken(letter, time.monotonic() + self._patience)
            self._unfit.append((letter, failure))
        return None

    def put_back(self, taken: Taken) -> None:
        self._first.appendleft(taken)

    def peek(self) -> Taken | None:
        taken = self.take()
        if taken is not None:
            self.put_back(taken)
        return taken

    def unfit(self) -> list[Told]:
        """Those that were sorted out since it was asked last, and why."""
        unfit, self._unfit = self._unfit, []
        return unfit


def _unfit(letter: Outgoing) -> Exception | None:
    if _UNFIT.search(letter.recipient) or not letter.recipient:
        return PermanentFailure(said("no SMTP command can hold this address", letter.recipient))
    if _UNFIT.search(letter.envelope_sender):
        return TemporaryFailure(said("no SMTP command can hold this envelope sender", letter.envelope_sender))
    return None


def _heard(busy: Sequence[Transactions], within: float) -> list[Transactions]:
    """Those that have said something, or waited for it too long."""
    by_descriptor = {one.session.descriptor: one for one in busy}
    poll = select.poll()
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    patience = min(within, *(one.session.patience for one in busy))
    said = {descriptor for descriptor, _ in poll.poll(1000 * max(0.0, patience))}
    return [
        one for descriptor, one in by_descriptor.items() if descriptor in said or one.session.patience <= 0
    ]
