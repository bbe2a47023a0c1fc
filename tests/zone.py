"""A DNS server on loopback for the domains of a test, and mails that are signed for one of them."""

from __future__ import annotations

import base64
import hashlib
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from ipaddress import ip_network
from threading import Thread

import dkim
import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from mailflow.config import Authentication

SILENT = "SILENT"  # no answer at all
# How long a mail may wait for answers; hasty where one never comes.
PATIENT, HASTY = timedelta(minutes=1), timedelta(seconds=0.5)
BROKEN = "BROKEN"  # SERVFAIL


class Zone:
    """`records`: (name, type) to the list of records as in a zone file, or to SILENT or BROKEN."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str] | str] = {}
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def text(self, name, *records):
        self.records[name, "TXT"] = [
            " ".join(f'"{record[start : start + 200]}"' for start in range(0, len(record), 200))
            for record in records
        ]

    def key(self, name="s._domainkey.example.org", flags=""):
        self.text(name, f"v=DKIM1; k=rsa; {flags} p={public_key()}")

    def close(self):
        self._socket.sendto(b"", self.address)
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            packet, client = self._socket.recvfrom(4096)
            if not packet:
                return
            if reply := self._reply(dns.message.from_wire(packet)):
                self._socket.sendto(reply.to_wire(max_size=4096), client)

    def _reply(self, query):
        [question] = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        found = self.records.get((name, kind), [])
        if found == SILENT:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if found == BROKEN:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, found))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply


@contextmanager
def serving():
    zone = Zone()
    try:
        yield zone
    finally:
        zone.close()


@cache
def private_key() -> bytes:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65_537, 2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


@cache
def public_key() -> str:
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(private_key(), None).public_key()
    return base64.b64encode(
        key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def signed(raw: bytes, domain="example.org", *, headers=("from", "subject"), body="relaxed", **more) -> bytes:
    """The mail with a DKIM signature on top; `length=True` for one that covers only this body's length."""
    signature = dkim.sign(
        raw,
        b"s",
        domain.encode(),
        private_key(),
        canonicalize=(b"relaxed", body.encode()),
        include_headers=[name.encode() for name in headers],
        **more,
    )
    return signature + raw


@dataclass(frozen=True)
class Key:
    """An RSA key of any size, as no library makes or uses it any more: small enough to be guessed."""

    modulus: int
    exponent: int = 65_537
    private: int = 0

    @classmethod
    def of(cls, bits: int) -> Key:
        half = 1 << (bits // 2 - 1)
        first, second = _prime(half | half >> 1), _prime(half | half >> 1 | half >> 2)
        return cls(first * second, private=pow(65_537, -1, (first - 1) * (second - 1)))

    def record(self) -> str:
        numbers = b"".join(_der(2, _octets(number)) for number in (self.modulus, self.exponent))
        bits = _der(3, b"\0" + _der(0x30, numbers))
        key = _der(0x30, bytes.fromhex("300d06092a864886f70d0101010500") + bits)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(key).decode()}"

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.1)."""
        size = (self.modulus.bit_length() + 7) // 8
        digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(data).digest()
        padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
        return pow(int.from_bytes(padded), self.private, self.modulus).to_bytes(size)


def signed_by_hand(raw: bytes, key: Key, covered: tuple[str, ...], domain: str = "example.org") -> bytes:
    """What dkimpy refuses to sign: any fields, by any key (RFC 6376, 3.7, simple/simple)."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = {line.partition(b":")[0].lower().decode(): line for line in head.split(b"\r\n")}
    digest = base64.b64encode(hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()).decode()
    field = f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=s; h={':'.join(covered)}; bh={digest}; b="
    data = b"".join(fields[name] + b"\r\n" for name in covered) + field.encode()
    return field.encode() + base64.b64encode(key.sign(data)) + b"\r\n" + raw


def _prime(start: int) -> int:
    candidate = start | 1
    while any(pow(base, candidate - 1, candidate) != 1 for base in (2, 3, 5, 7)) or candidate % 65_537 == 1:
        candidate += 2
    return candidate


def _octets(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1)


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)) + content


def asking(zone: Zone, *, lookups: int, deadline: timedelta = PATIENT) -> Authentication:
    """Settings of a desk that computes who wrote a mail, and asks this zone alone."""
    return Authentication(
        authserv_ids=frozenset(),
        relays=(ip_network("127.0.0.0/8"),),
        compute=True,
        dns_servers=(zone.address,),
        dns_timeout=timedelta(seconds=0.2),
        dns_lookups=lookups,
        deadline=deadline,
        retry_for=timedelta(minutes=15),
    )
