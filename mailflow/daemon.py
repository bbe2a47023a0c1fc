"""The running desk: its roles, its signals, when it is ready, and how it stops.

The listener is asyncio; handle, deliver and periodic are loops in threads of their own.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from mailflow import __version__
from mailflow.bootstrap import Desk, NotReady, check_letters, make_app, make_relay, take_keys
from mailflow.config import Config, ConfigErrors, load, restart_needed
from mailflow.core.timing import DAY
from mailflow.edges import log, notify
from mailflow.edges.listener import Listener
from mailflow.edges.monitoring import Gauges, Monitoring
from mailflow.loop import DATABASE, Loop
from mailflow.steps.app import App
from mailflow.steps.deliver import TIMEOUTS_A_LETTER, deliver_due
from mailflow.steps.handled import Handled
from mailflow.steps.hold import Hold
from mailflow.steps.periodic import pass_time, pull_back, purge, send_digest
from mailflow.steps.receive import Intake
from mailflow.steps.settle import Unsettled
from mailflow.store.engine import Unavailable
from mailflow.store.space import Space

ROLES = ("receive", "handle", "deliver", "periodic")
STOP_WITHIN = 18.0  # seconds; 20 are promised, and the interpreter's own end takes some
_BATCH = 20  # mails of one handling transaction, cases of one sweep
_LEASED = 100  # letters at a time
_GATHER = 0.01  # seconds in which mails or letters come together that are then handled or sent at once
_LOOK_EVERY = 1.0  # seconds between looks at the queues, which other nodes fill
_TICK = 10  # seconds between looks at the calendar
_CHECKPOINT_EVERY = 1.0  # seconds
_SCRUB_EVERY = 30.0  # seconds; after a masked mail at once
_STUCK_AFTER = 120.0  # seconds
_GARBAGE_LOOKED_FOR = 50_000  # objects more than before; the mails of one transaction are some ten thousand
_SETTLE_AGAIN = 1.0  # seconds between the last tries to settle what was sent
_NOT_STORED_SHOWN = 60.0  # seconds for which `health` tells of mails that could not be stored


class Daemon:
    def __init__(self, desk: Desk, *, roles: Iterable[str] = ROLES, node: str) -> None:
        """Raises `NotReady` when a letter's template cannot work."""
        config = self._started_with = desk.app.config
        check_letters(config)
        # With a relay of its own: a connection is for the one thread that uses it, which also closes it.
        self._app = replace(desk.app, relay=make_relay(config))
        self._relay = self._app.relay
        self._hold = Hold()
        self._unsettled = Unsettled()
        self._warm: App | None = None
        self._store = desk.store
        self._node = node
        self._roles = tuple(role for role in ROLES if role in set(roles))
        self._stop_asked = asyncio.Event()
        self._reload_asked = asyncio.Event()
        self._not_stored_at = float("-inf")
        self._masked = True  # whether a mail was since the last scrubbing; a process before this one may have ended early
        self._audit_head = ""  # that the log was told
        self._deleted = False  # whether anything was since then
        self._intake = Intake(
            desk.store,
            desk.app.clock,
            max_received=config.smtp.max_received,
            on_stored=self._stored,
            on_event=self._not_stored,
        )
        self._space = Space(config.database)
        self._listener = Listener(
            config.smtp, self._accepts, self._has_space, self._intake.submit, log.of_listener
        )
        listen = config.monitoring
        self._monitoring = Monitoring(listen, self._gauges, self.health) if listen else None
        self._ticker = BackgroundScheduler(timezone="UTC")
        wanted = {*self._roles, "authenticate", "scrub"} if "handle" in self._roles else {*self._roles}
        if desk.store.has_journal:
            wanted.add("checkpoint")
        self._loops = {loop.name: loop for loop in self._make_loops() if loop.name in wanted}

    def _make_loops(self) -> tuple[Loop, ...]:
        patience = _patience(self._started_with)
        return (
            Loop("authenticate", self._authenticate, pause=_LOOK_EVERY, patience=patience),
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
            Loop("periodic", self._periodic, pause=6 * _TICK, patience=patience),
            Loop("scrub", self._scrub, pause=_SCRUB_EVERY, patience=patience),
            Loop("checkpoint", self._checkpoint, pause=_CHECKPOINT_EVERY, patience=patience),
        )

    # ------------------------------------------------------------------------------------------------ life

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT, and give the exit status.

        Raises `OSError` when an address cannot be listened on; then everything is stopped again.
        """
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._reload_asked.set)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ask_to_stop, number)
        source = str(self._started_with.source)
        log.starting(version=__version__, node=self._node, roles=self._roles, config=source)
        if self._started_with.database.encryption_key is None:
            log.in_the_clear()
        background = [
            loop.create_task(task)
            for task in (self._reload_when_asked(), self._feed_watchdog(), self._watch_space())
        ]
        try:
            await self._start()
            await self._stop_asked.wait()
        finally:
            for task in background:
                task.cancel()
            await self._stop()
            _ignore_signals(loop)
        return 0

    def _ask_to_stop(self, number: signal.Signals) -> None:
        if not self._stop_asked.is_set():
            log.stopping(signal=signal.Signals(number).name)
            self._stop_asked.set()

    async def _start(self) -> None:
        """Whatever can fail comes first: nothing has been taken in hand by then."""
        try:
            self._start_monitoring()
            if "receive" in self._roles:
                await self._listener.start()
        except OSError as error:
            # In words alone: by its number it would be of another class, and end as a file that is not there.
            raise OSError(error.strerror or str(error)) from error
        starttls = self._started_with.smtp.tls_certificate is not None
        for host, port in self._listener.addresses:
            log.listening(address=f"{host}:{port}", starttls=starttls)
        for loop in self._loops.values():
            loop.start()
        if "periodic" in self._loops:
            self._start_ticker()
        log.ready(monitoring="{}:{}".format(*self._monitoring.address) if self._monitoring else "")
        notify.ready()

    def _start_monitoring(self) -> None:
        if self._monitoring:
            try:
                self._monitoring.start()
            except OSError as error:
                host, port = self._monitoring.address
                raise OSError(
                    f"cannot listen on {host}:{port}: {error.strerror} (monitoring.listen)"
                ) from error

    def _start_ticker(self) -> None:
        """APScheduler only ticks: no store, no missed runs to make up for. What is due stands in our tables."""
        wake = self._loops["periodic"].wake
        self._ticker.add_job(
            wake, "interval", seconds=_TICK, coalesce=True, misfire_grace_time=None, max_instances=1
        )
        self._ticker.start()

    async def _stop(self) -> None:
        """Stop accepting, finish what is in hand, leave the rest queued."""
        notify.stopping()
        until = time.monotonic() + STOP_WITHIN
        await self._listener.stop(STOP_WITHIN / 2)
        await self._intake.close(max(0.0, until - time.monotonic()))
        if self._ticker.running:
            self._ticker.shutdown(wait=False)
        running = [loop for loop in self._loops.values() if loop.is_alive()]
        for loop in running:
            loop.stop()
        for loop in running:
            await asyncio.to_thread(loop.join, max(0.0, until - time.monotonic()))
        if self._monitoring:
            self._monitoring.stop()
        log.stopped(unfinished=sum(loop.is_alive() for loop in running))

    async def _feed_watchdog(self) -> None:
        """A loop that is stuck or gone, or this one, is for systemd to end; one that waits for the database is not."""
        seconds = notify.watchdog_every()
        while seconds:
            if not any(loop.stuck for loop in self._loops.values()):
                notify.watchdog()
            await asyncio.sleep(seconds)

    async def _watch_space(self) -> None:
        """Tell, once each, that there is too little and that there is enough again, whether or not mail comes."""
        low = False
        while "receive" in self._roles:
            if low is self._has_space():
                low, free = not low, self._space.free() or 0
                if low:
                    log.disk_low(free=free, least=self._app.config.database.min_free)
                else:
                    log.disk_back(free=free)
            await asyncio.sleep(_LOOK_EVERY)

    # ------------------------------------------------------------------------------------------------ SIGHUP

    async def _reload_when_asked(self) -> None:
        while True:
            await self._reload_asked.wait()
            self._reload_asked.clear()
            notify.reloading()
            await self._reload()
            notify.ready()

    async def _reload(self) -> None:
        """Take the new configuration if it has no error, else keep the old one and say why."""
        source = str(self._started_with.source)
        try:
            self._take(await asyncio.to_thread(self._read_again))
        except ConfigErrors as error:
            log.config_refused(source=source, problems=error.errors)
        except NotReady as error:
            log.config_refused(source=source, problems=[str(error)])
        except Exception as error:  # noqa: BLE001 -- whatever is wrong must not stop a desk that works
            log.config_refused(source=source, problems=[f"{type(error).__name__}: {error}"])
        else:
            needed = restart_needed(self._started_with, self._app.config)
            log.config_taken(source=source, needs_restart=needed)

    def _read_again(self) -> App:
        """The desk as the file has it now, with all of its letters tried."""
        old, config = self._app, load(self._started_with.source)
        relay = old.relay if config.smarthost == old.config.smarthost else None
        check_letters(config)
        app = make_app(config, self._store, clock=old.clock, relay=relay)
        take_keys(self._store, config)
        return app

    def _take(self, app: App) -> None:
        if "receive" in self._roles:
            self._listener.reload_certificate()  # raises before anything has changed
        self._app = app
        for loop in self._loops.values():
            loop.patience = _patience(app.config)
        log.configure(app.config.log)

    # ------------------------------------------------------------------------------------------------ work

    def _accepts(self, address: str) -> bool:
        return self._app.addresses.accepts(address)

    def _has_space(self, coming: int = 0) -> bool:
        return self._space.suffices(self._app.config.database.min_free, coming)

    def _stored(self) -> None:
        self._not_stored_at = float("-inf")
        self._wake("authenticate" if self._app.sender_check else "handle")

    def _not_stored(self, name: str, **facts: Any) -> None:
        self._not_stored_at = time.monotonic()
        log.of_listener(name, **facts)

    def _wake(self, name: str) -> None:
        if name in self._loops:
            self._loops[name].wake()

    def _authenticate(self) -> bool:
        """In a thread of its own: a sender's DNS that answers slowly holds up no mail but its own."""
        from mailflow.steps.senders import check_waiting  # noqa: PLC0415 -- as in `_handle`

        checked = check_waiting(self._app, tell=log.of_sender)
        if checked:
            self._wake("handle")
        return bool(checked)

    def _handle(self) -> bool:
        from mailflow.steps.handle import handle_waiting  # noqa: PLC0415 -- half a second, once the desk is ready

        app = self._app
        if app is not self._warm:
            self._warm = _warmed(app)
            return True  # with the one that is there by now
        done = handle_waiting(app, _BATCH)
        for one in done:
            log.of_mail(one)
        if any(isinstance(one, Handled) and one.letters for one in done):
            self._wake("deliver")
        if any(isinstance(one, Handled) and one.body.masked for one in done):
            self._masked = True
            self._wake("scrub")
        if done:  # another look, as more may have been there than were taken; what comes meanwhile gathers
            self._wake("handle")
        return len(done) >= _BATCH

    def _deliver(self) -> bool:
        app = self._app
        if app.relay is not self._relay:  # a reload has changed it
            self._close_relay()
            self._relay, self._hold = app.relay, Hold()
        settled = deliver_due(
            app,
            self._node,
            limit=_LEASED,
            tell=log.of_letter,
            stopping=lambda: self._loops["deliver"].must_stop() or self._app.relay is not app.relay,
            hold=self._hold,
            unsettled=self._unsettled,
        )
        if settled:
            self._wake("deliver")
        else:
            self._relay.close_if_idle()
        return settled >= _LEASED

    def _close_relay(self) -> None:
        self._relay.close()

    def _end_delivery(self) -> None:
        """What was sent is settled while there is time: who starts next would send it again."""
        self._close_relay()
        while self._unsettled:
            try:
                self._unsettled.settle(self._app, log.of_letter)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the process ends in a moment
                log.letters_unsettled(number=len(self._unsettled), error=error)
                time.sleep(_SETTLE_AGAIN)

    def _periodic(self) -> bool:
        app = self._app
        if pulled := pull_back(app):
            log.clock_set_back(mails=pulled.mails, letters=pulled.letters)
            for name in ("handle", "deliver"):
                self._wake(name)
        changed = pass_time(app, _BATCH)
        for one in changed:
            kinds = [letter.kind for letter in one.letters]
            status = one.case.outcome or one.case.status
            log.case_changed(
                reference=one.case.reference, by=one.by, what=one.note, status=status, letters=kinds
            )
        if send_digest(app, self._node):
            log.digest_written(recipients=app.config.desk.staff)
            self._wake("deliver")
        if (purged := purge(app, self._node)) is not None:
            log.purged(rows=purged.rows, raws=purged.raws)
            self._deleted = True
            self._wake("scrub")
        if any(one.letters for one in changed):
            self._wake("deliver")
        self._tell_audit_head()
        return len(changed) == _BATCH

    def _tell_audit_head(self) -> None:
        """Soon after each entry, whichever process made it: what the log has said, nobody can take out of the table."""
        with self._app.read() as uow:
            head = str(uow.audit.head())
        if head != self._audit_head:
            self._audit_head = head
            log.audit_head(head=head)

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

    # ------------------------------------------------------------------------------------------------ health

    def health(self) -> tuple[str, ...]:
        """What is wrong, each as one short text."""
        try:
            with self._app.read() as uow:
                uow.views.queues()
        except Unavailable:
            return (DATABASE,)
        problems = [loop.ill for loop in self._loops.values()]
        if time.monotonic() - self._not_stored_at < _NOT_STORED_SHOWN:
            problems.append("receive: the last mails could not be stored")
        if "receive" in self._roles and not self._has_space():
            problems.append("receive: less than database.min_free is free, and no mail is taken")
        return tuple(filter(None, problems))

    def _gauges(self) -> Gauges:
        now = self._app.clock()
        with self._app.read() as uow:
            queues, cases = uow.views.queues(), uow.views.count_open()
            failed = len(uow.outbox.failed(now - DAY))
        return Gauges(
            inbox_waiting=queues.mails_waiting,
            inbox_oldest=_overdue(queues.oldest_mail, now),
            parked=queues.mails_parked,
            outbox_waiting=queues.letters_waiting,
            outbox_oldest=_overdue(queues.oldest_letter, now),
            outbox_failed=failed,
            cases={status.value: count for status, count in cases.items()},
            disk_free=self._space.free(),
        )


def _warmed(app: App) -> App:
    """What reading a mail needs, which takes a second, is compiled before one waits.

    Neither the garbage collector nor the end of the process need go through all of it afterwards: a fifth of a second
    each time.
    """
    app.config.lexicon.answers.terms(app.config.policy.form)
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


def _ignore_signals(loop: asyncio.AbstractEventLoop) -> None:
    """All is done: a signal that comes while the interpreter ends must not change the exit status."""
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)


def _overdue(due_at: datetime | None, now: datetime) -> timedelta:
    return max(timedelta(0), now - due_at) if due_at else timedelta(0)
