"""Handle: take the oldest mails of the inbox, read them, and do everything about them in one transaction.

Which case a mail belongs to, what happens to the case, and the finished bytes of every letter. A crash before the commit
leaves the mails to be handled again, and rows that say in whose hands they were; after it nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mailflow.core.body import redacted
from mailflow.core.timing import DAY, retry_wait
from mailflow.steps.app import App
from mailflow.steps.apply import look_at_queue
from mailflow.steps.handled import RETRY_WAITS, Failed, Handled, what_raised
from mailflow.steps.machine import by_machine
from mailflow.steps.operate import record
from mailflow.steps.person import by_person
from mailflow.steps.understand import Understood, read_ahead, understand
from mailflow.store.engine import Unavailable
from mailflow.store.mails import StoredMail
from mailflow.store.unit import UnitOfWork

_ENDED = "the process ended while this mail was handled"


def handle_waiting(app: App, limit: int) -> list[Handled | Failed]:
    """Handle up to `limit` mails in one transaction; a bad one undoes only itself.

    One that may have ended a process is first counted, and afterwards handled alone. Nothing comes back when none waits.
    """
    with app.claim(app.clock(), limit, checked=app.sender_check is not None) as claim:
        if claim.is_empty:
            return []
        read = read_ahead(app, claim.mails)
        with claim.hold() as held:
            _ask_for_all(app, held.uow, read.values())
            done: list[Handled | Failed] = [_left(app, held.uow, stored) for stored in held.left]
            done += _all(app, held.uow, held.mails, read)
            record(app, held.uow, (act for one in done if isinstance(one, Handled) for act in one.acts))
            return done


def _ask_for_all(app: App, uow: UnitOfWork, read: Iterable[Understood]) -> None:
    """What is asked of every party, asked at once, and of the queue.

    Locked first: nobody else opens a case for any of them from now on.
    """
    parties = {one.sender for one in read if one.silence is None}
    uow.cases.lock_party(*parties)
    uow.cases.look_for(parties)
    uow.outbox.count_letters_to(parties, app.clock() - DAY)
    if parties:
        look_at_queue(uow, app.clock())


def _all(
    app: App, uow: UnitOfWork, mails: Sequence[StoredMail], read: Mapping[int, Understood]
) -> Sequence[Handled | Failed]:
    """A savepoint costs as much as some statements: there is one for all mails, and only when one raises one for each."""
    try:
        with uow.savepoint():
            return [handle(app, uow, stored, read.get(stored.id)) for stored in mails]
    except Unavailable:
        raise  # the database's fault, not the mail's: the whole transaction is tried again
    except Exception:  # noqa: BLE001 -- it raises once more
        return [_try(app, uow, stored, read.get(stored.id)) for stored in mails]


def _try(app: App, uow: UnitOfWork, stored: StoredMail, read: Understood | None) -> Handled | Failed:
    try:
        with uow.savepoint():
            return handle(app, uow, stored, read)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever a mail raises must not stop the next one
        return _failed(app, uow, stored, what_raised(error))


def _left(app: App, uow: UnitOfWork, stored: StoredMail) -> Failed:
    """A process ended while the mail was in hand: maybe by it, maybe by another one, maybe by a power cut.

    So the first time it is tried at once; again, and it was alone.
    """
    return _failed(app, uow, stored, _ENDED, at_once=not stored.attempts)


def _failed(app: App, uow: UnitOfWork, stored: StoredMail, said: str, *, at_once: bool = False) -> Failed:
    attempts = stored.attempts + 1
    if attempts > len(RETRY_WAITS):
        uow.mails.park(stored.id, said)
        return Failed(stored.id, said, attempts, None)
    next_try_at = stored.next_try_at if at_once else app.clock() + retry_wait(attempts, RETRY_WAITS)
    uow.mails.failed(stored.id, said, next_try_at)
    return Failed(stored.id, said, attempts, next_try_at)


def handle(app: App, uow: UnitOfWork, stored: StoredMail, read: Understood | None = None) -> Handled:
    """Everything about one mail, in the transaction of `uow`; `read` is what was understood of it before."""
    understood = read or understand(app, stored)
    if understood.silence is not None:
        handled = by_machine(app, uow, understood, understood.silence)
    else:
        handled = by_person(app, uow, understood)
    _settle(app, uow, handled)
    return handled


def _settle(app: App, uow: UnitOfWork, handled: Handled) -> None:
    mail, body, found = handled.mail, handled.body, handled.authentication
    if found.source or found.oddities:
        uow.senders.put(handled.mail_id, found, app.clock())
    uow.mails.handled(
        handled.mail_id,
        now=app.clock(),
        kind=handled.kind,
        case_id=handled.case.id if handled.case else None,
        sender=mail.sender or "",
        subject=body.subject,
        message_id=mail.message_id,
        silence=handled.silence,
        fresh=body.fresh,
        raw=redacted(mail, body) if body.masked else None,
    )
