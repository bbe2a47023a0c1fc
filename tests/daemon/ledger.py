"""What was promised against what is there, after the dust has settled.

Each mail of a ledger is another person's first one. So it must be stored once and handled once, open one case and lead to
one letter and at most one reminder, which have arrived: once, or again with the same bytes where that is allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

from mailflow.config import Config
from mailflow.store.engine import make_engine
from tests.daemon.clients import Promised
from tests.daemon.smarthost import Arrived, Smarthost

# Who counts on what in the database: by their names in it, so that it is no code of the desk that is asked.
MAILS = "SELECT message_id FROM mails"
UNHANDLED = "SELECT message_id FROM mails WHERE state <> 'handled'"
CASES = "SELECT party FROM cases"
EVENTS = 'SELECT "by" FROM case_history'
LETTERS = "SELECT recipient FROM outbox WHERE case_id IS NOT NULL AND kind <> 'reminder'"
REMINDERS = "SELECT recipient FROM outbox WHERE kind = 'reminder'"
DIGESTS = "SELECT recipient FROM outbox WHERE kind = 'digest'"
DAYS = "SELECT slot FROM job_slots WHERE job = 'digest'"
INTENDED = "SELECT message_id FROM outbox WHERE case_id IS NOT NULL"
UNSENT = "SELECT message_id FROM outbox WHERE state <> 'sent'"
LOST = "lost"
SETTLED_WITHIN = (
    2.0  # seconds after a smarthost's 250; a tenth of one is promised, on a machine that has time for it
)


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
    reminders, digests = Counter(found.column(REMINDERS)), Counter(found.column(DIGESTS))
    audit.must_be_none("reminded twice", reminders - people)
    audit.must_be_none(
        "digest twice", _too_many(digests) if digests.total() > len(found.column(DAYS)) else ()
    )
    audit.counts |= {"reminders": reminders.total(), "digests": digests.total()}
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

    Then the connection in which they came first was cut, not ended, and soon after they came.
    """
    first: dict[str, Arrived] = {}
    found = set()
    for one in smarthost.arrived:
        before = first.setdefault(one.message_id, one)
        cut_at = smarthost.cut.get(before.session, inf)
        if before is not one and not cut_at <= min(before.at + SETTLED_WITHIN, one.at):
            found.add(one.message_id)
        first[one.message_id] = one
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
