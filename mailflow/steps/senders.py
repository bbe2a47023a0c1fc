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
from typing import Final

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

_LEASE_OVER = timedelta(seconds=30)  # beyond the deadline of one mail
_ASK_AGAIN = timedelta(seconds=30), timedelta(minutes=5)  # the shortest and the longest wait
_MOST_DEATHS = 2


@dataclass(frozen=True, slots=True)
class SenderChecked:
    """What was found of a mail's writer, or why nothing was yet: for the mail log."""

    mail: StoredMail
    found: Authentication | None
    error: str = ""
    quick: bool = False

    @property
    def is_to_go_on(self) -> bool:
        """Whether nothing was found in so short a time that it is looked for at once with more."""
        return self.quick and self.found is None

    @property
    def mail_id(self) -> int:
        return self.mail.id


Tell = Callable[[SenderChecked], None]


@dataclass(frozen=True, slots=True)
class _Line:
    """Mails that wait to be looked at, and from which end threads of their own take them."""

    again: bool  # looked at in vain before
    newest: bool  # rather than the oldest


_THREADS: Final = {  # of each line, which wait for others' servers; each holds a whole mail meanwhile
    _Line(again=False, newest=False): 3,
    _Line(again=False, newest=True): 3,
    _Line(again=True, newest=False): 2,
    _Line(again=True, newest=True): 2,
}
WORKERS: Final = sum(_THREADS.values())  # mails at once
NEW: Final = sum(number for line, number in _THREADS.items() if not line.again)  # of them for the first time


class Looking:
    """At the mails that wait for it, several at once: each has its answer when it is there, whatever the others take.

    Strangers' DNS may be silent, and hundreds of their mails must not keep others' waiting. So the first look at each is quick,
    as nearly all of the DNS is; what it did not find is looked for at once by threads that do nothing else, and with patience.
    And of each kind some threads take the newest mail, which a heap of older ones would else be before, as the others take
    the oldest, which new ones would. `wake` is called whenever a mail was looked at: then a `turn` is due.
    """

    def __init__(
        self, wake: Callable[[], None] = lambda: None, *, retry_for: timedelta | None = None
    ) -> None:
        """`retry_for`: how long a mail waits for a DNS that does not answer, in place of what the site has set."""
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="authenticate")
        self._wake = wake
        self._retry_for = retry_for
        self._looks: dict[_Line, list[Future[SenderChecked]]] = {line: [] for line in _THREADS}

    def turn(self, app: App, tell: Tell = lambda _: None) -> int:
        """Settle what was found, take up mails for the threads that are free, and say how many were settled."""
        settled = self.settle(app, tell)
        if app.sender_check is not None:
            self._lease(app)
        return settled

    def settle(self, app: App, tell: Tell = lambda _: None) -> int:
        """What was found. Raises `Unavailable`, and then it is kept."""
        done = [look for look in self._under_way() if look.done()]
        if not done:
            return 0
        found = [self._result(look) for look in done]
        now = app.clock()
        with app.begin("sender found") as uow:
            for checked in found:
                _settle(uow, checked, now, self._patience(app))
        self._forget(done)
        for checked in found:
            if not checked.is_to_go_on:
                tell(checked)
        return len(found)

    def wait(self) -> bool:
        """Until a mail was looked at; False when none is."""
        return bool(wait(self._under_way(), return_when=FIRST_COMPLETED).done)

    def close(self) -> None:
        self._pool.shutdown()

    def _result(self, look: Future[SenderChecked]) -> SenderChecked:
        try:
            return look.result()
        except BaseException:
            self._forget([look])  # else it would be raised for ever; its lease runs out
            raise

    def _forget(self, done: Collection[Future[SenderChecked]]) -> None:
        for looks in self._looks.values():
            looks[:] = [look for look in looks if look not in done]

    def _under_way(self) -> list[Future[SenderChecked]]:
        return [look for looks in self._looks.values() for look in looks]

    def _lease(self, app: App) -> None:
        now = app.clock()
        free = {line: most - len(self._looks[line]) for line, most in _THREADS.items()}
        if not any(free.values()):
            return
        with app.begin("sender lease") as uow:
            leased = {line: self._leased(app, uow, line, most, now) for line, most in free.items() if most}
        for line, mails in leased.items():
            for one in mails:
                last = line.again and now - one.mail.received_at >= self._patience(app)
                look = self._pool.submit(_look, app, one, last=last, quick=not line.again)
                self._looks[line].append(look)
                look.add_done_callback(lambda _: self._wake())

    def _leased(self, app: App, uow: UnitOfWork, line: _Line, most: int, now: datetime) -> list[LeasedMail]:
        lease = app.config.authentication.deadline + _LEASE_OVER
        if line.again:
            longest = 2 * max(lease, _ASK_AGAIN[1])
            return uow.senders.lease_again(now, now + lease, most, longest, newest=line.newest)
        return uow.senders.lease_new(now + lease, most, newest=line.newest)

    def _patience(self, app: App) -> timedelta:
        return app.config.authentication.retry_for if self._retry_for is None else self._retry_for


def check_waiting(app: App, *, tell: Tell = lambda _: None, retry_for: timedelta | None = None) -> int:
    """Find out who wrote the mails that wait; says of how many. 0: none waits, or nothing is computed here."""
    with closing(Looking(retry_for=retry_for)) as looking:
        settled = looking.turn(app, tell)
        while looking.wait():
            settled += looking.turn(app, tell)
    return settled


def _look(app: App, leased: LeasedMail, *, last: bool, quick: bool) -> SenderChecked:
    """Whatever goes wrong, the mail waits and is looked at again: it must not be taken for one that nobody checks."""
    stored = leased.mail
    if leased.died >= _MOST_DEATHS:
        return SenderChecked(stored, Authentication(), "processes ended while they looked at it")
    try:
        mail = parse(stored.raw, stored.envelope)
        return SenderChecked(stored, _find(app, mail, stored.raw, last=last, quick=quick))
    except Exception as error:  # noqa: BLE001 -- in a thread nobody else hears of it; its words may quote the mail
        found = Authentication(source=COMPUTED) if last else None
        return SenderChecked(stored, found, type(error).__name__, quick)


def _find(app: App, mail: Mail, raw: bytes, *, last: bool, quick: bool) -> Authentication:
    """What a machine sent is answered by nobody: it is not worth a question."""
    assert app.sender_check is not None, "asked for by `check_waiting` only"
    if said := _said_by_server(app.config, mail):
        return said
    if why_not_answer(mail, app.config.desk.address, app.config.subjects):
        return Authentication()
    return app.sender_check.compute(raw, mail, last=last, quick=quick)


def _settle(uow: UnitOfWork, checked: SenderChecked, now: datetime, patience: timedelta) -> None:
    if checked.found is None:
        next_try_at = now if checked.is_to_go_on else _next_try_at(checked.mail, now, patience)
        uow.senders.put_off(checked.mail.id, next_try_at)
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
