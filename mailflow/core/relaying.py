"""Who handed a mail to us, and which of its header fields our own mail servers wrote.

A field says nothing of who wrote it, but servers put theirs on top (RFC 5321, 4.4). So those above the Received field of
the server through which a mail came in are ours, and everything below may be anybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from mailflow.core.envelope import Envelope
from mailflow.core.received import Client, address_of, client_of

PIPE = "pipe"  # `Envelope.remote` of a mail that our own mail server gave to `mailflow inject`
MOST_HOPS = 10  # inside our own network

Network = IPv4Network | IPv6Network
Fields = Sequence[tuple[str, str]]  # lower-case name, unfolded value; the topmost first


@dataclass(frozen=True, slots=True)
class Way:
    """How a mail came."""

    client: Client | None  # that brought it into our network; None: nobody whom we believe has said
    # The fields that our own servers can have written; none where it came directly.
    ours: tuple[tuple[str, str], ...]
    received: str = ""  # the field of ours that says who brought it into our network


def way_of(envelope: Envelope, fields: Fields, relays: Sequence[Network]) -> Way:
    """Follow a mail back through our own servers, `relays`. Each one's Received field names the next; never raises.

    A mail that came directly has no field of ours: the one that claims to is a forgery.
    """
    client: Client | None = Client(envelope.remote, envelope.helo)
    end, named, received = 0, "", [place for place, (name, _) in enumerate(fields) if name == "received"]
    for hop, place in enumerate(received[:MOST_HOPS]):
        if client is None or not _is_relay(client.address, relays):
            break
        named = fields[place][1]
        client = client_of(named)
        end = received[hop + 1] if hop + 1 < len(received) else len(fields)
    outside = (
        client is not None
        and address_of(client.address) is not None
        and not _is_relay(client.address, relays)
    )
    return Way(client if outside else None, tuple(fields[:end]), named)


def _is_relay(address: str, relays: Sequence[Network]) -> bool:
    parsed = address_of(address)
    return address == PIPE or (parsed is not None and any(parsed in network for network in relays))
