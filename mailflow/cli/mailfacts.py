"""What was made of a mail, as JSON. Programs read its keys: add to them, never rename."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mailflow.core.answer import Answer, Answers
from mailflow.core.case import Status
from mailflow.core.form import Form, Kind
from mailflow.core.items import missing_items
from mailflow.core.letters import Rendered
from mailflow.steps.handled import Handled


def as_facts(name: str, handled: Handled, form: Form) -> dict[str, Any]:
    case = handled.case
    return {
        "mail": name,
        "kind": handled.kind.value,
        "intent": handled.wish.intent.value,
        "case": case.reference if case else None,
        "status": case.status.value if case else None,
        "outcome": case.outcome.value if case and case.outcome else None,
        "belongs": handled.how,
        "by_party": handled.by_party,
        "silence": handled.silence,
        "source": handled.source,
        "fields": values(counted(handled), form),
        "answers": [_answer(answer) for answer in handled.reading.answers.values()],
        "doubts": {
            doubt.field: [answer.value for answer in doubt.answers] for doubt in handled.reading.doubts
        },
        "unread_lines": handled.reading.unread,
        "case_fields": values(case.answers, form) if case else {},
        "missing": missing_items(form, case.answers, case.doubts)
        if case and case.status is not Status.CLOSED
        else None,
        "secrets": handled.body.secrets,
        "sender": handled.mail.sender,
        "authentication": asdict(handled.authentication),
        "subject": handled.body.subject,
        "fresh": handled.body.fresh,
        "lines": [
            {"number": line.number, "mark": line.mark.value, "text": line.text} for line in handled.body.lines
        ],
        "problems": handled.mail.problems,
        "letters": [_letter(letter) for letter in handled.letters],
    }


def counted(handled: Handled) -> Answers:
    """The answers that the mail gave: none of one that was set aside, for its words do not reach a case."""
    return handled.reading.answers if handled.silence is None or not handled.by_party else {}


def values(answers: Answers, form: Form) -> dict[str, Any]:
    """Every field of the form with its value or null; of a reason its categories too, as `<key>_category`."""
    said: dict[str, Any] = {}
    for field in form.fields:
        answer = answers.get(field.key)
        if field.kind is Kind.REASON:
            categories = answer.value if answer and isinstance(answer.value, tuple) else ()
            said[f"{field.key}_category"] = list(categories)
            said[field.key] = answer.words if answer else None
        else:
            said[field.key] = answer.value if answer else ([] if field.kind is Kind.LIST else None)
    return said


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "field": answer.field,
        "value": answer.value,
        "words": answer.words,
        "line": answer.line,
        "start": answer.start,
        "end": answer.end,
        "rule": answer.rule,
        "sure": answer.sure,
    }


def _letter(letter: Rendered) -> dict[str, Any]:
    return {
        "kind": letter.kind,
        "to": letter.recipient,
        "subject": letter.subject,
        "text": letter.text,
        "message_id": letter.message_id,
        "reply_to": letter.reply_to,
    }
