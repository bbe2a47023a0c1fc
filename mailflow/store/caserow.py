"""A case as a row has it: from it and to it, and what is known of one that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from mailflow.core.case import Case, Flag, Outcome, Status
from mailflow.store.casejson import details_of, member, read_details


class UnreadableCase(Exception):
    """A row that is damaged, or that a later mailflow wrote in a form that this one does not know.

    Raised to whoever asks for this one case. Where several are asked for it stands among them, in place of its case, so that
    one bad row keeps nobody from the others.
    """

    def __init__(self, row: Any, why: str) -> None:
        super().__init__(f"the case {row.reference} cannot be read: {why}")
        self.id: str = row.id
        self.reference: str = row.reference
        self.party: str = row.party
        self.account: str = row.account
        self.status: str = row.status  # it may be one that this program does not know
        self.opened_at: datetime = row.opened_at
        self.why = why  # in words of ours alone: what stands in the row may be anything
        self.columns: dict[str, Any] = row._asdict()  # as they stand there

    @property
    def standing(self) -> str:
        return "unreadable"


def case_of(row: Any) -> Case:
    """Raises `UnreadableCase`."""
    try:
        return Case(
            id=row.id,
            reference=row.reference,
            party=row.party,
            account=row.account,
            status=member(Status, row.status),
            outcome=member(Outcome, row.outcome) if row.outcome else None,
            opened_at=row.opened_at,
            changed_at=row.changed_at,
            completed_at=row.completed_at,
            closed_at=row.closed_at,
            touched_at=row.touched_at,
            due_at=row.due_at,
            **read_details(json.loads(row.details)),
        )
    except (
        Exception
    ) as error:  # what stands there may be of any shape, and what is made of it raises anything
        raise UnreadableCase(row, _why_not(row)) from error


def _why_not(row: Any) -> str:
    """Why no case can be made of a row."""
    try:
        details = json.loads(row.details)
    except ValueError:
        return "its details are no JSON"
    if not isinstance(details, dict):
        return "its details are no JSON object"
    for name, value in details.items():
        try:
            read_details({name: value})
        except Exception:  # noqa: BLE001 -- as above
            return f"its {name.replace('_', ' ')} cannot be read; a later mailflow may have written it"
    return "its details are not whole"


def each_of(rows: Sequence[Any]) -> list[Case | UnreadableCase]:
    """The cases of several rows, in their order."""
    return [_either(row) for row in rows]


def readable(found: Iterable[Case | UnreadableCase]) -> list[Case]:
    return [one for one in found if not isinstance(one, UnreadableCase)]


def unreadable(found: Iterable[Case | UnreadableCase]) -> list[UnreadableCase]:
    return [one for one in found if isinstance(one, UnreadableCase)]


def _either(row: Any) -> Case | UnreadableCase:
    try:
        return case_of(row)
    except UnreadableCase as unreadable:
        return unreadable


def row_of(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        "reference": case.reference,
        "party": case.party,
        "party_key": case.party,
        "account": case.account,
        "account_key": case.account or None,
        "status": case.status,
        "outcome": case.outcome,
        "opened_at": case.opened_at,
        "changed_at": case.changed_at,
        "completed_at": case.completed_at,
        "closed_at": case.closed_at,
        "touched_at": case.touched_at,
        "due_at": case.due_at,
        "queued_at": case.completed_at if case.status is Status.IN_REVIEW else None,
        "failing": Flag.ADDRESS_FAILING in case.flags,
        "details": details_of(case),
    }
