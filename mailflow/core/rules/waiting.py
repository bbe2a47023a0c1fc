"""The rules of time: when it does something to a case, and what."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailflow.core.case import Case, Flag, Outcome, Status
from mailflow.core.decision import Decision, Note, Now
from mailflow.core.digest import brief
from mailflow.core.events import DueTimePassed
from mailflow.core.items import asked_items, missing_items, understood
from mailflow.core.letters import LetterKind
from mailflow.core.policy import Policy
from mailflow.core.restraint import NEXT_TRY, first_letter_at, may_be_reminded
from mailflow.core.rules.asking import first_again
from mailflow.core.rules.changes import close, into_review, keep, letter_of
from mailflow.core.rules.hearing import WAITING_ON_PERSON
from mailflow.core.timing import after

_TELL_OF_THE_QUEUE = (LetterKind.RECEIVED, LetterKind.NOTED, LetterKind.DUPLICATE, LetterKind.STATUS)


def due_at(case: Case, policy: Policy) -> datetime | None:
    """When time next does something to the case: all timing policy, in one place."""
    if case.status is Status.CLOSED:
        return None
    if case.status is Status.IN_REVIEW:
        due = _staff_due(case, policy)
    elif case.status in WAITING_ON_PERSON:
        due = _wait_on_person(case, policy)
    else:
        return case.due_at  # a newer version knows when it is due in a status that only it knows
    return min(at for at in (due, first_letter_at(case, policy), told_at(case)) if at is not None)


def _staff_due(case: Case, policy: Policy) -> datetime:
    if case.snoozed_until is not None:
        return case.snoozed_until
    untouched_since = max(
        moment for moment in (case.waiting_since, case.touched_at, case.reminded_at) if moment
    )
    return _after(untouched_since, policy.escalate_after, policy)


def told_at(case: Case) -> datetime | None:
    """When the party is next to be told that their request is complete, as that letter found no room; None if they were told.

    They would wait with "We need 1 answer from you" as our last word. Longer after that than letters of a day are counted.
    """
    told = (case.last_letters.get(kind) for kind in _TELL_OF_THE_QUEUE)
    if any(at and at >= case.waiting_since for at in told):
        return None
    if Flag.LETTERS_SPENT not in case.flags or not case.letters or not may_be_reminded(case):
        return None
    tries = max(0, (case.changed_at - case.waiting_since) // NEXT_TRY)
    return case.waiting_since + (tries + 1) * NEXT_TRY


def _wait_on_person(case: Case, policy: Policy) -> datetime:
    if case.reminders < len(policy.remind_after):
        return _after(case.waiting_since, policy.remind_after[case.reminders], policy)
    return _closes_at(case, policy)


def _closes_at(case: Case, policy: Policy) -> datetime:
    """Never sooner after a reminder than the first one came after our letter: an outage must not eat the answer time."""
    closes = _after(case.waiting_since, policy.close_after, policy)
    if case.reminded_at is None or not policy.remind_after:
        return closes
    return max(closes, _after(case.reminded_at, policy.remind_after[0], policy))


def _after(start: datetime, wait: timedelta, policy: Policy) -> datetime:
    return after(start, wait, policy.time_zone, business_days=policy.business_days)


def remind_or_expire(case: Case, _: DueTimePassed, now: Now) -> Decision:
    """We wait for the person: remind, and in the end close."""
    form = now.policy.form
    if case.status is Status.AWAITING_ANSWERS and not missing_items(form, case.answers, case.doubts):
        return _complete_by_new_form(case, now)
    if _first_letter_is_due(case, now):
        answered_from_now = case.evolve(waiting_since=now.time, reminders=0, reminded_at=None)
        return _write_first(answered_from_now, now)
    if now.time < _wait_on_person(case, now.policy):
        return keep(case, _, now)
    asked = case.evolve(asked=missing_items(form, case.answers, case.doubts) if not case.question else ())
    facts: dict[str, object] = {"missing": asked_items(asked, form), "question": case.question}
    reachable = may_be_reminded(case)
    if case.reminders >= len(now.policy.remind_after):
        facts |= {"silent": True, "text": ""}
        letters = (letter_of(LetterKind.EXPIRED, case, facts),) if reachable else ()
        return Decision(close(asked, Outcome.EXPIRED, now), Note("expired", {}), letters)
    passed = sum(_after(case.waiting_since, wait, now.policy) <= now.time for wait in now.policy.remind_after)
    reminded = asked.evolve(reminders=passed, reminded_at=now.time)
    last = passed == len(now.policy.remind_after) or not may_be_reminded(reminded)
    facts |= {"closes_at": _closes_at(reminded, now.policy), "last": last}
    letter = letter_of(LetterKind.REMINDER, case, facts)
    note = Note("reminded" if reachable else "reminder_withheld", {"reminder": passed})
    return Decision(reminded, note, (letter,) if reachable else ())


def _first_letter_is_due(case: Case, now: Now) -> bool:
    at = first_letter_at(case, now.policy)
    return at is not None and at <= now.time


def _write_first(case: Case, now: Now) -> Decision:
    """The first letter found no room when its mail came. It holds nothing of what that says, as any first one."""
    missing = missing_items(
        now.policy.form, case.answers, case.doubts
    )  # the letter that was not written has asked nothing
    written = case.evolve(asked=missing, flags=case.flags - {Flag.LETTERS_SPENT})
    return Decision(written, Note("first_letter_written", {}), first_again(written, now))


def _complete_by_new_form(case: Case, now: Now) -> Decision:
    """The site changed its form meanwhile: nothing is missing any more."""
    case = into_review(case, now)
    facts = {"understood": understood(case, now.policy.form), "reopened": False}
    letter = letter_of(LetterKind.RECEIVED, case, facts)
    return Decision(case, Note("complete_by_new_form", {}), (letter,))


def _tell_that_it_is_complete(case: Case, now: Now) -> Decision:
    facts = {
        "understood": understood(case, now.policy.form),
        "reopened": Flag.WROTE_AFTER_CLOSING in case.flags,
    }
    case = case.evolve(flags=case.flags - {Flag.LETTERS_SPENT})
    return Decision(case, Note("told_of_the_queue", {}), (letter_of(LetterKind.RECEIVED, case, facts),))


def escalate(case: Case, _: DueTimePassed, now: Now) -> Decision:
    """Complete, and nobody touched it: tell the staff, and again after the same time."""
    told = told_at(case)
    if told is not None and told <= now.time:
        return _tell_that_it_is_complete(case, now)
    if now.time < _staff_due(case, now.policy):
        return _write_first(case, now) if _first_letter_is_due(case, now) else keep(case, _, now)
    case = case.evolve(flags=case.flags | {Flag.ESCALATED}, reminded_at=now.time, snoozed_until=None)
    facts = {"case": brief(case, now.policy.form, now.time), "others": (), "last": False}
    letters = tuple(letter_of(LetterKind.ESCALATION, case, facts, to=address) for address in now.policy.staff)
    return Decision(case, Note("escalated", {}), letters)
