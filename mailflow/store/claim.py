"""Mails that one process has in hand: found and said to be so first, then read, then handled in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailflow.store.mails import StoredMail

if TYPE_CHECKING:  # which makes claims
    from mailflow.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Held:
    """Mails for one transaction alone, of either kind."""

    uow: UnitOfWork
    mails: tuple[StoredMail, ...] = ()  # to be handled in it
    left: tuple[StoredMail, ...] = ()  # to be counted in it


@dataclass(frozen=True, slots=True)
class Found:
    """What waits, as a claim has found it."""

    mails: dict[int, StoredMail] = field(default_factory=dict)  # by id
    left: bool = False  # whether other runs left any of them


class Claim:
    """Mails that are said to be in hand: to be read first, as on SQLite no transaction is open yet, and then handled."""

    def __init__(
        self, found: Found, run: str, transaction: Callable[[], AbstractContextManager[UnitOfWork]]
    ) -> None:
        self._found = found
        self._run = run
        self._transaction = transaction

    @property
    def mails(self) -> tuple[StoredMail, ...]:
        """Those to be read and handled."""
        return () if self._found.left else (*self._found.mails.values(),)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits; else there may be none to read, but some to be counted."""
        return not self._found.mails

    @contextmanager
    def hold(self) -> Iterator[Held]:
        """The transaction that handles them, once: what another process took meanwhile is not handled here."""
        with self._transaction() as uow:
            take = uow.in_hand.take_of_others if self._found.left else uow.in_hand.take
            taken = take(self._found.mails, self._run)
            ours = tuple(mail for mail in self._found.mails.values() if mail.id in taken)
            yield Held(uow, left=ours) if self._found.left else Held(uow, mails=ours)
