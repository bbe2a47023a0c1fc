"""The cases and their history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import BigInteger, Integer, bindparam, delete, exists, func, insert, select, update

from mailflow.core.case import Case, Status
from mailflow.core.letters import Asking
from mailflow.store.caserow import UnreadableCase, case_of, each_of, row_of
from mailflow.store.columns import Key, Moment, comparable
from mailflow.store.line import Line
from mailflow.store.schema import case_history, cases, is_, letter_waits, outbox
from mailflow.store.session import Part
from mailflow.store.statement import Statement
from mailflow.store.upsert import replacing, upsert

PURGED_AT_ONCE: Final = 100  # mail that arrives meanwhile waits for it on SQLite
IDS_LOOKED_UP: Final = 200  # Message-IDs of one mail
CLOSED_LOOKED_UP: Final = 20  # closed cases of one party


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    at: datetime
    by: str
    kind: str
    facts: Mapping[str, Any]  # as JSON has them: times are ISO strings, tuples are lists


_KEYS = {"party_key", "account_key", "queued_at", "failing"}  # made of the other columns
SELECT = select(*(column for column in cases.c if column.name not in _KEYS))
_MOST = bindparam("most", type_=Integer)
_PARTY = cases.c.party_key == bindparam("party", type_=Key)
_BY_ID = SELECT.where(cases.c.id == bindparam("case_id"))
_GET = Statement(_BY_ID)
_GET_LOCKED = Statement(_BY_ID.with_for_update())
_BY_REFERENCE = Statement(SELECT.where(cases.c.reference == bindparam("ref")))
_OF_LETTERS = Statement(
    SELECT.add_columns(outbox.c.message_id, outbox.c.asked, outbox.c.kind)
    .join(outbox, outbox.c.case_id == cases.c.id)
    .where(outbox.c.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(cases.c.changed_at.desc(), cases.c.id)
)
_OPEN_OF = Statement(
    SELECT.where(_PARTY, ~is_(cases.c.status, "closed")).order_by(cases.c.opened_at, cases.c.id)
)
_CLOSED_OF = Statement(
    SELECT.where(
        _PARTY, is_(cases.c.status.concat(""), "closed")
    )  # "": or SQLite would read all that are closed
    .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
    .limit(CLOSED_LOOKED_UP)
)
_LATEST_OF = Statement(SELECT.where(_PARTY).order_by(cases.c.opened_at.desc(), cases.c.id.desc()).limit(1))
_PARTIES_AMONG = Statement(
    select(cases.c.party_key).distinct().where(cases.c.party_key.in_(bindparam("parties", expanding=True)))
)
_DUE = Statement(
    SELECT.where(cases.c.due_at <= bindparam("now", type_=Moment))
    .order_by(cases.c.due_at, cases.c.id)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
)
_FAILING_AMONG = Statement(
    SELECT.where(cases.c.failing.is_(True), cases.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(cases.c.id)
    .with_for_update()
)
_SAVE = Statement(
    upsert(cases, cases.c.id, sets=replacing(*(column.name for column in cases.c if column.name != "id")))
)
_NOTE = Statement(insert(case_history))
_HISTORY = (
    select(case_history.c.at, case_history.c.by, case_history.c.kind, case_history.c.facts)
    .where(case_history.c.case_id == bindparam("of_case"))
    .order_by(case_history.c.id)
)
_PUT_OFF = Statement(
    update(cases).where(cases.c.id == bindparam("case_id")).values(due_at=bindparam("until", type_=Moment))
)
_REFERENCE = Statement(select(cases.c.reference).where(cases.c.id == bindparam("case_id")))
_LOCK = Statement(select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger))))
_PURGEABLE = (
    select(cases.c.id)
    .where(cases.c.closed_at < bindparam("before", type_=Moment))
    .where(is_(cases.c.status.concat(""), "closed"))  # "": or SQLite would read all that are closed
    .where(~exists().where(outbox.c.case_id == cases.c.id, letter_waits))
    .order_by(cases.c.closed_at)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
)
# Mails, letters and history follow.
_PURGE = delete(cases).where(cases.c.id.in_(bindparam("ids", expanding=True)))


class Cases(Part):
    """Who asks for one case, or for what a mail belongs to, gets `UnreadableCase` raised where its row cannot be read."""

    __slots__ = ()

    def get(self, case_id: str, *, lock: bool = False) -> Case | None:
        """Locked, nobody else changes it until the transaction ends: what is read is what `save` replaces."""
        return self._one(_GET_LOCKED if lock else _GET, {"case_id": case_id})

    def by_reference(self, reference: str) -> Case | None:
        return self._one(_BY_REFERENCE, {"ref": reference})

    def of_letters(self, message_ids: Sequence[str]) -> tuple[list[Case], dict[str, Asking]]:
        """The cases of our letters with these Message-IDs, the one that changed last first, and what each letter asked.

        Of letters that an older program wrote nothing tells that.
        """
        rows = _OF_LETTERS.rows(self._connection, {"ids": message_ids[:IDS_LOOKED_UP]})
        asked = {row.message_id: Asking(row.kind, tuple(row.asked)) for row in rows if row.asked is not None}
        return [case_of(row) for row in {row.id: row for row in rows}.values()], asked

    def open_of(self, party: str) -> list[Case]:
        """Oldest first."""
        return self._all(_OPEN_OF, {"party": party})

    def closed_of(self, party: str) -> list[Case]:
        """Newest first, and no more than `CLOSED_LOOKED_UP`."""
        return self._all(_CLOSED_OF, {"party": party})

    def look_for(self, parties: Collection[str]) -> None:
        """Finds out for all of them at once who is a stranger, so that no case of theirs is looked for."""
        keys = {comparable(party) for party in parties}
        if keys:
            found = {row.party_key for row in _PARTIES_AMONG.rows(self._connection, {"parties": keys})}
            self._known.strangers.update(keys - found)

    def latest_of(self, party: str) -> Case | None:
        if comparable(party) in self._known.strangers:
            return None
        return self._one(_LATEST_OF, {"party": party})

    def save(self, case: Case, *, opened: bool = False) -> None:
        """`opened`: it was not there before."""
        self._session.put_off(_SAVE, row_of(case))
        known = self._known
        known.strangers.discard(comparable(case.party))
        if not opened:  # it may have left the queue
            known.line, known.usual_wait = Line(), None
        elif case.status is Status.IN_REVIEW and case.completed_at:
            known.line.join((case.completed_at, case.id))

    def note(self, case_id: str, at: datetime, by: str, kind: str, facts: Mapping[str, object]) -> None:
        row = {"case_id": case_id, "at": at, "by": by, "kind": kind, "facts": facts}
        self._session.put_off(_NOTE, row)

    def history(self, case_id: str) -> list[HistoryEntry]:
        """Oldest first."""
        return [HistoryEntry(*row) for row in self._connection.execute(_HISTORY, {"of_case": case_id})]

    def reference_of(self, case_id: str) -> str | None:
        """Also of a case that cannot be read."""
        found: str | None = _REFERENCE.scalar(self._connection, {"case_id": case_id})
        return found

    def due(self, now: datetime, limit: int) -> list[Case | UnreadableCase]:
        """Cases whose `due_at` has passed, for this transaction alone."""
        return each_of(_DUE.rows(self._connection, {"now": now, "most": limit}))

    def put_off(self, case_id: str, until: datetime) -> None:
        """Makes a case due later of which nothing else can be saved, as it cannot be read."""
        _PUT_OFF.run(self._connection, {"case_id": case_id, "until": until})

    def failing_among(self, case_ids: Collection[str]) -> list[Case | UnreadableCase]:
        """Those of the cases whose party's address fails, for this transaction alone."""
        return each_of(_FAILING_AMONG.rows(self._connection, {"ids": case_ids})) if case_ids else []

    def lock_party(self, *addresses: str) -> None:
        """Until the transaction ends no other opens a case for these parties. On SQLite none runs beside it anyway.

        Those who lock several do so in one call, which takes them in one order for all.
        """
        if self._session.on_postgresql:
            locked = self._known.locked
            for key in sorted({_lock_key(address) for address in addresses} - locked):
                _LOCK.row(self._connection, {"key": key})
                locked.add(key)

    def purge(self, closed_before: datetime, limit: int = PURGED_AT_ONCE) -> int:
        """Deletes closed cases with their mails, letters and history; call again until it returns 0.

        A case of which a letter still waits is left for later.
        """
        ids = list(self._connection.execute(_PURGEABLE, {"before": closed_before, "most": limit}).scalars())
        return self._connection.execute(_PURGE, {"ids": ids}).rowcount if ids else 0

    def _one(self, statement: Statement, values: Mapping[str, object]) -> Case | None:
        row = statement.row(self._connection, values)
        return None if row is None else case_of(row)

    def _all(self, statement: Statement, values: Mapping[str, object]) -> list[Case]:
        return [case_of(row) for row in statement.rows(self._connection, values)]


def _lock_key(address: str) -> int:
    digest = blake2b(comparable(address).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
