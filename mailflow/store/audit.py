"""The audit log as a table that is only ever added to; triggers refuse everything else, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Integer, bindparam, func, insert, select

from mailflow.core.audit import START, Entry, Head, next_entry
from mailflow.store.columns import storable
from mailflow.store.schema import audit
from mailflow.store.session import Part

_READ_AT_ONCE: Final = 1000
_ADDING: Final = 0x6D61_6C6F  # the advisory lock of those that add an entry
_LOCK = select(func.pg_advisory_xact_lock(bindparam("key")))
_ADD = insert(audit)
_HEAD = select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
_AFTER = (
    select(audit)
    .where(audit.c.number > bindparam("after", type_=Integer))
    .order_by(audit.c.number)
    .limit(_READ_AT_ONCE)
)


class Audit(Part):
    __slots__ = ()

    def add(
        self,
        at: datetime,
        by: str,
        verb: str,
        reference: str | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> Head:
        """Adds an entry, which stands once the transaction is committed. No fact may be about a person.

        Until then no other node adds one: so it is the last thing that a transaction does, and has all other locks.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(_LOCK, {"key": _ADDING})
        entry = next_entry(self.head(), at, storable(by), verb, reference, facts or {})
        self._connection.execute(_ADD, _row(entry))
        return entry.head

    def head(self) -> Head:
        row = self._connection.execute(_HEAD).one_or_none()
        return Head(row.number, row.hash) if row else START

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """From the oldest on, read a part at a time."""
        while rows := self._connection.execute(_AFTER, {"after": after}).all():
            yield from map(_entry, rows)
            after = rows[-1].number

    def latest(self, limit: int, reference: str | None = None) -> list[Entry]:
        """The newest first; of one case only, if it is named."""
        newest = select(audit).order_by(audit.c.number.desc()).limit(limit)
        if reference is not None:
            newest = newest.where(audit.c.reference == reference)
        return [_entry(row) for row in self._connection.execute(newest)]


def _row(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in _COLUMNS}


def _entry(row: Any) -> Entry:
    return Entry(*(getattr(row, name) for name in _COLUMNS))


_COLUMNS: Final = ("number", "at", "by", "verb", "reference", "facts", "previous", "hash")
