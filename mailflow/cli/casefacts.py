"""A case with all that belongs to it, and the JSON of it. Programs read its keys: add to them, never rename."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mailflow.bootstrap import utc_now
from mailflow.core.answer import Answer
from mailflow.core.case import Case, Status
from mailflow.core.form import Form
from mailflow.core.items import missing_items
from mailflow.core.signals import Around, signals
from mailflow.steps.around import around
from mailflow.steps.find import find_case
from mailflow.store.caserow import UnreadableCase, readable
from mailflow.store.cases import HistoryEntry
from mailflow.store.columns import to_json
from mailflow.store.mails import ListedMail, StoredMail
from mailflow.store.outbox import QueuedLetter
from mailflow.store.unit import UnitOfWork


@dataclass(frozen=True)
class Record:
    case: Case
    mails: Sequence[ListedMail]
    letters: Sequence[QueuedLetter]
    history: Sequence[HistoryEntry]
    related: Sequence[Case]  # others of the same party or about the same account
    place: int | None  # in the queue of the staff
    around: Around


def read_record(uow: UnitOfWork, reference: str, form: Form) -> Record:
    """Raises `UnknownCase`."""
    case = find_case(uow, reference)
    related = {
        one.id: one
        for one in readable(
            [
                *uow.views.cases(party=case.party),
                *(uow.views.cases(account=case.account) if case.account else ()),
            ]
        )
        if one.id != case.id
    }
    return Record(
        case,
        uow.mails.of_case(case.id),
        uow.outbox.of_case(case.id),
        uow.cases.history(case.id),
        tuple(related.values()),
        uow.views.queue_place(case) if case.status is Status.IN_REVIEW else None,
        around(uow, case, form, utc_now()),
    )


def still_missing(case: Case, form: Form) -> tuple[str, ...]:
    return () if case.status is Status.CLOSED else missing_items(form, case.answers, case.doubts)


def case_facts(case: Case | UnreadableCase, form: Form) -> dict[str, Any]:
    """One that cannot be read has the same keys, without values where these do not stand in columns."""
    if isinstance(case, UnreadableCase):
        return {**dict.fromkeys(_CASE_FACTS), **_of_columns(case)}
    return {
        "reference": case.reference,
        "status": case.status.value,
        "outcome": case.outcome.value if case.outcome else None,
        "party": case.party,
        "account": case.account,
        "flags": sorted(case.flags),
        "proof": case.proof,
        "missing": still_missing(case, form),
        "question": case.question,
        "merged_into": case.merged_into,
        "opened_at": case.opened_at,
        "completed_at": case.completed_at,
        "waiting_since": case.waiting_since,
        "touched_at": case.touched_at,
        "closed_at": case.closed_at,
        "due_at": case.due_at,
        "unreadable": None,
    }


_CASE_FACTS = (
    "reference",
    "status",
    "outcome",
    "party",
    "account",
    "flags",
    "proof",
    "missing",
    "question",
    "merged_into",
    "opened_at",
    "completed_at",
    "waiting_since",
    "touched_at",
    "closed_at",
    "due_at",
    "unreadable",
)


def _of_columns(case: UnreadableCase) -> dict[str, Any]:
    known = {name: value for name, value in case.columns.items() if name in _CASE_FACTS}
    return {**known, "unreadable": case.why}


def record_facts(record: Record, form: Form) -> dict[str, Any]:
    case = record.case
    return {
        **case_facts(case, form),
        "answers": _answers(case.answers, form),
        "doubts": {key: [_answer(one, form) for one in both] for key, both in case.doubts.items()},
        "signals": list(signals(case, record.around, form)),
        "related": [one.reference for one in record.related],
        "mails": [_mail(mail) for mail in record.mails],
        "letters": [_letter(letter) for letter in record.letters],
        "history": [asdict(entry) for entry in record.history],
    }


def everything(uow: UnitOfWork, reference: str, form: Form) -> dict[str, Any]:
    """All that is kept of a case, its mails and letters byte by byte. Raises `UnknownCase` and `Unreadable`."""
    try:
        record = read_record(uow, reference, form)
    except UnreadableCase as case:
        return _everything_but_its_case(uow, case, form)
    return {
        **record_facts(record, form),
        "record": json.loads(to_json(record.case)),
        "mails": _whole_mails(uow, [mail.id for mail in record.mails]),
        "letters": _whole_letters(uow, [letter.id for letter in record.letters]),
    }


def _everything_but_its_case(uow: UnitOfWork, case: UnreadableCase, form: Form) -> dict[str, Any]:
    """Of a case that cannot be read the row as it stands, and all that belongs to it."""
    return {
        **case_facts(case, form),
        "record": case.columns,
        "history": [asdict(entry) for entry in uow.cases.history(case.id)],
        "mails": _whole_mails(uow, [mail.id for mail in uow.mails.of_case(case.id)]),
        "letters": _whole_letters(uow, [letter.id for letter in uow.outbox.of_case(case.id)]),
    }


def of_person(uow: UnitOfWork, address: str, form: Form) -> dict[str, Any]:
    """All that is kept of a person: their cases as `everything` has them, and what belongs to none of these."""
    person = uow.persons.find(address)
    return {
        "address": address,
        "cases": [everything(uow, case.reference, form) for case in person.cases],
        "mails": _whole_mails(uow, person.mails),
        "letters": _whole_letters(uow, person.letters),
        "history": [asdict(entry) for entry in uow.persons.history(person.history)],
        "named_in": list(person.named_in),
    }


def _whole_mails(uow: UnitOfWork, ids: Sequence[int]) -> list[dict[str, Any]]:
    return [_whole_mail(mail) for number in ids if (mail := uow.mails.get(number))]


def _whole_mail(mail: StoredMail) -> dict[str, Any]:
    return {
        **_mail(mail),
        "envelope": asdict(mail.envelope),
        "state": mail.state,
        "size": mail.size,
        "handled_at": mail.handled_at,
        "next_try_at": mail.next_try_at,
        "attempts": mail.attempts,
        "error": mail.error,
        "raw": _base64(mail.raw),
        "raw_deleted_at": mail.raw_deleted_at,
    }


def _whole_letters(uow: UnitOfWork, ids: Sequence[int]) -> list[dict[str, Any]]:
    return [_whole_letter(letter) for number in ids if (letter := uow.outbox.get(number))]


def _whole_letter(letter: QueuedLetter) -> dict[str, Any]:
    return {
        **_letter(letter),
        "envelope_sender": letter.envelope_sender,
        "reply_to": letter.reply_to,
        "settled_at": letter.settled_at,
        "next_try_at": letter.next_try_at,
        "attempts": letter.attempts,
        "raw": _base64(letter.raw),
        "raw_deleted_at": letter.raw_deleted_at,
    }


def _answers(answers: Mapping[str, Answer], form: Form) -> dict[str, Any]:
    return {key: _answer(answer, form) for key, answer in answers.items()}


def _answer(answer: Answer, form: Form) -> dict[str, Any]:
    shown = form.say(answer.field, answer.value) if answer.field in form.by_key else str(answer.value)
    return {
        "value": answer.value,
        "shown": shown,
        "words": answer.words,
        "mail": f"mail:{answer.mail}" if answer.mail else None,  # None: the staff has said it
        "line": answer.line,
        "rule": answer.rule,
        "sure": answer.sure,
    }


def _mail(mail: ListedMail) -> dict[str, Any]:
    return {
        "id": f"mail:{mail.id}",
        "received_at": mail.received_at,
        "sender": mail.sender,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "kind": mail.kind,
        "authentication": asdict(mail.authentication) if mail.authentication else None,
        "silence": mail.silence,
        "fresh": mail.fresh,
    }


def _letter(letter: QueuedLetter) -> dict[str, Any]:
    return {
        "id": f"letter:{letter.id}",
        "created_at": letter.created_at,
        "retried_at": letter.retried_at,
        "kind": letter.kind,
        "recipient": letter.recipient,
        "message_id": letter.message_id,
        "subject": letter.subject,
        "state": letter.state,
        "error": letter.error,
        "text": letter.text,
    }


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
