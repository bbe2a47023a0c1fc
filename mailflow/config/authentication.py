"""The `[authentication]` table: whose word is taken for who wrote a mail, and what may follow from it."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import PlainValidator, ValidationInfo, field_validator

from mailflow.config import values
from mailflow.config.form import Flag
from mailflow.config.table import FaultsError, Table, preset
from mailflow.config.values import FaultError
from mailflow.core.authentication import Handling, SenderPolicy

_DNS_PORT = 53
_LONGEST_DEADLINE = timedelta(minutes=1)  # a thread is held so long by one mail

Network = IPv4Network | IPv6Network
Server = tuple[str, int]


def _network(value: object) -> Network:
    text = values.string(value)
    try:
        return ip_network(text)
    except ValueError:
        raise FaultError(
            f'{values.shown(text)} is not a network: write an address or a network such as "192.0.2.0/24"'
        ) from None


def _server(value: object) -> Server:
    """The IP address of a DNS server: its name would have to be asked for first."""
    text = values.string(value)
    try:
        host, port = (text, _DNS_PORT) if values.is_ip(text) else values.host_port(text)
    except ValueError:
        host, port = "", 0
    if not values.is_ip(host) or not port:
        raise FaultError(
            f'{values.shown(text)} is not the address of a DNS server: write one such as "192.0.2.53" or "[2001:db8::53]:53"'
        )
    return host, port


def _each(check: values.Check) -> values.Check:
    def checked(value: object) -> object:
        if not isinstance(value, list):
            raise FaultError(f"{values.shown(value)} is not a list: write it in [ ]")
        found, faults = [], []
        for number, one in enumerate(value):
            try:
                found.append(check(one))
            except ValueError as error:
                faults.append(((number,), str(error)))
        if faults:
            raise FaultsError(faults)
        return tuple(found)

    return checked


def _handling(*allowed: Handling) -> PlainValidator:
    choose = values.one_of(*allowed)
    return PlainValidator(lambda value: Handling(choose(value)))


class AuthenticationTable(Table):
    authserv_ids: Annotated[tuple[str, ...], PlainValidator(_each(values.word))] = preset([])
    relays: Annotated[tuple[Network, ...], PlainValidator(_each(_network))] = preset(["127.0.0.0/8", "::1"])
    compute: Flag = preset(False)
    dns_servers: Annotated[tuple[Server, ...], PlainValidator(_each(_server))] = preset([])
    dns_timeout: Annotated[timedelta, PlainValidator(values.duration)] = preset("3 seconds")
    dns_lookups: Annotated[int, PlainValidator(values.whole(10, 200))] = preset(40)
    deadline: Annotated[timedelta, PlainValidator(values.duration)] = preset("15 seconds")
    retry_for: Annotated[timedelta, PlainValidator(values.duration)] = preset("15 minutes")
    on_pass: Annotated[Handling, _handling(Handling.FULL, Handling.GUARDED)] = preset("full")
    on_none: Annotated[Handling, _handling(Handling.GUARDED, Handling.STAFF)] = preset("guarded")
    on_fail: Annotated[Handling, _handling(Handling.GUARDED, Handling.STAFF)] = preset("staff")
    untagged_needs_pass: Flag = preset(False)

    @field_validator("deadline")
    @classmethod
    def _is_short(cls, deadline: timedelta, info: ValidationInfo) -> timedelta:
        if deadline > _LONGEST_DEADLINE:
            raise FaultError('is longer than a mail may hold up others: write at most "1 minute"')
        if deadline < info.data.get("dns_timeout", deadline):
            raise FaultError("is shorter than dns_timeout, the time of one question: write more")
        return deadline

    @field_validator("on_none")
    @classmethod
    def _can_be_told(cls, handling: Handling, info: ValidationInfo) -> Handling:
        if handling is Handling.STAFF and not _is_told(info):
            raise FaultError(f'"staff" would answer nobody: {_TELL}')
        return handling

    @field_validator("untagged_needs_pass")
    @classmethod
    def _can_pass(cls, needed: bool, info: ValidationInfo) -> bool:
        if needed and not _is_told(info):
            raise FaultError(f"is true, but nothing can pass: {_TELL}")
        return needed

    def policy(self) -> SenderPolicy:
        return SenderPolicy(self.on_pass, self.on_none, self.on_fail, self.untagged_needs_pass)


_TELL = "name your mail server in authserv_ids, or set compute = true"


def _is_told(info: ValidationInfo) -> bool:
    return bool(info.data.get("authserv_ids", True) or info.data.get("compute", True))
