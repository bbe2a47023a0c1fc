"""Who handed a mail to us, and which of its header fields our own mail servers wrote.

A field says nothing of who wrote it, but servers put theirs on top (RFC 5321, 4.4). So those above the Received field of
the server through which a mail came in are ours, and everything below may be anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from mailflow.core.envelope import Envelope

PIPE = "pipe"  # `Envelope.remote` of a mail that our own mail server gave to `mailflow inject`
MOST_HOPS = 10  # inside our own network

Network = IPv4Network | IPv6Network
Fields = Sequence[tuple[str, str]]  # lower-case name, unfolded value; the topmost first

# `from HELO (name [IP])` as Postfix, Sendmail and Exim write it (RFC 5321, 4.4: TCP-info). The address must begin the
# comment, or follow the one word of its name: whatever stands elsewhere may be the client's own HELO.
_FROM = re.compile(
    r"\s*from\s+(\S{1,255})\s+\((?:[^\s()\[\]]{1,255}\s+)?\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Client:
    """The SMTP client that brought a mail into our network."""

    address: str  # its IP address
    helo: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a mail came."""

    client: Client | None  # None: nobody whom we believe has said
    ours: tuple[
        tuple[str, str], ...
    ]  # the fields that our own servers can have written; none where it came directly


def way_of(envelope: Envelope, fields: Fields, relays: Sequence[Network]) -> Way:
    """Follow a mail back through our own servers, `relays`. Each one's Received field names the next; never raises.

    A mail that came directly has no field of ours: the one that claims to is a forgery.
    """
    client: Client | None = Client(envelope.remote, envelope.helo)
    end, received = 0, [place for place, (name, _) in enumerate(fields) if name == "received"]
    for hop, place in enumerate(received[:MOST_HOPS]):
        if client is None or not _is_relay(client.address, relays):
            break
        client = _client(fields[place][1])
        end = received[hop + 1] if hop + 1 < len(received) else len(fields)
    outside = (
        client is not None and _address(client.address) is not None and not _is_relay(client.address, relays)
    )
    return Way(client if outside else None, tuple(fields[:end]))


def _client(received: str) -> Client | None:
    match = _FROM.match(received)
    return Client(match[2], match[1]) if match else None


def _is_relay(address: str, relays: Sequence[Network]) -> bool:
    parsed = _address(address)
    return address == PIPE or (parsed is not None and any(parsed in network for network in relays))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(text.partition("%")[0])  # without the zone of a link-local address
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
