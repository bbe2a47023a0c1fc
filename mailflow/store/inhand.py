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
from mailflow.store.statement import Statement
from mailflow.store.upsert import replacing, upsert

_THESE: Final = in_hand.c.mail_id.in_(bindparam("mail_ids", expanding=True))
_OWN: Final = in_hand.c.run == bindparam("own")
_PUT: Final = Statement(upsert(in_hand, in_hand.c.mail_id, sets=replacing("run")))
_ANY_OF_OTHERS: Final = Statement(select(in_hand.c.mail_id).where(_THESE, ~_OWN).limit(1))
_TAKE: Final = Statement(delete(in_hand).where(_THESE, _OWN).returning(in_hand.c.mail_id))
_TAKE_OF_OTHERS: Final = Statement(delete(in_hand).where(_THESE, ~_OWN).returning(in_hand.c.mail_id))


class InHand(Part):
    """`run` is one run of a process: it tells its own rows, which it has outlived, from those of others."""

    __slots__ = ()

    def put(self, mail_ids: Collection[int], run: str) -> None:
        if mail_ids:
            _PUT.run_many(self._connection, [{"mail_id": mail_id, "run": run} for mail_id in mail_ids])

    def any_of_others(self, mail_ids: Collection[int], run: str) -> bool:
        """Whether other runs had one of these in hand, which are claimed now: then they have it no longer."""
        return bool(self._ids(_ANY_OF_OTHERS, mail_ids, run))

    def take(self, mail_ids: Collection[int], run: str) -> set[int]:
        """Deletes the rows of this run; of which mails there were any."""
        return self._ids(_TAKE, mail_ids, run)

    def take_of_others(self, mail_ids: Collection[int], run: str) -> set[int]:
        """Deletes the rows of other runs; of which mails there were any."""
        return self._ids(_TAKE_OF_OTHERS, mail_ids, run)

    def clear(self) -> None:
        """After a restore: no process ended, it was copied while it worked."""
        self._connection.execute(delete(in_hand))

    def _ids(self, statement: Statement, mail_ids: Collection[int], run: str) -> set[int]:
        if not mail_ids:
            return set()
        return {row.mail_id for row in statement.rows(self._connection, {"mail_ids": mail_ids, "own": run})}
