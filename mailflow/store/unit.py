"""The unit of work: one transaction, and everything of the store that works inside it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from copy import copy
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine, exc

from mailflow import faults
from mailflow.store.alone import Alone
from mailflow.store.audit import Audit
from mailflow.store.cases import Cases
from mailflow.store.checkpoint import checkpoint
from mailflow.store.claim import Claim, Found
from mailflow.store.engine import DiskFailed, Unavailable, connections_of, impatient, reading, unsynced
from mailflow.store.inhand import InHand
from mailflow.store.kept import Connections
from mailflow.store.mailrow import Arrival, NewMail, filler_of, new_mail
from mailflow.store.mails import Mails
from mailflow.store.outbox import Outbox
from mailflow.store.persons import Persons
from mailflow.store.reseal import Seals
from mailflow.store.scrub import DELETED_FROM, MASKED_IN, empty_wal, vacuum
from mailflow.store.seal import NO_KEYS, Keyring
from mailflow.store.senders import SenderChecks
from mailflow.store.session import Part, Session
from mailflow.store.slots import Slots
from mailflow.store.statement import execute
from mailflow.store.tally import Remembered, Tally
from mailflow.store.turns import Turns
from mailflow.store.views import Views


class UnitOfWork(Part):
    __slots__ = (
        "audit",
        "cases",
        "in_hand",
        "mails",
        "outbox",
        "persons",
        "seals",
        "senders",
        "slots",
        "tally",
        "views",
    )

    def __init__(
        self, connection: Connection, keyring: Keyring = NO_KEYS, remembered: Remembered | None = None
    ) -> None:
        session = Session(connection)
        super().__init__(session)
        self.mails = Mails(session, keyring)
        self.in_hand = InHand(session)
        self.cases = Cases(session)
        self.outbox = Outbox(session, keyring)
        self.seals = Seals(session, keyring)
        self.senders = SenderChecks(session, self.mails)
        self.slots = Slots(session)
        self.persons = Persons(session, keyring)
        self.audit = Audit(session)
        self.tally = Tally(session, remembered or Remembered())
        self.views = Views(session)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone by itself when it raises; the transaction goes on.

        After `Unavailable` there is nothing to go back to: it must leave the transaction too.
        """
        execute(self._connection, "SAVEPOINT part")
        try:
            yield
            self.write_all()
        except Unavailable:
            raise
        except BaseException:
            self._session.forget()
            execute(self._connection, "ROLLBACK TO SAVEPOINT part")
            execute(self._connection, "RELEASE SAVEPOINT part")
            raise
        execute(self._connection, "RELEASE SAVEPOINT part")

    def write_all(self) -> None:
        """Every row that was put off: before the transaction ends."""
        self._session.write_all()


class Store:
    """Gives out units of work. `patience` is how long a writer of this process waits for the others, on SQLite.

    Once a write or sync of SQLite's has failed, its journal is not trusted: Linux reports that once and takes the pages
    for written, so that the next sync says yes. A power cut would then leave the journal with a hole, and SQLite would drop
    what was committed, and acknowledged, after it. So nothing is committed before the whole journal, which memory still
    holds, is in the database, and a new one has begun.
    """

    def __init__(
        self, engine: Engine, patience: timedelta = timedelta(seconds=10), keyring: Keyring = NO_KEYS
    ) -> None:
        self._engine = engine
        self._writing = connections_of(engine)
        self._keyring = keyring
        self._patience = patience.total_seconds()
        on_sqlite = engine.dialect.name == "sqlite"
        self._turns = Turns() if on_sqlite else None
        self._alone = Alone(Path(engine.url.database or "")) if on_sqlite else None
        self._journal_is_doubtful = False
        self._remembered = Remembered()
        self._run = secrets.token_hex(8)

    @cached_property
    def _reading(self) -> Connections:
        return connections_of(reading(self._engine))

    @cached_property
    def _unsynced(self) -> Connections:
        return connections_of(unsynced(self._engine))

    def new_mail(self, arrival: Arrival) -> NewMail:
        """A mail as `put_new` takes it: hashed and sealed with no transaction open, in whatever thread."""
        return new_mail(arrival, self._keyring, filler_of(self._engine.dialect))

    @contextmanager
    def begin(self, name: str = "") -> Iterator[UnitOfWork]:
        """One transaction: committed at the end, rolled back when the block raises. `name` is for `faults`.

        Raises `Unavailable` when the database fails, also at the commit: then count on nothing, and try again later.
        """
        with self._turn(), self._working(self._writing, name) as uow:
            yield uow

    @contextmanager
    def begin_at_once(self, name: str) -> Iterator[UnitOfWork]:
        """`begin` for a thread that must not wait: where it would have to, and on PostgreSQL, raises `Unavailable`.

        The block may be left in another thread, which then waits for the disk.
        """
        if self._turns is None or self._journal_is_doubtful:
            raise Unavailable("this transaction would have to wait")
        with self._turns.turn(0), self._failures_named(), self._working(self._impatient, name) as uow:
            yield uow

    @contextmanager
    def _working(self, connections: Connections, name: str) -> Iterator[UnitOfWork]:
        with _committing(connections, name) as connection:
            uow = UnitOfWork(connection, self._keyring, self._remembered)
            yield uow
            uow.write_all()

    @contextmanager
    def claim(self, now: datetime, limit: int, *, checked: bool = False) -> Iterator[Claim]:
        """Up to `limit` mails; `checked`: of which it was found who wrote them. That they are in hand is committed.

        PostgreSQL commits it while their rows are locked, by the transaction that handles them. SQLite has one writer: it
        gives its lock back meanwhile, so that mail comes in while these are read.
        """
        if self._alone is None:
            with self._failures_named(), self._working(self._writing, "handle") as uow:
                yield Claim(self._find_locked(uow, now, limit, checked), self._run, lambda: nullcontext(uow))
            return
        with self._alone.held() as alone:
            found = self._find_apart(now, limit, checked) if alone else Found()
            yield Claim(found, self._run, lambda: self.begin("handle"))

    def _find_apart(self, now: datetime, limit: int, checked: bool) -> Found:
        with self._turn(), self._working(self._unsynced, "in hand") as uow:
            found = self._find(uow, now, limit, checked)
            if not found.left:
                uow.in_hand.put(found.mails, self._run)
        return found

    def _find_locked(self, uow: UnitOfWork, now: datetime, limit: int, checked: bool) -> Found:
        found = self._find(uow, now, limit, checked)
        if found.mails and not found.left:
            with self._working(self._unsynced, "in hand") as other:
                other.in_hand.put(found.mails, self._run)
        return found

    def _find(self, uow: UnitOfWork, now: datetime, limit: int, checked: bool) -> Found:
        mails = {mail.id: mail for mail in uow.mails.claim(now, limit, checked=checked)}
        return Found(mails, uow.in_hand.any_of_others(mails, self._run))

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """A snapshot that takes no lock and writes nothing."""
        with self._failures_named(), self._reading.taken() as connection:
            yield UnitOfWork(connection, self._keyring, self._remembered)

    def scrub(self, *, masked: bool, deleted: bool = False) -> bool:
        """Leave nothing beside the rows of what was deleted or masked, as far as the database can.

        PostgreSQL is asked to where a mail was masked or anything was deleted, SQLite each time. False when others are
        in the way: try later.
        """
        faults.reached(faults.BEFORE_COMMIT, "scrub")
        scrubbed = self._scrubbed(masked=masked, deleted=deleted)
        faults.reached(faults.AFTER_COMMIT, "scrub")
        return scrubbed

    def _scrubbed(self, *, masked: bool, deleted: bool) -> bool:
        with self._failures_named():
            if self._turns:
                return empty_wal(self._engine, self._turns.turn(self._patience))
            tables = DELETED_FROM if deleted else MASKED_IN if masked else ()
            return all(vacuum(self._engine, table) for table in tables)

    @property
    def has_journal(self) -> bool:
        """Whether somebody has to call `checkpoint` now and then: on SQLite."""
        return self._turns is not None

    def checkpoint(self) -> None:
        """Copy the journal into the database. Raises what `begin` does."""
        with self._failures_named():
            checkpoint(self._engine, self._turn())

    def with_keys(self, keyring: Keyring) -> Store:
        """The same database, seen with other keys."""
        store = copy(self)
        store.take_keys(keyring)
        return store

    def take_keys(self, keyring: Keyring) -> None:
        """From the next transaction on."""
        self._keyring = keyring

    def close(self) -> None:
        for name in {"_writing", "_impatient", "_reading", "_unsynced"} & vars(self).keys():
            getattr(self, name).close()

    @cached_property
    def _impatient(self) -> Connections:
        return connections_of(impatient(self._engine))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The only writer of this process while it lasts, where that matters, in a journal that is trusted.

        That a write has failed is known before the next writer has its turn.
        """
        turn = self._turns.turn(self._patience) if self._turns else nullcontext()
        with turn, self._failures_named():
            if self._journal_is_doubtful:
                self._begin_new_journal()
            yield

    def _begin_new_journal(self) -> None:
        if not empty_wal(self._engine, nullcontext()):
            raise Unavailable("a write has failed, and the journal cannot be begun anew while others read")
        self._journal_is_doubtful = False

    @contextmanager
    def _failures_named(self) -> Iterator[None]:
        """The failures that no statement has, in one name with those that `engine` finds."""
        try:
            yield
        except DiskFailed:
            self._journal_is_doubtful = True
            raise
        except (exc.TimeoutError, exc.PendingRollbackError) as error:
            raise Unavailable(str(error)) from error


@contextmanager
def _committing(connections: Connections, name: str) -> Iterator[Connection]:
    """All that is ever committed is committed here, migrations apart."""
    with connections.begun() as connection:
        yield connection
        _refuse_if_lost(connection)
        faults.reached(faults.BEFORE_COMMIT, name)
    faults.reached(faults.AFTER_COMMIT, name)


def _refuse_if_lost(connection: Connection) -> None:
    """A COMMIT says yes also when the database gave the transaction up and the block went on all the same."""
    driver = connection.connection.dbapi_connection
    assert driver is not None
    if connection.dialect.name == "sqlite":
        whole = driver.in_transaction
    else:
        whole = driver.info.transaction_status.name != "INERROR"
    if not whole:
        raise Unavailable("a statement of this transaction failed, and the whole of it was given up")
