"""Senders: find out who wrote a mail, before it is handled and while no transaction is open.

A mail server of ours may have said so; else DKIM, SPF and DMARC are computed, which asks the DNS and may take long. A crash
meanwhile leaves a lease that runs out, and a mail that was looked at when processes ended is handled without an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailflow.config import Config, organizational_domain
from mailflow.core.authentication import COMPUTED, Authentication, as_it_is_read, found_by_server
from mailflow.core.lookalikes import oddities_of
from mailflow.core.mail import Mail, parse
from mailflow.core.origin import why_not_answer
from mailflow.core.relaying import way_of
from mailflow.steps.app import App
from mailflow.store.senders import LeasedMail
from mailflow.store.unit import UnitOfWork

WORKERS = 8  # mails at once: they wait for others' servers
_LEASE_OVER = timedelta(seconds=30)  # beyond the deadline of one mail
_ASK_AGAIN = timedelta(seconds=30)
_MOST_DEATHS = 2


@dataclass(frozen=True, slots=True)
class SenderChecked:
    """What was found of a mail's writer, or why nothing was yet: for the mail log."""

    mail_id: int
    found: Authentication | None
    error: str = ""


def check_waiting(
    app: App, *, tell: Callable[[SenderChecked], None] = lambda _: None, retry_for: timedelta | None = None
) -> int:
    """Find out who wrote the mails that wait; says of how many. 0: none waits, or nothing is computed here.

    `retry_for`: how long a mail waits for a DNS that does not answer, in place of what the site has set.
    """
    if app.sender_check is None:
        return 0
    now, settings = app.clock(), app.config.authentication
    patience = settings.retry_for if retry_for is None else retry_for
    with app.begin("sender lease") as uow:
        leased = uow.senders.lease(now, now + settings.deadline + _LEASE_OVER, WORKERS)
    if not leased:
        return 0
    with ThreadPoolExecutor(len(leased), thread_name_prefix="authenticate") as pool:
        looking = [pool.submit(_look, app, one, now - one.mail.received_at >= patience) for one in leased]
        for done in as_completed(looking):
            checked = done.result()
            with app.begin("sender found") as uow:
                _settle(uow, checked, now + _ASK_AGAIN)
            tell(checked)
    return len(leased)


def _look(app: App, leased: LeasedMail, last: bool) -> SenderChecked:
    """Whatever goes wrong, the mail waits and is looked at again: it must not be taken for one that nobody checks."""
    stored = leased.mail
    if leased.died >= _MOST_DEATHS:
        return SenderChecked(stored.id, Authentication(), "processes ended while they looked at it")
    try:
        return SenderChecked(stored.id, _find(app, parse(stored.raw, stored.envelope), stored.raw, last=last))
    except Exception as error:  # noqa: BLE001 -- in a thread nobody else hears of it; its words may quote the mail
        found = Authentication(source=COMPUTED) if last else None
        return SenderChecked(stored.id, found, type(error).__name__)


def _find(app: App, mail: Mail, raw: bytes, *, last: bool) -> Authentication:
    """What a machine sent is answered by nobody: it is not worth a question."""
    assert app.sender_check is not None, "asked for by `check_waiting` only"
    if said := _said_by_server(app.config, mail):
        return said
    if why_not_answer(mail, app.config.desk.address, app.config.subjects):
        return Authentication()
    return app.sender_check.compute(raw, mail, last=last)


def _settle(uow: UnitOfWork, checked: SenderChecked, next_try_at: datetime) -> None:
    if checked.found is None:
        uow.senders.put_off(checked.mail_id, next_try_at)
    else:
        uow.senders.settle(checked.mail_id, checked.found)


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
