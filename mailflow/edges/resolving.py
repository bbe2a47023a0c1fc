"""The DNS questions that one mail may lead to: few of them, and all within one deadline.

The names come from people's mail, and the servers that answer may be the sender's own: they answer slowly if they like.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from copy import copy
from datetime import timedelta
from typing import Any, Literal

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver

from mailflow.config import Authentication

Kind = Literal["A", "AAAA", "MX", "PTR", "TXT"]

_CACHED = 2000  # answers, for as long as they may be kept
_ANSWERS = 100  # records of one answer that are looked at
_QUICK_TRY = 0.7  # seconds for an answer; to a second question a server has it at hand
_TEXT_LIMIT = 4096  # bytes of a TXT record


class NotAnsweredError(Exception):
    """A server was silent or failed, or the mail has used up its questions or its time: ask again later."""


def make_resolver(settings: Authentication) -> dns.resolver.Resolver:
    """One for all threads: its cache locks. Raises `OSError` where the machine names no servers and neither do we."""
    servers = [dns.nameserver.Do53Nameserver(host, port) for host, port in settings.dns_servers]
    try:
        resolver = dns.resolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration as error:
        raise OSError(f"no DNS server is known: {error}") from error
    if servers:
        resolver.nameservers = servers
    resolver.timeout = settings.dns_timeout.total_seconds()
    resolver.cache = dns.resolver.LRUCache(_CACHED)
    return resolver


def made_quick(resolver: dns.resolver.Resolver) -> dns.resolver.Resolver:
    """The same with the same cache, which asks once more sooner: a lost packet must not use up a short time."""
    quick = copy(resolver)
    quick.timeout = min(resolver.timeout, _QUICK_TRY)
    return quick


class Questions:
    """What may be asked for one mail, from now on, `within` the deadline of the site or less."""

    def __init__(
        self, resolver: dns.resolver.Resolver, settings: Authentication, within: timedelta = timedelta.max
    ) -> None:
        self._resolver = resolver
        self._left = settings.dns_lookups
        self._until = time.monotonic() + min(settings.deadline, within).total_seconds()

    def texts(self, name: str) -> list[bytes]:
        """Each TXT record of a name, its pieces joined (RFC 7208, 3.3)."""
        return [b"".join(pieces) for pieces in self.ask(name, "TXT")]

    def ask(self, name: str, kind: Kind) -> list[Any]:
        """The records of a name, following CNAMEs; none where it has none or is no name. Raises `NotAnsweredError`.

        A and AAAA: text. MX: preference and text. PTR: text. TXT: the pieces.
        """
        try:
            asked = dns.name.from_text(name.rstrip(".") + ".")
        except (dns.exception.DNSException, UnicodeError):
            return []
        left = self._until - time.monotonic()
        if self._left <= 0 or left <= 0:
            raise NotAnsweredError("no more questions for this mail")
        self._left -= 1
        try:
            answer = self._resolver.resolve(
                asked, kind, lifetime=left, search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise NotAnsweredError(type(error).__name__) from error
        return [_read(record, kind) for record in list(answer.rrset or ())[:_ANSWERS]]


def _read(record: Any, kind: Kind) -> Any:
    if kind == "TXT":
        return _cut(record.strings)
    if kind == "MX":
        return record.preference, record.exchange.to_text(omit_final_dot=True)
    return record.target.to_text(omit_final_dot=True) if kind == "PTR" else record.address


def _cut(pieces: Sequence[bytes]) -> tuple[bytes, ...]:
    joined = b"".join(pieces)
    return tuple(pieces) if len(joined) <= _TEXT_LIMIT else (joined[:_TEXT_LIMIT],)
