"""`config.toml` as typed, frozen settings; every error of a file is reported at once, each with its key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from mailflow.core.lexicon import Lexicon
from mailflow.core.policy import Policy


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
    maildir: Path
    retry: tuple[timedelta, ...]
    give_up_after: timedelta


@dataclass(frozen=True)
class Database:
    url: str = field(repr=False)  # SQLAlchemy's, with the password in it
    busy_timeout: timedelta


@dataclass(frozen=True)
class Case:
    reply_address_lifetime: timedelta
    keep_closed: timedelta


@dataclass(frozen=True)
class Digest:
    at: time
    send_empty: bool


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
    digest: Digest
    monitoring: tuple[str, int] | None
    log: Log
    templates: Path
    lexicon: Lexicon
