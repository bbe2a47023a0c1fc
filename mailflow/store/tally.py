"""What is counted for budgets that all nodes share: letters to unproven parties, texts that a domain sends again, and the
mails by which the staff gives commands.

A row each rather than a counter: two nodes that add to one never wait for each other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Integer, bindparam, delete, func, insert, select

from mailflow.store.columns import Key, Moment, comparable
from mailflow.store.schema import tallies
from mailflow.store.session import Part
from mailflow.store.statement import Statement

LETTER: Final = "letter"  # its key: the domain it went to
OBEYED: Final = "obeyed"  # its key: the Message-ID of a mail with commands
ANSWER: Final = "answer"  # its key: the member of the staff whose commands it answers
HELP: Final = "help"  # its key: the member of the staff who was told what to write
TEXT: Final = "text"  # its key: `restraint.text_key`; about the case that it opened

PURGED_AT_ONCE: Final = 1000  # of each kind

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
_LAST: Final = (
    select(tallies.c.about)
    .where(*_COUNTED, tallies.c.key == bindparam("of_key", type_=Key))
    .order_by(tallies.c.at.desc())
    .limit(1)
)
_KINDS: Final = (LETTER, OBEYED, ANSWER, HELP, TEXT)
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


class Tally(Part):
    __slots__ = ()

    def put(self, what: str, key: str, now: datetime, about: str | None = None) -> None:
        self._session.put_off(_PUT, {"what": what, "key": key, "at": now, "about": about})
        if what == LETTER:
            letters = self._known.letters_of_domains
            for counted in (comparable(key), None):
                if counted in letters:
                    letters[counted] += 1

    def letters(self, since: datetime, most: int, domain: str | None = None) -> int:
        """`count` of letters, which asks once a transaction: with a large budget it would cost more with each letter."""
        key = None if domain is None else comparable(domain)
        letters = self._known.letters_of_domains
        if key not in letters:
            letters[key] = self.count(LETTER, since, most, domain)
        return letters[key]

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
