"""What was promised against what is there, after the dust has settled.

Each mail of a ledger is another person's first one. So it must be stored once and handled once, open one case and lead to
one letter, which has arrived: once, or again with the same bytes where that is allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mailflow.config import Config
from mailflow.store.engine import make_engine
from tests.daemon.clients import Promised
from tests.daemon.smarthost import Smarthost

# Who counts on what in the database: by their names in it, so that it is no code of the desk that is asked.
MAILS = "SELECT message_id FROM mails"
UNHANDLED = "SELECT message_id FROM mails WHERE state <> 'handled'"
CASES = "SELECT party FROM cases"
EVENTS = 'SELECT "by" FROM case_history'
LETTERS = "SELECT recipient FROM outbox WHERE case_id IS NOT NULL"
INTENDED = "SELECT message_id FROM outbox WHERE case_id IS NOT NULL"
UNSENT = "SELECT message_id FROM outbox WHERE state <> 'sent'"
LOST = "lost"


@dataclass
class Audit:
    counts: dict[str, float] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)

    def must_be_none(self, what: str, found: Iterable[object], shown: int = 5) -> None:
        found = sorted(map(str, found))
        if found or what == LOST:
            self.counts[what] = len(found)
        if found:
            self.breaches.append(f"{what}: {len(found)}, as {', '.join(found[:shown])}")


def audit(config: Config, smarthost: Smarthost, promised: Sequence[Promised]) -> Audit:
    """`doubles` are counted, and a breach only where no crash can have made them."""
    found, audit = _Database(config), Audit({"mails": len(promised)})
    ids = {mail.message_id for mail in promised}
    people = Counter(mail.sender for mail in promised)
    stored = Counter(found.column(MAILS))
    audit.must_be_none(LOST, ids - set(stored))
    audit.must_be_none("stored twice", _too_many(stored))
    audit.must_be_none("not handled", found.column(UNHANDLED))
    audit.must_be_none("without a case", people - Counter(found.column(CASES)))
    audit.must_be_none("case twice", Counter(found.column(CASES)) - people)
    events = Counter(who for who in found.column(EVENTS) if who in people)
    audit.must_be_none("handled twice", events - people)
    audit.must_be_none("without a letter", people - Counter(found.column(LETTERS)))
    audit.must_be_none("letter twice", Counter(found.column(LETTERS)) - people)
    audit.must_be_none("not sent", found.column(UNSENT))
    _arrivals(audit, set(found.column(INTENDED)), smarthost, set(people))
    return audit


def _arrivals(audit: Audit, intended: set[str], smarthost: Smarthost, people: set[str]) -> None:
    arrived = [one for one in smarthost.arrived if one.recipient in people]
    times = Counter(one.message_id for one in arrived)
    audit.counts["letters"] = len(times)
    audit.must_be_none("never arrived", intended - set(times))
    audit.must_be_none("never written", set(times) - intended)
    versions = {(one.message_id, one.raw) for one in arrived}
    audit.must_be_none("two versions", _too_many(Counter(message_id for message_id, _ in versions)))
    audit.counts["doubles"] = sum(times.values()) - len(times)
    audit.must_be_none("double without a crash", unexcused(smarthost))


def unexcused(smarthost: Smarthost) -> set[str]:
    """Letters that came again although no crash stood between the 250 to them and the commit that settles them.

    A process settles each letter before it sends the next one, so only the last letter of a connection that was cut may
    come again.
    """
    last = {one.session: one.message_id for one in smarthost.arrived}
    seen: dict[str, int] = {}
    found = set()
    for one in smarthost.arrived:
        before = seen.get(one.message_id)
        if before is not None and (before in smarthost.ended or last[before] != one.message_id):
            found.add(one.message_id)
        seen[one.message_id] = one.session
    return found


def _too_many(counted: Counter) -> list[object]:
    return [one for one, times in counted.items() if times > 1]


class _Database:
    def __init__(self, config: Config) -> None:
        self._settings = config.database

    def column(self, statement: str) -> list[str]:
        engine = make_engine(self._settings)
        try:
            with engine.connect() as connection:
                return list(connection.exec_driver_sql(statement).scalars())
        finally:
            engine.dispose()
