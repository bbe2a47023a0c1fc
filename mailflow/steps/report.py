"""Report: what the desk looks like now, gathered for the digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from mailflow.core.case import Case, Status
from mailflow.core.digest import (
    Digest,
    FailedLetter,
    Numbers,
    ParkedMail,
    SetAside,
    UnreadableBrief,
    is_disowned,
    make_digest,
)
from mailflow.core.letters import LetterKind
from mailflow.core.lookalikes import in_ascii
from mailflow.core.silence import BY_WORDS
from mailflow.core.timing import DAY, daily_slot
from mailflow.steps.app import App
from mailflow.steps.around import around
from mailflow.store.caserow import UnreadableCase, readable, unreadable
from mailflow.store.mails import ListedMail
from mailflow.store.outbox import ListedLetter
from mailflow.store.unit import UnitOfWork

DIGEST: Final = "digest"
_DISOWNED_FOR: Final = 90 * DAY  # how long one is listed of which nobody takes notice
_TOLD_BY_WORDS: Final = [told.why for told in BY_WORDS]


def build_digest(app: App, uow: UnitOfWork, now: datetime) -> Digest:
    """All that is open, and what happened since the last digest that has left: one that is lost told nobody anything.

    `DIGEST` is its job among the time slots. Whoever has just won today's gives the moment at which it did: what was won
    then is not the last digest.
    """
    since = _last_told(app, uow, now)
    numbers = uow.views.numbers(since, now)
    found = list(_cases(uow, since, now))
    seen = Counter(case.status for case in found)
    return make_digest(
        now=now,
        cases=readable(found),
        unreadable=list(map(_unreadable, unreadable(found))),
        unread={status: max(0, total - seen[status]) for status, total in uow.views.count_open().items()},
        parked=[_parked(mail) for mail in uow.mails.parked()],
        failed=[_failed(uow, letter) for letter in uow.outbox.failed(since)],
        set_aside=[
            *map(_set_aside, uow.mails.set_aside(since)),
            *(_by_words(uow, mail) for mail in uow.mails.silent_for(_TOLD_BY_WORDS, since)),
        ],
        numbers=Numbers(
            numbers.requests,
            numbers.mails,
            numbers.sent,
            numbers.closed,
            numbers.silent,
        ),
        form=app.config.policy.form,
        since=since,
        audit=uow.audit.head(),
        around=lambda case: around(uow, case, app.config.policy.form, now),
    )


def _last_told(app: App, uow: UnitOfWork, now: datetime) -> datetime:
    """By its slot, which was pulled back if the clock was ahead; the day before the first one where no digest has left."""
    written = uow.outbox.last_sent(LetterKind.DIGEST)
    if written is None:
        return (uow.slots.first_won(DIGEST, now) or now) - DAY
    slot = daily_slot(written, app.config.digest.at, app.config.desk.time_zone)
    return min(uow.slots.won_at(DIGEST, slot) or written, now)


def _cases(uow: UnitOfWork, since: datetime, now: datetime) -> Iterator[Case | UnreadableCase]:
    """The open ones, of each status so many as are read at most; the closed ones whose letters came back lately, or that are disowned."""
    seen = set()
    known = (Status.IN_REVIEW, Status.AWAITING_ANSWERS, Status.AWAITING_REQUESTER)
    for status in (*known, *uow.views.newer_statuses()):
        for case in uow.views.cases(status=status, oldest_first=True):
            seen.add(case.id)
            yield case
    disowned = [
        case
        for case in uow.views.disowned(now - _DISOWNED_FOR)
        if isinstance(case, UnreadableCase) or is_disowned(case)
    ]
    others = (*uow.views.failing(since), *disowned, *uow.views.of_unknown_status())
    yield from ({case.id: case for case in others if case.id not in seen}.values())


def _unreadable(case: UnreadableCase) -> UnreadableBrief:
    return UnreadableBrief(case.reference, case.party, case.opened_at, case.why)


def _parked(mail: ListedMail) -> ParkedMail:
    return ParkedMail(
        id=mail.id,
        sender=in_ascii(mail.sender or mail.envelope.sender),
        subject=mail.subject or "",
        received_at=mail.received_at,
        error=mail.error or "",
    )


def set_aside(uow: UnitOfWork, since: datetime) -> Iterator[SetAside]:
    """All mails that changed no case and were not answered, though people may have written them; of a digest only the first."""
    yield from map(_set_aside, _every(uow.mails.set_aside, since))
    by_words = partial(uow.mails.silent_for, _TOLD_BY_WORDS)
    yield from (_by_words(uow, mail) for mail in _every(by_words, since))


def _every(page: Callable[[datetime, int], Sequence[ListedMail]], since: datetime) -> Iterator[ListedMail]:
    """The mails of all pages."""
    last = 0
    while mails := page(since, last):
        yield from mails
        since, last = mails[-1].received_at, mails[-1].id


def _set_aside(mail: ListedMail) -> SetAside:
    return SetAside(
        mail.id,
        in_ascii(mail.sender or ""),
        mail.subject or "",
        mail.received_at,
        mail.silence or "",
        mail.authentication.oddities if mail.authentication else (),
    )


def _by_words(uow: UnitOfWork, mail: ListedMail) -> SetAside:
    """Only its words tell that a machine wrote it: somebody has to see whether they do."""
    reference = uow.cases.reference_of(mail.case_id) if mail.case_id else None
    shown = _set_aside(mail)
    return replace(shown, why=f"{shown.why} It stands on {reference}.") if reference else shown


def _failed(uow: UnitOfWork, letter: ListedLetter) -> FailedLetter:
    return FailedLetter(
        id=letter.id,
        kind=letter.kind,
        recipient=letter.recipient,
        reference=uow.cases.reference_of(letter.case_id) if letter.case_id else None,
        error=letter.error or "",
        failed_at=letter.settled_at or letter.created_at,
    )
