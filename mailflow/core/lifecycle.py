"""The rules of a case: what each event does in each status, and which letters that takes.

Everything that decides about a case stands in this file. `TRANSITIONS` is the map of it: for each status and event
the rule that decides, and every status in which that rule can leave the case. docs/ARCHITECTURE.md draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mailflow.core.answer import Answer, Answers
from mailflow.core.case import Case, Flag, Outcome, Status
from mailflow.core.decision import Decision, Note, Now
from mailflow.core.digest import brief
from mailflow.core.envelope import MailKind
from mailflow.core.events import (
    AddressFailed,
    DueTimePassed,
    Event,
    PersonWrote,
    StaffAsked,
    StaffClosed,
    StaffMerged,
    StaffNoted,
    StaffReopened,
    StaffSnoozed,
    StrangerWrote,
    UnprovenWrote,
)
from mailflow.core.form import Form, Kind
from mailflow.core.items import account_of, asked_items, missing_items, understood
from mailflow.core.letters import TO_STAFF, Letter, LetterKind
from mailflow.core.policy import Policy
from mailflow.core.reference import new_reference
from mailflow.core.restraint import Spent, listened, may_be_reminded, restrained
from mailflow.core.secretkind import SecretKind
from mailflow.core.timing import after

_NOTHING: Mapping[str, object] = {}
_WAITING_ON_PERSON = frozenset({Status.AWAITING_ANSWERS, Status.AWAITING_REQUESTER})
_THREAD_KEPT = 20  # Message-IDs kept for References


def decide(
    case: Case | None, event: Event, policy: Policy, now: datetime, new_id: str, spent: Spent
) -> Decision:
    """What `event` does to `case` (None: there is none yet, and `new_id` becomes the id of the one it opens).

    `spent` says how many letters were written lately. Pure: the same arguments give the same decision.
    """
    rule, leads_to = TRANSITIONS[case.status if case else None, type(event)]
    decision = rule(case, event, Now(policy, now, new_id))
    assert decision.case.status in leads_to, (
        f"{rule.__name__} led to {decision.case.status}, which the table denies"
    )
    decision = restrained(case, _with_warning(decision, event), event, policy, spent)
    return replace(decision, case=_finished(decision, policy, now))


# ------------------------------------------------------------------------------------------------- the person writes


def open_case(_: None, event: PersonWrote, now: Now) -> Decision:
    case = Case(
        id=now.new_id,
        reference=new_reference(now.new_id),
        party=event.sender,
        status=Status.AWAITING_ANSWERS,
        opened_at=now.time,
        changed_at=now.time,
        waiting_since=now.time,
    )
    case = _heard(case, event, now, opened=True)
    if event.kind is MailKind.OFF_TOPIC:
        return Decision(_close(case, Outcome.REDIRECTED, now), _wrote(event), _redirect(case, event, now))
    return _ask_or_queue(case, event, now, LetterKind.RECEIVED)


def person_wrote(case: Case, event: PersonWrote, now: Now) -> Decision:
    """The party of an open case wrote."""
    case = _heard(case, event, now)
    if event.kind is MailKind.WITHDRAWAL:
        letter = _letter(LetterKind.WITHDRAWN, case)
        return Decision(_close(case, Outcome.WITHDRAWN, now), _wrote(event), (letter,))
    if event.kind is MailKind.FOLLOW_UP_STATUS:
        return _say_status(case, event, now)
    if event.kind is MailKind.OFF_TOPIC:
        return Decision(case, _wrote(event), _redirect(case, event, now))
    if event.kind is MailKind.DUPLICATE_REQUEST:
        return _ask_or_queue(case, event, now, LetterKind.DUPLICATE)
    received = LetterKind.RECEIVED if case.status is Status.AWAITING_ANSWERS else LetterKind.NOTED
    return _ask_or_queue(case, event, now, received)


def wrote_after_closing(case: Case, event: PersonWrote, now: Now) -> Decision:
    """Thanks change nothing, a question is answered, and anything else takes the case up again."""
    decided = case.outcome in {Outcome.RECOVERED, Outcome.DENIED}
    case = _heard(case, event, now)
    if event.kind in {MailKind.WITHDRAWAL, MailKind.CONFIRMATION}:
        return Decision(case, _wrote(event))
    if event.kind is MailKind.FOLLOW_UP_STATUS:
        return _say_status(case, event, now)
    if event.kind is MailKind.OFF_TOPIC:
        return Decision(case, _wrote(event), _redirect(case, event, now))
    case = _reopen(case, now)
    if decided:
        case = replace(case, flags=case.flags | {Flag.WROTE_AFTER_CLOSING})
    return _ask_or_queue(
        case, event, now, LetterKind.NOTED if decided else LetterKind.RECEIVED, reopened=True
    )


def stranger_wrote(case: Case, event: StrangerWrote, _: Now) -> Decision:
    """Somebody else's mail joins the case for the staff to see. It says nothing for the party, and gets no letter."""
    flagged = replace(case, flags=case.flags | event.flags | _odd(event))
    return Decision(flagged, Note("stranger_wrote", {"sender": event.sender, "mail": event.mail_id}))


def unproven_wrote(case: Case, event: UnprovenWrote, _: Now) -> Decision:
    """A mail that only claims to be the party's joins the case for the staff to see, and gets no letter either."""
    flags = {Flag.UNPROVEN_WROTE} if case.confirmed else {Flag.UNPROVEN_WROTE, Flag.MAYBE_FORGED}
    flagged = replace(case, flags=case.flags | flags | _odd(event))
    return Decision(flagged, Note("unproven_wrote", {"mail": event.mail_id, "why": event.why}))


def _odd(event: PersonWrote | StrangerWrote | UnprovenWrote) -> frozenset[Flag]:
    return frozenset({Flag.ODD_SENDER} if event.odd else ())


def _heard(case: Case, event: PersonWrote, now: Now, *, opened: bool = False) -> Case:
    """The case with what the mail says, which corrects what earlier ones said."""
    flags = (case.flags - {Flag.ADDRESS_FAILING}) | _odd(event)
    if event.secrets:
        flags |= {Flag.SECRET_PASTED}
    if case.status is Status.IN_REVIEW and _contact_changed(case, event, now.policy.form):
        flags |= {Flag.CONTACT_CHANGED}
    answers, doubts = _merged(case, event, now.policy)
    thread = (*case.thread, *event.references, *([event.message_id] if event.message_id else []))
    if case.status in _WAITING_ON_PERSON:
        case = replace(case, waiting_since=now.time, reminders=0, reminded_at=None)
    heard = replace(
        case,
        answers=answers,
        doubts=doubts,
        account=account_of(now.policy.form, answers),
        flags=flags,
        confirmed=case.confirmed or event.at_reply_address or event.trusted,
        proof=event.proof,
        last_message_id=event.message_id,
        thread=tuple(dict.fromkeys(reversed(thread)))[:_THREAD_KEPT][::-1],
    )
    return listened(None if opened else case, event, heard, now.time)


def _merged(
    case: Case, event: PersonWrote, policy: Policy
) -> tuple[Answers, Mapping[str, tuple[Answer, ...]]]:
    answers, doubts = dict(case.answers), dict(case.doubts)
    for key, answer in event.reading.answers.items():
        dated = replace(answer, mail=event.mail_id)
        if answer.sure >= policy.confirm_below:
            answers[key] = dated
            doubts.pop(key, None)
        elif key not in answers or answers[key].value != answer.value:
            doubts[key] = (dated,)
    for doubt in event.reading.doubts:
        doubts[doubt.field] = tuple(replace(answer, mail=event.mail_id) for answer in doubt.answers)
    return answers, doubts


def _contact_changed(case: Case, event: PersonWrote, form: Form) -> bool:
    said = event.reading.answers
    return any(
        field.differs_from
        and field.key in said
        and field.key in case.answers
        and said[field.key].value != case.answers[field.key].value
        for field in form.of_kind(Kind.ADDRESS)
    )


def _ask_or_queue(
    case: Case, event: PersonWrote, now: Now, received: LetterKind, *, reopened: bool = False
) -> Decision:
    """Ask for what is missing, or hand the case to the staff; `received` is the letter that says the latter."""
    form = now.policy.form
    missing = missing_items(form, case.answers, case.doubts)
    settled = understood(_as_told(case, event), form)
    if missing:
        status = Status.AWAITING_ANSWERS
        case = replace(
            case, status=status, question="", waiting_since=now.time, reminders=0, reminded_at=None
        )
        case = replace(case, asked=missing)
        facts = {"understood": settled, "missing": asked_items(_as_told(case, event), form)}
        if received is LetterKind.DUPLICATE:
            letter = _letter(LetterKind.DUPLICATE, case, facts)
        else:
            letter = _letter(
                LetterKind.MISSING, case, {**facts, "first": case.letters == 0, "reopened": reopened}
            )
        return Decision(case, _wrote(event), (letter,))
    was_in_review = case.status is Status.IN_REVIEW
    case = _into_review(case, now)
    facts = {} if received is LetterKind.NOTED else {"understood": settled, "missing": ()}
    letter = _letter(received, case, facts)
    if received is LetterKind.NOTED and was_in_review and not _may_repeat(case, LetterKind.NOTED, now):
        return Decision(case, _wrote(event))
    return Decision(case, _wrote(event), (letter,))


def _as_told(case: Case, event: PersonWrote) -> Case:
    """The case as a letter may tell it that answers this mail: with no values where its writer was looked for in vain.

    Else a forger, having found a case, could have the desk mail what he likes to its party.
    """
    in_vain = event.proof is not None and not event.trusted
    return replace(case, confirmed=False) if in_vain else case


def _into_review(case: Case, now: Now) -> Case:
    if case.status is Status.IN_REVIEW:
        return case
    return replace(
        case,
        status=Status.IN_REVIEW,
        waiting_since=now.time,
        completed_at=case.completed_at or now.time,
        reminders=0,
        reminded_at=None,
        asked=(),
        question="",
        snoozed_until=None,
    )


def _say_status(case: Case, event: PersonWrote, now: Now) -> Decision:
    if not _may_repeat(case, LetterKind.STATUS, now):
        return Decision(case, _wrote(event))
    form = now.policy.form
    if case.status is Status.AWAITING_ANSWERS:
        case = replace(case, asked=missing_items(form, case.answers, case.doubts))
    facts = {
        "status": case.status,
        "since": case.completed_at or case.opened_at,
        "missing": asked_items(_as_told(case, event), form) if case.status is Status.AWAITING_ANSWERS else (),
        "question": case.question,
        "outcome": case.outcome,
    }
    letter = _letter(LetterKind.STATUS, case, facts)
    return Decision(case, _wrote(event), (letter,))


def _redirect(case: Case, event: PersonWrote, now: Now) -> tuple[Letter, ...]:
    """The way to the desk in charge: said once a case."""
    if LetterKind.REDIRECTED in case.last_letters:
        return ()
    redirect = next((one for one in now.policy.redirects if one.topic == event.topic), None)
    if redirect is None:
        return ()
    letter = _letter(
        LetterKind.REDIRECTED, case, {"topic": redirect.topic, "say": redirect.say, "url": redirect.url}
    )
    return (letter,)


def _with_warning(decision: Decision, event: Event) -> Decision:
    """A mail that held a secret gets one letter more, whatever else it leads to."""
    if not isinstance(event, PersonWrote) or not event.secrets:
        return decision
    kinds = tuple(SecretKind(kind) for kind in dict.fromkeys(event.secrets))
    letter = _letter(LetterKind.PASTED_SECRET, decision.case, {"kinds": kinds})
    return replace(decision, letters=(*decision.letters, letter))


# ------------------------------------------------------------------------------------------------------- time passes


def remind_or_expire(case: Case, _: DueTimePassed, now: Now) -> Decision:
    """We wait for the person: remind, and in the end close."""
    form = now.policy.form
    if case.status is Status.AWAITING_ANSWERS and not missing_items(form, case.answers, case.doubts):
        return _complete_by_new_form(case, now)
    if now.time < _wait_on_person(case, now.policy):
        return keep(case, _, now)
    asked = replace(case, asked=missing_items(form, case.answers, case.doubts) if not case.question else ())
    facts: dict[str, object] = {"missing": asked_items(asked, form), "question": case.question}
    reachable = may_be_reminded(case)
    if case.reminders >= len(now.policy.remind_after):
        letters = (_letter(LetterKind.EXPIRED, case, facts),) if reachable else ()
        return Decision(_close(asked, Outcome.EXPIRED, now), Note("expired", {}), letters)
    passed = sum(_after(case.waiting_since, wait, now.policy) <= now.time for wait in now.policy.remind_after)
    reminded = replace(asked, reminders=passed, reminded_at=now.time)
    last = passed == len(now.policy.remind_after)
    facts |= {"closes_at": _closes_at(reminded, now.policy), "last": last}
    letter = _letter(LetterKind.REMINDER, case, facts)
    return Decision(reminded, Note("reminded", {"reminder": passed}), (letter,) if reachable else ())


def _complete_by_new_form(case: Case, now: Now) -> Decision:
    """The site changed its form meanwhile: nothing is missing any more."""
    case = _into_review(case, now)
    letter = _letter(LetterKind.RECEIVED, case, {"understood": understood(case, now.policy.form)})
    return Decision(case, Note("complete_by_new_form", {}), (letter,))


def escalate(case: Case, _: DueTimePassed, now: Now) -> Decision:
    """Complete, and nobody touched it: tell the staff, and again after the same time."""
    if now.time < _staff_due(case, now.policy):
        return keep(case, _, now)
    case = replace(case, flags=case.flags | {Flag.ESCALATED}, reminded_at=now.time, snoozed_until=None)
    facts = {"case": brief(case, now.policy.form, now.time)}
    letters = tuple(_letter(LetterKind.ESCALATION, case, facts, to=address) for address in now.policy.staff)
    return Decision(case, Note("escalated", {}), letters)


def due_at(case: Case, policy: Policy) -> datetime | None:
    """When time next does something to the case: all timing policy, in one place."""
    if case.status is Status.CLOSED:
        return None
    return _staff_due(case, policy) if case.status is Status.IN_REVIEW else _wait_on_person(case, policy)


def _staff_due(case: Case, policy: Policy) -> datetime:
    if case.snoozed_until is not None:
        return case.snoozed_until
    untouched_since = max(
        moment for moment in (case.waiting_since, case.touched_at, case.reminded_at) if moment
    )
    return _after(untouched_since, policy.escalate_after, policy)


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


# ------------------------------------------------------------------------------------------------------- mail fails


def address_failed(case: Case, event: AddressFailed, _: Now) -> Decision:
    """A bounce of the party's address. A delay (status 4.x.x) is only noted."""
    facts = {"address": event.address, "status": event.status, "detail": event.detail}
    if event.address.lower() != case.party.lower() or event.status.startswith("4"):
        return Decision(case, Note("delivery_trouble", facts))
    return Decision(replace(case, flags=case.flags | {Flag.ADDRESS_FAILING}), Note("address_failed", facts))


# ---------------------------------------------------------------------------------------------------- the staff acts


def staff_asked(case: Case, event: StaffAsked, now: Now) -> Decision:
    if case.status is Status.CLOSED:
        case = _reopen(case, now)
    case = replace(
        _touched(case, now),
        status=Status.AWAITING_REQUESTER,
        question=event.question,
        asked=(),
        waiting_since=now.time,
        reminders=0,
        reminded_at=None,
    )
    note = Note("asked", {"question": event.question})
    return Decision(case, note, (_letter(LetterKind.QUESTION, case, {"question": event.question}),))


def staff_noted(case: Case, event: StaffNoted, now: Now) -> Decision:
    return Decision(_touched(case, now), Note("noted", {"text": event.text}))


def staff_closed(case: Case, event: StaffClosed, now: Now) -> Decision:
    note = Note("closed", {"outcome": event.outcome.value, "text": event.text})
    if case.outcome is event.outcome:
        return Decision(_touched(case, now), note)
    facts: dict[str, object] = {}
    if event.outcome in {Outcome.RECOVERED, Outcome.DENIED}:
        facts = {"text": event.text}
    elif event.outcome is Outcome.EXPIRED:
        facts = {"missing": asked_items(case, now.policy.form), "question": case.question}
    kind = _LETTER_OF_OUTCOME.get(event.outcome)
    letters = (_letter(kind, case, facts),) if kind else ()
    return Decision(_close(_touched(case, now), event.outcome, now), note, letters)


_LETTER_OF_OUTCOME = {
    Outcome.RECOVERED: LetterKind.RECOVERED,
    Outcome.DENIED: LetterKind.DENIED,
    Outcome.WITHDRAWN: LetterKind.WITHDRAWN,
    Outcome.EXPIRED: LetterKind.EXPIRED,
}


def staff_reopened(case: Case, event: StaffReopened, now: Now) -> Decision:
    case = _touched(_reopen(case, now), now)
    form = now.policy.form
    note = Note("reopened", {"text": event.text})
    settled = understood(case, form)
    missing = missing_items(form, case.answers, case.doubts)
    if missing:
        case = replace(case, status=Status.AWAITING_ANSWERS, asked=missing)
        facts = {"understood": settled, "missing": asked_items(case, form), "first": False, "reopened": True}
        letter = _letter(LetterKind.MISSING, case, facts)
        return Decision(case, note, (letter,))
    case = _into_review(case, now)
    return Decision(case, note, (_letter(LetterKind.RECEIVED, case, {"understood": settled}),))


def staff_merged(case: Case, event: StaffMerged, now: Now) -> Decision:
    """Closed as a duplicate. The party is told only if the other case is theirs too: it may be a stranger's."""
    tell = event.same_party and case.status is not Status.CLOSED
    facts = {"understood": understood(case, now.policy.form), "missing": ()}
    letters = (_letter(LetterKind.DUPLICATE, case, facts),) if tell else ()
    closed = replace(_close(_touched(case, now), Outcome.DUPLICATE, now), merged_into=event.into)
    return Decision(closed, Note("merged", {"into": event.into}), letters)


def staff_snoozed(case: Case, event: StaffSnoozed, now: Now) -> Decision:
    """The escalation comes then, sooner or later than it would have; whatever the staff does meanwhile undoes that."""
    until = _after(now.time, event.wait, now.policy)
    told = until.astimezone(now.policy.time_zone).strftime("%Y-%m-%d %H:%M")
    return Decision(replace(_touched(case, now), snoozed_until=until), Note("snoozed", {"until": told}))


def keep(case: Case, event: Event, _: Now) -> Decision:
    """Nothing to do here; the history says that it happened."""
    return Decision(case, Note("nothing_to_do", {"event": type(event).__name__}))


def _touched(case: Case, now: Now) -> Case:
    settled = {Flag.ESCALATED, Flag.LETTERS_SPENT, Flag.GOING_IN_CIRCLES, Flag.ANSWERED_FROM_ELSEWHERE}
    return replace(case, touched_at=now.time, fruitless=0, flags=case.flags - settled, snoozed_until=None)


# ------------------------------------------------------------------------------------------- pieces of the rules above


def _close(case: Case, outcome: Outcome, now: Now) -> Case:
    return replace(
        case,
        status=Status.CLOSED,
        outcome=outcome,
        closed_at=now.time,
        waiting_since=now.time,
        question="",
        flags=case.flags - {Flag.ESCALATED, Flag.WROTE_AFTER_CLOSING},
    )


def _reopen(case: Case, now: Now) -> Case:
    return replace(
        case,
        status=Status.AWAITING_ANSWERS,
        outcome=None,
        closed_at=None,
        completed_at=None,
        merged_into=None,
        waiting_since=now.time,
        reminders=0,
        reminded_at=None,
    )


def _wrote(event: PersonWrote) -> Note:
    answers = {key: _said(answer) for key, answer in event.reading.answers.items()}
    doubts = {doubt.field: [_said(answer) for answer in doubt.answers] for doubt in event.reading.doubts}
    facts = {"mail": event.mail_id, "kind": event.kind.value, "sender": event.sender, "answers": answers}
    return Note("wrote", {**facts, "doubts": doubts, "secrets": list(event.secrets)})


def _said(answer: Answer) -> dict[str, Any]:
    return {
        "value": answer.value,
        "words": answer.words,
        "line": answer.line,
        "rule": answer.rule,
        "sure": answer.sure,
    }


def _may_repeat(case: Case, kind: LetterKind, now: Now) -> bool:
    last = case.last_letters.get(kind)
    return last is None or now.time - last >= now.policy.status_letter_every


def _letter(kind: LetterKind, case: Case, facts: Mapping[str, object] = _NOTHING, *, to: str = "") -> Letter:
    return Letter(
        kind=kind,
        to=to or case.party,
        case_id=case.id,
        reference=case.reference,
        in_reply_to=None if to else case.last_message_id,
        references=() if to else case.thread,
        facts=facts,
    )


def _finished(decision: Decision, policy: Policy, now: datetime) -> Case:
    """The case with its letters counted and its next due time."""
    to_party = [letter for letter in decision.letters if letter.kind not in TO_STAFF]
    counted = replace(
        decision.case,
        changed_at=now,
        letters=decision.case.letters + len(to_party),
        last_letters={**decision.case.last_letters, **{letter.kind.value: now for letter in to_party}},
    )
    return replace(counted, due_at=due_at(counted, policy))


# ------------------------------------------------------------------------------------------------------ the transitions

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
    **{(status, StaffAsked): (staff_asked, _same(Status.AWAITING_REQUESTER)) for status in Status},
    **{(status, StaffNoted): (staff_noted, _same(status)) for status in Status},
    **{(status, StaffClosed): (staff_closed, _same(Status.CLOSED)) for status in Status},
    **{(status, StaffReopened): (keep, _same(status)) for status in _OPEN},
    (Status.CLOSED, StaffReopened): (staff_reopened, frozenset({Status.AWAITING_ANSWERS, Status.IN_REVIEW})),
    **{(status, StaffMerged): (staff_merged, _same(Status.CLOSED)) for status in Status},
    **{(status, StaffSnoozed): (keep, _same(status)) for status in _ANY - {Status.IN_REVIEW}},
    (Status.IN_REVIEW, StaffSnoozed): (staff_snoozed, _same(Status.IN_REVIEW)),
}
