"""Reads Received fields (RFC 5321, 4.4), in which each server says who handed it a mail.

Anybody can write one. Which of them is to be believed is for `core/relaying.py` and `core/source.py` to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address

_BRACKETED = r"\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\]"  # an address literal (RFC 5321, 4.1.3)
# No "=": Exim writes `(ident=… [`, where the client chooses what stands behind it.
_NAME = r"[^\s()\[\]=]{1,255}"
# `from HELO (name [IP])` as Postfix, Sendmail and Exim write it (RFC 5321, 4.4: TCP-info). The address must begin the
# comment, or follow the one word of its name: whatever stands elsewhere may be the client's own HELO.
_FROM = re.compile(rf"\s*from\s+(\S{{1,255}})\s+\((?:{_NAME}\s+)?{_BRACKETED}", re.IGNORECASE)
# Postfix: a name that has that address, and no doubt of it.
_LOOKED_UP = re.compile(rf"\s*from\s+\S{{1,255}}\s+\(({_NAME}) {_BRACKETED}\)", re.IGNORECASE)
# Exim, of a client whose address has no name. Elsewhere what stands first is the client's HELO.
_NAMELESS = re.compile(rf"\s*from\s+{_BRACKETED}\s+\(helo=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Client:
    """The SMTP client that a mail came from."""

    address: str  # its IP address
    helo: str


def client_of(received: str) -> Client | None:
    """The client in the form of the field that no client can feign by its HELO; None where that is not to be found."""
    match = _FROM.match(received)
    return Client(match[2], match[1]) if match else None


def host_of(received: str) -> str:
    """The client's name as the server has looked it up; "" where it has not found one."""
    match = _LOOKED_UP.match(received)
    return match[1] if match and "." in match[1] else ""


def nameless_of(received: str) -> Address | None:
    """The client's address where the field has a form that `client_of` does not read, as anybody could feign it elsewhere."""
    match = _NAMELESS.match(received)
    return address_of(match[1]) if match else None


@lru_cache(maxsize=1000)  # most mail comes in from few hosts
def address_of(text: str) -> Address | None:
    """An IPv4 address in IPv6 form as itself, no zone of a link-local one; None if it is no address."""
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
