"""Which mails a process has in hand, kept apart from their handling: what kills the process cannot undo it.

A row is committed before the mails are read, and deleted by the transaction that handles them. One that is left behind
says that its process ended in between, which nothing inside that transaction could say.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import bindparam, delete, select

from mailflow.store.schema import in_hand
from mailflow.store.session import Part
from mailflow.store.upsert import replacing, upsert

_THESE: Final = in_hand.c.mail_id.in_(bindparam("mail_ids", expanding=True))
_OWN: Final = in_hand.c.run == bindparam("own")
_PUT: Final = upsert(in_hand, in_hand.c.mail_id, sets=replacing("run"))
_ANY_OF_OTHERS: Final = select(in_hand.c.mail_id).where(_THESE, ~_OWN)
_TAKE: Final = delete(in_hand).where(_THESE, _OWN).returning(in_hand.c.mail_id)
_TAKE_OF_OTHERS: Final = delete(in_hand).where(_THESE, ~_OWN).returning(in_hand.c.mail_id)


class InHand(Part):
    """`run` is one run of a process: it tells its own rows, which it has outlived, from those of others."""

    __slots__ = ()

    def put(self, mail_ids: Collection[int], run: str) -> None:
        if not mail_ids:
            return
        self._connection.execute(_PUT, [{"mail_id": mail_id, "run": run} for mail_id in mail_ids])

    def any_of_others(self, mail_ids: Collection[int], run: str) -> bool:
        """Whether other runs had one of these in hand, which are claimed now: then they have it no longer."""
        if not mail_ids:
            return False
        return self._connection.execute(_ANY_OF_OTHERS, _of(mail_ids, run)).first() is not None

    def take(self, mail_ids: Collection[int], run: str) -> set[int]:
        """Deletes the rows of this run; of which mails there were any."""
        return {*self._connection.execute(_TAKE, _of(mail_ids, run)).scalars()} if mail_ids else set()

    def take_of_others(self, mail_ids: Collection[int], run: str) -> set[int]:
        """Deletes the rows of other runs; of which mails there were any."""
        return {*self._connection.execute(_TAKE_OF_OTHERS, _of(mail_ids, run)).scalars()}

    def clear(self) -> None:
        """After a restore: no process ended, it was copied while it worked."""
        self._connection.execute(delete(in_hand))


def _of(mail_ids: Collection[int], run: str) -> dict[str, object]:
    return {"mail_ids": list(mail_ids), "own": run}
