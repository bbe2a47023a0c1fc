"""The tables of `config.toml`, key by key, with every default: the only place where one stands.

A check that looks at several keys sits on the last of them, so that it still runs when other keys are wrong.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from mailflow.config import files, values
from mailflow.config.authentication import AuthenticationTable
from mailflow.config.form import FormTable, RedirectTable, check_redirects
from mailflow.config.table import (
    FaultsError,
    Good,
    Table,
    also,
    each,
    needed,
    optional,
    optional_path,
    table,
    tables,
)
from mailflow.config.values import FaultError
from mailflow.core.reference import Addresses

HostPort = tuple[str, int]

_LOCAL_PART_LIMIT = 64  # RFC 5321, section 4.5.3.1.1
_TLS_FROM_THE_START = 465  # RFC 8314, section 3.3
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class DeskTable(Table, header="[desk]"):
    name: str = optional(values.or_empty(values.name), "")
    address: str = needed(values.address, 'address = "desk@example.org"')
    service: str = needed(values.name, 'service = "PyPI"')
    staff: tuple[str, ...] = needed(each(values.address), 'staff = ["staff@example.org"]')
    time_zone: ZoneInfo = optional(values.time_zone, "UTC")
    reply_key: Path = optional_path(files.readable_if_there, "var/reply.key")

    @also("address")
    @staticmethod
    def _has_room_for_tags(address: str, _: Good) -> None:
        local = address.rpartition("@")[0]
        if "+" in local:
            raise FaultError(
                f'{values.shown(address)} has a "+", which begins the tag of a reply address: choose another'
            )
        tagged = Addresses(address, (b"",), timedelta()).reply("0000-0000", "", _ANY_TIME)
        excess = len(tagged.rpartition("@")[0]) - _LOCAL_PART_LIMIT
        if excess > 0:
            raise FaultError(
                f"{values.shown(address)} leaves no room for the tag of a reply address: write at most "
                f"{len(local) - excess} characters before the @"
            )

    @also("staff")
    @staticmethod
    def _is_somebody_else(staff: tuple[str, ...], good: Good) -> None:
        if not staff:
            raise FaultError("nobody is named: write at least one address")
        desk = good.get("address", "")
        faults = []
        for number, address in enumerate(staff):
            if desk and Addresses(desk, (), timedelta()).accepts(address):
                faults.append(
                    (
                        (number,),
                        f"{values.shown(address)} is an address of the desk itself: write the address of a person",
                    )
                )
            if address.lower() in {other.lower() for other in staff[:number]}:
                faults.append(((number,), f"{values.shown(address)} stands twice: write it once"))
        if faults:
            raise FaultsError(faults)


def _listen(value: object) -> tuple[HostPort, ...]:
    """The addresses; none with "systemd", which hands over its sockets."""
    if value == "systemd":
        return ()
    if not isinstance(value, list) or not value:
        raise FaultError(
            f'{values.shown(value)} is not a list of addresses: write one such as ["127.0.0.1:8025"], or "systemd"'
        )
    addresses = _host_ports(value)
    if len({*addresses}) < len(addresses):
        raise FaultError("an address stands twice: write each once")
    return addresses


_host_ports = each(values.host_port)


class SmtpTable(Table, header="[smtp]"):
    listen: tuple[HostPort, ...] = optional(_listen, ["127.0.0.1:8025"])
    hostname: str = optional(values.or_empty(values.host), "")
    tls_certificate: Path | None = optional_path(files.readable, "")
    tls_key: Path | None = optional_path(files.readable, "")
    size_limit: int = optional(values.size("10 KB", "500 MB"), "10 MB")
    max_connections: int = optional(values.whole(1, 100_000), 500)
    max_connections_per_address: int = optional(values.whole(1, 100_000), 20)
    max_recipients: int = optional(values.whole(1, 10_000), 50)
    max_commands: int = optional(values.whole(5, 100_000), 100)
    max_received: int = optional(values.whole(1, 1000), 50)
    session_deadline: timedelta = optional(values.duration, "10 minutes")
    idle_timeout: timedelta = optional(values.duration, "60 seconds")
    least_rate: int = optional(values.size("0 B", "10 MB"), "256 B")
    bytes_in_flight: int = optional(values.size("10 KB", "100 GB"), "100 MB")

    @also("tls_key")
    @staticmethod
    def _belongs_to_certificate(key: Path | None, good: Good) -> None:
        certificate = good.get("tls_certificate", key)
        if key and not certificate:
            raise FaultError("is set without tls_certificate: write both, or leave both empty")
        if certificate and not key:
            raise FaultError("missing: tls_certificate needs the file with its private key")
        if certificate and key and "tls_certificate" in good:
            files.check_key_pair(certificate, key)

    @also("bytes_in_flight")
    @staticmethod
    def _has_room_for_a_mail(size: int, good: Good) -> None:
        if size < good.get("size_limit", 0):
            raise FaultError("is less than one mail of size_limit: write a larger size")


class SmarthostTable(Table, header="[smarthost]"):
    host: str = optional(values.or_empty(values.host), "")
    port: int = optional(values.whole(1, 65_535), 25)
    tls: Literal["required", "opportunistic", "off"] = optional(
        values.one_of("required", "opportunistic", "off"), "opportunistic"
    )
    user: str = optional(values.or_empty(values.line), "")
    password: str = optional_path(files.secret, "")
    timeout: timedelta = optional(values.duration, "60 seconds")
    final_timeout: timedelta = optional(values.duration, "10 minutes")
    connections: int = optional(values.whole(1, 100), 4)
    maildir: Path = optional_path(files.path, "var/maildir")
    retry: tuple[timedelta, ...] = optional(
        each(values.duration), ["1 minute", "5 minutes", "15 minutes", "1 hour", "3 hours", "6 hours"]
    )
    give_up_after: timedelta = optional(values.duration, "5 days")

    @also("port")
    @staticmethod
    def _speaks_starttls(port: int, _: Good) -> None:
        if port == _TLS_FROM_THE_START:
            raise FaultError(
                f"{port} is for TLS from the first byte, mailflow begins it with STARTTLS: write 587"
            )

    @also("user")
    @staticmethod
    def _is_protected(user: str, good: Good) -> None:
        if user and good.get("tls") == "off" and not _is_loopback(good.get("host", "")):
            raise FaultError('tls = "off" would send its password unprotected: write tls = "required"')

    @also("password")
    @staticmethod
    def _comes_with_a_user(password: str, good: Good) -> None:
        user = good.get("user", password)
        if user and not password:
            raise FaultError("missing: `user` needs the path of a file with the password")
        if password and not user:
            raise FaultError("is set without `user`: write both, or leave both empty")

    @also("retry")
    @staticmethod
    def _is_not_empty(retry: tuple[timedelta, ...], _: Good) -> None:
        if not retry:
            raise FaultError("is empty: write at least one duration")

    @also("give_up_after")
    @staticmethod
    def _leaves_time_for_a_retry(give_up_after: timedelta, good: Good) -> None:
        if "retry" in good and give_up_after < good["retry"][0]:
            raise FaultError("is shorter than the first `retry`: write a longer time")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}  # no host: letters go into the maildir


def _comes_to(host: str, listened: str) -> bool:
    """Whether who connects to a host may come to what is listened on there, by what the two are called."""
    return any(_is_within(one, other) for one in _called(host) for other in _called(listened))


def _called(host: str) -> tuple[str, ...]:
    return ("127.0.0.1", "::1") if host.lower() == "localhost" else (host.lower(),)


def _is_within(address: str, listened: str) -> bool:
    if address == listened:
        return True
    try:
        one, other = ip_address(address), ip_address(listened)
    except ValueError:
        return False
    return other.is_unspecified and one.is_loopback and one.version == other.version


class DatabaseTable(Table, header="[database]"):
    url: str = optional_path(files.database_url, "sqlite:///var/mailflow.db")
    password: str = optional_path(files.secret, "")
    busy_timeout: timedelta = optional(values.duration, "10 seconds")
    statement_timeout: timedelta = optional(values.duration, "60 seconds")
    min_free: int = optional(values.size("0 B", "1000000 GB"), "100 MB")
    encryption_key: Path | None = optional_path(files.key_or_none, "var/database.key")

    @also("password")
    @staticmethod
    def _has_a_use(password: str, good: Good) -> None:
        if password and good.get("url", "").startswith("sqlite"):
            raise FaultError("is set, but SQLite has no passwords: leave it empty")


class CaseTable(Table, header="[case]"):
    remind_after: tuple[timedelta, ...] = optional(each(values.duration), ["3 days", "7 days", "14 days"])
    close_after: timedelta = optional(values.duration, "30 days")
    escalate_after: timedelta = optional(values.duration, "7 days")
    business_days: bool = optional(values.flag, False)
    status_letter_every: timedelta = optional(values.duration, "1 day")
    letters_per_day: int = optional(values.whole(1, 1000), 5)
    letters_per_case: int = optional(values.whole(1, 1000), 20)
    letters_per_domain: int = optional(values.whole(1, 1_000_000), 200)
    letters_in_all: int = optional(values.whole(1, 1_000_000), 2000)
    reply_address_lifetime: timedelta = optional(values.duration, "365 days")
    keep_closed: timedelta = optional(values.duration, "365 days")
    keep_raw: timedelta = optional(values.duration, "180 days")
    confirm_below: float = optional(values.share, 0.6)

    @also("remind_after")
    @staticmethod
    def _ascends(remind_after: tuple[timedelta, ...], _: Good) -> None:
        late = [
            number
            for number in range(1, len(remind_after))
            if remind_after[number] <= remind_after[number - 1]
        ]
        if late:
            raise FaultsError(
                [((number,), "is not later than the one before: write them in order") for number in late]
            )

    @also("close_after")
    @staticmethod
    def _follows_the_reminders(close_after: timedelta, good: Good) -> None:
        if close_after <= max(good.get("remind_after", ()), default=timedelta()):
            raise FaultError(
                "is not later than the last of `remind_after`: leave the person time to answer it"
            )

    @also("reply_address_lifetime")
    @staticmethod
    def _outlasts_the_wait(lifetime: timedelta, good: Good) -> None:
        if lifetime < good.get("close_after", lifetime):
            raise FaultError("is shorter than close_after: an answer in time would come to a dead address")


class DigestTable(Table, header="[digest]"):
    at: time = optional(values.clock_time, "08:00")
    send_empty: bool = optional(values.flag, False)
    answers_per_day: int = optional(values.whole(1, 1000), 20)


class MonitoringTable(Table, header="[monitoring]"):
    listen: HostPort | None = optional(
        lambda value: None if value == "" else values.host_port(value), "127.0.0.1:8026"
    )


class LogTable(Table, header="[log]"):
    format: Literal["json", "console", "auto"] = optional(values.one_of("json", "console", "auto"), "auto")
    level: Literal["debug", "info", "warning", "error"] = optional(
        values.one_of("debug", "info", "warning", "error"), "info"
    )


class TemplatesTable(Table, header="[templates]"):
    folder: Path | None = optional_path(files.letters_folder, "")


class File(Table, header=""):
    """The whole file."""

    desk: DeskTable = table(DeskTable)
    smtp: SmtpTable = table(SmtpTable)
    smarthost: SmarthostTable = table(SmarthostTable)
    database: DatabaseTable = table(DatabaseTable)
    case: CaseTable = table(CaseTable)
    authentication: AuthenticationTable = table(AuthenticationTable)
    digest: DigestTable = table(DigestTable)
    monitoring: MonitoringTable = table(MonitoringTable)
    log: LogTable = table(LogTable)
    templates: TemplatesTable = table(TemplatesTable)
    form: FormTable = table(FormTable)
    redirect: tuple[RedirectTable, ...] = tables(RedirectTable)

    @also("smarthost")
    @staticmethod
    def _is_another_server(smarthost: SmarthostTable, good: Good) -> None:
        smtp = good.get("smtp")
        if smtp and any(
            port == smarthost.port and _comes_to(smarthost.host, host) for host, port in smtp.listen
        ):
            fault = "is where this desk listens (smtp.listen): it would refuse its own letters; name another server"
            raise FaultsError([(("host",), fault)])

    @also("monitoring")
    @staticmethod
    def _does_not_collide(monitoring: MonitoringTable, good: Good) -> None:
        smtp = good.get("smtp")
        if smtp and monitoring.listen and monitoring.listen[1] and monitoring.listen in smtp.listen:
            raise FaultsError([(("listen",), "is an address of smtp.listen too: choose another port")])

    @also("redirect")
    @staticmethod
    def _differ(redirect: tuple[RedirectTable, ...], _: Good) -> None:
        faults = [*check_redirects(redirect)]
        if faults:
            raise FaultsError(faults)
