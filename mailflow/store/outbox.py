"""The letters: finished bytes on their way to the smarthost, and those that were sent, given up or dropped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain
from typing import Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from mailflow.core.letters import Rendered
from mailflow.store.columns import Moment, comparable
from mailflow.store.letterrow import LetterState, ListedLetter, QueuedLetter, content_values, listed, whole
from mailflow.store.schema import is_, letter_has_no_case, letter_has_raw, letter_waits, outbox
from mailflow.store.seal import NO_KEYS, Keyring
from mailflow.store.session import Part, Session
from mailflow.store.statement import Statement

__all__ = ["LetterState", "ListedLetter", "Outbox", "QueuedLetter"]

LISTED_AT_ONCE: Final = 1000
PURGED_AT_ONCE: Final = 200
LAST_LOOKED_AT: Final = 100  # among them are those of a clock that was ahead, which were not the last ones
LOOKED_AT: Final = 200  # more letters than all nodes lease at one time


_LISTED = (
    outbox.c.id,
    outbox.c.message_id,
    outbox.c.kind,
    outbox.c.case_id,
    outbox.c.envelope_sender,
    outbox.c.recipient,
    outbox.c.reply_to,
    outbox.c.subject,
    outbox.c.state,
    outbox.c.attempts,
    outbox.c.created_at,
    outbox.c.retried_at,
    outbox.c.next_try_at,
    outbox.c.lease_until,
    outbox.c.leased_by,
    outbox.c.settled_at,
    outbox.c.error,
)
_WHOLE = (
    *_LISTED,
    outbox.c.raw_deleted_at,
    outbox.c.text,
    outbox.c.text_sealed,
    outbox.c.raw,
    outbox.c.key_id,
)
_NOW = bindparam("now", type_=Moment)
_MOST = bindparam("most", type_=Integer)
_SINCE = bindparam("since", type_=Moment)
_BEFORE = bindparam("before", type_=Moment)
_FARTHEST = bindparam("farthest", type_=Moment)
_BY_ID = outbox.c.id == bindparam("letter_id")
_NO_LEASE = {"lease_until": None, "leased_by": None}
_PUT = Statement(insert(outbox))
_GET = select(*_WHOLE).where(_BY_ID)
# A common table expression is evaluated once: in a subquery the locked rows could be chosen again for each row.
_FREE = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= _NOW)


def _due(*conditions: ColumnElement[bool]) -> CTE:
    return (
        select(outbox.c.id)
        .where(letter_waits, outbox.c.next_try_at <= _NOW, *conditions)
        .order_by(outbox.c.next_try_at, outbox.c.id)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
        .cte("due")
    )


_DUE = _due(or_(_FREE, outbox.c.lease_until > _FARTHEST))
_OLD = _due(_FREE, func.coalesce(outbox.c.retried_at, outbox.c.created_at) <= _BEFORE)
_LEASE = Statement(
    update(outbox)
    .where(outbox.c.id.in_(select(_DUE.c.id)))
    .values(lease_until=bindparam("until"), leased_by=bindparam("by"))
    .returning(*_WHOLE)
)
_SETTLE = update(outbox).where(_BY_ID).values(attempts=outbox.c.attempts + 1, **_NO_LEASE)
_SENT = Statement(
    _SETTLE.where(~is_(outbox.c.state, "sent")).values(state=LetterState.SENT, settled_at=_NOW, error=None)
)
_OURS = outbox.c.leased_by == bindparam("by")
_RETRY = _SETTLE.where(letter_waits, _OURS).values(next_try_at=bindparam("at"), error=bindparam("why"))
_RELEASE = (
    update(outbox)
    .where(_BY_ID, letter_waits, _OURS)
    .values(next_try_at=bindparam("at"), error=bindparam("why"), **_NO_LEASE)
)
_GIVE_BACK = (
    update(outbox)
    .where(letter_waits, _OURS, outbox.c.lease_until == bindparam("until", type_=Moment))
    .values(**_NO_LEASE)
)
_RENEW = Statement(
    update(outbox)
    .where(outbox.c.id.in_(bindparam("letter_ids", expanding=True)), letter_waits, _OURS)
    .values(lease_until=bindparam("until"))
    .returning(outbox.c.id)
)
_GIVE_UP = _SETTLE.where(letter_waits).values(
    state=LetterState.FAILED, settled_at=_NOW, error=bindparam("why")
)
_GIVE_UP_OLD = (
    update(outbox)
    .where(outbox.c.id.in_(select(_OLD.c.id)))
    .values(state=LetterState.FAILED, settled_at=_NOW, error=bindparam("why"), **_NO_LEASE)
    .returning(*_WHOLE)
)
_PULL_BACK = (
    update(outbox)
    .where(letter_waits, outbox.c.next_try_at > _NOW)
    .where(or_(outbox.c.attempts == 0, outbox.c.next_try_at > _FARTHEST))
    .values(next_try_at=_NOW)
)
_UNSENT = or_(letter_waits, is_(outbox.c.state, "failed"))
# A lease stays: a node may be at it right now.
_RETRY_NOW = (
    update(outbox)
    .where(_BY_ID, _UNSENT, letter_has_raw)
    .values(
        state=LetterState.WAITING,
        attempts=0,
        next_try_at=outbox.c.created_at,
        retried_at=_NOW,
        settled_at=None,
    )
)
_DROP = update(outbox).where(_BY_ID, _UNSENT).values(state=LetterState.DROPPED, settled_at=None, **_NO_LEASE)
_WAITING = (
    select(*_LISTED).where(letter_waits).order_by(outbox.c.next_try_at, outbox.c.id).limit(LISTED_AT_ONCE)
)
_FAILED = (
    select(*_LISTED)
    .where(is_(outbox.c.state, "failed"), outbox.c.settled_at >= _SINCE)
    .order_by(outbox.c.settled_at, outbox.c.id)
    .limit(LISTED_AT_ONCE)
)
_WHY = select(outbox.c.id, outbox.c.error)
_WHY_WAITING = _WHY.where(letter_waits, outbox.c.attempts > 0)
_WHY_FAILED = _WHY.where(is_(outbox.c.state, "failed"), outbox.c.settled_at >= _SINCE)
_LAST_SENT = (
    select(outbox.c.id, outbox.c.created_at)
    .where(letter_has_no_case, outbox.c.kind == bindparam("kind"), is_(outbox.c.state, "sent"))
    .order_by(outbox.c.created_at.desc())
    .limit(LAST_LOOKED_AT)
)
_LETTERS_TO = Statement(
    select(func.count()).where(outbox.c.recipient_key == bindparam("address"), outbox.c.created_at >= _SINCE)
)
_LETTERS_TO_EACH = Statement(
    select(outbox.c.recipient_key, func.count().label("number"))
    .where(outbox.c.recipient_key.in_(bindparam("addresses", expanding=True)), outbox.c.created_at >= _SINCE)
    .group_by(outbox.c.recipient_key)
)
_OF_CASE = select(*_WHOLE).where(outbox.c.case_id == bindparam("of_case")).order_by(outbox.c.id)
_NEXT = (
    select(outbox.c.next_try_at, outbox.c.lease_until)
    .where(letter_waits)
    .order_by(outbox.c.next_try_at, outbox.c.id)
    .limit(LOOKED_AT)
    .subquery()
)
_NEXT_DUE = select(
    func.min(
        case((_NEXT.c.lease_until > _NEXT.c.next_try_at, _NEXT.c.lease_until), else_=_NEXT.c.next_try_at),
        type_=Moment,
    )
)
_PURGE = delete(outbox).where(
    outbox.c.id.in_(
        select(outbox.c.id)
        .where(letter_has_no_case, ~letter_waits, outbox.c.created_at < _BEFORE)
        .order_by(outbox.c.created_at)
        .limit(_MOST)
    )
)
_DELETE_RAW = (
    update(outbox)
    .where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(letter_has_raw, ~letter_waits, outbox.c.created_at < _BEFORE)
            .order_by(outbox.c.created_at)
            .limit(_MOST)
        )
    )
    .values(raw=b"", key_id=None, raw_deleted_at=_NOW)
)


class Outbox(Part):
    __slots__ = ("_keyring",)

    def __init__(self, session: Session, keyring: Keyring = NO_KEYS) -> None:
        super().__init__(session)
        self._keyring = keyring

    def put(self, rendered: Rendered, now: datetime) -> None:
        counts, key = self._known.letters_to, comparable(rendered.recipient)
        if key in counts:
            counts[key] += 1
        self._session.put_off(
            _PUT,
            {
                "message_id": rendered.message_id,
                "state": LetterState.WAITING,
                "next_try_at": now,
                "attempts": 0,
                "created_at": now,
                "kind": rendered.kind,
                "case_id": rendered.case_id,
                "envelope_sender": rendered.envelope_sender,
                "recipient": rendered.recipient,
                "recipient_key": rendered.recipient,
                "reply_to": rendered.reply_to,
                "subject": rendered.subject,
                "asked": rendered.asked,
                **content_values(rendered, now, self._keyring),
            },
        )

    def lease(self, now: datetime, until: datetime, by: str, limit: int) -> list[QueuedLetter]:
        """Letters to send now, for this node alone `until` a moment; after it another takes them up.

        A lease that ends twice as far ahead is one of a clock that has been set back since, and holds nothing.
        """
        values = {"now": now, "until": until, "farthest": until + (until - now), "by": by, "most": limit}
        rows = _LEASE.rows(self._connection, values)
        return sorted(
            (whole(row, self._keyring) for row in rows), key=lambda letter: (letter.next_try_at, letter.id)
        )

    def renew(self, letter_ids: Sequence[int], by: str, until: datetime) -> set[int]:
        """Makes the lease of a node last until another moment, and gives those of the letters that it still has."""
        values = {"letter_ids": letter_ids, "by": by, "until": until}
        return {row.id for row in _RENEW.rows(self._connection, values)}

    def sent(self, letter_ids: Sequence[int], now: datetime) -> None:
        _SENT.run_many(self._connection, [{"letter_id": letter_id, "now": now} for letter_id in letter_ids])

    def retry(self, letter_id: int, by: str, next_try_at: datetime, error: str) -> None:
        """After an attempt of the node that has its lease; nothing happens when another has it by now."""
        values = {"letter_id": letter_id, "by": by, "at": next_try_at, "why": error}
        self._connection.execute(_RETRY, values)

    def release(self, letter_id: int, by: str, next_try_at: datetime, error: str | None) -> None:
        """Gives a lease back, which counts as no attempt; nothing happens when another node has it by now."""
        self._connection.execute(
            _RELEASE, {"letter_id": letter_id, "by": by, "at": next_try_at, "why": error}
        )

    def give_back(self, by: str, until: datetime) -> None:
        """All that a node has leased until this very moment, untouched."""
        self._connection.execute(_GIVE_BACK, {"by": by, "until": until})

    def give_up(self, letter_id: int, error: str, now: datetime) -> bool:
        """False when it waits no longer."""
        values = {"letter_id": letter_id, "why": error, "now": now}
        return self._connection.execute(_GIVE_UP, values).rowcount == 1

    def give_up_old(self, before: datetime, error: str, now: datetime, limit: int) -> list[QueuedLetter]:
        """Gives up letters that are due, nobody is at, and were written, or tried anew by the staff, no later than `before`; call until none is left."""
        values = {"before": before, "why": error, "now": now, "most": limit}
        return [whole(row, self._keyring) for row in self._connection.execute(_GIVE_UP_OLD, values)]

    def get(self, letter_id: int) -> QueuedLetter | None:
        row = self._connection.execute(_GET, {"letter_id": letter_id}).one_or_none()
        return whole(row, self._keyring) if row else None

    def waiting(self) -> list[ListedLetter]:
        """The next ones first."""
        return [listed(row) for row in self._connection.execute(_WAITING)]

    def failed(self, since: datetime) -> list[ListedLetter]:
        """Those given up since a moment, oldest first."""
        return [listed(row) for row in self._connection.execute(_FAILED, {"since": since})]

    def troubled(self, since: datetime) -> dict[int, str]:
        """What went wrong with each letter that waits after a failed try, or was given up since a moment; by id."""
        waiting = self._connection.execute(_WHY_WAITING)
        failed = self._connection.execute(_WHY_FAILED, {"since": since})
        return {row.id: row.error or "" for row in sorted(chain(waiting, failed))}

    def last_sent(self, kind: str) -> datetime | None:
        """When the last of those letters without a case was written that have left, by the clock of then."""
        rows = self._connection.execute(_LAST_SENT, {"kind": kind}).all()
        written: datetime | None = max(((row.id, row.created_at) for row in rows), default=(0, None))[1]
        return written

    def retry_now(self, letter_id: int, now: datetime) -> bool:
        """Sends a letter that waits or was given up as soon as nobody is at it, and tries it for as long as a new one."""
        return self._connection.execute(_RETRY_NOW, {"letter_id": letter_id, "now": now}).rowcount == 1

    def drop(self, letter_id: int) -> bool:
        """Gives up a letter that waits or was given up, for good; it stays on record."""
        return self._connection.execute(_DROP, {"letter_id": letter_id}).rowcount == 1

    def letters_to(self, address: str, since: datetime) -> int:
        """How many letters were written to an address, whatever became of them."""
        counted = self._known.letters_to.get(comparable(address))
        if counted is not None:
            return counted
        return int(_LETTERS_TO.scalar(self._connection, {"address": address, "since": since}))

    def count_letters_to(self, addresses: Collection[str], since: datetime) -> None:
        """Asks for all of them at once what `letters_to` is asked for each."""
        keys = {comparable(address) for address in addresses}
        counts = self._known.letters_to
        counts.update(dict.fromkeys(keys, 0))
        if keys:
            values = {"addresses": keys, "since": since}
            counts.update(row for row in _LETTERS_TO_EACH.rows(self._connection, values))

    def of_case(self, case_id: str) -> list[QueuedLetter]:
        """Oldest first."""
        return [whole(row, self._keyring) for row in self._connection.execute(_OF_CASE, {"of_case": case_id})]

    def next_due(self) -> datetime | None:
        """When `lease` next finds something, or None when nothing waits."""
        due: datetime | None = self._connection.execute(_NEXT_DUE).scalar_one()
        return due

    def pull_back(self, now: datetime, farthest: datetime) -> int:
        """Makes letters due that wait longer than any may: `farthest` is the last moment that a failed one waits for."""
        return self._connection.execute(_PULL_BACK, {"now": now, "farthest": farthest}).rowcount

    def purge(self, before: datetime, limit: int = PURGED_AT_ONCE) -> int:
        """Deletes letters without a case (digests) written before a moment; call again until it returns 0."""
        return self._connection.execute(_PURGE, {"before": before, "most": limit}).rowcount

    def delete_raw(self, before: datetime, now: datetime, limit: int = PURGED_AT_ONCE) -> int:
        """Deletes the bytes of settled letters written before a moment, which leaves their text; until it returns 0."""
        values = {"before": before, "now": now, "most": limit}
        return self._connection.execute(_DELETE_RAW, values).rowcount
