"""Operate: what the staff does to cases, whichever way they say it."""

from __future__ import annotations

from mailflow.core.events import Event, StaffMerged
from mailflow.steps.app import App
from mailflow.steps.apply import Applied, apply_event
from mailflow.steps.find import UnknownCase, find_case

__all__ = ["UnknownCase", "act", "merge"]


def act(app: App, reference: str, event: Event, by: str) -> Applied:
    """Let a member of the staff do something to a case. Raises `UnknownCase`."""
    with app.begin() as uow:
        return apply_event(app, uow, find_case(uow, reference, lock=True), event, f"staff:{by}")


def merge(app: App, reference: str, into: str, by: str) -> Applied:
    """Close a case as a duplicate of another. Raises `UnknownCase`, and `ValueError` where that makes no sense."""
    with app.begin() as uow:
        case, other = find_case(uow, reference, lock=True), find_case(uow, into)
        if case.id == other.id or other.merged_into == case.reference:
            raise ValueError(f"{case.reference} cannot be merged into {other.reference}")
        event = StaffMerged(other.reference, same_party=case.party.lower() == other.party.lower())
        return apply_event(app, uow, case, event, f"staff:{by}")
