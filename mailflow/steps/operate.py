"""Operate: what the staff does to cases, whichever way they say it. All of it stands in the audit log."""

from __future__ import annotations

from typing import Final

from mailflow.core.events import (
    Event,
    StaffAsked,
    StaffClosed,
    StaffMerged,
    StaffNoted,
    StaffReopened,
    StaffSnoozed,
)
from mailflow.steps.app import App
from mailflow.steps.apply import Applied, apply_event
from mailflow.steps.find import UnknownCase, find_case
from mailflow.store.unit import UnitOfWork

__all__ = ["UnknownCase", "act", "merge"]

_VERBS: Final[dict[type, str]] = {
    StaffAsked: "ask",
    StaffNoted: "note",
    StaffClosed: "close",
    StaffReopened: "reopen",
    StaffMerged: "merge",
    StaffSnoozed: "snooze",
}


def act(app: App, reference: str, event: Event, by: str) -> Applied:
    """Let a member of the staff do something to a case. Raises `UnknownCase`."""
    with app.begin() as uow:
        applied = apply_event(app, uow, find_case(uow, reference, lock=True), event, f"staff:{by}")
        _audit(app, uow, applied, event)
        return applied


def merge(app: App, reference: str, into: str, by: str) -> Applied:
    """Close a case as a duplicate of another. Raises `UnknownCase`, and `ValueError` where that makes no sense."""
    with app.begin() as uow:
        case, other = find_case(uow, reference, lock=True), find_case(uow, into)
        if case.id == other.id or other.merged_into == case.reference:
            raise ValueError(f"{case.reference} cannot be merged into {other.reference}")
        event = StaffMerged(other.reference, same_party=case.party.lower() == other.party.lower())
        applied = apply_event(app, uow, case, event, f"staff:{by}")
        _audit(app, uow, applied, event)
        return applied


def _audit(app: App, uow: UnitOfWork, applied: Applied, event: Event) -> None:
    """What was done and what came of it, without a word of what was said: that stands in the case's history."""
    case = applied.case
    facts: dict[str, object] = {
        "did": applied.note,
        "status": case.outcome or case.status,
        "letters": [letter.kind for letter in applied.letters],
    }
    if isinstance(event, StaffMerged):
        facts["into"] = event.into
    uow.audit.add(app.clock(), applied.by, _VERBS[type(event)], case.reference, facts)
