"""What a mail of the party is answered: what is missing, that all is there, or how things stand."""

from __future__ import annotations

from dataclasses import replace

from mailflow.core.answer import Reading
from mailflow.core.case import Case, Flag, Status
from mailflow.core.decision import Decision, Now
from mailflow.core.events import PersonWrote
from mailflow.core.items import account_told, asked_items, missing_items, understood
from mailflow.core.letters import Letter, LetterKind, OpenRequest
from mailflow.core.rules.changes import into_review, letter_of, may_repeat
from mailflow.core.rules.hearing import heard_in, note_of

_LISTED = 9  # other requests that a letter lists


def ask_or_queue(
    case: Case, event: PersonWrote, now: Now, received: LetterKind, *, reopened: bool = False
) -> Decision:
    """Ask for what is missing, or hand the case to the staff; `received` is the letter that says the latter."""
    form = now.policy.form
    missing = missing_items(form, case.answers, case.doubts)
    settled = understood(as_told(case, event), form)
    if missing:
        case = case.evolve(
            status=Status.AWAITING_ANSWERS,
            question="",
            waiting_since=now.time,
            reminders=0,
            reminded_at=None,
            asked=missing,
        )
        facts: dict[str, object] = {
            "understood": settled,
            "missing": asked_items(as_told(case, event), form),
        }
        if received is LetterKind.DUPLICATE:
            letter = letter_of(LetterKind.DUPLICATE, case, facts)
        else:
            letter = letter_of(
                LetterKind.MISSING, case, {**facts, "first": case.letters == 0, "reopened": reopened}
            )
        return Decision(case, note_of(event), (letter,))
    case = into_review(case, now)
    if received is LetterKind.NOTED:  # all the rest they were told before
        settled = tuple(one for one in settled if one.value is not None and one.key in event.reading.answers)
    facts = {"understood": settled, "missing": (), "reopened": reopened}
    letter = letter_of(received, case, facts)
    return Decision(case, note_of(event), (letter,))


def first_again(case: Case, now: Now) -> tuple[Letter, ...]:
    """What the first letter said, as it would be written now; it holds nothing of what mails that are not proven say."""
    facts: dict[str, object] = {"understood": understood(case, now.policy.form), "reopened": False}
    if case.status is Status.IN_REVIEW:
        return (letter_of(LetterKind.RECEIVED, case, facts),)
    if case.status is Status.AWAITING_ANSWERS:
        missing = asked_items(case, now.policy.form)
        return (letter_of(LetterKind.MISSING, case, {**facts, "missing": missing, "first": True}),)
    return ()


def as_told(case: Case, event: PersonWrote) -> Case:
    """The case as a letter may tell it that answers this mail: with no values where its writer was looked for in vain.

    Else a forger, having found a case, could have the desk mail what he likes to its party.
    """
    in_vain = event.proof is not None and not event.trusted
    return case.evolve(confirmed=False) if in_vain else case


def ask_which(case: Case, event: PersonWrote, now: Now) -> Decision:
    """Change nothing, and ask which of their requests is meant; the staff is told to read the mail."""
    case = heard_in(case, replace(event, reading=Reading()), now)
    case = case.evolve(flags=case.flags | {Flag.WORDS_UNREAD})
    if not may_repeat(case, LetterKind.WHICH, now):
        return Decision(case, note_of(event))
    requests = tuple(_open_request(one, event, now) for one in (case, *event.others[:_LISTED]))
    return Decision(case, note_of(event), (letter_of(LetterKind.WHICH, case, {"requests": requests}),))


def which_it_is(case: Case, event: PersonWrote, now: Now) -> dict[str, object]:
    """What a letter says by which a person sees which of their requests it is about."""
    return {
        "account": account_told(as_told(case, event), now.policy.form),
        "others": tuple(_open_request(one, event, now) for one in event.others[:_LISTED]),
    }


def _open_request(case: Case, event: PersonWrote, now: Now) -> OpenRequest:
    account = account_told(as_told(case, event), now.policy.form)
    return OpenRequest(case.reference, account, case.opened_at, case.status is not Status.IN_REVIEW)


def say_status(case: Case, event: PersonWrote, now: Now) -> Decision:
    form = now.policy.form
    missing = missing_items(form, case.answers, case.doubts)
    if case.status is Status.AWAITING_ANSWERS and not missing:  # by this mail, or by a form that was changed
        return ask_or_queue(case, event, now, LetterKind.RECEIVED)
    if not may_repeat(case, LetterKind.STATUS, now):
        return Decision(case, note_of(event))
    if case.status is Status.AWAITING_ANSWERS:
        case = case.evolve(asked=missing)
    facts = {
        "status": case.status,
        "since": case.completed_at or case.opened_at,
        "missing": asked_items(as_told(case, event), form) if case.status is Status.AWAITING_ANSWERS else (),
        "question": case.question,
        "outcome": case.outcome,
        **which_it_is(case, event, now),
    }
    letter = letter_of(LetterKind.STATUS, case, facts)
    return Decision(case, note_of(event), (letter,))
