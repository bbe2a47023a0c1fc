"""Letters with invented facts, a desk's whole range of them: a template that fails with one is found before it is due.

Of each kind there is one for each way in which its facts may differ: lists that are empty, of one and of several, texts that are
there or not, places in the queue, outcomes. They are made by the rules that make the real ones, of the form that the site has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from mailflow.core.answer import Answer, Value
from mailflow.core.authentication import Verdict
from mailflow.core.case import Case, Flag, Outcome, Status
from mailflow.core.commandanswer import CommandAnswer, ShownMail
from mailflow.core.commandtable import TABLE
from mailflow.core.digest import (
    Digest,
    FailedLetter,
    Numbers,
    ParkedMail,
    Section,
    SetAside,
    UnreadableBrief,
    brief,
    make_digest,
)
from mailflow.core.form import Field, Form, Kind
from mailflow.core.items import asked_items, understood
from mailflow.core.letters import TO_STAFF, Asked, Letter, LetterKind, OpenRequest, Understood
from mailflow.core.policy import Policy
from mailflow.core.secretkind import SecretKind
from mailflow.core.timing import DAY

_PARTY = "jane.doe@example.org"
_REFERENCE = "7KQ2-M9XD"
_TEXT = "Which project did you upload first,\nand roughly when?\n\nA month is enough."
_QUEUES: tuple[Mapping[str, object], ...] = (
    {"place": 1, "usual_wait": None},
    {"place": 4, "usual_wait": timedelta(hours=20)},
    {"place": 1001, "usual_wait": 5 * DAY},
    {"place": None, "usual_wait": None},
)
_SECTIONS = [one.name for one in fields(Digest) if str(one.type).startswith(Section.__name__)]
_VALUES: Mapping[Kind, Value] = {
    Kind.NAME: "janedoe",
    Kind.ADDRESS: "jane@example.net",
    Kind.AGREEMENT: True,
    Kind.LIST: ("left-pad", "right-pad"),
    Kind.URL: "https://example.org/jane",
    Kind.TEXT: "My phone broke.",
}


@dataclass(frozen=True, slots=True)
class Sample:
    letter: Letter
    when: str  # in which it is written


def samples(policy: Policy, now: datetime) -> Iterator[Sample]:
    """Every kind of letter, as far as the policy can lead to it."""
    made = _Samples(policy, now)
    for kind, when, facts in (*made.of_persons(), *made.of_staff()):
        yield Sample(_letter(kind, facts), when)


def _letter(kind: LetterKind, facts: Mapping[str, object]) -> Letter:
    about_one = kind not in {LetterKind.DIGEST, LetterKind.COMMANDS}
    return Letter(
        kind,
        "staff@example.org" if kind in TO_STAFF else _PARTY,
        "0" * 32 if about_one else None,
        _REFERENCE if about_one else None,
        facts=facts,
    )


_Fact = tuple[LetterKind, str, Mapping[str, object]]


class _Samples:
    def __init__(self, policy: Policy, now: datetime) -> None:
        self._policy, self._form, self._now = policy, policy.form, now

    def of_persons(self) -> Iterator[_Fact]:
        yield from self._asking()
        yield from self._waiting()
        yield from self._queued()
        yield from self._status()
        for redirect in self._policy.redirects:
            facts = {"topic": redirect.topic, "say": redirect.say, "url": redirect.url, "text": ""}
            yield LetterKind.REDIRECTED, f"it is about {redirect.topic}", facts
        yield (
            LetterKind.REDIRECTED,
            "the staff says where",
            {"topic": "", "say": _TEXT, "url": "", "text": _TEXT},
        )
        for told, which in self._which():
            yield LetterKind.WITHDRAWN, f"the person withdraws, {told}", {"text": "", **which}
            yield LetterKind.WITHDRAWN, f"the staff says more, {told}", {"text": _TEXT, **which}
            for closed in (True, False):
                told_of: Mapping[str, object] = {"closed": closed, **which}
                yield LetterKind.DISOWNED, f"the request is not the person's, {told}", told_of
        requests = tuple(
            self._open_request(account, waits) for account in ("", _TEXT) for waits in (True, False)
        )
        yield LetterKind.WHICH, "the person does not say which request", {"requests": requests}
        yield LetterKind.QUESTION, "the staff asks", {"question": _TEXT}
        for kind in (LetterKind.DENIED, LetterKind.RECOVERED):
            yield kind, "the staff says more", {"text": _TEXT}
            yield kind, "the staff says no more", {"text": ""}
        for secrets in (tuple(SecretKind), *((kind,) for kind in SecretKind)):
            yield LetterKind.PASTED_SECRET, "kinds: " + ", ".join(secrets), {"kinds": secrets}

    def _which(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        yield "who has one request", {"account": "", "others": ()}
        yield "who has more", {"account": _TEXT, "others": (self._open_request("", waits=False),)}

    def _open_request(self, account: str, waits: bool) -> OpenRequest:
        return OpenRequest(_REFERENCE, account, self._now, waits)

    def _asking(self) -> Iterator[_Fact]:
        for when, missing in self._missing():
            for told, settled in self._understood():
                for first, reopened in ((True, False), (False, False), (False, True)):
                    facts = {
                        "understood": settled,
                        "missing": missing,
                        "first": first,
                        "reopened": reopened,
                    }
                    yield LetterKind.MISSING, f"{when}, {told}", facts

    def _waiting(self) -> Iterator[_Fact]:
        """Either an answer to the form is waited for, or one to a question."""
        asked = [(when, missing, "") for when, missing in self._missing()]
        for when, missing, question in (*asked, ("the staff has asked something", (), _TEXT)):
            facts: Mapping[str, object] = {"missing": missing, "question": question}
            for last in (False, True):
                timing = {"closes_at": self._now + 9 * DAY, "last": last}
                yield LetterKind.REMINDER, when, {**facts, **timing}
            yield LetterKind.EXPIRED, when, {**facts, "silent": True, "text": ""}
            yield LetterKind.EXPIRED, f"{when}, the staff says more", {**facts, "silent": True, "text": _TEXT}
        complete: Mapping[str, object] = {"missing": (), "question": "", "silent": False}
        for text in ("", _TEXT):
            yield LetterKind.EXPIRED, "the staff closes what is complete", {**complete, "text": text}

    def _queued(self) -> Iterator[_Fact]:
        for queue in _QUEUES:
            place = f"place: {queue['place']}"
            for told, settled in self._understood():
                facts = {"understood": settled, **queue}
                yield LetterKind.NOTED, f"{told}, {place}", facts
                yield LetterKind.DUPLICATE, f"{told}, {place}", {**facts, "missing": ()}
                for reopened in (False, True):
                    yield LetterKind.RECEIVED, f"{told}, {place}", {**facts, "reopened": reopened}
        for when, missing in self._missing():
            facts = {"understood": (), "missing": missing, "place": None, "usual_wait": None}
            yield LetterKind.DUPLICATE, when, facts

    def _status(self) -> Iterator[_Fact]:
        def facts(status: Status, **more: object) -> Mapping[str, object]:
            since = self._now - 9 * DAY
            nothing = {"missing": (), "question": "", "outcome": None, "place": None, "usual_wait": None}
            nothing |= {"account": "", "others": ()}
            return {"status": status, "since": since, **nothing, **more}

        kind = LetterKind.STATUS
        for when, missing in self._missing():
            yield kind, when, facts(Status.AWAITING_ANSWERS, missing=missing)
        yield kind, "the staff has asked something", facts(Status.AWAITING_REQUESTER, question=_TEXT)
        for queue in _QUEUES:
            yield kind, f"place: {queue['place']}", facts(Status.IN_REVIEW, **queue)
        for outcome in Outcome:
            yield kind, f"it was closed: {outcome}", facts(Status.CLOSED, outcome=outcome)

    def of_staff(self) -> Iterator[_Fact]:
        for name, case in self._cases().items():
            one = brief(case, self._form, self._now)
            yield LetterKind.ESCALATION, name, {"case": one, "others": (), "last": False}
            yield (
                LetterKind.ESCALATION,
                f"{name}, and others",
                {"case": one, "others": (one, one), "last": True},
            )
        yield from self._commands()
        little = self._digest(1)
        more = {name: getattr(little, name).and_more(9) for name in _SECTIONS}
        yield LetterKind.DIGEST, "nothing happened", {"digest": self._digest(0)}
        yield LetterKind.DIGEST, "something happened", {"digest": little}
        yield LetterKind.DIGEST, "more happened than it lists", {"digest": replace(little, **more)}

    def _commands(self) -> Iterator[_Fact]:
        help_ = tuple(TABLE.values())
        mails = (
            ShownMail(self._now, _PARTY, "Lost my phone", "My phone broke,\nand I need help."),
            ShownMail(self._now, "", "", "Hello?", "mailflow queue show mail:31", "it was not believed"),
        )
        briefs = tuple(brief(case, self._form, self._now) for case in self._cases().values())
        shown = CommandAnswer(f"show {_REFERENCE}", "", briefs, mails)
        done = CommandAnswer(f"note {_REFERENCE} seen", "It is noted.")
        for when, answers, rest, forms in (
            ("all was done", (done,), "", ()),
            ("a case is shown", (shown, done), "Thanks, Kim", help_),
            ("no command was found", (), "Thanks, Kim", help_),
            ("help was asked for", (), "", help_),
        ):
            yield LetterKind.COMMANDS, when, {"answers": answers, "rest": rest, "help": forms}

    # ------------------------------------------------------------------------------------------------ what facts are made of

    def _missing(self) -> Sequence[tuple[str, tuple[Asked, ...]]]:
        """What may be asked: never nothing."""
        asked = asked_items(self._case(asked=_askable(self._form)), self._form)
        kinds = (
            ("one answer is missing", asked[:1]),
            ("answers are missing", asked),
            ("answers are in doubt", asked_items(self._in_doubt(), self._form)),
            ("they said no", tuple(replace(one, refused=True) for one in asked)),
        )
        return [(when, missing) for when, missing in kinds if missing]

    def _understood(self) -> Sequence[tuple[str, tuple[Understood, ...]]]:
        answers = {field.key: _answer(field) for field in self._form.fields}
        told, proven = (self._case(answers=answers, confirmed=confirmed) for confirmed in (False, True))
        return [
            ("nothing is understood", ()),
            ("much is understood", understood(told, self._form)),
            ("values are understood", understood(proven, self._form)),
        ]

    def _in_doubt(self) -> Case:
        """In turn one value and two."""
        doubts = {
            field.key: (_answer(field),) * (1 + number % 2) for number, field in enumerate(self._form.fields)
        }
        return self._case(asked=_askable(self._form), doubts=doubts, confirmed=True)

    def _cases(self) -> Mapping[str, Case]:
        """One of each status, of which nothing is known, and all that can be."""
        answers = {field.key: _answer(field) for field in self._form.fields}
        asked = _askable(self._form)
        waiting = {"status": Status.AWAITING_ANSWERS, "asked": asked, "completed_at": None}
        return {
            "nothing is known": self._case(),
            "all is known": self._case(answers=answers, flags=frozenset(Flag), proof=Verdict.PASS),
            "answers are missing": self._case(**waiting),
            "a question is open": self._case(status=Status.AWAITING_REQUESTER, question=_TEXT),
            "it is closed": self._case(
                status=Status.CLOSED, outcome=Outcome.EXPIRED, flags=frozenset({Flag.ADDRESS_FAILING})
            ),
        }

    def _case(self, **facts: Any) -> Case:
        opened = self._now - 9 * DAY
        given: dict[str, Any] = {
            "id": "0" * 32,
            "reference": _REFERENCE,
            "party": _PARTY,
            "status": Status.IN_REVIEW,
            "opened_at": opened,
            "changed_at": opened,
            "waiting_since": opened,
            "completed_at": opened,
        }
        return Case(**(given | facts))

    def _digest(self, number: int) -> Digest:
        """With an entry of each sort in each section, or without any."""
        now = self._now
        at = now - timedelta(hours=3)
        fresh = self._case(waiting_since=at)
        reason = {"it is one": 2} if number else {}
        aside = SetAside(31, _PARTY, "Re: your request", at, "a forged reply address", ("it looks odd",))
        return make_digest(
            now=now,
            cases=[fresh, *self._cases().values()] * number,
            unreadable=[UnreadableBrief(_REFERENCE, _PARTY, at, "its details are no JSON")] * number,
            parked=[ParkedMail(12, "", "", at, "RecursionError in mime.py")] * number,
            failed=[
                FailedLetter(7, LetterKind.REMINDER, _PARTY, _REFERENCE, "550 no such user", at),
                FailedLetter(8, LetterKind.DIGEST, _PARTY, None, "", at),
            ]
            * number,
            set_aside=[aside, SetAside(32, "", "", at, "")] * number,
            numbers=Numbers(number, number, number, {Outcome.RECOVERED: 1} if number else {}, reason),
            form=self._form,
            since=now - DAY,
        )


def _askable(form: Form) -> tuple[str, ...]:
    return tuple(item for item in form.items if any(field.ask for field in form.fields_of(item)))


def _answer(field: Field) -> Answer:
    value = _VALUES.get(field.kind) or (
        field.choices[:2] if field.kind is Kind.REASON else field.choices[0] if field.choices else ""
    )
    return Answer(field.key, value, "as they said it", line=1, start=0, end=9, rule="label", sure=1.0)
