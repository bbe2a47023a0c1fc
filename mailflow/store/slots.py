"""The time slots of periodic jobs: each is a row that exactly one node wins, so nothing is done twice or by a leader."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, select, update

from mailflow.store.columns import Moment
from mailflow.store.schema import job_slots
from mailflow.store.session import Part
from mailflow.store.upsert import insert_new

_WIN: Final = insert_new(job_slots, job_slots.c.job, job_slots.c.slot).execution_options(
    preserve_rowcount=True
)
_FIRST: Final = select(func.min(job_slots.c.won_at)).where(
    job_slots.c.job == bindparam("of_job"), job_slots.c.won_at < bindparam("before")
)
_WON: Final = select(job_slots.c.won_at).where(
    job_slots.c.job == bindparam("of_job"), job_slots.c.slot == bindparam("in_slot")
)
_PULL_BACK: Final = (
    update(job_slots)
    .where(job_slots.c.won_at > bindparam("now", type_=Moment))
    .values(won_at=bindparam("now", type_=Moment))
)
_PURGE: Final = delete(job_slots).where(job_slots.c.won_at < bindparam("before"))


class Slots(Part):
    __slots__ = ()

    def win(self, job: str, slot: str, node: str, now: datetime) -> bool:
        """Whether this node does the job in this slot. It is lost again when the transaction is rolled back."""
        row = {"job": job, "slot": slot, "node": node, "won_at": now}
        return self._connection.execute(_WIN, row).rowcount == 1

    def first_won(self, job: str, before: datetime) -> datetime | None:
        """When any node first did the job, before a moment, as far back as is kept."""
        first: datetime | None = self._connection.execute(
            _FIRST, {"of_job": job, "before": before}
        ).scalar_one()
        return first

    def won_at(self, job: str, slot: str) -> datetime | None:
        """When a node did the job in this slot."""
        won: datetime | None = self._connection.execute(_WON, {"of_job": job, "in_slot": slot}).scalar()
        return won

    def pull_back(self, now: datetime) -> int:
        """What was won at a moment that has yet to come was won now at the latest."""
        return self._connection.execute(_PULL_BACK, {"now": now}).rowcount

    def purge(self, before: datetime) -> int:
        return self._connection.execute(_PURGE, {"before": before}).rowcount
