"""Match: the cases that a mail may belong to, as the store has them."""

from __future__ import annotations

from mailflow.core.case import Case, Status
from mailflow.core.recognise import Clues, Matches
from mailflow.store.unit import UnitOfWork


def matches_of(uow: UnitOfWork, clues: Clues, sender: str) -> Matches:
    """The cases for what a mail carries; `sender` is "" where it does not count."""
    references = dict.fromkeys((*(tagged.reference for tagged in clues.tagged), *clues.typed))
    found = ((reference, uow.cases.by_reference(reference)) for reference in references)
    latest = uow.cases.latest_of(sender) if sender else None
    open_ones = uow.cases.open_of(sender) if latest else []
    of_letters, asked = uow.cases.of_letters(clues.message_ids) if clues.message_ids else ([], {})
    return Matches(
        by_reference={reference: case for reference, case in found if case is not None},
        by_message_id=of_letters,
        of_sender=[*open_ones, *([latest] if latest and latest.status is Status.CLOSED else [])],
        asked=asked,
    )


def current_case(uow: UnitOfWork, case: Case) -> Case:
    """The case as it is now, locked; of a duplicate the one it was merged into, as far as those are the same party's."""
    seen = {case.id}
    while case.merged_into:
        target = uow.cases.by_reference(case.merged_into)
        if target is None or target.id in seen or target.party.lower() != case.party.lower():
            break
        seen.add(target.id)
        case = target
    return uow.cases.get(case.id, lock=True) or case
