"""The read side: what the digest, the status page and letters say of the whole desk. Nothing here is decided upon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Text, and_, bindparam, exists, func, or_, select, tuple_, type_coerce

from mailflow.core.case import Case, Flag, Status
from mailflow.store.casejson import member
from mailflow.store.caserow import UnreadableCase, each_of, unreadable
from mailflow.store.cases import SELECT
from mailflow.store.columns import Key, Moment
from mailflow.store.line import Place
from mailflow.store.schema import (
    case_is_queued,
    cases,
    is_,
    letter_waits,
    mail_is_parked,
    mail_waits,
    mails,
    outbox,
    sender_checks,
)
from mailflow.store.session import Part
from mailflow.store.statement import Statement

OPEN: Final = tuple(status for status in Status if status is not Status.CLOSED)
LISTED: Final = 1000
PLACES_COUNTED: Final = 1000  # of the staff's queue: it is counted for many letters, and may be long
_ABOUT_NOW: Final = timedelta(minutes=1)  # within it a median of a month stays what it is
WAITS_LOOKED_AT: Final = 250  # it is asked for many letters


@dataclass(frozen=True, slots=True)
class Numbers:
    """What happened in a span of time."""

    mails: int = 0
    requests: int = 0  # cases that were opened
    closed: Mapping[str, int] = field(default_factory=dict)  # by outcome
    sent: int = 0  # letters
    failed: int = 0  # letters given up
    silent: Mapping[str, int] = field(default_factory=dict)  # mails that got no letter, by reason


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits now."""

    mails_waiting: int
    mails_parked: int
    letters_waiting: int
    oldest_mail: datetime | None  # its `next_try_at`: one in the past waits for us
    oldest_letter: datetime | None


_SINCE = bindparam("since", type_=Moment)
_UNTIL = bindparam("until", type_=Moment)


_ACCOUNT = cases.c.account_key == bindparam("account", type_=Key)
_PARTY = cases.c.party_key == bindparam("party", type_=Key)
_OPENED = cases.c.opened_at >= _SINCE
_CLAIMANTS = select(func.count(cases.c.party_key.distinct())).where(_ACCOUNT, _OPENED, ~_PARTY)
_ACCOUNTS_OF = select(func.count(cases.c.account_key.distinct())).where(_PARTY, _OPENED)
_CASES_OF = select(func.count()).where(_PARTY, _OPENED)


def _between(column: Any) -> Any:
    return and_(column >= _SINCE, column < _UNTIL)


def _micros(column: Any) -> Any:
    return type_coerce(column, BigInteger)


def _may_have(flag: Flag) -> Any:
    """Whether a flag's name stands in the details: few cases have it, so few are read whole. See `_with`."""
    return type_coerce(cases.c.details, Text).contains(f'"{flag}"', autoescape=True)


def _with(flag: Flag | None, found: Sequence[Case | UnreadableCase]) -> list[Case | UnreadableCase]:
    return [one for one in found if flag is None or isinstance(one, UnreadableCase) or flag in one.flags]


_COUNT = select(func.count())


def _ahead(*where: Any, most: int = PLACES_COUNTED) -> Statement:
    """How many cases are in the queue before one, as far as places are counted."""
    return Statement(_COUNT.select_from(select(cases.c.id).where(*where).limit(most).subquery()))


_QUEUE = _ahead(case_is_queued)
_AT = bindparam("queued_at", type_=Moment)
_PLACE, _THIS_PLACE = tuple_(cases.c.queued_at, cases.c.id), tuple_(_AT, bindparam("case_id"))
# What is said twice is for the index, which does not understand pairs.
_AHEAD = _ahead(cases.c.queued_at <= _AT, _PLACE < _THIS_PLACE)
_NOT_AHEAD = Statement(select(cases.c.id).where(cases.c.queued_at >= _AT, _PLACE >= _THIS_PLACE).limit(2))
_WAITS = (
    select((_micros(cases.c.closed_at) - _micros(cases.c.completed_at)).label("wait"))
    .where(cases.c.closed_at >= _SINCE, cases.c.completed_at.is_not(None))
    # Which only the staff gives.
    .where(or_(is_(cases.c.outcome, "recovered"), is_(cases.c.outcome, "denied")))
    .order_by(cases.c.closed_at.desc())
    .limit(WAITS_LOOKED_AT)
    .cte("waits")
)
_MEDIAN_WAIT = Statement(
    select(_WAITS.c.wait)
    .order_by(_WAITS.c.wait)
    .limit(1)
    .offset(select((func.count() - 1) // 2).select_from(_WAITS).scalar_subquery())
)
_BY_STATUS = select(cases.c.status, func.count()).group_by(cases.c.status)
_NEXT_STATUS = select(func.min(cases.c.status)).where(cases.c.status > bindparam("last"))
_OPEN_BY_STATUS = _BY_STATUS.where(cases.c.status.in_([*OPEN]))
_OF_UNKNOWN_STATUS = (
    SELECT.where(cases.c.due_at.is_not(None), cases.c.status.not_in([*Status]))
    .order_by(cases.c.due_at, cases.c.id)
    .limit(LISTED)
)
_FAILING = (
    SELECT.where(cases.c.failing.is_(True))
    .where(or_(~is_(cases.c.status, "closed"), cases.c.changed_at >= _SINCE))
    .order_by(cases.c.id)
    .limit(LISTED)
)
_DISOWNED = (
    SELECT.where(cases.c.closed_at >= _SINCE, is_(cases.c.outcome, "withdrawn"), _may_have(Flag.DISOWNED))
    .order_by(cases.c.closed_at.desc())
    .limit(LISTED)
)
_MAILS = _COUNT.where(_between(mails.c.received_at))
_REQUESTS = _COUNT.where(_between(cases.c.opened_at))
_CLOSED = select(cases.c.outcome, func.count()).where(_between(cases.c.closed_at)).group_by(cases.c.outcome)
_SETTLED = select(outbox.c.state, func.count()).where(_between(outbox.c.settled_at)).group_by(outbox.c.state)
_SILENT = (
    select(mails.c.silence, func.count())
    .where(_between(mails.c.received_at), mails.c.silence.is_not(None))
    .group_by(mails.c.silence)
)
_QUEUES = select(
    _COUNT.where(mail_waits).scalar_subquery(),
    _COUNT.where(mail_is_parked).scalar_subquery(),
    _COUNT.where(letter_waits).scalar_subquery(),
    select(func.min(mails.c.next_try_at)).where(mail_waits).scalar_subquery(),
    select(func.min(outbox.c.next_try_at)).where(letter_waits).scalar_subquery(),
)


# Whose writer's DNS does not answer, such a mail waits for somebody else.
_PUT_OFF = exists().where(
    sender_checks.c.mail_id == mails.c.id, sender_checks.c.found.is_(None), sender_checks.c.attempts == 0
)
_OLDEST_FOR_US = select(func.min(mails.c.next_try_at)).where(mail_waits, ~_PUT_OFF)


class Views(Part):
    __slots__ = ()

    def look_at_queue(self, now: datetime) -> None:
        """Counts it at once for all of `queue_place`, before there are rows that would have to be written first."""
        self._ahead_of((now, ""))

    def queue_place(self, case: Case) -> int:
        """Its place in the queue of the staff, 1 being next; the last one for a case that is not in it yet.

        One more than `PLACES_COUNTED` is that place, or any behind it.
        """
        if case.completed_at is None:
            return int(_QUEUE.scalar(self._connection, {})) + 1
        return min(self._ahead_of((case.completed_at, case.id)), PLACES_COUNTED) + 1

    def _ahead_of(self, key: Place) -> int:
        line = self._known.line
        ahead = line.ahead_of(key)
        if ahead is None:
            values = {"queued_at": key[0], "case_id": key[1]}
            ahead = int(_AHEAD.scalar(self._connection, values))
            rest = {row.id for row in _NOT_AHEAD.rows(self._connection, values)}
            if rest <= {key[1]}:
                line.count(key, ahead, there=bool(rest))
        return ahead

    def usual_wait(self, since: datetime) -> timedelta | None:
        """From complete to closed by the staff: the median of the newest cases closed since; None without any."""
        known = self._known
        if known.usual_wait is None or abs(since - known.usual_wait[0]) > _ABOUT_NOW:
            wait = _MEDIAN_WAIT.scalar(self._connection, {"since": since})
            known.usual_wait = (since, None if wait is None else timedelta(microseconds=wait))
        return known.usual_wait[1]

    def claimants(self, case: Case, since: datetime) -> int:
        """How many other addresses asked for the account of a case."""
        if not case.account:
            return 0
        values = {"account": case.account, "party": case.party, "since": since}
        return self._number(_CLAIMANTS, values)

    def accounts_of(self, party: str, since: datetime) -> int:
        """How many accounts an address asked for."""
        return self._number(_ACCOUNTS_OF, {"party": party, "since": since})

    def is_party(self, address: str, since: datetime) -> bool:
        """Whether an address opened a case of its own."""
        return self._number(_CASES_OF, {"party": address, "since": since}) > 0

    def count_by_status(self) -> dict[Status, int]:
        """Every status has its number. All closed cases are counted, which takes a while where there are millions."""
        found = self._tally(_BY_STATUS, {})
        return {member(Status, status): found.get(status, 0) for status in dict.fromkeys((*Status, *found))}

    def newer_statuses(self) -> list[Status]:
        """Those of cases that a newer version stored, and this one does not know."""
        found: list[Status] = []
        last: str | None = ""
        while last := self._connection.execute(_NEXT_STATUS, {"last": last}).scalar_one():
            found.append(member(Status, last))
        return [status for status in found if status not in {*Status}]

    def count_open(self) -> dict[Status, int]:
        """Every status of an open case has its number."""
        found = self._tally(_OPEN_BY_STATUS, {})
        return {status: found.get(status, 0) for status in OPEN}

    def cases(
        self,
        *,
        status: Status | None = None,
        party: str | None = None,
        account: str | None = None,
        opened_since: datetime | None = None,
        flag: Flag | None = None,
        oldest_first: bool = False,
        limit: int = LISTED,
    ) -> list[Case | UnreadableCase]:
        """By the time they were opened, the newest first unless told otherwise. With a `flag` those that cannot be read may have it."""
        statement = SELECT
        for column, wanted in (
            (cases.c.status, status),
            (cases.c.party_key, party),
            (cases.c.account_key, account),
        ):
            if wanted is not None:
                statement = statement.where(column == wanted)
        if opened_since is not None:
            statement = statement.where(cases.c.opened_at >= opened_since)
        if flag is not None:
            statement = statement.where(_may_have(flag))
        order = (cases.c.opened_at, cases.c.id)
        statement = statement.order_by(*(order if oldest_first else [column.desc() for column in order]))
        return _with(flag, each_of(self._connection.execute(statement.limit(limit)).all()))

    def of_unknown_status(self) -> list[UnreadableCase]:
        """Cases in which something is due some day, whose status this program does not know."""
        return unreadable(each_of(self._connection.execute(_OF_UNKNOWN_STATUS).all()))

    def unreadable(self) -> list[UnreadableCase]:
        """Open cases that cannot be read, of each status among so many as are listed at most."""
        known = [one for status in OPEN for one in self.cases(status=status, oldest_first=True)]
        return [*unreadable(known), *self.of_unknown_status()]

    def failing(self, since: datetime) -> list[Case | UnreadableCase]:
        """Cases whose party's address fails: the open ones, and the closed ones that changed since."""
        return each_of(self._connection.execute(_FAILING, {"since": since}).all())

    def disowned(self, since: datetime) -> list[Case | UnreadableCase]:
        """Cases that were withdrawn since and have that flag, the last one first."""
        return _with(Flag.DISOWNED, each_of(self._connection.execute(_DISOWNED, {"since": since}).all()))

    def numbers(self, since: datetime, until: datetime) -> Numbers:
        """What happened from `since` until just before `until`."""
        span = {"since": since, "until": until}
        settled = self._tally(_SETTLED, span)
        return Numbers(
            mails=self._number(_MAILS, span),
            requests=self._number(_REQUESTS, span),
            closed=self._tally(_CLOSED, span),
            sent=settled.get("sent", 0),
            failed=settled.get("failed", 0),
            silent=self._tally(_SILENT, span),
        )

    def queues(self) -> Queues:
        return Queues(*self._connection.execute(_QUEUES).one())

    def oldest_for_us(self) -> datetime | None:
        """When the mail was due that waits for this desk alone, and not for an answer of the DNS, for longest."""
        due: datetime | None = self._connection.execute(_OLDEST_FOR_US).scalar_one()
        return due

    def _number(self, statement: Any, values: Mapping[str, object]) -> int:
        return int(self._connection.execute(statement, values).scalar_one())

    def _tally(self, statement: Any, values: Mapping[str, object]) -> dict[str, int]:
        return {name: number for name, number in self._connection.execute(statement, values)}  # noqa: C416 - rows, not pairs
