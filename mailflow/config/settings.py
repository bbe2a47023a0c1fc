"""What the file says, as plain frozen values; `tables.py` says what may stand in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time, timedelta
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from mailflow.config.packaged import lexicon, subjects
from mailflow.core.policy import Policy
from mailflow.core.relaying import Network

if TYPE_CHECKING:
    from mailflow.core.lexicon import Lexicon
    from mailflow.core.subjects import Subjects


@dataclass(frozen=True)
class Desk:
    name: str
    address: str
    service: str
    staff: tuple[str, ...]
    time_zone: ZoneInfo
    reply_key: Path


@dataclass(frozen=True)
class Smtp:
    listen: tuple[tuple[str, int], ...]  # empty with `from_systemd`
    from_systemd: bool
    hostname: str  # never empty: the machine's name is filled in
    tls_certificate: Path | None
    tls_key: Path | None
    size_limit: int  # bytes, as all sizes
    max_connections: int
    max_connections_per_address: int
    max_recipients: int
    max_commands: int
    max_received: int
    session_deadline: timedelta
    idle_timeout: timedelta
    least_rate: int  # bytes a second
    bytes_in_flight: int


@dataclass(frozen=True)
class Smarthost:
    host: str  # "" means the maildir
    port: int
    tls: Literal["required", "opportunistic", "off"]
    user: str
    password: str = field(repr=False)  # read from its file
    timeout: timedelta
    final_timeout: timedelta  # of the answer to a whole letter
    connections: int  # at most
    maildir: Path
    retry: tuple[timedelta, ...]
    give_up_after: timedelta


@dataclass(frozen=True)
class Database:
    url: str = field(repr=False)  # SQLAlchemy's, with the password in it
    busy_timeout: timedelta
    encryption_key: Path | None = None  # None: mail is stored in the clear
    statement_timeout: timedelta = timedelta(seconds=60)  # for one of PostgreSQL
    min_free: int = 0  # bytes, of the disk that SQLite writes to; with less no mail is taken


@dataclass(frozen=True)
class Case:
    reply_address_lifetime: timedelta
    keep_closed: timedelta
    keep_raw: timedelta


@dataclass(frozen=True)
class Authentication:
    authserv_ids: frozenset[str]  # in lower case
    relays: tuple[Network, ...]
    compute: bool
    dns_servers: tuple[tuple[str, int], ...]  # empty: those of the machine
    dns_timeout: timedelta
    dns_lookups: int
    deadline: timedelta
    retry_for: timedelta

    @property
    def tells(self) -> bool:
        """Whether anything says who wrote a mail."""
        return self.compute or bool(self.authserv_ids)


@dataclass(frozen=True)
class Digest:
    at: time
    send_empty: bool
    answers_per_day: int  # to a member of the staff who sends commands


@dataclass(frozen=True)
class Log:
    format: Literal["json", "console", "auto"]
    level: Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True)
class Config:
    source: Path  # the file it came from
    desk: Desk
    smtp: Smtp
    smarthost: Smarthost
    database: Database
    policy: Policy
    case: Case
    authentication: Authentication
    digest: Digest
    monitoring: tuple[str, int] | None
    log: Log
    templates: Path  # the site's letters; the shipped ones stand in for those it lacks

    @property
    def lexicon(self) -> Lexicon:
        """The words of all languages, which belong to no site: compiled when a process reads its first mail."""
        return lexicon()

    @property
    def subjects(self) -> Subjects:
        """By which mail of programs is told, in all languages."""
        return subjects()


def restart_needed(old: Config, new: Config) -> tuple[str, ...]:
    """The keys that differ and that a running daemon cannot take over: its sockets and its database are open."""
    return tuple(key for key, value in _AT_START.items() if value(old) != value(new))


_AT_START: Mapping[str, Callable[[Config], object]] = {
    **{
        f"smtp.{one.name}": attrgetter(f"smtp.{one.name}")
        for one in fields(Smtp)
        if one.name != "from_systemd"
    },
    "smtp.listen": attrgetter("smtp.listen", "smtp.from_systemd"),
    "database.url": attrgetter("database.url"),  # with its password
    "database.busy_timeout": attrgetter("database.busy_timeout"),
    "database.statement_timeout": attrgetter("database.statement_timeout"),
    "monitoring.listen": attrgetter("monitoring"),
}
