"""Senders: find out who wrote a mail, before it is handled and while no transaction is open.

A mail server of ours may have said so; else DKIM, SPF and DMARC are computed, which asks the DNS and may take long. A crash
meanwhile leaves a lease that runs out, and a mail that was looked at when processes ended is handled without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailflow.config import Config, organizational_domain
from mailflow.core.authentication import COMPUTED, Authentication, as_it_is_read, found_by_server
from mailflow.core.lookalikes import oddities_of
from mailflow.core.mail import Mail, parse
from mailflow.core.origin import why_not_answer
from mailflow.core.relaying import way_of
from mailflow.steps.app import App
from mailflow.store.mails import StoredMail
from mailflow.store.senders import LeasedMail
from mailflow.store.unit import UnitOfWork

WORKERS = 8  # mails at once: they wait for others' servers
_LEASE_OVER = timedelta(seconds=30)  # beyond the deadline of one mail
_ASK_AGAIN = timedelta(seconds=30), timedelta(minutes=5)  # the shortest and the longest wait
_MOST_DEATHS = 2


@dataclass(frozen=True, slots=True)
class SenderChecked:
    """What was found of a mail's writer, or why nothing was yet: for the mail log."""

    mail: StoredMail
    found: Authentication | None
    error: str = ""

    @property
    def mail_id(self) -> int:
        return self.mail.id


Tell = Callable[[SenderChecked], None]


class Looking:
    """At the mails that wait for it, several at once: each has its answer when it is there, whatever the others take.

    At most half of the threads have mails that were looked at in vain before, so that those whose DNS stays silent hold up
    no new one for ever. `wake` is called whenever a mail was looked at: then a `turn` is due.
    """

    def __init__(
        self, wake: Callable[[], None] = lambda: None, *, retry_for: timedelta | None = None
    ) -> None:
        """`retry_for`: how long a mail waits for a DNS that does not answer, in place of what the site has set."""
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="authenticate")
        self._wake = wake
        self._retry_for = retry_for
        self._new: list[Future[SenderChecked]] = []
        self._again: list[Future[SenderChecked]] = []

    def turn(self, app: App, tell: Tell = lambda _: None) -> int:
        """Settle what was found, take up mails for the threads that are free, and say how many were settled."""
        settled = self.settle(app, tell)
        if app.sender_check is not None:
            self._lease(app)
        return settled

    def settle(self, app: App, tell: Tell = lambda _: None) -> int:
        """What was found. Raises `Unavailable`, and then it is kept."""
        done = [look for look in (*self._new, *self._again) if look.done()]
        if not done:
            return 0
        found = [self._result(look) for look in done]
        now = app.clock()
        with app.begin("sender found") as uow:
            for checked in found:
                _settle(uow, checked, now, self._patience(app))
        self._forget(done)
        for checked in found:
            tell(checked)
        return len(found)

    def wait(self) -> bool:
        """Until a mail was looked at; False when none is."""
        return bool(wait([*self._new, *self._again], return_when=FIRST_COMPLETED).done)

    def close(self) -> None:
        self._pool.shutdown()

    def _result(self, look: Future[SenderChecked]) -> SenderChecked:
        try:
            return look.result()
        except BaseException:
            self._forget([look])  # else it would be raised for ever; its lease runs out
            raise

    def _forget(self, done: Collection[Future[SenderChecked]]) -> None:
        for looks in (self._new, self._again):
            looks[:] = [look for look in looks if look not in done]

    def _lease(self, app: App) -> None:
        now = app.clock()
        lease = app.config.authentication.deadline + _LEASE_OVER
        free = WORKERS - len(self._new) - len(self._again)
        if not free:
            return
        with app.begin("sender lease") as uow:
            most = min(free, WORKERS // 2 - len(self._again))
            again = uow.senders.lease_again(now, now + lease, most, 2 * max(lease, _ASK_AGAIN[1]))
            new = uow.senders.lease_new(now + lease, free - len(again))
        for looks, leased in ((self._new, new), (self._again, again)):
            for one in leased:
                last = now - one.mail.received_at >= self._patience(app)
                looks.append(self._pool.submit(_look, app, one, last))
                looks[-1].add_done_callback(lambda _: self._wake())

    def _patience(self, app: App) -> timedelta:
        return app.config.authentication.retry_for if self._retry_for is None else self._retry_for


def check_waiting(app: App, *, tell: Tell = lambda _: None, retry_for: timedelta | None = None) -> int:
    """Find out who wrote the mails that wait; says of how many. 0: none waits, or nothing is computed here."""
    with closing(Looking(retry_for=retry_for)) as looking:
        settled = looking.turn(app, tell)
        while looking.wait():
            settled += looking.turn(app, tell)
    return settled


def _look(app: App, leased: LeasedMail, last: bool) -> SenderChecked:
    """Whatever goes wrong, the mail waits and is looked at again: it must not be taken for one that nobody checks."""
    stored = leased.mail
    if leased.died >= _MOST_DEATHS:
        return SenderChecked(stored, Authentication(), "processes ended while they looked at it")
    try:
        return SenderChecked(stored, _find(app, parse(stored.raw, stored.envelope), stored.raw, last=last))
    except Exception as error:  # noqa: BLE001 -- in a thread nobody else hears of it; its words may quote the mail
        found = Authentication(source=COMPUTED) if last else None
        return SenderChecked(stored, found, type(error).__name__)


def _find(app: App, mail: Mail, raw: bytes, *, last: bool) -> Authentication:
    """What a machine sent is answered by nobody: it is not worth a question."""
    assert app.sender_check is not None, "asked for by `check_waiting` only"
    if said := _said_by_server(app.config, mail):
        return said
    if why_not_answer(mail, app.config.desk.address, app.config.subjects):
        return Authentication()
    return app.sender_check.compute(raw, mail, last=last)


def _settle(uow: UnitOfWork, checked: SenderChecked, now: datetime, patience: timedelta) -> None:
    if checked.found is None:
        uow.senders.put_off(checked.mail.id, _next_try_at(checked.mail, now, patience))
    else:
        uow.senders.settle(checked.mail.id, checked.found)


def _next_try_at(mail: StoredMail, now: datetime, patience: timedelta) -> datetime:
    """After as long again as it has waited, within bounds, and for the last time when its patience ends."""
    least, most = _ASK_AGAIN
    wait = min(max(least, now - mail.received_at), most)
    return min(now + wait, max(now, mail.received_at + patience))


def who_wrote(config: Config, mail: Mail, known: Authentication | None) -> Authentication:
    """What is known of a mail's writer when it is handled: `known` was found before. Nothing is looked up."""
    found = known or _said_by_server(config, mail) or Authentication()
    found = as_it_is_read(found, mail.fields, organizational_domain, header_read=mail.header_read)
    return with_oddities(found, mail, (config.desk.address, *config.desk.staff))


def with_oddities(found: Authentication, mail: Mail, known: tuple[str, ...]) -> Authentication:
    """`known`: addresses that the sender may want to be taken for."""
    oddities = (*found.oddities, *oddities_of(mail.sender, mail.written_name, known))
    if len(oddities) == len(found.oddities):  # as of most mails
        return found
    return replace(found, oddities=tuple(dict.fromkeys(oddities)))


def _said_by_server(config: Config, mail: Mail) -> Authentication | None:
    settings = config.authentication
    if not settings.authserv_ids:
        return None
    ours = way_of(mail.envelope, mail.fields, settings.relays).ours
    domain = (mail.sender or "").rpartition("@")[2]
    return found_by_server(ours, settings.authserv_ids, domain, organizational_domain)
