"""The running desk: its roles, its signals, when it is ready, and how it stops.

The listener is asyncio; what `work.py` does goes on in threads of its own.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from mailflow import __version__
from mailflow.bootstrap import Desk, NotReady, check_letters, make_app, make_relay, take_keys
from mailflow.config import ConfigErrors, load, restart_needed
from mailflow.core.timing import DAY
from mailflow.edges import log, logresults, notify
from mailflow.edges.listener import Listener
from mailflow.edges.monitoring import Gauges, Monitoring
from mailflow.loop import DATABASE
from mailflow.steps.app import App
from mailflow.steps.receive import Intake
from mailflow.store.engine import Unavailable
from mailflow.store.space import Space
from mailflow.work import TICK, Work

ROLES = ("receive", "handle", "deliver", "periodic")
STOP_WITHIN = 18.0  # seconds; 20 are promised, and the interpreter's own end takes some
_SPACE_LOOKED_AT_EVERY = 1.0  # seconds
_OLD = timedelta(minutes=10)  # for a mail that waits, or since the start
_TURNS_EVERY = 1.0  # seconds, the event loop
_STANDS_AFTER = 10.0  # seconds without a turn of it
_UNREAD_SHOWN_AFTER = 60.0  # seconds for which nobody has read the log
_NOT_STORED_SHOWN = 60.0  # seconds for which `health` tells of mails that could not be stored


class Daemon:
    def __init__(self, desk: Desk, *, roles: Iterable[str] = ROLES, node: str) -> None:
        """Raises `NotReady` when a letter's template cannot work."""
        config = self._started_with = desk.app.config
        check_letters(config)
        self._store = desk.store
        self._node = node
        self._roles = tuple(role for role in ROLES if role in set(roles))
        app = replace(desk.app, relay=make_relay(config))
        self._work = Work(app, desk.store, roles=self._roles, node=node)
        self._started_at = desk.app.clock()
        self._stop_asked = asyncio.Event()
        self._reload_asked = asyncio.Event()
        self._not_stored_at = float("-inf")
        self._turned_at = float("inf")
        self._intake = Intake(
            desk.store,
            desk.app.clock,
            max_received=config.smtp.max_received,
            on_stored=self._stored,
            on_event=self._not_stored,
        )
        self._space = Space(config.database)
        self._listener = Listener(
            config.smtp, self._accepts, self._has_space, self._intake.submit, logresults.log_listener
        )
        listen = config.monitoring
        self._monitoring = Monitoring(listen, self._gauges, self.health) if listen else None
        self._ticker = BackgroundScheduler(timezone="UTC")

    @property
    def _app(self) -> App:
        return self._work.app

    # ------------------------------------------------------------------------------------------------ life

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT, and give the exit status.

        Raises `OSError` when an address cannot be listened on, or no thread started for the intake; then everything is stopped again.
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
            for task in (self._turn(), self._reload_when_asked(), self._feed_watchdog(), self._watch_space())
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
                self._intake.start()
                await self._listener.start()
        except OSError as error:
            # In words alone: by its number it would be of another class, and end as a file that is not there.
            raise OSError(error.strerror or str(error)) from error
        starttls = self._started_with.smtp.tls_certificate is not None
        for host, port in self._listener.addresses:
            log.listening(address=f"{host}:{port}", starttls=starttls)
        self._work.start()
        if "periodic" in self._roles:
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
        self._ticker.add_job(
            self._work.loops["periodic"].wake,
            "interval",
            seconds=TICK,
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
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
        running = [loop for loop in self._work.loops.values() if loop.is_alive()]
        for loop in running:
            loop.stop()
        for loop in running:
            await asyncio.to_thread(loop.join, max(0.0, until - time.monotonic()))
        if self._monitoring:
            self._monitoring.stop()
        log.stopped(unfinished=sum(loop.is_alive() for loop in running))

    async def _turn(self) -> None:
        """By this `health`, which is asked in another thread, knows that the event loop goes on."""
        while True:
            self._turned_at = time.monotonic()
            await asyncio.sleep(_TURNS_EVERY)

    async def _feed_watchdog(self) -> None:
        """A loop that is stuck or gone, or this one, is for systemd to end; one that waits for the database is not."""
        seconds = notify.watchdog_every()
        while seconds:
            if not self._intake.ill and not any(loop.stuck for loop in self._work.loops.values()):
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
            await asyncio.sleep(_SPACE_LOOKED_AT_EVERY)

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
        self._work.take(app)
        log.configure(app.config.log)

    # ------------------------------------------------------------------------------------------------ what the listener asks and tells

    def _accepts(self, address: str) -> bool:
        return self._app.addresses.accepts(address)

    def _has_space(self, coming: int = 0) -> bool:
        return self._space.suffices(self._app.config.database.min_free, coming)

    def _stored(self) -> None:
        self._not_stored_at = float("-inf")
        self._work.mail_came()

    def _not_stored(self, name: str, **facts: Any) -> None:
        self._not_stored_at = time.monotonic()
        logresults.log_listener(name, **facts)

    # ------------------------------------------------------------------------------------------------ health

    def health(self) -> tuple[str, ...]:
        """What is wrong, each as one short text."""
        try:
            with self._app.read() as uow:
                oldest = uow.views.oldest_for_us()
        except Unavailable:
            return (DATABASE,)
        problems = [self._intake.ill, *(loop.ill for loop in self._work.loops.values())]
        if (stands := time.monotonic() - self._turned_at) > _STANDS_AFTER:
            problems.append(
                f"the event loop: no turn for {stands:.0f} seconds, so no mail is taken and no signal heard"
            )
        if log.unread_for() > _UNREAD_SHOWN_AFTER:
            problems.append("the log: nobody reads it, and lines are lost")
        if time.monotonic() - self._not_stored_at < _NOT_STORED_SHOWN:
            problems.append("receive: the last mails could not be stored")
        if "handle" in self._roles and oldest is not None:
            waited = self._app.clock() - max(oldest, self._started_at)
            if waited >= _OLD:
                problems.append(f"handle: a mail has waited for {waited // timedelta(minutes=1)} minutes")
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


def _ignore_signals(loop: asyncio.AbstractEventLoop) -> None:
    """All is done: a signal that comes while the interpreter ends must not change the exit status."""
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)


def _overdue(due_at: datetime | None, now: datetime) -> timedelta:
    return max(timedelta(0), now - due_at) if due_at else timedelta(0)
