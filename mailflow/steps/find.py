"""Find: the case that a person means by the reference they type."""

from __future__ import annotations

from mailflow.core.case import Case
from mailflow.core.display import one_line
from mailflow.core.reference import normal_reference
from mailflow.store.unit import UnitOfWork

_LONGEST = 40  # characters of what was typed instead


class UnknownCase(Exception):
    def __init__(self, reference: str) -> None:
        super().__init__(f"there is no case {one_line(reference, _LONGEST)}")


def find_case(uow: UnitOfWork, reference: str, *, lock: bool = False) -> Case:
    """Raises `UnknownCase`."""
    normal = normal_reference(reference)
    case = uow.cases.by_reference(normal) if normal else None
    if case is None:
        raise UnknownCase(reference)
    return (uow.cases.get(case.id, lock=True) or case) if lock else case
