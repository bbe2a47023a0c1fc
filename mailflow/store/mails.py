"""The mails: an inbox for those that wait, an archive of those that were handled, and those that were parked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, Final

from sqlalchemy import Integer, bindparam, delete, or_, select, update
from sqlalchemy import case as sql_case

from mailflow.core.envelope import MailKind
from mailflow.store.columns import Moment, to_micros
from mailflow.store.mailrow import (
    Arrival,
    ListedMail,
    MailState,
    NewMail,
    StoredMail,
    content_digest,
    filler_of,
    fresh_values,
    listed,
    new_mail,
    raw_values,
    stored,
)
from mailflow.store.schema import (
    is_,
    mail_has_no_case,
    mail_has_raw,
    mail_is_parked,
    mail_waits,
    mails,
    sender_checks,
)
from mailflow.store.seal import NO_KEYS, Keyring
from mailflow.store.session import Part, Session
from mailflow.store.statement import Statement, execute

__all__ = ["Arrival", "ListedMail", "MailState", "Mails", "NewMail", "StoredMail", "content_digest"]

LISTED_AT_ONCE: Final = 1000
PURGED_AT_ONCE: Final = 200  # mail that arrives meanwhile waits for it on SQLite
SMALL: Final = 256 * 1024  # bytes; larger mails are fetched one by one
ROWS_AT_ONCE: Final = 64
# Of mails that are read together; what is read of them takes several times that.
CLAIMED_BYTES: Final = 4 * 1024 * 1024

_FOUND = select(sender_checks.c.found).where(sender_checks.c.mail_id == mails.c.id)
_LISTED = (
    mails.c.id,
    mails.c.envelope,
    mails.c.received_at,
    mails.c.next_try_at,
    mails.c.attempts,
    mails.c.state,
    mails.c.error,
    mails.c.size,
    mails.c.case_id,
    mails.c.handled_at,
    mails.c.kind,
    mails.c.sender,
    mails.c.subject,
    mails.c.message_id,
    mails.c.silence,
    mails.c.raw_deleted_at,
    mails.c.fresh,
    mails.c.fresh_sealed,
    mails.c.key_id,
    mails.c.digest,
    _FOUND.scalar_subquery().label("authentication"),
)
_BY_ID = mails.c.id == bindparam("mail_id")
_WAITING = (
    select(*_LISTED, sql_case((mails.c.size <= SMALL, mails.c.raw)).label("raw"))
    .where(mail_waits, mails.c.next_try_at <= bindparam("now", type_=Moment))
    .order_by(mails.c.next_try_at, mails.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_CLAIM = Statement(_WAITING)
_CLAIM_CHECKED = Statement(_WAITING.where(_FOUND.where(sender_checks.c.found.is_not(None)).exists()))
_RAW = select(mails.c.raw).where(_BY_ID)
_GET = select(*_LISTED, mails.c.raw).where(_BY_ID)
_OF_DIGESTS = select(mails.c.digest, mails.c.received_at).where(
    mails.c.digest.in_(bindparam("digests", expanding=True))
)
_UPDATE = update(mails).where(_BY_ID)
_HANDLED = Statement(
    _UPDATE.where(mail_waits).values(
        state=MailState.HANDLED,
        error=None,
        handled_at=bindparam("now"),
        kind=bindparam("is_kind"),
        case_id=bindparam("of_case"),
        sender=bindparam("from_sender"),
        subject=bindparam("with_subject"),
        message_id=bindparam("with_message_id"),
        silence=bindparam("why_silent"),
        fresh=bindparam("fresh_text"),
        fresh_sealed=bindparam("sealed_text"),
        filler=None,
    )
)
_ROW = select(mails.c.digest, mails.c.received_at).where(_BY_ID)
_REPLACE = update(mails).where(mails.c.id == bindparam("of_mail"))
_FAILED = _UPDATE.where(mail_waits).values(
    attempts=mails.c.attempts + 1, error=bindparam("why"), next_try_at=bindparam("at")
)
_PARK = _UPDATE.where(mail_waits).values(
    state=MailState.PARKED, attempts=mails.c.attempts + 1, error=bindparam("why")
)
_REPLAY = _UPDATE.where(mail_is_parked).values(
    state=MailState.WAITING, attempts=0, next_try_at=mails.c.received_at
)
_PULL_BACK = (
    update(mails)
    .where(mail_waits, mails.c.next_try_at > bindparam("now", type_=Moment))
    .where(or_(mails.c.attempts == 0, mails.c.next_try_at > bindparam("farthest", type_=Moment)))
    .values(next_try_at=bindparam("now", type_=Moment))
)
_DROP = delete(mails).where(_BY_ID, mail_is_parked)
_OF_CASE = select(*_LISTED).where(mails.c.case_id == bindparam("of_case")).order_by(mails.c.id)
_PARKED = select(*_LISTED).where(mail_is_parked).order_by(mails.c.id).limit(LISTED_AT_ONCE)
_WHY_PARKED = select(mails.c.id, mails.c.error).where(mail_is_parked).order_by(mails.c.id)
_FROM_PERSONS = [
    kind.value
    for kind in MailKind
    if kind not in {MailKind.AUTO_GENERATED, MailKind.BOUNCE, MailKind.OFF_TOPIC, MailKind.STAFF_COMMANDS}
]


def _page(*conditions: Any) -> Any:
    """Mails since a moment in the order in which they came; of those that came at it only with ids above `after`."""
    since, after = bindparam("since", type_=Moment), bindparam("after", type_=Integer)
    return (
        select(*_LISTED)
        .where(*conditions, mails.c.received_at >= since)
        .where(or_(mails.c.received_at > since, mails.c.id > after))
        .order_by(mails.c.received_at, mails.c.id)
        .limit(LISTED_AT_ONCE)
    )


_SET_ASIDE = _page(mail_has_no_case, mails.c.kind.in_(_FROM_PERSONS))
_SILENT_FOR = _page(mails.c.silence.in_(bindparam("reasons", expanding=True)))
_PURGE = delete(mails).where(
    mails.c.id.in_(
        select(mails.c.id)
        .where(mail_has_no_case, mails.c.received_at < bindparam("before", type_=Moment))
        .order_by(mails.c.received_at)
        .limit(bindparam("most", type_=Integer))
    )
)
_DELETE_RAW = (
    update(mails)
    .where(
        mails.c.id.in_(
            select(mails.c.id)
            .where(mail_has_raw, mails.c.received_at < bindparam("before", type_=Moment))
            .where(is_(mails.c.state, "handled"))
            .order_by(mails.c.received_at)
            .limit(bindparam("most", type_=Integer))
        )
    )
    .values(raw=b"", key_id=None, raw_deleted_at=bindparam("now"))
)


@cache
def _put(rows: int, mark: str) -> str:
    row = f"({', '.join([mark] * len(NewMail._fields))})"
    return (
        f"INSERT INTO mails ({', '.join(NewMail._fields)}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - names of columns
        " ON CONFLICT (digest) DO NOTHING"
    )


class Mails(Part):
    __slots__ = ("_keyring",)

    def __init__(self, session: Session, keyring: Keyring = NO_KEYS) -> None:
        super().__init__(session)
        self._keyring = keyring

    def put(self, arrivals: Sequence[Arrival]) -> int:
        """Stores the mails; one whose digest is known is skipped. Returns how many were new."""
        filler = filler_of(self._connection.dialect)
        return self._insert([new_mail(arrival, self._keyring, filler) for arrival in arrivals])

    def put_new(self, rows: Sequence[NewMail]) -> Collection[int]:
        """The same of rows that were made before the transaction began. Returns the places of those that were skipped."""
        return () if self._insert(rows) == len(rows) else self._skipped(rows)

    def _insert(self, rows: Sequence[NewMail]) -> int:
        """How many were new.

        In the driver's own words, as SQLAlchemy takes longer over a row than SQLite. Its driver gives Python's lock away
        at each row of an executemany, and may wait for it: many rows go into one statement. Psycopg sends them at once.
        """
        connection = self._connection
        if connection.dialect.name != "sqlite":
            return int(execute(connection, _put(1, "%s"), rows, many=True).rowcount) if rows else 0
        stored = start = 0
        while count := min(len(rows) - start, ROWS_AT_ONCE):
            count = 1 << count.bit_length() - 1  # a few statements for all numbers of rows
            flat = tuple(chain.from_iterable(rows[start : start + count]))
            stored += execute(connection, _put(count, "?"), flat).rowcount
            start += count
        return stored

    def _skipped(self, rows: Sequence[NewMail]) -> set[int]:
        """Those in whose place another one stands, which came at another moment or before them in `rows`."""
        first = {row.digest: place for place, row in reversed([*enumerate(rows)])}
        there = self._connection.execute(_OF_DIGESTS, {"digests": [*first]})
        came_at = {row.digest: to_micros(row.received_at) for row in there}
        return {
            place
            for place, row in enumerate(rows)
            if first[row.digest] != place or came_at.get(row.digest) != row.received_at
        }

    def claim(self, now: datetime, limit: int, *, checked: bool = False) -> list[StoredMail]:
        """The mails that have waited longest, for this transaction alone; fewer than `limit` when they are large.

        `checked`: only those of which it was found who wrote them.

        One that failed before comes alone: should it end the process, no other is in hand.
        """
        claimed: list[StoredMail] = []
        held = 0
        statement = _CLAIM_CHECKED if checked else _CLAIM
        for row in statement.rows(self._connection, {"now": now, "most": limit}):
            held += row.size
            if claimed and (held > CLAIMED_BYTES or row.attempts or claimed[0].attempts):
                break
            raw = row.raw
            if raw is None:
                raw = self._connection.execute(_RAW, {"mail_id": row.id}).scalar_one()
            claimed.append(stored(row, raw, self._keyring))
        return claimed

    def handled(
        self,
        mail_id: int,
        *,
        now: datetime,
        kind: MailKind | None,
        case_id: str | None,
        sender: str | None,
        subject: str | None,
        message_id: str | None,
        silence: str | None,
        fresh: str | None,
        raw: bytes | None = None,
    ) -> None:
        """The mail is done. `raw` takes the place of what was received, for one that held secrets."""
        if raw is not None:  # before the row is written without its filler
            self._replace(mail_id, raw)
        self._session.put_off(
            _HANDLED,
            {
                "mail_id": mail_id,
                "now": now,
                "is_kind": kind,
                "of_case": case_id,
                "from_sender": sender,
                "with_subject": subject,
                "with_message_id": message_id,
                "why_silent": silence,
                **fresh_values(mail_id, fresh, self._keyring),
            },
        )

    def _replace(self, mail_id: int, raw: bytes) -> None:
        row = self._connection.execute(_ROW, {"mail_id": mail_id}).one()
        values = raw_values(raw, row.digest, row.received_at, self._keyring)
        self._connection.execute(_REPLACE, {"of_mail": mail_id, "size": len(raw), **values})

    def failed(self, mail_id: int, error: str, next_try_at: datetime) -> None:
        self._connection.execute(_FAILED, {"mail_id": mail_id, "why": error, "at": next_try_at})

    def park(self, mail_id: int, error: str) -> None:
        self._connection.execute(_PARK, {"mail_id": mail_id, "why": error})

    def pull_back(self, now: datetime, farthest: datetime) -> int:
        """Makes mails due that wait longer than any may: `farthest` is the last moment that a failed one waits for."""
        return self._connection.execute(_PULL_BACK, {"now": now, "farthest": farthest}).rowcount

    def replay(self, mail_id: int) -> bool:
        """Lets a parked mail be handled again."""
        return self._connection.execute(_REPLAY, {"mail_id": mail_id}).rowcount == 1

    def drop(self, mail_id: int) -> bool:
        """Deletes a parked mail."""
        return self._connection.execute(_DROP, {"mail_id": mail_id}).rowcount == 1

    def get(self, mail_id: int) -> StoredMail | None:
        row = self._connection.execute(_GET, {"mail_id": mail_id}).one_or_none()
        return stored(row, row.raw, self._keyring) if row else None

    def of_case(self, case_id: str) -> list[ListedMail]:
        """Oldest first."""
        return self._listed(_OF_CASE, {"of_case": case_id})

    def parked(self) -> list[ListedMail]:
        return self._listed(_PARKED, {})

    def why_parked(self) -> dict[int, str]:
        """What went wrong with each parked mail, however many there are; by id."""
        return {row.id: row.error or "" for row in self._connection.execute(_WHY_PARKED)}

    def set_aside(self, since: datetime, after: int = 0) -> list[ListedMail]:
        """Mails of persons that belong to no case: a forged reply address, an unknown sender. The first `LISTED_AT_ONCE`.

        What follows is had from the moment at which the last one came, `after` its id.
        """
        return self._listed(_SET_ASIDE, {"since": since, "after": after})

    def silent_for(self, reasons: Sequence[str], since: datetime, after: int = 0) -> list[ListedMail]:
        """Mails that got no letter for one of these reasons, of a case or of none; as many, and what follows likewise."""
        return self._listed(_SILENT_FOR, {"reasons": reasons, "since": since, "after": after})

    def purge(self, before: datetime, limit: int = PURGED_AT_ONCE) -> int:
        """Deletes handled mails without a case that came before a moment; call again until it returns 0."""
        return self._connection.execute(_PURGE, {"before": before, "most": limit}).rowcount

    def delete_raw(self, before: datetime, now: datetime, limit: int = PURGED_AT_ONCE) -> int:
        """Deletes what was received of handled mails that came before a moment; call again until it returns 0."""
        values = {"before": before, "now": now, "most": limit}
        return self._connection.execute(_DELETE_RAW, values).rowcount

    def _listed(self, statement: Any, values: Mapping[str, object]) -> list[ListedMail]:
        return [listed(row, self._keyring) for row in self._connection.execute(statement, values)]
