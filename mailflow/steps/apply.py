"""Decide, record, write: one event becomes rows in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from mailflow.core.case import Case, Status
from mailflow.core.events import Event, PersonWrote
from mailflow.core.letters import Letter, LetterKind, Rendered
from mailflow.core.lifecycle import decide
from mailflow.core.timing import DAY
from mailflow.steps.app import App
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


def apply_event(app: App, uow: UnitOfWork, case: Case | None, event: Event, by: str) -> Applied:
    """What the event does to the case (None: it opens one) and every letter that follows, recorded in `uow`.

    `by` is who caused it, for the history: an address, "time", or "staff:<name>".
    """
    now = app.clock()
    letters_today = uow.outbox.letters_to(_party(case, event), now - DAY)
    decision = decide(case, event, app.config.policy, now, app.new_id(), letters_today)
    uow.cases.save(decision.case)
    letters = tuple(_write(app, uow, letter, decision.case, now) for letter in decision.letters)
    written = [{"kind": letter.kind, "to": letter.recipient, "id": letter.message_id} for letter in letters]
    uow.cases.note(decision.case.id, now, by, decision.note.kind, {**decision.note.facts, "letters": written})
    return Applied(decision.case, letters, by, decision.note.kind, case.status if case else None)


def _party(case: Case | None, event: Event) -> str:
    if case is not None:
        return case.party
    assert isinstance(event, PersonWrote), "only a person's mail opens a case"
    return event.sender


def _write(app: App, uow: UnitOfWork, letter: Letter, case: Case, now: datetime) -> Rendered:
    if letter.kind in _ABOUT_THE_QUEUE:
        letter = replace(letter, facts={**letter.facts, **_queue(uow, case, now)})
    rendered = app.renderer.render(letter, now)
    uow.outbox.put(rendered, now)
    return rendered


def _queue(uow: UnitOfWork, case: Case, now: datetime) -> dict[str, object]:
    """The case's place among those that wait for the staff, and how long such waits took lately."""
    if case.status is not Status.IN_REVIEW:
        return {"place": None, "usual_wait": None}
    return {"place": uow.views.queue_place(case), "usual_wait": uow.views.usual_wait(now - _USUAL_WAIT_OVER)}
