"""What several rules do to a case, and the letters that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from mailflow.core.case import Case, Flag, Outcome, Status
from mailflow.core.decision import Decision, Note, Now
from mailflow.core.events import Event, PersonWrote
from mailflow.core.letters import Letter, LetterKind
from mailflow.core.rules.hearing import note_of

_LATER = timedelta(hours=1)
_NOTHING: Mapping[str, object] = {}
_AT_LEAST: Mapping[LetterKind, Mapping[str, object]] = {
    LetterKind.WITHDRAWN: {
        "account": "",
        "others": (),
    },  # of one that the staff withdraws
}


def close(case: Case, outcome: Outcome, now: Now) -> Case:
    return case.evolve(
        status=Status.CLOSED,
        outcome=outcome,
        closed_at=now.time,
        waiting_since=now.time,
        question="",
        flags=case.flags - {Flag.ESCALATED, Flag.WROTE_AFTER_CLOSING},
    )


def reopen(case: Case, now: Now) -> Case:
    return case.evolve(
        status=Status.AWAITING_ANSWERS,
        outcome=None,
        closed_at=None,
        completed_at=None,
        merged_into=None,
        waiting_since=now.time,
        reminders=0,
        reminded_at=None,
    )


def into_review(case: Case, now: Now) -> Case:
    if case.status is Status.IN_REVIEW:
        return case
    return case.evolve(
        status=Status.IN_REVIEW,
        waiting_since=now.time,
        completed_at=case.completed_at or now.time,
        reminders=0,
        reminded_at=None,
        asked=(),
        question="",
        snoozed_until=None,
    )


def keep(case: Case, event: Event, _: Now) -> Decision:
    """Nothing to do here; the history says that it happened."""
    return Decision(case, Note("nothing_to_do", {"event": type(event).__name__}))


def left_to_newer(case: Case, event: Event, now: Now) -> Decision:
    """Its status is one that only a newer version knows, of which a node runs beside this one: the staff is to read the mail."""
    if isinstance(event, PersonWrote):
        flagged = case.evolve(flags=case.flags | {Flag.WORDS_UNREAD})
        return Decision(flagged, note_of(event))
    again = now.time + _LATER
    return Decision(case, Note("left_to_newer", {"status": case.status.value}), put_off_until=again)


def letter_of(
    kind: LetterKind, case: Case, facts: Mapping[str, object] = _NOTHING, *, to: str = ""
) -> Letter:
    return Letter(
        kind=kind,
        to=to or case.party,
        case_id=case.id,
        reference=case.reference,
        in_reply_to=None if to else case.last_message_id,
        references=() if to else case.thread,
        facts={**_AT_LEAST.get(kind, _NOTHING), **facts},
    )


def may_repeat(case: Case, kind: LetterKind, now: Now) -> bool:
    last = case.last_letters.get(kind)
    return last is None or now.time - last >= now.policy.status_letter_every
