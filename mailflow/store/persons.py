"""What is kept of one person, found by their address wherever it stands, and its deletion.

That is asked for seldom, so it reads tables from end to end rather than paying for an index with each mail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import Table, Text, bindparam, delete, func, select, type_coerce, update

from mailflow.core.case import Case
from mailflow.core.domains import forms_of, mailbox_of
from mailflow.store.caserow import UnreadableCase
from mailflow.store.cases import Cases, HistoryEntry
from mailflow.store.columns import comparable, storable, to_json
from mailflow.store.mails import Mails, StoredMail
from mailflow.store.outbox import Outbox, QueuedLetter
from mailflow.store.schema import case_history, cases, mails, outbox, tallies
from mailflow.store.seal import Keyring, Unreadable
from mailflow.store.session import Part, Session
from mailflow.store.tally import MAILBOX

_AT_ONCE: Final = 1000  # ids in a statement
FORGOTTEN: Final = "[forgotten]"  # what stands in other cases in place of the address

_CASES = (
    select(cases.c.id).where(cases.c.party_key == bindparam("key")).order_by(cases.c.opened_at, cases.c.id)
)
_MAILS = select(mails.c.id, mails.c.case_id, mails.c.sender, mails.c.envelope).order_by(mails.c.id)
_LETTERS = select(outbox.c.id, outbox.c.case_id, outbox.c.recipient_key).order_by(outbox.c.id)
_HISTORY = select(case_history.c.id, case_history.c.case_id, case_history.c.by, case_history.c.facts)
_ENTRIES = select(case_history.c.at, case_history.c.by, case_history.c.kind, case_history.c.facts).order_by(
    case_history.c.id
)
_DETAILS = select(cases.c.id, cases.c.reference, cases.c.account, cases.c.details).order_by(cases.c.reference)


@dataclass(frozen=True, slots=True)
class Person:
    """What is kept of one address."""

    cases: tuple[
        Case | UnreadableCase, ...
    ]  # of which they are the party: with all mails, letters and history
    mails: tuple[int, ...]  # besides: that they sent, or that belong to no case and name them
    letters: tuple[int, ...]  # besides: to them, or of no case (digests) and naming them
    history: tuple[int, ...]  # entries of other people's cases that name them
    # References of other people's cases of which they are an answer: the staff's to settle.
    named_in: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.cases or self.mails or self.letters or self.history)


@dataclass(frozen=True, slots=True)
class _Search:
    addresses: tuple[str, ...]  # one, in each of its forms
    named: re.Pattern[str]
    own: Mapping[str, Case | UnreadableCase]  # their cases, by id

    @property
    def key(self) -> str:
        return comparable(self.addresses[0])

    def names(self, text: str, json: Any) -> bool:
        return self.named.search(text) is not None or _without(json, self.named) != json


class Persons(Part):
    __slots__ = ("_letters", "_mails")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        super().__init__(session)
        self._mails = Mails(session, keyring)
        self._letters = Outbox(session, keyring)

    def find(self, address: str) -> Person:
        """Looks into every mail and letter of no case, which takes a while where there are many."""
        search = self._search(address, lock=False)
        of_mails = sorted({*self._sent(search), *self._mails_naming(search)})
        of_letters = sorted({*self._received(search), *self._letters_naming(search)})
        return self._person(search, of_mails, of_letters)

    def find_again(self, address: str, found: Person) -> Person:
        """What `find` has found before, as it is now, locked: quick, so that mail need not wait for it."""
        search = self._search(address, lock=True)
        of_mails = sorted({*self._sent(search), *self._outside(search, mails, found.mails)})
        of_letters = sorted({*self._received(search), *self._outside(search, outbox, found.letters)})
        return self._person(search, of_mails, of_letters)

    def _search(self, address: str, *, lock: bool) -> _Search:
        of_cases = Cases(self._session)
        forms = forms_of(address)
        ids = self._connection.execute(_CASES, {"key": comparable(forms[0])}).scalars().all()
        own = {case_id: case for case_id in ids if (case := _either(of_cases, case_id, lock=lock))}
        return _Search(forms, _pattern(forms), own)

    def _person(self, search: _Search, of_mails: Sequence[int], of_letters: Sequence[int]) -> Person:
        return Person(
            tuple(search.own.values()),
            tuple(of_mails),
            tuple(of_letters),
            tuple(row.id for row in self._history_naming(search)),
            tuple(self._answers_naming(search)),
        )

    def history(self, ids: Sequence[int]) -> list[HistoryEntry]:
        """Entries by their ids, the oldest first."""
        rows = (
            row
            for part in _parts(ids)
            for row in self._connection.execute(_ENTRIES.where(case_history.c.id.in_(part)))
        )
        return [HistoryEntry(*row) for row in rows]

    def forget(self, address: str, person: Person) -> None:
        """Deletes what `find_again` has found in the same transaction, and the address from other people's history."""
        own, forms = {case.id: case for case in person.cases}, forms_of(address)
        search = _Search(forms, _pattern(forms), own)
        for row in self._history_naming(search):
            values = {"by": _without(row.by, search.named), "facts": _without(row.facts, search.named)}
            self._connection.execute(update(case_history).where(case_history.c.id == row.id).values(**values))
        mailboxes = {comparable(one) for one in (*forms, *map(mailbox_of, forms)) if one}
        self._connection.execute(
            delete(tallies).where(tallies.c.what == MAILBOX, tallies.c.key.in_(mailboxes))
        )
        for table, ids in ((outbox, person.letters), (mails, person.mails), (cases, tuple(own))):
            for part in _parts(ids):  # with a case go its mails, letters and history
                self._connection.execute(delete(table).where(table.c.id.in_(part)))

    def _sent(self, search: _Search) -> Iterator[int]:
        """Mails from the address that are not in their own cases."""
        theirs = _contains(mails.c.sender, search) | _contains(mails.c.envelope, search)
        keys = {*map(comparable, search.addresses)}
        for row in self._connection.execute(_MAILS.where(theirs)).all():
            senders = {comparable(row.sender or ""), comparable(row.envelope["sender"])}
            if row.case_id not in search.own and keys & senders:
                yield row.id

    def _mails_naming(self, search: _Search) -> Iterator[int]:
        """Mails of no case, such as a bounce, that have the address in them."""
        for row in self._connection.execute(_MAILS.where(mails.c.case_id.is_(None))).all():
            mail = self._mails.get(row.id)
            if mail and _found(search.named, mail.subject, partial(_of_mail, mail)):
                yield row.id

    def _received(self, search: _Search) -> Iterator[int]:
        to_them = outbox.c.recipient_key == search.key
        for row in self._connection.execute(_LETTERS.where(to_them)).all():
            if row.case_id not in search.own:
                yield row.id

    def _letters_naming(self, search: _Search) -> Iterator[int]:
        """Letters of no case that have the address in them: digests."""
        for row in self._connection.execute(_LETTERS.where(outbox.c.case_id.is_(None))).all():
            letter = self._letters.get(row.id)
            if letter and _found(search.named, letter.subject, partial(_of_letter, letter)):
                yield row.id

    def _outside(self, search: _Search, table: Table, ids: Sequence[int]) -> Iterator[int]:
        """Those that are still there and in none of their own cases, with which they would go anyway."""
        for part in _parts(ids):
            rows = self._connection.execute(select(table.c.id, table.c.case_id).where(table.c.id.in_(part)))
            yield from (row.id for row in rows if row.case_id not in search.own)

    def _history_naming(self, search: _Search) -> list[Any]:
        """The entries of other people's history that name the address."""
        facts, by = case_history.c.facts, case_history.c.by
        rows = self._connection.execute(
            _HISTORY.where(_contains(facts, search) | _contains(by, search))
        ).all()
        return [row for row in rows if row.case_id not in search.own and search.names(row.by, row.facts)]

    def _answers_naming(self, search: _Search) -> Iterator[str]:
        details, account = cases.c.details, cases.c.account
        rows = self._connection.execute(
            _DETAILS.where(_contains(details, search) | _contains(account, search))
        ).all()
        for row in rows:
            if row.id not in search.own and search.names(row.account, _json(row.details)):
                yield row.reference


def _either(of_cases: Cases, case_id: str, *, lock: bool) -> Case | UnreadableCase | None:
    """What belongs to a case that cannot be read is the person's all the same."""
    try:
        return of_cases.get(case_id, lock=lock)
    except UnreadableCase as case:
        return case


def _json(details: str) -> Any:
    """As far as it is any; else the text as it stands there."""
    try:
        return json.loads(details)
    except ValueError:
        return details


def _pattern(forms: Sequence[str]) -> re.Pattern[str]:
    """The whole address: neither `banjo@example.org` nor `jo@example.org.uk` names `jo@example.org`."""
    either = "|".join(re.escape(storable(form)) for form in forms)
    return re.compile(rf"(?<![\w.!#$%&'*+/=?^`{{|}}~-])(?:{either})(?![\w-]|\.\w)", re.IGNORECASE)


def _contains(column: Any, search: _Search) -> Any:
    """Rows worth a closer look. JSON stands in ASCII, where only an address in ASCII has one form in lower case."""
    text = type_coerce(column, Text)
    if not all(map(str.isascii, search.addresses)):
        return text.is_not(None)
    return func.lower(text).contains(to_json(search.addresses[0].lower())[1:-1], autoescape=True)


def _found(named: re.Pattern[str], clear: str | None, sealed: Callable[[], Sequence[str | None]]) -> bool:
    """Whether any part names the address. What does not open cannot be looked into."""
    if named.search(clear or ""):
        return True
    with suppress(Unreadable):
        return any(named.search(part) for part in sealed() if part)
    return False


def _of_mail(mail: StoredMail) -> tuple[str | None, ...]:
    return mail.raw.decode("utf-8", "replace"), mail.fresh


def _of_letter(letter: QueuedLetter) -> tuple[str, ...]:
    return (letter.text,)


def _parts(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """SQLite binds 32,766 values at most."""
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _without(value: Any, named: re.Pattern[str]) -> Any:
    """The same with the address replaced, however deep it stands."""
    if isinstance(value, str):
        return named.sub(FORGOTTEN, value)
    if isinstance(value, dict):
        return {name: _without(one, named) for name, one in value.items()}
    if isinstance(value, list):
        return [_without(one, named) for one in value]
    return value
