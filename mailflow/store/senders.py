"""What was found of who wrote a mail, and which mails that is being found of.

Finding it may take the DNS many seconds, so no transaction is open meanwhile: a mail is leased, looked at, and settled. A
row of its own for each mail, since on SQLite a change of the mail's row would write all of it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Integer, Select, bindparam, exists, or_, select, update

from mailflow.core.authentication import Authentication
from mailflow.store.columns import Moment
from mailflow.store.mails import Mails, StoredMail
from mailflow.store.schema import mail_waits, mails, sender_checks
from mailflow.store.session import Part, Session
from mailflow.store.upsert import replacing, upsert


@dataclass(frozen=True, slots=True)
class LeasedMail:
    """A mail to be looked at by the holder of the lease alone."""

    mail: StoredMail
    died: int  # how often a process ended while it looked at this mail


_OF_MAIL: Final = sender_checks.c.mail_id == bindparam("of_mail")
_OF_THIS: Final = sender_checks.c.mail_id == mails.c.id
_MOST: Final = bindparam("most", type_=Integer)
_DUE: Final = or_(
    sender_checks.c.next_try_at <= bindparam("now", type_=Moment),
    sender_checks.c.next_try_at > bindparam("farthest", type_=Moment),
)
_NEW: Final = (
    select(mails.c.id)
    .where(mail_waits, ~exists().where(_OF_THIS))
    .limit(_MOST)
    .with_for_update(skip_locked=True)
)
_AGAIN: Final = (
    select(mails.c.id)
    .join(sender_checks, _OF_THIS)
    .where(mail_waits, sender_checks.c.found.is_(None), _DUE)
    .limit(_MOST)
    .with_for_update(skip_locked=True, of=mails)
)
# By whether the newest come first.
_FIND_NEW: Final = {
    False: _NEW.order_by(mails.c.next_try_at, mails.c.id),
    True: _NEW.order_by(mails.c.next_try_at.desc(), mails.c.id.desc()),
}
_FIND_AGAIN: Final = {
    False: _AGAIN.order_by(sender_checks.c.next_try_at, mails.c.id),
    True: _AGAIN.order_by(mails.c.next_try_at.desc(), mails.c.id.desc()),
}
_LEASE: Final = upsert(
    sender_checks,
    sender_checks.c.mail_id,
    sets=replacing("next_try_at") | {"attempts": "sender_checks.attempts + 1"},
).returning(sender_checks.c.attempts)
_PUT: Final = upsert(sender_checks, sender_checks.c.mail_id, sets=replacing("found"))
_SETTLE: Final = update(sender_checks).where(_OF_MAIL).values(found=bindparam("with_found"))
_PUT_OFF: Final = update(sender_checks).where(_OF_MAIL).values(next_try_at=bindparam("at"), attempts=0)


class SenderChecks(Part):
    __slots__ = ("_mails",)

    def __init__(self, session: Session, mails: Mails) -> None:
        super().__init__(session)
        self._mails = mails

    def lease_new(self, until: datetime, limit: int, *, newest: bool = False) -> list[LeasedMail]:
        """Waiting mails that nobody has looked at, the oldest first, or the newest. Nobody else looks at them before `until`."""
        return self._lease(_FIND_NEW[newest], until, {"most": limit})

    def lease_again(
        self, now: datetime, until: datetime, limit: int, longest: timedelta, *, newest: bool = False
    ) -> list[LeasedMail]:
        """The same of mails that were looked at in vain and are due, those first that are due longest.

        What holds a mail back for more than the `longest` time was written by a clock that has been set back since.
        """
        return self._lease(_FIND_AGAIN[newest], until, {"now": now, "farthest": now + longest, "most": limit})

    def _lease(self, find: Select[Any], until: datetime, values: Mapping[str, object]) -> list[LeasedMail]:
        ids = self._connection.execute(find, values).scalars().all()
        return [self._leased(mail_id, until) for mail_id in ids]

    def _leased(self, mail_id: int, until: datetime) -> LeasedMail:
        row = {"mail_id": mail_id, "next_try_at": until, "attempts": 1, "found": None}
        attempts = self._connection.execute(_LEASE, row).scalar_one()
        mail = self._mails.get(mail_id)
        assert mail is not None, "its row is locked"
        return LeasedMail(mail, attempts - 1)

    def settle(self, mail_id: int, found: Authentication) -> None:
        """The mail may be handled now."""
        self._connection.execute(_SETTLE, {"of_mail": mail_id, "with_found": found})

    def put_off(self, mail_id: int, next_try_at: datetime) -> None:
        """Nothing could be found yet."""
        self._connection.execute(_PUT_OFF, {"of_mail": mail_id, "at": next_try_at})

    def put(self, mail_id: int, found: Authentication, now: datetime) -> None:
        """What is known of a mail that is being handled, in place of what was known before."""
        row = {"mail_id": mail_id, "next_try_at": now, "attempts": 0, "found": found}
        self._connection.execute(_PUT, row)
