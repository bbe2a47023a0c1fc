"""The facts of the staff digest, most urgent first; the templates `digest.txt` and `digest.html` have the words.

Whatever people wrote is made visible and short here already, so that a terminal may show it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from mailflow.core.audit import START, Head
from mailflow.core.authentication import Verdict
from mailflow.core.case import Case, Flag, Outcome, Status
from mailflow.core.display import one_line, spoken
from mailflow.core.form import Form, Kind
from mailflow.core.items import missing_items
from mailflow.core.signals import NOTHING_AROUND, Around, signals

MOST = 30  # entries that a section lists; the rest is counted
_LINE = 200  # characters of what somebody wrote
_NAME = 100  # characters of an address or a reason
_COUNTS = 12  # kinds of a number that are told apart
_PLACES = ("disowned", "escalated", "new", "waiting_on_staff", "waiting_on_person")

_FLAGS = {
    Flag.DISOWNED: "the person says that it was not them: somebody may ask for this account in their name",
    Flag.ESCALATED: "nobody has taken it for too long",
    Flag.STRANGER_WROTE: "somebody else wrote about it, from another address",
    Flag.LETTERS_SPENT: "a letter was not sent: the limit of letters is reached",
    Flag.ADDRESS_FAILING: "letters to this address come back",
    Flag.SECRET_PASTED: "a secret was in the mail; it is masked",
    Flag.CONTACT_CHANGED: "the new address was given or changed after the request was complete",
    Flag.ACCOUNT_CHANGED: "the account was changed after the request was complete; it was",
    Flag.ACCOUNT_MENTIONED: "a mail speaks of another account: see whose it is",
    Flag.WROTE_AFTER_CLOSING: "wrote again after it was closed",
    Flag.UNPROVEN_WROTE: "a mail in this person's name was not believed, or not in all that it says",
    Flag.ODD_SENDER: "a sender looks like somebody else: see who wrote",
    Flag.ANSWERED_FROM_ELSEWHERE: "our letter was answered from another address; nobody is reminded",
    Flag.WORDS_UNREAD: "a mail of theirs says what no rule understood: read it before you decide",
    Flag.GOING_IN_CIRCLES: "its mails bring nothing new, and are not answered any more",
    Flag.MAYBE_FORGED: "maybe forged: mail in this name came from several places, and nobody answered our letter",
}


_PROOFS = {Verdict.PASS: "proven", Verdict.NONE: "not proven", Verdict.FAIL: "not proven: it fails DMARC"}
_HELD_UP = frozenset(
    {Flag.LETTERS_SPENT, Flag.GOING_IN_CIRCLES, Flag.MAYBE_FORGED, Flag.ANSWERED_FROM_ELSEWHERE}
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a person answered to a field."""

    label: str
    value: str
    words: str  # their own words, where they say more than the value; "" otherwise


@dataclass(frozen=True, slots=True)
class CaseBrief:
    """A case in a few lines, safe to show anywhere."""

    reference: str
    status: Status
    outcome: Outcome | None
    party: str
    proof: str  # of the party's last mail that counted: "proven", "not proven"; "": nobody has looked
    account: str  # the user name or else the registered address; "" if unknown
    reasons: tuple[Said, ...]
    age: timedelta  # since it was opened
    waiting: timedelta  # since it waits for whom it waits for
    answers: tuple[Said, ...]  # all but account and reasons, in the order of the form
    missing: tuple[str, ...]  # the labels of what our last letter asked for, and is not told yet
    question: str  # the staff's open question, or ""
    flags: tuple[str, ...]  # in plain words
    commands: tuple[str, ...]  # what shows the whole case; then what settles it, where that is for us to do


@dataclass(frozen=True, slots=True)
class UnreadableBrief:
    """A case of which nothing can be told but where it stands in the table."""

    reference: str
    party: str
    opened_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class ParkedMail:
    """A mail that could not be handled."""

    id: int
    sender: str
    subject: str
    received_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class FailedLetter:
    """A letter that could not be delivered."""

    id: int
    kind: str
    recipient: str
    reference: str | None
    error: str
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """A mail, of a person as it seems, that changed no case and was not answered."""

    id: int
    sender: str
    subject: str
    received_at: datetime
    why: str
    oddities: tuple[str, ...] = ()  # how its sender looks like somebody else


@dataclass(frozen=True, slots=True)
class Numbers:
    """What happened since the last digest."""

    requests: int = 0
    mails: int = 0
    letters: int = 0
    closed: Mapping[str, int] = field(default_factory=dict)  # by outcome
    silent: Mapping[str, int] = field(default_factory=dict)  # mails not answered, by reason


S = TypeVar("S")
T = TypeVar("T")
Entry = TypeVar("Entry", UnreadableBrief, ParkedMail, FailedLetter, SetAside)


@dataclass(frozen=True, slots=True)
class Section(Generic[S]):
    """A part of the digest: its first entries, and how many there are in all."""

    listed: tuple[S, ...] = ()
    total: int = 0

    @property
    def more(self) -> int:
        return self.total - len(self.listed)

    def and_more(self, number: int) -> Section[S]:
        return replace(self, total=self.total + number)


@dataclass(frozen=True, slots=True)
class Digest:
    now: datetime
    since: datetime  # of the last digest
    disowned: Section[
        CaseBrief
    ]  # whose party says that it was not them, until the staff has done something about it
    escalated: Section[CaseBrief]  # complete, and nobody took it for too long
    new: Section[CaseBrief]  # complete since the last digest
    waiting_on_staff: Section[CaseBrief]  # complete before that, or held up by the limits of letters
    waiting_on_person: Section[CaseBrief]
    failing: Section[CaseBrief]  # whose letters come back; open ones stand above too
    unreadable: Section[UnreadableBrief]  # nothing is done in them; they stand nowhere else
    parked: Section[ParkedMail]
    failed: Section[FailedLetter]
    set_aside: Section[SetAside]
    numbers: Numbers
    audit: str  # the head of the audit log, by which its end is known

    def counting(self, unread: Mapping[Status, int]) -> Digest:
        """The same with other open cases, of which only the number is known."""
        for_us = unread.get(Status.IN_REVIEW, 0)
        return replace(
            self,
            waiting_on_staff=self.waiting_on_staff.and_more(for_us),
            waiting_on_person=self.waiting_on_person.and_more(sum(unread.values()) - for_us),
        )

    @property
    def empty(self) -> bool:
        """Whether it lists nothing at all."""
        return not any(
            section.total
            for section in (
                self.disowned,
                self.escalated,
                self.new,
                self.waiting_on_staff,
                self.waiting_on_person,
                self.failing,
                self.unreadable,
                self.parked,
                self.failed,
                self.set_aside,
            )
        )


NONE_UNREAD: Mapping[Status, int] = {}


def _nothing_around(_: Case) -> Around:
    return NOTHING_AROUND


def make_digest(
    now: datetime,
    cases: Sequence[Case],
    parked: Sequence[ParkedMail],
    failed: Sequence[FailedLetter],
    set_aside: Sequence[SetAside],
    numbers: Numbers,
    form: Form,
    since: datetime,
    audit: Head = START,
    around: Callable[[Case], Around] = _nothing_around,
    unread: Mapping[Status, int] = NONE_UNREAD,
    unreadable: Sequence[UnreadableBrief] = (),
) -> Digest:
    """The digest of `cases`: those that are open, and the closed ones whose letters come back, or whose party disowned them.

    `around` tells what other cases have to do with one; it is asked for those that are listed only. `unread`: how many open cases
    there are beside these, which are counted as waiting for whom most of their status wait for.
    """
    places: dict[str, list[Case]] = {place: [] for place in _PLACES}
    for case in sorted(cases, key=lambda case: (not case.stuck, case.waiting_since)):
        if case.status is not Status.CLOSED or is_disowned(case):
            places[_place(case, since)].append(case)
    failing = [case for case in cases if Flag.ADDRESS_FAILING in case.flags]

    def briefs(of: Sequence[Case]) -> Section[CaseBrief]:
        return _section(of, lambda case: brief(case, form, now, around(case)))

    return Digest(
        now=now,
        since=since,
        audit=str(audit),
        failing=briefs(sorted(failing, key=lambda case: case.changed_at, reverse=True)),
        unreadable=_section(sorted(unreadable, key=lambda case: case.opened_at), _shown),
        parked=_section(sorted(parked, key=lambda mail: mail.received_at), _shown),
        failed=_section(sorted(failed, key=lambda letter: letter.failed_at), _shown),
        set_aside=_section(sorted(set_aside, key=lambda mail: mail.received_at), _shown),
        numbers=replace(numbers, closed=_most_first(numbers.closed), silent=_most_first(numbers.silent)),
        **{place: briefs(found) for place, found in places.items()},
    ).counting(unread)


def is_disowned(case: Case) -> bool:
    """Whether its party says that the request is not theirs, and the staff has done nothing since."""
    return Flag.DISOWNED in case.flags and _is_untouched(case)


def _is_untouched(case: Case) -> bool:
    return case.touched_at is None or case.touched_at <= case.waiting_since


def brief(case: Case, form: Form, now: datetime, around: Around = NOTHING_AROUND) -> CaseBrief:
    """What the staff has to know of a case at first sight."""
    told = (_told(case, flag, form) for flag in _FLAGS if flag in case.flags)
    newer = sorted(spoken(flag) for flag in case.flags - {*Flag})
    if case.status not in {*Status}:
        newer = [f"a newer mailflow has it as {spoken(case.status)}, and goes on with it", *newer]
    stuck = [f"what was due could not be done: {one_line(case.stuck, _NAME)}"] if case.stuck else []
    flags = (
        *stuck,
        *told,
        *(one_line(name, _LINE) for name in newer),
        *(one_line(sign, _LINE) for sign in signals(case, around, form)),
    )
    answered = [one.key for one in form.fields if one.key in case.answers]
    account = next((key for key in form.account_keys if key in answered), None)
    reasons = [one.key for one in form.of_kind(Kind.REASON) if one.key in answered]
    return CaseBrief(
        reference=case.reference,
        status=case.status,
        outcome=case.outcome,
        party=one_line(case.party, _NAME),
        proof=_PROOFS.get(case.proof, spoken(case.proof)) if case.proof else "",
        account=_said(case, form, account).value if account else one_line(case.account, _NAME),
        reasons=tuple(_said(case, form, key) for key in reasons),
        age=now - case.opened_at,
        waiting=now - case.waiting_since,
        answers=tuple(_said(case, form, key) for key in answered if key not in {account, *reasons}),
        missing=tuple(
            " or ".join(one.label for one in form.fields_of(item)) for item in _missing(case, form)
        ),
        question=one_line(case.question, _LINE),
        flags=flags,
        commands=tuple(_commands(case)),
    )


def _told(case: Case, flag: Flag, form: Form) -> str:
    """A flag in plain words, with the accounts that it speaks of."""
    names = {Flag.ACCOUNT_CHANGED: (case.former_account,), Flag.ACCOUNT_MENTIONED: case.mentioned_accounts}
    shown = [one_line(name, _NAME) for name in names.get(flag, ()) if name]
    if not shown or any(form.by_key[key].sensitive for key in form.account_keys):
        return _FLAGS[flag]
    return f"{_FLAGS[flag]}: {', '.join(shown)}"


def _missing(case: Case, form: Form) -> tuple[str, ...]:
    """The items that a letter has asked for and nobody has told since: the letter that asks the rest may be held back."""
    missing = missing_items(form, case.answers, case.doubts)
    return tuple(item for item in case.asked if item in missing)


def _commands(case: Case) -> Iterator[str]:
    yield f"mailflow cases show {case.reference}"
    if case.status is Status.IN_REVIEW:
        yield f"mailflow cases close {case.reference} {Outcome.RECOVERED}"


def _place(case: Case, since: datetime) -> str:
    if is_disowned(case):
        return "disowned"
    if case.status is not Status.IN_REVIEW:
        held_up = case.stuck or case.flags & _HELD_UP
        return "waiting_on_staff" if held_up or case.status not in {*Status} else "waiting_on_person"
    if Flag.ESCALATED in case.flags:
        return "escalated"
    return "new" if _is_untouched(case) and case.waiting_since >= since else "waiting_on_staff"


def _said(case: Case, form: Form, key: str) -> Said:
    label = form.by_key[key].label
    if form.by_key[key].sensitive:
        return Said(label, "(not shown)", "")
    answer = case.answers[key]
    value = one_line(form.say(key, answer.value), _LINE)
    words = one_line(answer.words, _LINE)
    # A choice says less than the words it was read from; any other value is part of them.
    return Said(label, value, words if form.by_key[key].choices and words != value else "")


def _section(entries: Sequence[T], show: Callable[[T], S]) -> Section[S]:
    return Section(tuple(show(entry) for entry in entries[:MOST]), len(entries))


def _shown(entry: Entry) -> Entry:
    """The same with every text visible and short."""
    values = {one.name: getattr(entry, one.name) for one in fields(entry)}
    texts: dict[str, Any] = {
        name: one_line(value, _LINE) for name, value in values.items() if isinstance(value, str)
    }
    return replace(entry, **texts)


def _most_first(counts: Mapping[str, int]) -> Mapping[str, int]:
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_COUNTS]
    return {one_line(name, _NAME): count for name, count in most}
