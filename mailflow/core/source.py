"""Where a mail came in from, coarse enough that one provider is one place and a forger's hosts are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_network

from mailflow.core.domains import upper_domain
from mailflow.core.mail import Mail
from mailflow.core.received import Address, address_of, host_of, nameless_of
from mailflow.core.relaying import PIPE, Network, way_of

_NETWORK = {IPv4Address: 16, IPv6Address: 32}  # bits that one provider's hosts share


def source_of(mail: Mail, relays: Sequence[Network]) -> str:
    """The network of the client, or the domain of its host where a mail server of ours has looked that up; "" if unknown.

    Only what our own servers wrote is looked at (`relaying.way_of`), and of it only what no client can say of itself. Who
    hands us a mail from an address that is nobody's in the world (RFC 6890) is a server of ours, named or not.
    """
    envelope = mail.envelope
    remote = address_of(envelope.remote)
    if remote is None or not remote.is_global:
        envelope = replace(envelope, remote=PIPE)
    way = way_of(envelope, mail.fields, relays)
    if way.client is None:
        address = nameless_of(way.received)
    elif host := host_of(way.received):
        return upper_domain(host)
    else:
        address = address_of(way.client.address)
    return _network(address) if address else ""


@lru_cache(maxsize=1000)
def _network(address: Address) -> str:
    return str(ip_network((address, _NETWORK[type(address)]), strict=False))
