"""Fills an empty database with years of work: a few conversations that a desk really had, multiplied.

Each of them is led once, with mailflow's own rules and letters, and its rows are then copied as often as wanted with
other people, references and times; so rows have the sizes and forms that they have in practice. Closed cases are spread
over the 360 days that they are kept, 2 % wait for the staff and 1 % for the person, and nothing is due. What was received
is kept for 30 days, of older mails only what was read. The rest of the mails belong to no case: absence notices, bulk.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from mailflow.core.audit import START as AUDIT_START
from mailflow.core.audit import next_entry
from mailflow.core.case import Outcome
from mailflow.core.events import StaffAsked, StaffClosed
from mailflow.core.reference import new_reference
from mailflow.steps.operate import act
from mailflow.store import Store, schema
from mailflow.store.columns import to_micros
from mailflow.store.indexes import metadata
from tests.world import COMPLETE, INCOMPLETE, World, configured, in_the_clear

Row = dict[str, Any]

MAILS_A_CASE = 5
SPREAD = timedelta(days=360)
KEEP_RAW = timedelta(days=30)
_SECOND = 1_000_000  # microseconds
_HOUR = 3600 * _SECOND
_DAY = 24 * _HOUR
_RECENT = 8  # percent of all cases: those of the last month, among which the open ones are
_DOMAINS = 500
_SILENT = """Hello, I am out of the office until Monday and read your mail when I am back."""
_MOVED = {  # the columns that are times
    table.name: [column.name for column in table.c if type(column.type).__name__ == "Moment"]
    for table in metadata.tables.values()
}


@dataclass(frozen=True)
class Story:
    """The rows of one conversation, as they stand in the tables."""

    case: Row
    mails: list[Row]
    letters: list[Row]
    history: list[Row]

    @property
    def is_open(self) -> bool:
        return bool(self.case["status"] != "closed")


def _recovered(world: World) -> None:
    (asked,) = world.write(INCOMPLETE, sender="jo@people1.example.org")
    world.wait(timedelta(hours=20))
    (again,) = world.answer(asked, "Recovery codes: lost")
    world.wait(timedelta(hours=7))
    (received,) = world.answer(again, "Code of Conduct: I agree\nAcknowledgement: I understand")
    world.wait(timedelta(days=3))
    world.answer(received, "Is there any news on my request?")
    world.wait(timedelta(days=2))
    act(world.app, world.case().reference, StaffClosed(Outcome.RECOVERED), "kim")
    world.answer(world.run()[-1], "Thank you very much, that worked.")


def _denied(world: World) -> None:
    (received,) = world.write(COMPLETE, sender="sam@people1.example.org")
    world.wait(timedelta(days=2))
    world.answer(received, "I forgot to say that I also have the project example-tools.")
    act(world.app, world.case().reference, StaffAsked("Which address did you register with?"), "kim")
    world.answer(world.run()[-1], "I do not remember it, it was years ago.")
    act(world.app, world.case().reference, StaffClosed(Outcome.DENIED, "We could not tell."), "kim")
    world.run()


def _expired(world: World) -> None:
    world.write(INCOMPLETE, sender="lee@people1.example.org")
    world.wait(timedelta(days=32))


def _withdrawn(world: World) -> None:
    (asked,) = world.write(INCOMPLETE, sender="ann@people1.example.org")
    world.answer(asked, "I got back in by myself. Please close my request.")


def _redirected(world: World) -> None:
    world.write(
        "My project is too large. Can you increase the upload limit of example-tools to 300 MB?",
        sender="max@people1.example.org",
    )


def _in_review(world: World) -> None:
    (asked,) = world.write(INCOMPLETE, sender="eve@people1.example.org")
    world.wait(timedelta(hours=5))
    (received,) = world.answer(asked, COMPLETE)
    world.answer(received, "I hope that this is all you need.")


def _awaiting_answers(world: World) -> None:
    world.write(INCOMPLETE, sender="tom@people1.example.org")


def _awaiting_requester(world: World) -> None:
    world.write(COMPLETE, sender="ida@people1.example.org")
    act(world.app, world.case().reference, StaffAsked("Which address did you register with?"), "kim")
    world.run()


def _nobodys(world: World) -> None:
    world.write(_SILENT, sender="away@people1.example.org", Auto_Submitted="auto-replied")


# How many of a hundred cases, of all and of those of the last month.
_OLD = ((_recovered, 52), (_denied, 16), (_expired, 20), (_withdrawn, 6), (_redirected, 6))
_NEW = (
    (_in_review, 25),
    (_awaiting_answers, 10),
    (_awaiting_requester, 3),
    (_recovered, 50),
    (_redirected, 12),
)


class Stories:
    """All conversations, and which of them a case has."""

    def __init__(self) -> None:
        self.of = {lead: _led(lead) for lead, _ in (*_OLD, *_NEW)}
        self.nobodys = _led(_nobodys, without_case=True).mails[0]
        self._old = [self.of[lead] for lead, share in _OLD for _ in range(share)]
        self._new = [self.of[lead] for lead, share in _NEW for _ in range(share)]

    def __call__(self, number: int, cases: int) -> Story:
        mix = self._new if number >= cases * (100 - _RECENT) // 100 else self._old
        return mix[number * 37 % 100]


def _led(lead: Callable[[World], None], *, without_case: bool = False) -> Story:
    folder = Path(tempfile.mkdtemp(prefix="mailflow-story-"))
    world = World(folder, in_the_clear(configured(folder)))
    try:
        lead(world)
        return _rows(world.engine, without_case=without_case)
    finally:
        world.close()
        shutil.rmtree(folder)


def _rows(engine: Engine, *, without_case: bool) -> Story:
    with engine.connect() as connection:

        def of(table: str, where: str = "case_id IS NOT NULL") -> list[Row]:
            found = connection.exec_driver_sql(f"SELECT * FROM {table} WHERE {where} ORDER BY 1")
            return [dict(row._mapping) for row in found]

        if without_case:
            return Story({}, of("mails", "case_id IS NULL"), [], [])
        (case,) = of("cases", "id IS NOT NULL")
        return Story(case, of("mails"), of("outbox"), of("case_history"))


@dataclass(frozen=True)
class Case:
    """One of many: its number, its story, and what it has that no other has."""

    number: int
    story: Story
    later: int  # microseconds by which its times are moved
    id: str
    party: str

    def rows(self, table: str, of: Iterable[Row]) -> Iterator[Row]:
        moved = _MOVED[table]
        for row in of:
            times = {name: row[name] + self.later for name in moved if row[name] is not None}
            yield {**row, **times, "case_id": self.id}


def all_cases(stories: Stories, cases: int, now: datetime) -> Iterator[Case]:
    end = to_micros(now) - _HOUR
    step = SPREAD // timedelta(microseconds=1) // cases
    taken: set[str] = set()  # of a million references two may well be the same
    for number in range(cases):
        story = stories(number, cases)
        first, last = story.case["opened_at"], story.case["changed_at"]
        at = min(end - (cases - number) * step, end - (last - first))
        person = number * 7 // 10  # some ask more than once
        ids = (f"{at // 1000:012x}{free:020x}" for free in count(number, cases))
        case_id = next(one for one in ids if new_reference(one) not in taken)
        taken.add(new_reference(case_id))
        yield Case(
            number,
            story,
            at - first,
            case_id,
            f"jo{person}@people{person % _DOMAINS}.example.org",
        )


def case_rows(cases: Iterable[Case], now: datetime) -> Iterator[Row]:
    soon = to_micros(now) + _HOUR
    for case in cases:
        (row,) = case.rows("cases", [case.story.case])
        del row["case_id"]
        due_at = soon + case.number % 480 * _HOUR if case.story.is_open else None
        account = f"user{case.number * 8 // 10}"
        yield {
            **row,
            "id": case.id,
            "reference": new_reference(case.id),
            "party": case.party,
            "party_key": case.party,
            "account": account,
            "account_key": account,
            "due_at": due_at,
        }


def mail_rows(cases: Iterable[Case], stories: Stories, mails: int, now: datetime) -> Iterator[Row]:
    """Those of the cases, and evenly between them the ones of nobody until there are as many as wanted."""
    kept_since = to_micros(now - KEEP_RAW)
    given = nobodys = 0
    for case in cases:
        for row in case.rows("mails", case.story.mails):
            given += 1
            yield _mail(row, given, kept_since, case.party)
        while given + 1 < (case.number + 1) * MAILS_A_CASE and given < mails:
            given, nobodys = given + 1, nobodys + 1
            (row,) = case.rows("mails", [stories.nobodys])
            later = case.story.case["opened_at"] - stories.nobodys["received_at"]
            times = {name: row[name] + later for name in _MOVED["mails"] if row[name] is not None}
            yield _mail({**row, **times, "case_id": None}, given, kept_since, f"away{nobodys}@example.org")


def _mail(row: Row, number: int, kept_since: int, sender: str) -> Row:
    changed = {
        "id": number,
        "digest": sha256(b"%d" % number).digest(),
        "sender": sender,
        "message_id": f"{number}@mail.example.org",
        "envelope": row["envelope"].replace("@people1.example.org", f"{number}@people.example.org"),
    }
    if row["received_at"] < kept_since:
        changed |= {"raw": b"", "key_id": None, "raw_deleted_at": row["received_at"] + 30 * _DAY}
    return {**row, **changed}


def letter_rows(cases: Iterable[Case], now: datetime) -> Iterator[Row]:
    kept_since = to_micros(now - KEEP_RAW)
    number = 0
    for case in cases:
        for row in case.rows("outbox", case.story.letters):
            number += 1
            changed: Row = {"id": number, "message_id": f"{case.id}.{number}@pypi.example"}
            if row["created_at"] < kept_since:
                changed |= {"raw": b"", "raw_deleted_at": row["created_at"] + 30 * _DAY}
            yield {**row, **changed, "recipient": case.party, "recipient_key": case.party}


def history_rows(cases: Iterable[Case]) -> Iterator[Row]:
    number = 0
    for case in cases:
        for row in case.rows("case_history", case.story.history):
            number += 1
            yield {**row, "id": number}


def audit_rows(cases: Iterable[Case]) -> Iterator[Row]:
    """An entry for each case that the staff closed."""
    head = AUDIT_START
    for case in cases:
        if case.story.case["outcome"] in {"recovered", "denied"}:
            at = datetime.fromtimestamp((case.story.case["closed_at"] + case.later) / _SECOND, UTC)
            facts = {"did": "staff_closed", "status": case.story.case["outcome"], "letters": ["recovered"]}
            entry = next_entry(head, at, "kim", "close", new_reference(case.id), facts)
            head = entry.head
            names = [column.name for column in schema.audit.c]
            yield {**{name: getattr(entry, name) for name in names}, "at": to_micros(at)}


def tally_rows(cases: Iterable[Case], now: datetime) -> Iterator[Row]:
    """The letters of the last week to parties that had answered none before."""
    since, number = to_micros(now) - 8 * _DAY, 0
    for case in cases:
        for row in case.story.letters[:1]:
            at = row["created_at"] + case.later
            if at >= since:
                number += 1
                domain = case.party.partition("@")[2]
                yield {"id": number, "what": "letter", "key": domain, "at": at, "about": None}


def build(engine: Engine, stories: Stories, cases: int, now: datetime) -> None:
    """Fill the tables, which are empty; the indexes that are not unique are made when all rows are there."""
    indexes = [index for table in metadata.tables.values() for index in table.indexes]

    def each() -> Iterator[Case]:
        return all_cases(stories, cases, now)

    with engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    fill = _fill_sqlite if engine.dialect.name == "sqlite" else _fill_postgresql
    fill(
        engine,
        {
            "cases": case_rows(each(), now),
            "mails": mail_rows(each(), stories, cases * MAILS_A_CASE, now),
            "outbox": letter_rows(each(), now),
            "case_history": history_rows(each()),
            "audit": audit_rows(each()),
            "tallies": tally_rows(each(), now),
        },
    )
    with engine.begin() as connection:
        for index in indexes:
            index.create(connection)
    _settle(engine)


def _fill_sqlite(engine: Engine, tables: dict[str, Iterator[Row]]) -> None:
    connection = engine.raw_connection()
    try:
        run = connection.driver_connection.execute
        for pragma in ("foreign_keys = 0", "synchronous = 0", "cache_size = -1000000"):
            run(f"PRAGMA {pragma}")
        for table, rows in tables.items():
            run("BEGIN")
            names, values = _columns(rows)
            places = ", ".join("?" * len(names))
            columns = ", ".join(f'"{name}"' for name in names)
            connection.driver_connection.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({places})", values
            )
            run("COMMIT")
    finally:
        connection.invalidate()  # its pragmas are for this alone


def _fill_postgresql(engine: Engine, tables: dict[str, Iterator[Row]]) -> None:
    connection = engine.raw_connection()
    try:
        with connection.driver_connection.cursor() as cursor:
            for table, rows in tables.items():
                names, values = _columns(rows)
                columns = ", ".join(f'"{name}"' for name in names)
                if table != "audit":
                    cursor.execute("SET LOCAL session_replication_role = replica")
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in values:
                        copy.write_row(row)
                if "id" in names and table != "cases":
                    cursor.execute(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                    )
                connection.driver_connection.commit()
    finally:
        connection.invalidate()


def _columns(rows: Iterator[Row]) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    first = next(rows)
    names = [*first]

    def values() -> Iterator[tuple[Any, ...]]:
        yield tuple(first.values())
        for row in rows:
            yield tuple(row[name] for name in names)

    return names, values()


def _settle(engine: Engine) -> None:
    """As after a quiet night: PostgreSQL has looked at the tables, SQLite has copied its WAL."""
    if engine.dialect.name == "sqlite":
        assert Store(engine).scrub(masked=False)
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE, FREEZE)")
