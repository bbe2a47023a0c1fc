"""The life of a case: what each event does in each status, and which letters that takes.

`TRANSITIONS` is the map of it: for each status and event the rule that decides, and every status in which that rule can
leave the case. docs/ARCHITECTURE.md draws it. The rules themselves stand in `rules/`; what holds letters back in
`restraint.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mailflow.core.case import Case, Status
from mailflow.core.decision import Decision, Now
from mailflow.core.events import (
    AddressFailed,
    AddressReached,
    DueTimePassed,
    Event,
    PersonWrote,
    StaffAsked,
    StaffClosed,
    StaffCorrected,
    StaffMerged,
    StaffNoted,
    StaffReopened,
    StaffSnoozed,
    StrangerWrote,
    UnprovenWrote,
)
from mailflow.core.letters import TO_STAFF, Letter, LetterKind
from mailflow.core.policy import Policy
from mailflow.core.restraint import Spent, reads_our_letters, restrained
from mailflow.core.rules.changes import keep, left_to_newer, letter_of
from mailflow.core.rules.mails import (
    address_failed,
    address_reached,
    open_case,
    person_wrote,
    stranger_wrote,
    unproven_wrote,
    wrote_after_closing,
)
from mailflow.core.rules.staff import (
    staff_asked,
    staff_closed,
    staff_corrected,
    staff_merged,
    staff_noted,
    staff_reopened,
    staff_snoozed,
)
from mailflow.core.rules.waiting import due_at, escalate, remind_or_expire
from mailflow.core.secretkind import SecretKind

__all__ = ["TRANSITIONS", "decide", "due_at"]


def decide(
    case: Case | None, event: Event, policy: Policy, now: datetime, new_id: str, spent: Spent
) -> Decision:
    """What `event` does to `case` (None: there is none yet, and `new_id` becomes the id of the one it opens).

    `spent` says how many letters were written lately. Pure: the same arguments give the same decision.
    Raises `ValueError` of a correction that names no field or no value of it.
    """
    rule, leads_to = _rule_for(case, event)
    decision = rule(case, event, Now(policy, now, new_id))
    assert decision.case.status in leads_to, (
        f"{rule.__name__} led to {decision.case.status}, which the table denies"
    )
    decision = restrained(case, _with_warning(decision, event), event, policy, spent, now)
    return replace(decision, case=_finished(case, decision, policy, now))


def _rule_for(case: Case | None, event: Event) -> tuple[Rule, frozenset[Status]]:
    """In a status that only a newer version knows nothing is decided but what the staff says; who knows it does the rest."""
    if case is None or case.status in _ANY:
        return TRANSITIONS[case.status if case else None, type(event)]
    if isinstance(event, PersonWrote | DueTimePassed):
        return left_to_newer, _same(case.status)
    rule, leads_to = TRANSITIONS[Status.AWAITING_REQUESTER, type(event)]
    return rule, leads_to | {case.status}


def _with_warning(decision: Decision, event: Event) -> Decision:
    """A mail that held a secret gets one letter more, whatever else it leads to.

    Not to whom nobody has seen to write: one mail, which may be forged, is answered by one letter, which tells it too.
    """
    if not isinstance(event, PersonWrote) or not event.secrets:
        return decision
    kinds = tuple(SecretKind(kind) for kind in dict.fromkeys(event.secrets))
    if decision.letters and not reads_our_letters(decision.case, event):
        answer, *others = decision.letters
        return replace(decision, letters=(replace(answer, secrets=kinds), *others))
    letter = letter_of(LetterKind.PASTED_SECRET, decision.case, {"kinds": kinds})
    return replace(decision, letters=(*decision.letters, letter))


def _finished(before: Case | None, decision: Decision, policy: Policy, now: datetime) -> Case:
    """The case with its letters counted, what they ask, and its next due time."""
    to_party = [letter for letter in decision.letters if letter.kind not in TO_STAFF]
    counted = decision.case.evolve(
        changed_at=now,
        asked=_asked_last(before, decision.case, to_party),
        stuck="",
        letters=decision.case.letters + len(to_party),
        last_letters={**decision.case.last_letters, **{letter.kind.value: now for letter in to_party}},
    )
    return counted.evolve(due_at=decision.put_off_until or due_at(counted, policy))


def _asked_last(before: Case | None, case: Case, written: Sequence[Letter]) -> tuple[str, ...]:
    """By a letter that is written: one that is held back asks nothing, and neither does most of what is said besides."""
    asked = next((letter.asked for letter in written if letter.asked), ())
    if asked or not case.asked:
        return asked
    return before.asked if before else ()


Rule = Callable[[Any, Any, Now], Decision]
_OPEN = frozenset({Status.AWAITING_ANSWERS, Status.IN_REVIEW, Status.AWAITING_REQUESTER})
_ANY = _OPEN | {Status.CLOSED}
_WITHOUT_QUESTION = _ANY - {Status.AWAITING_REQUESTER}


def _same(status: Status) -> frozenset[Status]:
    return frozenset({status})


TRANSITIONS: Mapping[tuple[Status | None, type], tuple[Rule, frozenset[Status]]] = {
    (None, PersonWrote): (open_case, _WITHOUT_QUESTION),
    (Status.AWAITING_ANSWERS, PersonWrote): (person_wrote, _WITHOUT_QUESTION),
    (Status.IN_REVIEW, PersonWrote): (person_wrote, _WITHOUT_QUESTION),
    (Status.AWAITING_REQUESTER, PersonWrote): (person_wrote, _ANY),
    (Status.CLOSED, PersonWrote): (wrote_after_closing, _WITHOUT_QUESTION),
    (Status.AWAITING_ANSWERS, DueTimePassed): (remind_or_expire, _WITHOUT_QUESTION),
    (Status.IN_REVIEW, DueTimePassed): (escalate, _same(Status.IN_REVIEW)),
    (Status.AWAITING_REQUESTER, DueTimePassed): (
        remind_or_expire,
        frozenset({Status.AWAITING_REQUESTER, Status.CLOSED}),
    ),
    (Status.CLOSED, DueTimePassed): (keep, _same(Status.CLOSED)),
    **{(status, StrangerWrote): (stranger_wrote, _same(status)) for status in Status},
    **{(status, UnprovenWrote): (unproven_wrote, _same(status)) for status in Status},
    **{(status, AddressFailed): (address_failed, _same(status)) for status in Status},
    **{(status, AddressReached): (address_reached, _same(status)) for status in Status},
    **{(status, StaffAsked): (staff_asked, _same(Status.AWAITING_REQUESTER)) for status in Status},
    **{(status, StaffNoted): (staff_noted, _same(status)) for status in Status},
    **{(status, StaffClosed): (staff_closed, _same(Status.CLOSED)) for status in Status},
    **{(status, StaffReopened): (keep, _same(status)) for status in _OPEN},
    (Status.CLOSED, StaffReopened): (staff_reopened, frozenset({Status.AWAITING_ANSWERS, Status.IN_REVIEW})),
    **{(status, StaffMerged): (staff_merged, _same(Status.CLOSED)) for status in Status},
    **{(status, StaffSnoozed): (keep, _same(status)) for status in _ANY - {Status.IN_REVIEW}},
    (Status.IN_REVIEW, StaffSnoozed): (staff_snoozed, _same(Status.IN_REVIEW)),
    **{(status, StaffCorrected): (staff_corrected, _same(status)) for status in Status},
    (Status.AWAITING_ANSWERS, StaffCorrected): (staff_corrected, _WITHOUT_QUESTION - {Status.CLOSED}),
}
