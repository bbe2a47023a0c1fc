"""Seals with the newest key what stands in the clear or is sealed with an older one, a few rows at a time.

Which rows are left to do the rows themselves say, so it may end anywhere and be begun again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Integer,
    LargeBinary,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from mailflow.store import letterrow, mailrow
from mailflow.store.columns import Moment
from mailflow.store.schema import encryption_keys, mails, outbox
from mailflow.store.seal import ID_BYTES, Kept, Keyring, Plain, Sealed, Unreadable
from mailflow.store.session import Part, Session
from mailflow.store.upsert import insert_new

AT_ONCE: Final = 20  # mail that arrives meanwhile waits for it on SQLite

_AFTER = bindparam("after", type_=Integer)
_BY_ID = bindparam("of_id", type_=Integer)


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of some rows of a table."""

    last: int  # the id to go on after
    done: int
    unreadable: tuple[int, ...]  # ids of rows that do not open; they stay as they are


@dataclass(frozen=True, slots=True)
class _Kind:
    table: Table
    words: str  # the column of text, beside which `<words>_sealed` is
    bound_to: Callable[[Any], tuple[bytes, bytes]]  # `raw`, and the text
    none: str | None  # what stands in the column of text when it is sealed


_KINDS: Final = {
    "mail": _Kind(
        mails,
        "fresh",
        lambda row: (
            mailrow.raw_bound_to(row.digest, row.received_at),
            mailrow.fresh_bound_to(row.id),
        ),
        None,
    ),
    "letter": _Kind(
        outbox,
        "text",
        lambda row: (
            letterrow.raw_bound_to(row.message_id, row.recipient, row.created_at),
            letterrow.text_bound_to(row.message_id, row.recipient, row.created_at),
        ),
        "",
    ),
}
_USE = insert_new(encryption_keys, encryption_keys.c.id).values(
    id=bindparam("key"), used_since=bindparam("now", type_=Moment)
)
_ADMITTING: Final = 0x6D61_696D  # the advisory lock of those that put a key on record
_LOCK = select(func.pg_advisory_xact_lock(bindparam("number")))
_FORGET = delete(encryption_keys).where(encryption_keys.c.id != bindparam("current"))


class Seals(Part):
    """Which keys are in use, and the rows that are to be sealed anew."""

    __slots__ = ("_keyring",)

    def __init__(self, session: Session, keyring: Keyring) -> None:
        super().__init__(session)
        self._keyring = keyring

    def missing(self) -> list[str]:
        """The ids of keys with which something may be sealed and that are not here."""
        used = self._connection.execute(select(encryption_keys.c.id)).scalars()
        return sorted(set(used) - self._keyring.ids)

    def current_is_known(self) -> bool:
        """Whether it is on record that something may be sealed with the newest key."""
        used = self._connection.execute(select(encryption_keys.c.id)).scalars()
        return self._keyring.current is None or self._keyring.current in set(used)

    def admit(self, now: datetime) -> list[str]:
        """Puts the newest key on record, before anything is sealed with it, unless others are `missing`.

        Nodes that come together with a key each come one after the other here, and all but the first are refused.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(_LOCK, {"number": _ADMITTING})
        missing = self.missing()
        if not missing and self._keyring.current is not None:
            self._connection.execute(_USE, {"key": self._keyring.current, "now": now})
        return missing

    def forget_others(self) -> None:
        """Nothing is sealed with them any more."""
        self._connection.execute(_FORGET, {"current": self._keyring.current})

    def left(self, kind: str) -> int:
        """How many rows are in the clear, or sealed with other keys than the newest."""
        table = _KINDS[kind].table
        count = select(func.count()).select_from(table).where(_left(_KINDS[kind], self._keyring))
        return int(self._connection.execute(count).scalar_one())

    @property
    def current(self) -> str:
        """The id of the key that everything is sealed with."""
        return self._keyring.current or ""

    @property
    def others(self) -> list[str]:
        """The ids of the other keys that are here."""
        return sorted(self._keyring.ids - {self.current})

    def by_key(self, kind: str) -> Counter[str]:
        """How many rows need a key, by its id; "": they are in the clear. One may need two."""
        of = _KINDS[kind]
        words, sealed = of.table.c[of.words], of.table.c[f"{of.words}_sealed"]
        in_clear = and_(sealed.is_(None), words.is_not(None), words != "")
        parts = (of.table.c.raw_deleted_at.is_(None), of.table.c.key_id, _head(sealed), in_clear)
        rows = self._connection.execute(select(*parts, func.count()).group_by(*parts))
        found: Counter[str] = Counter()
        for has_raw, key, head, clear, number in rows:
            keys = {key or ""} if has_raw else set()
            keys |= {bytes(head).hex()} if head is not None else set()
            found.update(dict.fromkeys(keys | ({""} if clear else set()), number))
        return found

    def reseal(self, kind: str, after: int, limit: int = AT_ONCE) -> Resealed | None:
        """The next rows of mails ("mail") or letters ("letter"); None when there are none after this one."""
        of = _KINDS[kind]
        rows = self._connection.execute(
            select(of.table)
            .where(of.table.c.id > _AFTER, _left(of, self._keyring))
            .order_by(of.table.c.id)
            .limit(limit)
            .with_for_update(),
            {"after": after},
        ).all()
        if not rows:
            return None
        unreadable = tuple(row.id for row in rows if not self._resealed(of, row))
        return Resealed(rows[-1].id, len(rows) - len(unreadable), unreadable)

    def _resealed(self, of: _Kind, row: Any) -> bool:
        try:
            values = dict(self._values(of, row))
        except Unreadable:
            return False
        self._connection.execute(
            update(of.table).where(of.table.c.id == _BY_ID).values(**values), {"of_id": row.id}
        )
        return True

    def _values(self, of: _Kind, row: Any) -> Iterator[tuple[str, object]]:
        columns: Mapping[str, Any] = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
        raw_to, words_to = of.bound_to(row)
        if row.raw_deleted_at is None:
            raw: Kept = Sealed(row.raw, raw_to, self._keyring) if row.key_id else Plain(row.raw)
            yield "raw", self._keyring.seal(raw.open(), raw_to)
            yield "key_id", self._keyring.current
        words, sealed = columns[of.words], columns[f"{of.words}_sealed"]
        kept: Kept | None = Plain(words.encode()) if words is not None else None
        if sealed is not None:
            kept = Sealed(sealed, words_to, self._keyring)
        if kept is not None:
            yield of.words, of.none
            yield f"{of.words}_sealed", self._keyring.seal(kept.open(), words_to)


def _left(of: _Kind, keyring: Keyring) -> Any:
    """Both parts of a row: its words may be sealed with another key than what was received."""
    table, current = of.table, keyring.current or ""
    words, sealed = table.c[of.words], table.c[f"{of.words}_sealed"]
    return or_(
        and_(table.c.raw_deleted_at.is_(None), table.c.key_id.is_distinct_from(current)),
        and_(sealed.is_(None), words.is_not(None)),
        _head(sealed) != bytes.fromhex(current),
    )


def _head(sealed: Any) -> Any:
    """The id of the key in front of what it sealed."""
    return func.substr(sealed, 1, ID_BYTES, type_=LargeBinary)
