"""The rules of the staff's acts. Any of them puts the case's next escalation off."""

from __future__ import annotations

from mailflow.core.case import Case, Flag, Outcome, Status
from mailflow.core.correction import read_correction
from mailflow.core.decision import Decision, Note, Now
from mailflow.core.events import (
    StaffAsked,
    StaffClosed,
    StaffCorrected,
    StaffMerged,
    StaffNoted,
    StaffReopened,
    StaffSnoozed,
)
from mailflow.core.items import account_of, asked_items, missing_items, understood
from mailflow.core.letters import LetterKind
from mailflow.core.rules.changes import close, into_review, letter_of, reopen
from mailflow.core.rules.hearing import WAITING_ON_PERSON, said_of
from mailflow.core.timing import after

_LETTER_OF_OUTCOME = {
    Outcome.RECOVERED: LetterKind.RECOVERED,
    Outcome.DENIED: LetterKind.DENIED,
    Outcome.WITHDRAWN: LetterKind.WITHDRAWN,
    Outcome.EXPIRED: LetterKind.EXPIRED,
    Outcome.REDIRECTED: LetterKind.REDIRECTED,
}


def staff_asked(case: Case, event: StaffAsked, now: Now) -> Decision:
    if case.status is Status.CLOSED:
        case = reopen(case, now)
    case = _touched(case, now).evolve(
        status=Status.AWAITING_REQUESTER,
        question=event.question,
        asked=(),
        waiting_since=now.time,
        reminders=0,
        reminded_at=None,
    )
    note = Note("asked", {"question": event.question})
    return Decision(case, note, (letter_of(LetterKind.QUESTION, case, {"question": event.question}),))


def staff_noted(case: Case, event: StaffNoted, now: Now) -> Decision:
    return Decision(_touched(case, now), Note("noted", {"text": event.text}))


def staff_closed(case: Case, event: StaffClosed, now: Now) -> Decision:
    note = Note("closed", {"outcome": event.outcome.value, "text": event.text})
    if case.outcome is event.outcome:
        return Decision(_touched(case, now), note)
    kind = _LETTER_OF_OUTCOME.get(event.outcome)
    letters = (letter_of(kind, case, _facts_of_closing(case, event, now)),) if kind else ()
    return Decision(close(_touched(case, now), event.outcome, now), note, letters)


def _facts_of_closing(case: Case, event: StaffClosed, now: Now) -> dict[str, object]:
    facts: dict[str, object] = {"text": event.text}
    if event.outcome is Outcome.EXPIRED:
        form = now.policy.form
        missing = missing_items(form, case.answers, case.doubts) if not case.question else ()
        facts |= {"missing": asked_items(case.evolve(asked=missing), form), "question": case.question}
        facts["silent"] = case.status in WAITING_ON_PERSON
    elif event.outcome is Outcome.REDIRECTED:  # `say`: for a site's own template, which knows no `text`
        facts |= {"topic": "", "say": event.text, "url": ""}
    return facts


def staff_reopened(case: Case, event: StaffReopened, now: Now) -> Decision:
    case = _touched(reopen(case, now), now)
    form = now.policy.form
    note = Note("reopened", {"text": event.text})
    settled = understood(case, form)
    missing = missing_items(form, case.answers, case.doubts)
    if missing:
        case = case.evolve(status=Status.AWAITING_ANSWERS, asked=missing)
        facts = {"understood": settled, "missing": asked_items(case, form), "first": False, "reopened": True}
        letter = letter_of(LetterKind.MISSING, case, facts)
        return Decision(case, note, (letter,))
    case = into_review(case, now)
    facts = {"understood": settled, "reopened": True}
    return Decision(case, note, (letter_of(LetterKind.RECEIVED, case, facts),))


def staff_merged(case: Case, event: StaffMerged, now: Now) -> Decision:
    """Closed as a duplicate. The party is told only if the other case is theirs too: it may be a stranger's."""
    tell = event.same_party and case.status is not Status.CLOSED
    facts = {"understood": understood(case, now.policy.form), "missing": ()}
    letters = (letter_of(LetterKind.DUPLICATE, case, facts),) if tell else ()
    closed = close(_touched(case, now), Outcome.DUPLICATE, now).evolve(merged_into=event.into)
    return Decision(closed, Note("merged", {"into": event.into}), letters)


def staff_snoozed(case: Case, event: StaffSnoozed, now: Now) -> Decision:
    """The escalation comes then, sooner or later than it would have; whatever the staff does meanwhile undoes that."""
    policy = now.policy
    until = after(now.time, event.wait, policy.time_zone, business_days=policy.business_days)
    told = until.astimezone(policy.time_zone).strftime("%Y-%m-%d %H:%M")
    return Decision(_touched(case, now).evolve(snoozed_until=until), Note("snoozed", {"until": told}))


def staff_corrected(case: Case, event: StaffCorrected, now: Now) -> Decision:
    """A request that only lacked what was not read goes to the staff. Else nobody is written to.

    What the person is asked stays as the last letter asked it: they may answer by its numbers.
    """
    form = now.policy.form
    right = read_correction(form, event.said)
    key, answer = right.field.key, right.answer
    answers = {one: said for one, said in case.answers.items() if one != key} | (
        {key: answer} if answer else {}
    )
    doubts = {one: both for one, both in case.doubts.items() if one != key}
    case = _touched(case, now).evolve(answers=answers, doubts=doubts, account=account_of(form, answers))
    told = {key: said_of(answer)} if answer else {}
    note = Note(
        "corrected", {"field": right.field.label, "answers": told, "text": "" if answer else "taken out"}
    )
    if case.status is not Status.AWAITING_ANSWERS or missing_items(form, answers, doubts):
        return Decision(case, note)
    case = into_review(case, now)
    facts = {"understood": understood(case, form), "reopened": False}
    return Decision(case, note, (letter_of(LetterKind.RECEIVED, case, facts),))


def _touched(case: Case, now: Now) -> Case:
    settled = {
        Flag.ESCALATED,
        Flag.LETTERS_SPENT,
        Flag.GOING_IN_CIRCLES,
        Flag.ANSWERED_FROM_ELSEWHERE,
        Flag.WORDS_UNREAD,
    }
    return case.evolve(touched_at=now.time, fruitless=0, flags=case.flags - settled, snoozed_until=None)
