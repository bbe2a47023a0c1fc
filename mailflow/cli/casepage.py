"""A case as a person at the desk reads it: what is known and from which words, what is missing, what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailflow.cli.casefacts import Record, still_missing
from mailflow.cli.show import ago, facts, section, text, title
from mailflow.core.answer import Answer
from mailflow.core.authentication import in_words
from mailflow.core.case import Case, Status
from mailflow.core.correction import BY_STAFF
from mailflow.core.digest import brief
from mailflow.core.display import one_line, spoken
from mailflow.core.form import Form
from mailflow.core.lookalikes import in_ascii
from mailflow.store.cases import HistoryEntry
from mailflow.store.mails import ListedMail
from mailflow.store.outbox import QueuedLetter

_WORDS = 60  # characters of the words that a value was read from
_LINES = 40  # of one mail
_WAITS_FOR = {
    Status.AWAITING_ANSWERS: "the person, for answers",
    Status.AWAITING_REQUESTER: "the person, for an answer to our question",
    Status.IN_REVIEW: "the staff",
}
_RELATED = 10


def show_record(record: Record, form: Form, now: datetime, zone: ZoneInfo, *, letters: bool) -> None:
    case = record.case
    shown = brief(case, form, now, record.around)
    title(f"{case.reference} · {case.standing} · {case.party}")
    facts(_state(record, now, zone))
    for flag in shown.flags:
        text(f"! {flag}", "  ")
    _show_answers(case, form)
    _show_related(record)
    section("What happened")
    _show_history(record, form, zone, letters=letters)
    section("To act")
    verbs = "reopen | note" if case.status is Status.CLOSED else "ask | note | close | correct | merge"
    text(f"mailflow cases {verbs} {case.reference} …", "  ")


def _state(record: Record, now: datetime, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    case = record.case
    yield "account", case.account or "not known yet"
    yield "opened", f"{_time(case.opened_at, zone)} ({ago(case.opened_at, now)} ago)"
    if case.closed_at:
        yield "closed", f"{_time(case.closed_at, zone)} ({ago(case.closed_at, now)} ago)"
    else:
        yield (
            "waits for",
            f"{_WAITS_FOR.get(case.status, 'a newer mailflow: ' + case.standing)}, for {ago(case.waiting_since, now)}",
        )
    if record.place:
        yield "in line", f"number {record.place}"
    if case.due_at:
        what = (
            "the staff is told again"
            if case.status is Status.IN_REVIEW
            else "the person is reminded, or it closes"
        )
        yield "next", f"{_time(case.due_at, zone)}: {what}"
    if case.question:
        yield "our question", case.question
    if case.merged_into:
        yield "merged into", case.merged_into


def _show_answers(case: Case, form: Form) -> None:
    section("Known")
    known = (field.key for field in form.fields if field.key in case.answers)
    for key in dict.fromkeys((*known, *case.answers)):  # the last ones: fields that have left the form since
        answer = case.answers[key]
        text(f"{_label(form, key)}: {_say(form, answer)}", "  ")
        text(_source(answer), "      ", dim=True)
    for key, both in case.doubts.items():
        text(f"? {_label(form, key)}: " + " or ".join(_say(form, one) for one in both), "  ")
        for one in both:
            text(_source(one), "      ", dim=True)
    if not case.answers and not case.doubts:
        text("nothing yet", "  ")
    missing = still_missing(case, form)
    if missing:
        section("Missing")
        for item in missing:
            text(" or ".join(field.label for field in form.fields_of(item)), "  ")


def _source(answer: Answer) -> str:
    if answer.rule == BY_STAFF:
        return "as the staff has corrected it"
    return (
        f"“{one_line(answer.words, _WORDS)}” (mail:{answer.mail}, line {answer.line}, sure {answer.sure:.2f})"
    )


def _show_related(record: Record) -> None:
    if not record.related:
        return
    section("Other cases of this person, or about this account")
    for other in record.related[:_RELATED]:
        text(f"{other.reference} · {other.standing} · {other.account} · {other.party}", "  ")


def _show_history(record: Record, form: Form, zone: ZoneInfo, *, letters: bool) -> None:
    mails = {str(mail.id): mail for mail in record.mails}
    written = {letter.message_id: letter for letter in record.letters}
    who = ""  # wrote the mail before
    for entry in record.history:
        text(f"{_time(entry.at, zone)}  {_event(entry)}", hanging=" " * 10)
        if mail := mails.get(str(entry.facts.get("mail"))):
            who = _show_who(mail, who)
            _show_mail(mail)
        _show_reading(entry.facts, form)
        for kind in entry.facts.get("not_written", ()):
            text(f"! letter “{spoken(kind)}” was not written: the limit of letters is reached", "      ")
        for one in entry.facts.get("letters", ()):
            _show_letter(one, written.get(one["id"]), letters=letters)


def _event(entry: HistoryEntry) -> str:
    told = entry.facts
    if entry.kind == "wrote":
        return f"{in_ascii(entry.by)} wrote: {spoken(told['kind'])} (mail:{told['mail']})"
    if entry.kind == "stranger_wrote":
        sender = in_ascii(told["sender"]) or "somebody"
        return f"{sender} wrote, who is not the party (mail:{told['mail']})"
    if entry.kind == "unproven_wrote":
        return f"{in_ascii(entry.by)} may have written, and was not believed: {told['why']} (mail:{told['mail']})"
    said = (_said(key, str(told[key])) for key in _SAID if told.get(key))
    return ": ".join((entry.by, spoken(entry.kind), *said))


def _said(key: str, told: str) -> str:
    return told.removeprefix("Staff").lower() if key == "event" else told


_SAID = (
    "outcome",
    "question",
    "field",
    "text",
    "into",
    "reminder",
    "address",
    "status",
    "detail",
    "event",
    "until",
)


def _show_who(mail: ListedMail, before: str) -> str:
    """Who wrote, in words; where these are those of the mail `before`, which most often they are, they are not said again."""
    if mail.authentication is None:
        return before
    words = in_words(mail.authentication)
    text(f"Who wrote: {'as above' if words == before else words}", "      ", dim=True)
    for oddity in mail.authentication.oddities:
        text(f"! {oddity}", "      ")
    return words


def _show_mail(mail: ListedMail) -> None:
    if mail.subject:
        text(f"Subject: {mail.subject}", "      ", dim=True)
    lines = (mail.fresh or "").strip().splitlines()
    for line in lines[:_LINES]:
        text(line, "      │ ")
    if len(lines) > _LINES:
        text(f"and {len(lines) - _LINES} lines more: mailflow queue show mail:{mail.id}", "      ")


def _show_reading(told: Mapping[str, Any], form: Form) -> None:
    """What was read from the mail, so that a value that was changed later can be told."""
    for key, answer in told.get("answers", {}).items():
        text(f"→ {_label(form, key)}: {_value(form, key, answer['value'])}", "      ")
    for secret in told.get("secrets", ()):
        text(f"! {spoken(secret)} in it, masked", "      ")


def _show_letter(told: Mapping[str, Any], letter: QueuedLetter | None, *, letters: bool) -> None:
    state = f"{letter.state}, letter:{letter.id}" if letter else "no longer kept"
    text(f"letter “{spoken(told['kind'])}” to {told['to']} ({state})", "      ")
    if letter and letter.error and letter.state != "sent":
        text(f"! {letter.error}", "      ")
    if letter and letters:
        text(letter.text.rstrip(), "      ┃ ")


def _label(form: Form, key: str) -> str:
    return form.by_key[key].label if key in form.by_key else key


def _say(form: Form, answer: Answer) -> str:
    return _value(form, answer.field, answer.value)


def _value(form: Form, key: str, value: str | bool | Sequence[str]) -> str:
    """History has lists where answers have tuples; a field may have left the form since."""
    value = value if isinstance(value, str | bool) else tuple(value)
    return form.say(key, value) if key in form.by_key else str(value)


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
