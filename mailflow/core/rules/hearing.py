"""What a mail of the party adds to its case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailflow.core.answer import Answer, Answers
from mailflow.core.case import Case, Flag, Status
from mailflow.core.decision import Note, Now
from mailflow.core.envelope import MailKind
from mailflow.core.events import PersonWrote, StrangerWrote, UnprovenWrote
from mailflow.core.form import Form, Kind
from mailflow.core.items import account_of, news_in
from mailflow.core.policy import Policy
from mailflow.core.restraint import with_writer
from mailflow.core.vouched import only_vouched

WAITING_ON_PERSON = frozenset({Status.AWAITING_ANSWERS, Status.AWAITING_REQUESTER})
_ACCOUNTS_KEPT = 5  # that mails speak of
_CLOSES = frozenset({MailKind.WITHDRAWAL, MailKind.DISOWNED})
_THREAD_KEPT = 20  # Message-IDs kept for References


def heard_in(case: Case, event: PersonWrote, now: Now, *, opened: bool = False) -> Case:
    """The case with what the mail says, which corrects what earlier ones said."""
    flags = (case.flags - {Flag.ADDRESS_FAILING}) | odd_flags(event)
    if event.secrets:
        flags |= {Flag.SECRET_PASTED}
    if event.may_disown or (not opened and _is_not_understood(case, event)):
        flags |= {Flag.WORDS_UNREAD}
    if case.completed_at is not None and _gives_contact(case, event, now.policy.form):
        flags |= {Flag.CONTACT_CHANGED}
    if event.reading.mentioned:
        flags |= {Flag.ACCOUNT_MENTIONED}
    answers, doubts = _merged(case, event, now.policy)
    account, former = account_of(now.policy.form, answers), case.former_account
    if case.completed_at is not None and case.account and account != case.account:
        flags |= {Flag.ACCOUNT_CHANGED}
        former = former or case.account
    thread = (*case.thread, *event.references, *([event.message_id] if event.message_id else []))
    if case.status in WAITING_ON_PERSON:
        case = case.evolve(waiting_since=now.time, reminders=0, reminded_at=None)
    heard = case.evolve(
        answers=answers,
        doubts=doubts,
        account=account,
        former_account=former,
        mentioned_accounts=_mentioned(case, event),
        flags=flags,
        confirmed=case.confirmed or event.at_reply_address or event.trusted,
        proof=event.proof,
        last_message_id=event.message_id,
        thread=tuple(dict.fromkeys(reversed(thread)))[:_THREAD_KEPT][::-1],
    )
    heard = only_vouched(heard, event, now.policy.form)
    return with_writer(None if opened else case, event, heard, now.time)


def _is_not_understood(case: Case, event: PersonWrote) -> bool:
    """Whether nothing of it has been read that the case does not know, nor what it wants: only eyes can tell what it says.

    Who answers a question of the staff is read anyway.
    """
    if case.status is Status.AWAITING_REQUESTER:
        return False
    read = event.reading
    news = news_in(case, read) or read.doubts or read.mentioned or event.secrets
    return event.kind is MailKind.AMENDMENT and not news


def _mentioned(case: Case, event: PersonWrote) -> tuple[str, ...]:
    said = (str(one.value) for one in event.reading.mentioned.values())
    return tuple(dict.fromkeys((*case.mentioned_accounts, *said)))[-_ACCOUNTS_KEPT:]


def _merged(
    case: Case, event: PersonWrote, policy: Policy
) -> tuple[Answers, Mapping[str, tuple[Answer, ...]]]:
    answers, doubts = dict(case.answers), dict(case.doubts)
    for key, answer in event.reading.answers.items():
        dated = answer.in_mail(event.mail_id)
        if answer.sure >= policy.confirm_below:
            answers[key] = dated
            doubts.pop(key, None)
        elif key not in answers or answers[key].value != answer.value:
            doubts[key] = (dated,)
    for doubt in event.reading.doubts:
        doubts[doubt.field] = tuple(answer.in_mail(event.mail_id) for answer in doubt.answers)
    return answers, doubts


def changes_one(case: Case, event: PersonWrote, form: Form) -> bool:
    """Whether it would close the case, or have the account get another address: which the wrong case must not."""
    return event.kind in _CLOSES or _gives_contact(case, event, form)


def _gives_contact(case: Case, event: PersonWrote, form: Form) -> bool:
    """Whether it says another address that the account should get than the one that is known, or the first."""
    said = event.reading.answers
    return any(
        field.differs_from
        and field.key in said
        and (field.key not in case.answers or said[field.key].value != case.answers[field.key].value)
        for field in form.of_kind(Kind.ADDRESS)
    )


def odd_flags(event: PersonWrote | StrangerWrote | UnprovenWrote) -> frozenset[Flag]:
    return frozenset({Flag.ODD_SENDER} if event.odd else ())


def note_of(event: PersonWrote) -> Note:
    answers = {key: said_of(answer) for key, answer in event.reading.answers.items()}
    doubts = {doubt.field: [said_of(answer) for answer in doubt.answers] for doubt in event.reading.doubts}
    facts = {"mail": event.mail_id, "kind": event.kind.value, "sender": event.sender, "answers": answers}
    return Note("wrote", {**facts, "doubts": doubts, "secrets": list(event.secrets)})


def said_of(answer: Answer) -> dict[str, Any]:
    return {
        "value": answer.value,
        "words": answer.words,
        "line": answer.line,
        "rule": answer.rule,
        "sure": answer.sure,
    }
