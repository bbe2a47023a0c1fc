"""What every step works with, and the ways in which delivery fails."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mailflow.config import Config
from mailflow.core.authentication import Authentication
from mailflow.core.letters import Letter, Rendered
from mailflow.core.reference import Addresses
from mailflow.store.claim import Claim
from mailflow.store.unit import UnitOfWork

if TYPE_CHECKING:  # who only looks at cases loads no reader of mail
    from mailflow.core.mail import Mail


class TemporaryFailure(Exception):
    """Worth another try: a 4xx reply, a refused or broken connection, a full disk."""


class SmarthostDown(TemporaryFailure):
    """No letter was tried, and none can leave now: no connection, no session, no login, no space."""


class SmarthostFailing(TemporaryFailure):
    """A letter was tried and not taken, and others may fare no better: the connection broke, or MAIL was refused."""


class PermanentFailure(Exception):
    """No use in trying again: a 5xx reply."""


class Renderer(Protocol):
    def render(self, letter: Letter, now: datetime) -> Rendered:
        """The finished, checked bytes. Raises `ValueError` when they are not exactly what the letter asked for."""
        ...


class SenderCheck(Protocol):
    def compute(self, raw: bytes, mail: Mail, *, last: bool, quick: bool = False) -> Authentication:
        """Who wrote a mail, as far as the DNS says; may take seconds, if `quick` one or two. From several threads at once.

        Raises `TemporaryFailure` when that cannot be told now, unless this is the `last` try.
        """
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter for the relay."""

    id: int
    envelope_sender: str
    recipient: str
    raw: bytes


Told = tuple[Outgoing, Exception | None]  # what became of a letter


class Relay(Protocol):
    def send_all(self, letters: Iterable[Outgoing | None]) -> Generator[Told | None]:
        """Hand letters over, each taken when there is room for it, and tell what became of each, in any order.

        None among the letters says that there is no other now; there may be one when it is asked again.
        A failure is a `PermanentFailure` or a `TemporaryFailure`: `SmarthostDown` says that the letter was not even tried,
        and no more are taken; `SmarthostFailing` that it may not be at fault. None is told when there is nothing to tell
        yet: time to do something else.
        """
        ...

    def close_if_idle(self) -> None:
        """Asked when there is nothing to send: a kept connection that was idle for long is ended."""
        ...

    def close(self) -> None: ...


def one_by_one(
    send: Callable[[str, str, bytes], None], letters: Iterable[Outgoing | None]
) -> Generator[Told]:
    """`Relay.send_all` of a relay that knows only how to `send` one letter, by sender, recipient and bytes."""
    for letter in filter(None, letters):
        failure: Exception | None = None
        try:
            send(letter.envelope_sender, letter.recipient, letter.raw)
        except Exception as error:  # noqa: BLE001 -- a letter that makes it raise must not stop the next one
            failure = error
        yield letter, failure
        if isinstance(failure, SmarthostDown):
            return


class Begin(Protocol):
    def __call__(self, name: str) -> AbstractContextManager[UnitOfWork]:
        """One transaction: commits at the end, rolls back on a raise. `name` is its own, for `mailflow.faults`."""
        ...


class ClaimMails(Protocol):
    def __call__(self, now: datetime, limit: int, *, checked: bool) -> AbstractContextManager[Claim]: ...


@dataclass(frozen=True)
class App:
    config: Config
    clock: Callable[[], datetime]  # aware, UTC
    new_id: Callable[[], str]  # 32 lower-case hex digits, sortable by time where that is cheap
    addresses: Addresses
    renderer: Renderer
    relay: Relay
    begin: Begin
    claim: ClaimMails  # mails that wait, to be read and then handled in one transaction
    read: Callable[[], AbstractContextManager[UnitOfWork]]  # a read-only snapshot that takes no write lock
    sender_check: SenderCheck | None = None  # None: only mail servers of ours say who wrote a mail
