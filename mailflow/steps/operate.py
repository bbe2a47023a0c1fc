"""Operate: what the staff does to cases, whichever way they say it. All of it stands in the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from mailflow.core.case import Case, Outcome
from mailflow.core.correction import read_correction
from mailflow.core.display import spoken
from mailflow.core.events import (
    Event,
    StaffAsked,
    StaffClosed,
    StaffCorrected,
    StaffMerged,
    StaffNoted,
    StaffReopened,
    StaffSnoozed,
)
from mailflow.core.form import Form
from mailflow.core.timing import written_wait
from mailflow.steps.app import App
from mailflow.steps.apply import Applied, apply_event
from mailflow.steps.find import UnknownCase, find_case
from mailflow.store.unit import UnitOfWork

__all__ = ["Act", "AlreadyDecided", "UnknownCase", "act", "act_in", "in_words", "merge", "merge_in", "record"]

_DECIDES: Final = frozenset({"closed", "merged"})  # entries of the history that are acts of the staff alone
_WHEN: Final = "Only what is closed is reopened, and only what waits for the staff is snoozed"
_VERBS: Final[dict[type, str]] = {
    StaffAsked: "ask",
    StaffNoted: "note",
    StaffClosed: "close",
    StaffReopened: "reopen",
    StaffMerged: "merge",
    StaffSnoozed: "snooze",
    StaffCorrected: "correct",
}


class AlreadyDecided(ValueError):
    """Somebody of the staff closed the case with another outcome: the person would get two letters that contradict."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done, as the audit log is to hold it: without a word of what was said."""

    by: str
    verb: str
    reference: str
    facts: Mapping[str, object]


def act(app: App, reference: str, event: Event, by: str) -> Applied:
    """Let a member of the staff do something to a case. Raises `UnknownCase`, `AlreadyDecided`, and `ValueError` of a bad correction."""
    with app.begin("act") as uow:
        applied, done = act_in(app, uow, reference, event, by)
        record(app, uow, [done])
        return applied


def merge(app: App, reference: str, into: str, by: str) -> Applied:
    """Close a case as a duplicate of another. Raises `UnknownCase`, `AlreadyDecided`, and `ValueError` where it makes no sense."""
    with app.begin("merge") as uow:
        applied, done = merge_in(app, uow, reference, into, by)
        record(app, uow, [done])
        return applied


def act_in(app: App, uow: UnitOfWork, reference: str, event: Event, by: str) -> tuple[Applied, Act]:
    """What `act` does, in a transaction that has to `record` it as the last thing it does."""
    case = find_case(uow, reference, lock=True)
    if isinstance(event, StaffClosed):
        _refuse_to_contradict(app, uow, case, event.outcome)
    applied = apply_event(app, uow, case, event, f"staff:{by}")
    return applied, _act_of(applied, event)


def merge_in(app: App, uow: UnitOfWork, reference: str, into: str, by: str) -> tuple[Applied, Act]:
    """What `merge` does, in a transaction that has to `record` it as the last thing it does."""
    case, other = find_case(uow, reference, lock=True), find_case(uow, into)
    if case.id == other.id or other.merged_into == case.reference:
        raise ValueError(f"{case.reference} cannot be merged into {other.reference}")
    _refuse_to_contradict(app, uow, case, Outcome.DUPLICATE)
    event = StaffMerged(other.reference, same_party=case.party.lower() == other.party.lower())
    applied = apply_event(app, uow, case, event, f"staff:{by}")
    return applied, _act_of(applied, event)


def _refuse_to_contradict(app: App, uow: UnitOfWork, case: Case, outcome: Outcome) -> None:
    """Two of the staff may decide at once, each not knowing of the other. What time or the person closed is nobody's word."""
    if case.closed_at is None or case.outcome in {None, outcome}:
        return
    since = case.closed_at
    deciders = (entry for entry in uow.cases.history(case.id) if entry.at >= since and entry.kind in _DECIDES)
    decided = next(deciders, None)
    if decided is not None:
        at = decided.at.astimezone(app.config.policy.time_zone).strftime("%Y-%m-%d %H:%M %Z")
        raise AlreadyDecided(
            f"{case.reference} was closed as {case.standing} by {decided.by.removeprefix('staff:')} at {at};"
            " whoever decides otherwise has to reopen it first"
        )


def record(app: App, uow: UnitOfWork, acts: Iterable[Act]) -> None:
    """Put what was done into the audit log. See `store.audit.Audit.add` on when."""
    for one in acts:
        uow.audit.add(app.clock(), one.by, one.verb, one.reference, one.facts)


def in_words(applied: Applied, event: Event | None, form: Form) -> str:
    """What came of an act, in a line for who did it. `event`: what was commanded, if not a merge."""
    case = applied.case
    letters = ", ".join(f"{spoken(letter.kind)} to {letter.recipient}" for letter in applied.letters)
    now = f"{case.reference} is {case.standing}"
    if applied.note == "nothing_to_do":
        return f"{now}: there was nothing to do. {_WHEN}"
    now += _now_so(event, form)
    return f"{now}; " + (f"letter written: {letters}" if letters else "no letter")


def _now_so(event: Event | None, form: Form) -> str:
    """What is other than it was, where neither the status nor a letter shows it."""
    if isinstance(event, StaffCorrected):
        right = read_correction(form, event.said)
        if right.answer is None:
            return f", now without {right.field.label}"
        return f", now with {right.field.label}: {form.say(right.field.key, right.answer.value)}"
    return f", and told of again in {written_wait(event.wait)}" if isinstance(event, StaffSnoozed) else ""


def _act_of(applied: Applied, event: Event) -> Act:
    case = applied.case
    facts: dict[str, object] = {
        "did": applied.note,
        "status": case.outcome or case.status,
        "letters": [letter.kind for letter in applied.letters],
    }
    if isinstance(event, StaffMerged):
        facts["into"] = event.into
    return Act(applied.by, _VERBS[type(event)], case.reference, facts)
