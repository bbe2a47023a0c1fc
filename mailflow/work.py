"""What a running desk does all day: a loop for each kind of work, in a thread of its own.

A loop looks for work by itself, as other nodes fill the same tables, and at once where this process has made some.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from mailflow.config import Config
from mailflow.edges import log, logresults
from mailflow.loop import Loop
from mailflow.steps.app import App
from mailflow.steps.apply import Applied
from mailflow.steps.deliver import TIMEOUTS_A_LETTER, deliver_due
from mailflow.steps.handled import Failed, Handled
from mailflow.steps.hold import Hold
from mailflow.steps.periodic import Stuck, pass_time, pull_back, purge, send_digest
from mailflow.steps.settle import Unsettled
from mailflow.store.caserow import UnreadableCase
from mailflow.store.engine import Unavailable
from mailflow.store.unit import Store

if TYPE_CHECKING:
    from mailflow.steps.senders import Looking

TICK: Final = 10  # seconds between looks at the calendar
_BATCH = 20  # mails of one handling transaction, cases of one sweep
_LEASED = 100  # letters at a time
_GATHER = 0.01  # seconds in which mails or letters come together that are then handled or sent at once
_LOOK_EVERY = 1.0  # seconds between looks at the queues, which other nodes fill
_CHECKPOINT_EVERY = 1.0  # seconds
_SCRUB_EVERY = 30.0  # seconds; after a masked mail at once
_STUCK_AFTER = 120.0  # seconds
_GARBAGE_LOOKED_FOR = 50_000  # objects more than before; the mails of one transaction are some ten thousand
_SETTLE_AGAIN = 1.0  # seconds between the last tries to settle what was sent


class Work:
    """The loops of the roles that a process has. `app` may be replaced at any time: each turn takes the one that is there."""

    def __init__(self, app: App, store: Store, *, roles: Iterable[str], node: str) -> None:
        """`app`, with a relay of its own: a connection is for the one thread that uses it, which also closes it."""
        self.app = app
        self._store = store
        self._node = node
        self._relay = app.relay
        self._hold = Hold()
        self._unsettled = Unsettled()
        self._looking: Looking | None = None
        self._warm: App | None = None
        self._masked = True  # whether a mail was since the last scrubbing; a process before this one may have ended early
        self._deleted = False  # whether anything was since then
        self._unreadable: set[str] = set()  # references of cases that the log was told of
        self._audit_head = ""  # that the log was told
        wanted = {*roles}
        if "handle" in wanted:
            wanted |= {"authenticate", "scrub"}
        if store.has_journal:
            wanted.add("checkpoint")
        self.loops = {loop.name: loop for loop in self._make_loops() if loop.name in wanted}

    def start(self) -> None:
        for loop in self.loops.values():
            loop.start()

    def wake(self, name: str) -> None:
        if name in self.loops:
            self.loops[name].wake()

    def mail_came(self) -> None:
        self.wake("authenticate" if self.app.sender_check else "handle")

    def take(self, app: App) -> None:
        """Work by a changed configuration from the next turn on."""
        self.app = app
        for loop in self.loops.values():
            loop.patience = _patience(app.config)

    def _make_loops(self) -> tuple[Loop, ...]:
        patience = _patience(self.app.config)
        return (
            Loop(
                "authenticate",
                self._authenticate,
                pause=_LOOK_EVERY,
                patience=patience,
                at_end=self._end_looking,
            ),
            Loop("handle", self._handle, pause=_LOOK_EVERY, gather=_GATHER, patience=patience),
            Loop(
                "deliver",
                self._deliver,
                pause=_LOOK_EVERY,
                gather=_GATHER,
                patience=patience,
                at_end=self._end_delivery,
            ),
            # Woken by the ticker; by itself only after the clock was set back.
            Loop("periodic", self._periodic, pause=6 * TICK, patience=patience),
            Loop("scrub", self._scrub, pause=_SCRUB_EVERY, patience=patience),
            Loop("checkpoint", self._checkpoint, pause=_CHECKPOINT_EVERY, patience=patience),
        )

    # ------------------------------------------------------------------------------------------------ handle

    def _authenticate(self) -> bool:
        """In threads of their own: of a sender's DNS that answers slowly others' mails hear little."""
        if self._looking is None:
            from mailflow.steps.senders import Looking  # noqa: PLC0415 -- as in `warmed`

            self._looking = Looking(lambda: self.wake("authenticate"))
        if self._looking.turn(self.app, logresults.log_sender):
            self.wake("handle")
        return False  # whatever is found wakes it

    def _end_looking(self) -> None:
        """What is under way is settled: else it would count as looked at when a process ended."""
        while self._looking is not None and self._looking.wait():
            self._looking.settle(self.app, logresults.log_sender)

    def _handle(self) -> bool:
        app = self.app
        if app is not self._warm:
            self._warm = warmed(app)
            return True  # with the one that is there by now
        from mailflow.steps.handle import handle_waiting  # noqa: PLC0415 -- as in `warmed`

        done = handle_waiting(app, _BATCH)
        self._tell(done)
        if done:  # another look, as more may have been there than were taken; what comes meanwhile gathers
            self.wake("handle")
        return len(done) >= _BATCH

    def _tell(self, done: Sequence[Handled | Failed]) -> None:
        """The log, and the loops that have work by it."""
        for one in done:
            logresults.log_mail(one)
        handled = [one for one in done if isinstance(one, Handled)]
        if any(one.letters for one in handled):
            self.wake("deliver")
        if any(one.body.masked for one in handled):
            self._masked = True
            self.wake("scrub")

    # ------------------------------------------------------------------------------------------------ deliver

    def _deliver(self) -> bool:
        app = self.app
        if app.relay is not self._relay:  # a reload has changed it
            self._relay.close()
            self._relay, self._hold = app.relay, Hold()
        settled = deliver_due(
            app,
            self._node,
            limit=_LEASED,
            tell=logresults.log_letter,
            stopping=lambda: self.loops["deliver"].must_stop() or self.app.relay is not app.relay,
            hold=self._hold,
            unsettled=self._unsettled,
        )
        if settled:
            self.wake("deliver")
        else:
            self._relay.close_if_idle()
        return settled >= _LEASED

    def _end_delivery(self) -> None:
        """What was sent is settled while there is time: who starts next would send it again."""
        self._relay.close()
        while self._unsettled:
            try:
                self._unsettled.settle(self.app, logresults.log_letter)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the process ends in a moment
                log.letters_unsettled(number=len(self._unsettled), error=error)
                time.sleep(_SETTLE_AGAIN)

    # ------------------------------------------------------------------------------------------------ time

    def _periodic(self) -> bool:
        """Each part by itself: what raises in one keeps none of the others from being done, and is raised in the end."""
        app, due, failures = self.app, False, list[Exception]()
        for part in (self._pull_back, self._pass_time, self._send_digest, self._purge, self._tell_audit_head):
            try:
                due |= bool(part(app))
            except Unavailable:
                raise  # to all of them
            except Exception as error:  # noqa: BLE001 -- see above
                failures.append(error)
        if failures:
            raise failures[0]
        return due

    def _pull_back(self, app: App) -> None:
        if pulled := pull_back(app):
            log.clock_set_back(mails=pulled.mails, letters=pulled.letters)
            self.wake("handle")
            self.wake("deliver")

    def _send_digest(self, app: App) -> None:
        if digest := send_digest(app, self._node):
            for case in digest.unreadable.listed:
                self._tell_unreadable(case.reference, case.why)
            log.digest_written(recipients=app.config.desk.staff)
            self.wake("deliver")

    def _purge(self, app: App) -> None:
        if (purged := purge(app, self._node)) is not None:
            log.purged(rows=purged.rows, raws=purged.raws)
            self._deleted = True
            self.wake("scrub")

    def _pass_time(self, app: App) -> bool:
        """Whether more cases may be due."""
        told = pass_time(app, _BATCH)
        for one in told:
            if isinstance(one, UnreadableCase):
                self._tell_unreadable(one.reference, one.why)
                continue
            if isinstance(one, Stuck):
                log.case_stuck(reference=one.case.reference, error=one.error, next_try_at=one.next_try_at)
                continue
            kinds = [letter.kind for letter in one.letters]
            status = one.case.outcome or one.case.status
            log.case_changed(
                reference=one.case.reference, by=one.by, what=one.note, status=status, letters=kinds
            )
        if any(isinstance(one, Applied) and one.letters for one in told):
            self.wake("deliver")
        return len(told) == _BATCH

    def _tell_unreadable(self, reference: str, why: str) -> None:
        """Once: it is met with each hour."""
        if reference not in self._unreadable:
            self._unreadable.add(reference)
            log.case_unreadable(reference=reference, why=why)

    def _tell_audit_head(self, app: App) -> None:
        """Soon after each entry, whichever process made it: what the log has said, nobody can take out of the table."""
        with app.read() as uow:
            head = str(uow.audit.head())
        if head != self._audit_head:
            self._audit_head = head
            log.audit_head(head=head)

    # ------------------------------------------------------------------------------------------------ the database's files

    def _checkpoint(self) -> bool:
        self._store.checkpoint()
        return False

    def _scrub(self) -> bool:
        """What a masked secret left beside the rows; never in the way of mail, and again while readers are."""
        masked, self._masked = self._masked, False  # one that is masked meanwhile waits for the next time
        deleted, self._deleted = self._deleted, False
        scrubbed = False
        try:
            scrubbed = self._store.scrub(masked=masked, deleted=deleted)
        finally:
            self._masked |= masked and not scrubbed
            self._deleted |= deleted and not scrubbed
        if masked and scrubbed:
            log.scrubbed()
        return False


def warmed(app: App) -> App:
    """What handling a mail needs, which takes a second, is there before one waits, and not before the desk is ready.

    Neither the garbage collector nor the end of the process need go through all of it afterwards: a fifth of a second
    each time.
    """
    app.config.lexicon.answers.terms(app.config.policy.form)
    import mailflow.steps.handle  # noqa: F401, PLC0415 -- last, as its code fills the holes that making lists leaves

    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE_LOOKED_FOR, *gc.get_threshold()[1:])
    return app


def _patience(config: Config) -> float:
    """The seconds that a loop may rightly be at one piece of its work: a letter, or a wait for the database."""
    database = config.database.busy_timeout + config.database.statement_timeout
    slowest = TIMEOUTS_A_LETTER * config.smarthost.timeout + database
    return _STUCK_AFTER + slowest.total_seconds()
