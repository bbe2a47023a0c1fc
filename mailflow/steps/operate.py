"""What the staff and operators do to cases and queues, whichever way they say it."""

from __future__ import annotations

from mailflow.core.case import Case
from mailflow.core.events import Event, StaffMerged
from mailflow.core.reference import normal_reference
from mailflow.steps.app import App
from mailflow.steps.apply import Applied, apply_event
from mailflow.store.unit import UnitOfWork


class UnknownCase(Exception):
    def __init__(self, reference: str) -> None:
        super().__init__(f"there is no case {reference}")


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


def find_case(uow: UnitOfWork, reference: str, *, lock: bool = False) -> Case:
    """The case of a reference as a person types it. Raises `UnknownCase`."""
    normal = normal_reference(reference)
    case = uow.cases.by_reference(normal) if normal else None
    if case is None:
        raise UnknownCase(reference)
    return (uow.cases.get(case.id, lock=True) or case) if lock else case
