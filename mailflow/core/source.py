"""Where a mail came in from, coarse enough that one provider is one place and a forger's hosts are many."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from mailflow.core.domains import upper_domain
from mailflow.core.mail import Mail

_NAMED = re.compile(
    r"\(([^\s()\[\]]{1,255}) \[(?:IPv6:)?[0-9A-Fa-f:.]{2,45}\]\)"
)  # Postfix: (name [address])
_NUMBERED = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\]")
_NETWORK = {IPv4Address: 16, IPv6Address: 32}  # bits that one provider's hosts share


def source_of(mail: Mail) -> str:
    """The network of the client, or the domain of its host where a mail server of ours in front has seen it; "" if
    unknown.

    Only the topmost Received field is looked at (RFC 5321, 4.4): the server that handed us the mail wrote it, and the
    name in it is one that it looked up. Those below it are the sender's to write.
    """
    address = _address(mail.envelope.remote)
    if address is not None and address.is_global:
        return _network(address)
    received = mail.header("received")
    named = _NAMED.search(received)
    if named and "." in named[1]:
        return upper_domain(named[1])
    numbered = _NUMBERED.search(received)
    address = _address(numbered[1]) if numbered else None
    return _network(address) if address else ""


@lru_cache(maxsize=1000)  # most mail comes in from few hosts
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=1000)
def _network(address: IPv4Address | IPv6Address) -> str:
    return str(ip_network((address, _NETWORK[type(address)]), strict=False))
