"""What is counted for budgets that all nodes share: letters to unproven parties, texts that a domain sends again, and the
mails by which the staff gives commands.

A row each rather than a counter: two nodes that add to one never wait for each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Integer, bindparam, delete, func, insert, select

from mailflow.store.columns import Key, Moment, comparable
from mailflow.store.schema import tallies
from mailflow.store.session import Part, Session
from mailflow.store.statement import Statement

LETTER: Final = "letter"  # its key: the domain it went to
BY_TIME: Final = (
    "letter by time"  # the same of one that no mail led to; reminders take nothing from who writes
)
MAILBOX: Final = "mailbox"  # a letter to an address with a tag; its key: the address without it
OBEYED: Final = "obeyed"  # its key: the Message-ID of a mail with commands
ANSWER: Final = "answer"  # its key: the member of the staff whose commands it answers
HELP: Final = "help"  # its key: the member of the staff who was told what to write
TEXT: Final = "text"  # its key: `restraint.text_key`; about the case that it opened
ESCALATED: Final = "escalated"  # a case that was mailed to the staff; its key: the address

PURGED_AT_ONCE: Final = 1000  # of each kind
_LETTERS: Final = frozenset({LETTER, BY_TIME})
_Counted = tuple[str, str | None]  # the kind of letter, and the domain, or None for all
_COUNTED_ANEW_AFTER: Final = timedelta(minutes=1)
_KEYS_REMEMBERED: Final = 1000

_PUT: Final = Statement(insert(tallies))
_COUNTED: Final = (tallies.c.what == bindparam("what_kind"), tallies.c.at >= bindparam("since", type_=Moment))
_MOST: Final = bindparam("most", type_=Integer)
# No further than the budget: what is beyond it makes no difference.
_ALL: Final = Statement(
    select(func.count()).select_from(select(tallies.c.id).where(*_COUNTED).limit(_MOST).subquery())
)
_OF_KEY: Final = Statement(
    select(func.count()).select_from(
        select(tallies.c.id)
        .where(*_COUNTED, tallies.c.key == bindparam("of_key", type_=Key))
        .limit(_MOST)
        .subquery()
    )
)
_AFTER: Final = (
    select(func.count().label("number"), func.max(tallies.c.id).label("last"))
    .where(tallies.c.id > bindparam("after_id"))
    # With "" joined to it: or SQLite would look through all of the index of letters.
    .where(tallies.c.what.concat("") == bindparam("what_kind"))
)
_ALL_AFTER: Final = Statement(_AFTER)
_OF_KEY_AFTER: Final = Statement(_AFTER.where(tallies.c.key.concat("") == bindparam("of_key", type_=Key)))
_NEWEST: Final = Statement(select(func.max(tallies.c.id)))
_LAST: Final = (
    select(tallies.c.about)
    .where(*_COUNTED, tallies.c.key == bindparam("of_key", type_=Key))
    .order_by(tallies.c.at.desc())
    .limit(1)
)
_KINDS: Final = (LETTER, BY_TIME, MAILBOX, OBEYED, ANSWER, HELP, TEXT, ESCALATED)
_PURGE: Final = {  # of each kind by itself: the index has them by kind and time
    what: delete(tallies).where(
        tallies.c.id.in_(
            select(tallies.c.id)
            .where(tallies.c.what == what, tallies.c.at < bindparam("before", type_=Moment))
            .order_by(tallies.c.at)
            .limit(_MOST)
        )
    )
    for what in _KINDS
}


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters since a moment, as they were counted."""

    since: datetime
    number: int
    last: int  # the newest row of all that was there then


class Remembered:
    """What one process has counted, so that it counts only what came since, however much there is.

    That may be too much by letters that are too old by now, and too little by what another node was just about to commit:
    all are counted anew when the budget seems to be reached, and after a minute.
    """

    def __init__(self) -> None:
        self._letters: dict[_Counted, _Letters] = {}

    def of(self, key: _Counted, since: datetime) -> _Letters | None:
        found = self._letters.get(key)
        lately = found is not None and timedelta(0) <= since - found.since < _COUNTED_ANEW_AFTER
        return found if lately else None

    def put(self, key: _Counted, letters: _Letters) -> None:
        if len(self._letters) > _KEYS_REMEMBERED:
            self._letters.clear()
        self._letters[key] = letters


class Tally(Part):
    __slots__ = ("_remembered",)

    def __init__(self, session: Session, remembered: Remembered) -> None:
        super().__init__(session)
        self._remembered = remembered

    def put(self, what: str, key: str, now: datetime, about: str | None = None) -> None:
        self._session.put_off(_PUT, {"what": what, "key": key, "at": now, "about": about})
        if what in _LETTERS:
            letters = self._known.letters_of_domains
            for counted in ((what, comparable(key)), (what, None)):
                if counted in letters:
                    letters[counted] += 1

    def letters(self, since: datetime, most: int, domain: str | None = None, *, what: str = LETTER) -> int:
        """At least as many as `count` says of letters; asks once a transaction, and for what came since it was asked last."""
        key = (what, None if domain is None else comparable(domain))
        letters = self._known.letters_of_domains
        if key not in letters:
            counted = self._counted_on(key, since)
            if counted is None or counted.number >= most:
                counted = self._counted_anew(key, since, most)
            self._remembered.put(key, counted)
            letters[key] = counted.number
        return letters[key]

    def _counted_on(self, key: _Counted, since: datetime) -> _Letters | None:
        known = self._remembered.of(key, since)
        if known is None:
            return None
        what, domain = key
        statement = _ALL_AFTER if domain is None else _OF_KEY_AFTER
        values = {"after_id": known.last, "what_kind": what, "of_key": domain}
        added = statement.row(self._connection, values)
        return _Letters(known.since, known.number + added.number, added.last or known.last)

    def _counted_anew(self, key: _Counted, since: datetime, most: int) -> _Letters:
        # First: what is committed meanwhile is rather counted twice.
        last = _NEWEST.scalar(self._connection, {}) or 0
        what, domain = key
        return _Letters(since, self.count(what, since, most, domain), last)

    def last(self, what: str, key: str, since: datetime) -> str | None:
        """What the newest of a key is about, if there is one since a moment."""
        values = {"what_kind": what, "since": since, "of_key": key}
        about: str | None = self._connection.execute(_LAST, values).scalar_one_or_none()
        return about

    def count(self, what: str, since: datetime, most: int, key: str | None = None) -> int:
        """How many there are since a moment, of one key or in all; `most` is as far as is counted."""
        values: dict[str, object] = {"what_kind": what, "since": since, "most": most}
        if key is None:
            return int(_ALL.scalar(self._connection, values))
        return int(_OF_KEY.scalar(self._connection, {**values, "of_key": key}))

    def purge(self, before: datetime, limit: int = PURGED_AT_ONCE) -> int:
        """Deletes some of what was counted before a moment; call again until it returns 0."""
        values = {"before": before, "most": limit}
        return sum(self._connection.execute(purge, values).rowcount for purge in _PURGE.values())
