"""Decide, record, write: one event becomes rows in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from mailflow.core.case import Case, Status
from mailflow.core.domains import mailbox_of
from mailflow.core.events import DueTimePassed, Event, PersonWrote, UnprovenWrote
from mailflow.core.letters import Letter, LetterKind, Rendered
from mailflow.core.lifecycle import decide
from mailflow.core.policy import Policy
from mailflow.core.restraint import Spent, domain_of, reads_our_letters
from mailflow.core.timing import DAY
from mailflow.steps.app import App
from mailflow.store.tally import BY_TIME, LETTER, MAILBOX
from mailflow.store.unit import UnitOfWork

_USUAL_WAIT_OVER = 30 * DAY
_ABOUT_THE_QUEUE = frozenset({LetterKind.RECEIVED, LetterKind.NOTED, LetterKind.STATUS, LetterKind.DUPLICATE})


@dataclass(frozen=True, slots=True)
class Applied:
    case: Case
    letters: tuple[Rendered, ...]
    by: str  # who caused it
    note: str  # what happened, as the history calls it
    before: Status | None
    held: tuple[Letter, ...] = ()  # letters that the caller is to write


def apply_event(
    app: App,
    uow: UnitOfWork,
    case: Case | None,
    event: Event,
    by: str,
    *,
    hold: LetterKind | None = None,
) -> Applied:
    """What the event does to the case (None: it opens one) and every letter that follows, recorded in `uow`.

    `by` is who caused it, for the history: an address, "time", or "staff:<name>". Letters of the kind `hold` are not written,
    but rendered all the same: one that cannot be is this case's trouble.
    """
    now = app.clock()
    decision = decide(
        case, event, app.config.policy, now, app.new_id(), _spent(uow, app.config.policy, case, event, now)
    )
    uow.cases.save(decision.case, opened=case is None)
    counted = _counted_as(event)
    held = tuple(letter for letter in decision.letters if letter.kind is hold)
    for letter in held:
        app.renderer.render(letter, now)
    at_once = (letter for letter in decision.letters if letter not in held)
    letters = tuple(_write(app, uow, letter, decision.case, now, counted) for letter in at_once)
    written = [{"kind": letter.kind, "to": letter.recipient, "id": letter.message_id} for letter in letters]
    uow.cases.note(decision.case.id, now, by, decision.note.kind, {**decision.note.facts, "letters": written})
    return Applied(decision.case, letters, by, decision.note.kind, case.status if case else None, held)


def _spent(uow: UnitOfWork, policy: Policy, case: Case | None, event: Event, now: datetime) -> Spent:
    """The letters that the budgets of this party are counted by."""
    party = _party(case, event)
    since = now - DAY
    to_address = uow.outbox.letters_to(party, since)
    if not isinstance(event, PersonWrote | UnprovenWrote | DueTimePassed) or reads_our_letters(case, event):
        return Spent(to_address)
    counted = _counted_as(event)
    mailbox = mailbox_of(party)
    return Spent(
        to_address,
        uow.tally.count(MAILBOX, since, policy.letters_per_day, mailbox) if mailbox else 0,
        uow.tally.letters(since, policy.letters_per_domain, domain_of(party), what=counted),
        uow.tally.letters(since, policy.letters_in_all, what=counted),
    )


def _counted_as(event: Event) -> str:
    return BY_TIME if isinstance(event, DueTimePassed) else LETTER


def _party(case: Case | None, event: Event) -> str:
    if case is not None:
        return case.party
    assert isinstance(event, PersonWrote), "only a person's mail opens a case"
    return event.sender


def _write(app: App, uow: UnitOfWork, letter: Letter, case: Case, now: datetime, counted: str) -> Rendered:
    if letter.kind in _ABOUT_THE_QUEUE:
        letter = replace(letter, facts={**letter.facts, **_queue(uow, case, now)})
    rendered = app.renderer.render(letter, now)
    uow.outbox.put(rendered, now)
    if not case.confirmed and letter.to == case.party:
        uow.tally.put(counted, domain_of(case.party), now)
        if mailbox := mailbox_of(case.party):
            uow.tally.put(MAILBOX, mailbox, now)
    return rendered


def look_at_queue(uow: UnitOfWork, now: datetime) -> None:
    """What letters say of the queue, asked before anything is put off that would have to be written first."""
    uow.views.look_at_queue(now)
    uow.views.usual_wait(now - _USUAL_WAIT_OVER)


def _queue(uow: UnitOfWork, case: Case, now: datetime) -> dict[str, object]:
    """The case's place among those that wait for the staff, and how long such waits took lately."""
    if case.status is not Status.IN_REVIEW:
        return {"place": None, "usual_wait": None}
    return {"place": uow.views.queue_place(case), "usual_wait": uow.views.usual_wait(now - _USUAL_WAIT_OVER)}
