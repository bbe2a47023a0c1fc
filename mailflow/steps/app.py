"""What every step works with, and the ways in which delivery fails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mailflow.config import Config
from mailflow.core.authentication import Authentication
from mailflow.core.letters import Letter, Rendered
from mailflow.core.reference import Addresses
from mailflow.store.unit import Claim, UnitOfWork

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
    def compute(self, raw: bytes, mail: Mail, *, last: bool) -> Authentication:
        """Who wrote a mail, as far as the DNS says; may take seconds. From several threads at once.

        Raises `TemporaryFailure` when that cannot be told now, unless this is the `last` try.
        """
        ...


class Relay(Protocol):
    def send(self, envelope_sender: str, recipient: str, raw: bytes) -> None:
        """Hand one letter over. Raises `PermanentFailure` or `TemporaryFailure`.

        `SmarthostDown` says that the letter was not even tried, `SmarthostFailing` that it may not be at fault.
        """
        ...

    def close_if_idle(self) -> None:
        """Asked when there is nothing to send: a kept connection that was idle for long is ended."""
        ...

    def close(self) -> None: ...


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
    claim: ClaimMails  # the same, with mails that wait
    read: Callable[[], AbstractContextManager[UnitOfWork]]  # a read-only snapshot that takes no write lock
    sender_check: SenderCheck | None = None  # None: only mail servers of ours say who wrote a mail
