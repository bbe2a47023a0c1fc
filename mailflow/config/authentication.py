"""The `[authentication]` table: whose word is taken for who wrote a mail, and what may follow from it."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network

from mailflow.config import values
from mailflow.config.table import Good, Table, also, each, optional
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


def _handling(*allowed: Handling) -> values.Check:
    choose = values.one_of(*allowed)
    return lambda value: Handling(choose(value))


class AuthenticationTable(Table, header="[authentication]"):
    authserv_ids: tuple[str, ...] = optional(each(values.word), [])
    relays: tuple[Network, ...] = optional(each(_network), ["127.0.0.0/8", "::1"])
    compute: bool = optional(values.flag, False)
    dns_servers: tuple[Server, ...] = optional(each(_server), [])
    dns_timeout: timedelta = optional(values.duration, "3 seconds")
    dns_lookups: int = optional(values.whole(10, 200), 40)
    deadline: timedelta = optional(values.duration, "15 seconds")
    retry_for: timedelta = optional(values.duration, "15 minutes")
    on_pass: Handling = optional(_handling(Handling.FULL, Handling.GUARDED), "full")
    on_none: Handling = optional(_handling(Handling.GUARDED, Handling.STAFF), "guarded")
    on_fail: Handling = optional(_handling(Handling.GUARDED, Handling.STAFF), "staff")
    untagged_needs_pass: bool = optional(values.flag, False)

    @also("deadline")
    @staticmethod
    def _is_short(deadline: timedelta, good: Good) -> None:
        if deadline > _LONGEST_DEADLINE:
            raise FaultError('is longer than a mail may hold up others: write at most "1 minute"')
        if deadline < good.get("dns_timeout", deadline):
            raise FaultError("is shorter than dns_timeout, the time of one question: write more")

    @also("on_none")
    @staticmethod
    def _can_be_told(handling: Handling, good: Good) -> None:
        if handling is Handling.STAFF and not _is_told(good):
            raise FaultError(f'"staff" would answer nobody: {_TELL}')

    @also("untagged_needs_pass")
    @staticmethod
    def _can_pass(needed: bool, good: Good) -> None:
        if needed and not _is_told(good):
            raise FaultError(f"is true, but nothing can pass: {_TELL}")

    def policy(self) -> SenderPolicy:
        return SenderPolicy(self.on_pass, self.on_none, self.on_fail, self.untagged_needs_pass)


_TELL = "name your mail server in authserv_ids, or set compute = true"


def _is_told(good: Good) -> bool:
    return bool(good.get("authserv_ids", True) or good.get("compute", True))
