"""Desks that are broken on purpose, each in one way: what finds nothing wrong with them finds nothing.

A variant changes a process of the tests before it runs; see `zygote.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event

from mailflow import daemon
from mailflow.steps import deliver, handle, operate, periodic, receive, understand
from mailflow.steps.hold import Hold
from mailflow.steps.settle import Unsettled
from mailflow.store import backup, engine, mailrow
from mailflow.store.outbox import Outbox
from mailflow.store.slots import Slots
from mailflow.store.unit import Store

DEADLY = "these words kill"
_TO_THE_CLIENT = 0.2  # seconds in which a reply reaches it


def acknowledged_before_the_commit() -> None:
    """The client hears 250 first, and the mail is stored afterwards."""
    stored = receive.Intake._stored

    def early(self: receive.Intake, batch: list, transaction: object) -> object:
        for mail in batch:
            mail.stored.get_loop().call_soon_threadsafe(mail.stored.set_result, None)
        Event().wait(_TO_THE_CLIENT)
        return stored(self, batch, transaction)

    receive.Intake._stored = early


def stored_without_a_look_for_the_same() -> None:
    """A mail that comes again is another one."""
    mailrow._content_digest = lambda _raw, _length: os.urandom(32)


def marked_as_handled_apart() -> None:
    """The case and the letters in one transaction, that the mail is done in another."""
    settle, handle_waiting = handle._settle, handle.handle_waiting
    done: list = []
    handle._settle = lambda _app, _uow, handled: done.append(handled)

    def in_two(app, limit):
        result = handle_waiting(app, limit)
        if done:
            with app.begin("apart") as uow:
                while done:
                    settle(app, uow, done.pop())
        return result

    handle.handle_waiting = in_two


def letters_written_apart() -> None:
    """The case in one transaction, its letters in another."""
    put, handle_waiting = Outbox.put, handle.handle_waiting
    written: list = []
    Outbox.put = lambda _self, rendered, now: written.append((rendered, now))

    def in_two(app, limit):
        result = handle_waiting(app, limit)
        if written:
            with app.begin("apart") as uow:
                while written:
                    put(uow.outbox, *written.pop())
        return result

    handle.handle_waiting = in_two


def settled_before_it_is_sent() -> None:
    """A letter counts as sent before the smarthost has it."""
    outgoing = deliver._Batch._outgoing

    def early(self):
        for letter in outgoing(self):
            if letter is not None:
                with self._app.begin("settled") as uow:
                    uow.outbox.sent([letter.id], self._app.clock())
            yield letter

    deliver._Batch._outgoing = early


def sent_under_another_message_id() -> None:
    """Each try is another mail to whoever gets it."""
    outgoing = deliver._Batch._outgoing

    def anew(self):
        for letter in outgoing(self):
            other = b"Message-ID: <%s@" % os.urandom(8).hex().encode()
            yield letter and replace(letter, raw=re.sub(rb"Message-ID: <[^@]*@", other, letter.raw, count=1))

    deliver._Batch._outgoing = anew


def sent_without_a_lease() -> None:
    """Whoever looks takes a letter that another node is at."""
    lease = Outbox.lease
    Outbox.lease = lambda self, now, _until, by, limit: lease(self, now, now, by, limit)


def every_node_wins_the_slot() -> None:
    """A daily job is done by whoever comes to it."""
    Slots.win = lambda _self, _job, _slot, _node, _now: True


def commits_are_not_synced() -> None:
    """SQLite says that it is stored, and the disk does not know yet. Only a power cut shows it."""
    engine.PRAGMAS["synchronous"] = 0


def killed_by_a_mail() -> None:
    """One with certain words ends the process while it is handled, as a fault of the machine would."""
    parse = understand.parse

    def parse_or_die(raw, envelope):
        if DEADLY.encode() in raw:
            os.kill(os.getpid(), signal.SIGKILL)
        return parse(raw, envelope)

    understand.parse = parse_or_die
    handle.RETRY_WAITS = (timedelta(0),) * len(handle.RETRY_WAITS)


def journal_is_trusted() -> None:
    """It goes on after a sync that failed as if nothing had been. Only a power cut shows it."""
    Store._begin_new_journal = lambda self: setattr(self, "_journal_is_doubtful", False)


def forgets_what_it_could_not_settle() -> None:
    """A letter that was sent while the database failed is one that was not."""
    settle_all = Unsettled.settle

    def forgetful(self, app, tell):
        try:
            return settle_all(self, app, tell)
        except Exception:
            self.__init__()
            raise

    Unsettled.settle = forgetful


def never_pauses() -> None:
    """A smarthost that is away is tried with each letter."""
    Hold.fail = lambda _self: 0.0


def digests_at_any_moment() -> None:
    """The slot of a digest is a moment, rather than a date."""
    periodic.daily_slot = lambda now, *_: now.isoformat()


def backups_of_one_file() -> None:
    """A copy of the database's file, without the journal beside it."""
    backup._copy = lambda engine, draft: shutil.copyfile(engine.url.database, draft)


def acts_are_not_recorded() -> None:
    """What the staff does to a case is not put into the audit log with it."""
    operate.record = lambda *_: None


def event_loop_stands() -> None:
    """What it is asked for a recipient is never answered."""
    daemon._STANDS_AFTER = 0.1
    daemon.Daemon._accepts = lambda *_: Event().wait()


VARIANTS: dict[str, Callable[[], None]] = {
    variant.__name__: variant
    for variant in (
        acknowledged_before_the_commit,
        stored_without_a_look_for_the_same,
        marked_as_handled_apart,
        letters_written_apart,
        settled_before_it_is_sent,
        sent_under_another_message_id,
        sent_without_a_lease,
        every_node_wins_the_slot,
        commits_are_not_synced,
        killed_by_a_mail,
        journal_is_trusted,
        forgets_what_it_could_not_settle,
        never_pauses,
        digests_at_any_moment,
        backups_of_one_file,
        acts_are_not_recorded,
        event_loop_stands,
    )
}
