"""Where a mail came in from, coarse enough that one provider is one place and a forger's hosts are many."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_network

from mailflow.core.domains import upper_domain
from mailflow.core.mail import Mail
from mailflow.core.received import Address, address_of, first_address, host_of

_NETWORK = {IPv4Address: 16, IPv6Address: 32}  # bits that one provider's hosts share


def source_of(mail: Mail) -> str:
    """The network of the client, or the domain of its host where a mail server of ours in front has seen it; "" if
    unknown.

    Only the topmost Received field is looked at (RFC 5321, 4.4): the server that handed us the mail wrote it, and the
    name in it is one that it looked up. Those below it are the sender's to write.
    """
    address = address_of(mail.envelope.remote)
    if address is not None and address.is_global:
        return _network(address)
    received = mail.header("received")
    if host := host_of(received):
        return upper_domain(host)
    address = first_address(received)
    return _network(address) if address else ""


@lru_cache(maxsize=1000)
def _network(address: Address) -> str:
    return str(ip_network((address, _NETWORK[type(address)]), strict=False))
