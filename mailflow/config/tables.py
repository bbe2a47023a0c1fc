"""The tables of `config.toml`, key by key, with every default: the only place where one stands.

A check that looks at several keys sits on the last of them, so that it still runs when other keys are wrong.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field as Key
from pydantic import PlainValidator, ValidationInfo, field_validator

from mailflow.config import files, values
from mailflow.config.authentication import AuthenticationTable
from mailflow.config.form import Flag, FormTable, RedirectTable, check_redirects
from mailflow.config.table import FaultsError, Table, needed, preset
from mailflow.config.values import FaultError
from mailflow.core.reference import Addresses

Address = Annotated[str, PlainValidator(values.address)]
Name = Annotated[str, PlainValidator(values.name)]
Duration = Annotated[timedelta, PlainValidator(values.duration)]
HostPort = tuple[str, int]
NeededFile = Annotated[Path | None, PlainValidator(files.readable)]
Secret = Annotated[str, PlainValidator(files.secret), Key(repr=False)]

_LOCAL_PART_LIMIT = 64  # RFC 5321, section 4.5.3.1.1
_TLS_FROM_THE_START = 465  # RFC 8314, section 3.3
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class DeskTable(Table):
    name: Annotated[str, PlainValidator(values.or_empty(values.name))] = preset("")
    address: Address = needed('address = "desk@example.org"')
    service: Name = needed('service = "PyPI"')
    staff: tuple[Address, ...] = needed('staff = ["staff@example.org"]')
    time_zone: Annotated[ZoneInfo, PlainValidator(values.time_zone)] = preset("UTC")
    reply_key: Annotated[Path, PlainValidator(files.readable_if_there)] = preset("var/reply.key")

    @field_validator("address")
    @classmethod
    def _has_room_for_tags(cls, address: str) -> str:
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
        return address

    @field_validator("staff")
    @classmethod
    def _is_somebody_else(cls, staff: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not staff:
            raise FaultError("nobody is named: write at least one address")
        desk = info.data.get("address", "")
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
        return staff


def _listen(value: object) -> tuple[HostPort, ...]:
    """The addresses; none with "systemd", which hands over its sockets."""
    if value == "systemd":
        return ()
    if not isinstance(value, list) or not value:
        raise FaultError(
            f'{values.shown(value)} is not a list of addresses: write one such as ["127.0.0.1:8025"], or "systemd"'
        )
    faults, addresses = [], []
    for number, one in enumerate(value):
        try:
            addresses.append(values.host_port(one))
        except ValueError as error:
            faults.append(((number,), str(error)))
    if faults:
        raise FaultsError(faults)
    if len({*addresses}) < len(addresses):
        raise FaultError("an address stands twice: write each once")
    return tuple(addresses)


class SmtpTable(Table):
    listen: Annotated[tuple[HostPort, ...], PlainValidator(_listen)] = preset(["127.0.0.1:8025"])
    hostname: Annotated[str, PlainValidator(values.or_empty(values.host))] = preset("")
    tls_certificate: NeededFile = preset("")
    tls_key: NeededFile = preset("")
    size_limit: Annotated[int, PlainValidator(values.size("10 KB", "500 MB"))] = preset("10 MB")
    max_connections: Annotated[int, PlainValidator(values.whole(1, 100_000))] = preset(500)
    max_connections_per_address: Annotated[int, PlainValidator(values.whole(1, 100_000))] = preset(20)
    max_recipients: Annotated[int, PlainValidator(values.whole(1, 10_000))] = preset(50)
    max_commands: Annotated[int, PlainValidator(values.whole(5, 100_000))] = preset(100)
    max_received: Annotated[int, PlainValidator(values.whole(1, 1000))] = preset(50)
    session_deadline: Duration = preset("10 minutes")
    idle_timeout: Duration = preset("60 seconds")
    least_rate: Annotated[int, PlainValidator(values.size("0 B", "10 MB"))] = preset("256 B")
    bytes_in_flight: Annotated[int, PlainValidator(values.size("10 KB", "100 GB"))] = preset("100 MB")

    @field_validator("tls_key")
    @classmethod
    def _belongs_to_certificate(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        certificate = info.data.get("tls_certificate", key)
        if key and not certificate:
            raise FaultError("is set without tls_certificate: write both, or leave both empty")
        if certificate and not key:
            raise FaultError("missing: tls_certificate needs the file with its private key")
        if certificate and key and "tls_certificate" in info.data:
            files.check_key_pair(certificate, key)
        return key

    @field_validator("bytes_in_flight")
    @classmethod
    def _has_room_for_a_mail(cls, size: int, info: ValidationInfo) -> int:
        if size < info.data.get("size_limit", 0):
            raise FaultError("is less than one mail of size_limit: write a larger size")
        return size


class SmarthostTable(Table):
    host: Annotated[str, PlainValidator(values.or_empty(values.host))] = preset("")
    port: Annotated[int, PlainValidator(values.whole(1, 65_535))] = preset(25)
    tls: Annotated[
        Literal["required", "opportunistic", "off"],
        PlainValidator(values.one_of("required", "opportunistic", "off")),
    ] = preset("opportunistic")
    user: Annotated[str, PlainValidator(values.or_empty(values.line))] = preset("")
    password: Secret = preset("")
    timeout: Duration = preset("60 seconds")
    connections: Annotated[int, PlainValidator(values.whole(1, 100))] = preset(4)
    maildir: Annotated[Path, PlainValidator(files.path)] = preset("var/maildir")
    retry: tuple[Duration, ...] = preset(
        ["1 minute", "5 minutes", "15 minutes", "1 hour", "3 hours", "6 hours"]
    )
    give_up_after: Duration = preset("5 days")

    @field_validator("port")
    @classmethod
    def _speaks_starttls(cls, port: int) -> int:
        if port == _TLS_FROM_THE_START:
            raise FaultError(
                f"{port} is for TLS from the first byte, mailflow begins it with STARTTLS: write 587"
            )
        return port

    @field_validator("user")
    @classmethod
    def _is_protected(cls, user: str, info: ValidationInfo) -> str:
        if user and info.data.get("tls") == "off" and not _is_loopback(info.data.get("host", "")):
            raise FaultError('tls = "off" would send its password unprotected: write tls = "required"')
        return user

    @field_validator("password")
    @classmethod
    def _comes_with_a_user(cls, password: str, info: ValidationInfo) -> str:
        user = info.data.get("user", password)
        if user and not password:
            raise FaultError("missing: `user` needs the path of a file with the password")
        if password and not user:
            raise FaultError("is set without `user`: write both, or leave both empty")
        return password

    @field_validator("retry")
    @classmethod
    def _is_not_empty(cls, retry: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if not retry:
            raise FaultError("is empty: write at least one duration")
        return retry

    @field_validator("give_up_after")
    @classmethod
    def _leaves_time_for_a_retry(cls, give_up_after: timedelta, info: ValidationInfo) -> timedelta:
        if "retry" in info.data and give_up_after < info.data["retry"][0]:
            raise FaultError("is shorter than the first `retry`: write a longer time")
        return give_up_after


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}  # no host: letters go into the maildir


class DatabaseTable(Table):
    url: Annotated[str, PlainValidator(files.database_url)] = preset("sqlite:///var/mailflow.db")
    password: Secret = preset("")
    busy_timeout: Duration = preset("10 seconds")
    min_free: Annotated[int, PlainValidator(values.size("0 B", "1000000 GB"))] = preset("100 MB")
    encryption_key: Annotated[Path | None, PlainValidator(files.key_or_none)] = preset("var/database.key")

    @field_validator("password")
    @classmethod
    def _has_a_use(cls, password: str, info: ValidationInfo) -> str:
        if password and info.data.get("url", "").startswith("sqlite"):
            raise FaultError("is set, but SQLite has no passwords: leave it empty")
        return password


class CaseTable(Table):
    remind_after: tuple[Duration, ...] = preset(["3 days", "7 days", "14 days"])
    close_after: Duration = preset("30 days")
    escalate_after: Duration = preset("7 days")
    business_days: Flag = preset(False)
    status_letter_every: Duration = preset("1 day")
    letters_per_day: Annotated[int, PlainValidator(values.whole(1, 1000))] = preset(5)
    letters_per_case: Annotated[int, PlainValidator(values.whole(1, 1000))] = preset(20)
    letters_per_domain: Annotated[int, PlainValidator(values.whole(1, 1_000_000))] = preset(200)
    letters_in_all: Annotated[int, PlainValidator(values.whole(1, 1_000_000))] = preset(2000)
    reply_address_lifetime: Duration = preset("365 days")
    keep_closed: Duration = preset("365 days")
    keep_raw: Duration = preset("180 days")
    confirm_below: Annotated[float, PlainValidator(values.share)] = preset(0.6)

    @field_validator("remind_after")
    @classmethod
    def _ascends(cls, remind_after: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        late = [
            number
            for number in range(1, len(remind_after))
            if remind_after[number] <= remind_after[number - 1]
        ]
        if late:
            raise FaultsError(
                [((number,), "is not later than the one before: write them in order") for number in late]
            )
        return remind_after

    @field_validator("close_after")
    @classmethod
    def _follows_the_reminders(cls, close_after: timedelta, info: ValidationInfo) -> timedelta:
        if close_after <= max(info.data.get("remind_after", ()), default=timedelta()):
            raise FaultError(
                "is not later than the last of `remind_after`: leave the person time to answer it"
            )
        return close_after

    @field_validator("reply_address_lifetime")
    @classmethod
    def _outlasts_the_wait(cls, lifetime: timedelta, info: ValidationInfo) -> timedelta:
        if lifetime < info.data.get("close_after", lifetime):
            raise FaultError("is shorter than close_after: an answer in time would come to a dead address")
        return lifetime


class DigestTable(Table):
    at: Annotated[time, PlainValidator(values.clock_time)] = preset("08:00")
    send_empty: Flag = preset(False)
    answers_per_day: Annotated[int, PlainValidator(values.whole(1, 1000))] = preset(20)


class MonitoringTable(Table):
    listen: Annotated[
        HostPort | None, PlainValidator(lambda value: None if value == "" else values.host_port(value))
    ] = preset("127.0.0.1:8026")


class LogTable(Table):
    format: Annotated[
        Literal["json", "console", "auto"], PlainValidator(values.one_of("json", "console", "auto"))
    ] = preset("auto")
    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        PlainValidator(values.one_of("debug", "info", "warning", "error")),
    ] = preset("info")


class TemplatesTable(Table):
    folder: Annotated[Path | None, PlainValidator(files.letters_folder)] = preset("")


class File(Table):
    """The whole file."""

    desk: DeskTable = preset({})
    smtp: SmtpTable = preset({})
    smarthost: SmarthostTable = preset({})
    database: DatabaseTable = preset({})
    case: CaseTable = preset({})
    authentication: AuthenticationTable = preset({})
    digest: DigestTable = preset({})
    monitoring: MonitoringTable = preset({})
    log: LogTable = preset({})
    templates: TemplatesTable = preset({})
    form: FormTable = preset({})
    redirect: tuple[RedirectTable, ...] = preset([])

    @field_validator("monitoring")
    @classmethod
    def _does_not_collide(cls, monitoring: MonitoringTable, info: ValidationInfo) -> MonitoringTable:
        smtp = info.data.get("smtp")
        if smtp and monitoring.listen and monitoring.listen[1] and monitoring.listen in smtp.listen:
            raise FaultsError([(("listen",), "is an address of smtp.listen too: choose another port")])
        return monitoring

    @field_validator("redirect")
    @classmethod
    def _differ(cls, redirect: tuple[RedirectTable, ...]) -> tuple[RedirectTable, ...]:
        faults = [*check_redirects(redirect)]
        if faults:
            raise FaultsError(faults)
        return redirect
