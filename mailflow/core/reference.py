"""Human references, and reply addresses that nobody can forge.

A reference (`7KQ2-M9XD`) identifies a case and is read aloud by people; it authenticates nothing. What does is the
tag of a reply address, an HMAC bound to the desk, the purpose, the case, the party and the day on which it expires.
Letters to the staff have such addresses too, for commands: bound to the one who got the letter, and for a week only.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache, cached_property

from mailflow.core.domains import ascii_domain

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_MISREAD = str.maketrans("ILO", "110")  # how people read it aloud
_REFERENCE_BITS = 40
_MAC_BITS = 130  # 26 characters, above the 128 bits of RFC 2104, section 5
_EXPIRY_CHARACTERS = 4  # days since 1970: lasts until the year 4840
_MAC_CHARACTERS = _MAC_BITS // 5
NO_CASE = "0000-0000"  # stands for the reference in an address for commands about any case
# An address for commands expires before `steps.periodic` forgets the Message-IDs that were obeyed.
STAFF_LIFETIME = timedelta(days=7)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Looked for from its hyphen on, as `re` passes over all other characters at once.
_TYPED = re.compile(r"-(?<=(?<![0-9A-Za-z@.+/-])[0-9A-Za-z]{4}-)[0-9A-Za-z]{4}(?![0-9A-Za-z@-])")
_MOST_TYPED = 5  # a mail that names more references than this names none in earnest


def new_reference(case_id: str) -> str:
    """The reference of a new case: 40 bits of a digest of its id.

    The store refuses one that is taken: beside a million cases that is one new one in a million. Its mail is tried again, with
    another id.
    """
    digest = hashlib.sha256(b"mailflow reference\0" + case_id.encode()).digest()
    characters = _base32(digest, _REFERENCE_BITS)
    return f"{characters[:4]}-{characters[4:]}"


def normal_reference(typed: str) -> str | None:
    """A reference as a person may type it (`7kq2m9xd`, an O for a zero) in its one form, or None."""
    letters = re.sub(r"[\s-]", "", typed).upper().translate(_MISREAD)
    if len(letters) != _REFERENCE_BITS // 5 or any(letter not in ALPHABET for letter in letters):
        return None
    return f"{letters[:4]}-{letters[4:]}"


def find_references(text: str) -> tuple[str, ...]:
    """What may be references in a text, in order. Most words of this form are none: the store has to know them."""
    found = (normal_reference(text[match.start() - 4 : match.end()]) for match in _TYPED.finditer(text))
    return tuple(dict.fromkeys(reference for reference in found if reference))[:_MOST_TYPED]


class Purpose(StrEnum):
    REPLY = "r"
    BOUNCE = "b"
    STAFF = "s"  # commands


@dataclass(frozen=True, slots=True)
class Tagged:
    """An address that claims to be one of ours; `Addresses.genuine` says whether it is."""

    purpose: Purpose
    reference: str
    expiry: str
    mac: str


@dataclass(frozen=True)
class Addresses:
    """The addresses of one desk.

    `desk+<reference><r|b|s>.<expiry><mac>@domain`, all in Crockford's base 32 and without case, because some mailers
    change the case of a local part and RFC 5321 (4.5.3.1.1) allows it 64 octets.
    """

    desk: str
    keys: tuple[bytes, ...]  # the first one signs, all of them verify: that is how a key is rotated
    lifetime: timedelta

    def reply(self, reference: str, party: str, now: datetime) -> str:
        return self._address(Purpose.REPLY, reference, party, now + self.lifetime)

    def bounce(self, reference: str, party: str, now: datetime) -> str:
        return self._address(Purpose.BOUNCE, reference, party, now + self.lifetime)

    def staff(self, reference: str | None, member: str, now: datetime) -> str:
        """Where a member of the staff sends commands, about this case or any."""
        return self._address(Purpose.STAFF, reference or NO_CASE, member, now + STAFF_LIFETIME)

    def accepts(self, address: str) -> bool:
        """Whether mail to it is taken. Genuine or not makes no difference here, so that nobody can probe for cases."""
        return is_desk(address, self.desk) or is_postmaster(address, self.desk)

    def parse(self, address: str) -> Tagged | None:
        local, domain = _split(address)
        our_local, our_domain = _split(self.desk)
        if domain != our_domain or not local.startswith(f"{our_local}+"):
            return None
        match = _TAGGED.fullmatch(local[len(our_local) + 1 :])
        if not match:
            return None
        reference, purpose, expiry, mac = match.groups()
        normal = normal_reference(reference)
        if normal is None:
            return None
        return Tagged(Purpose(purpose), normal, expiry.upper(), mac.upper())

    def genuine(self, tagged: Tagged, party: str, now: datetime) -> bool:
        """Whether we made it, for this party, and it has not expired. Takes the same time whatever is wrong."""
        macs = [
            self._mac(signer, tagged.purpose, tagged.reference, party, tagged.expiry)
            for signer in self._signers
        ]
        matches = [hmac.compare_digest(mac, tagged.mac) for mac in macs]
        return any(matches) and tagged.expiry >= _expiry(now)

    def _address(self, purpose: Purpose, reference: str, party: str, until: datetime) -> str:
        expiry = _expiry(until)
        mac = self._mac(self._signers[0], purpose, reference, party, expiry)
        local, domain = self.desk.rsplit("@", 1)
        return f"{local}+{reference.replace('-', '')}{purpose.value}.{expiry}{mac}".lower() + f"@{domain}"

    @cached_property
    def _signers(self) -> tuple[hmac.HMAC, ...]:
        """With each key: OpenSSL takes longer to find its SHA-256 than to compute it."""
        return tuple(hmac.new(key, digestmod="sha256") for key in self.keys)

    def _mac(self, signer: hmac.HMAC, purpose: Purpose, reference: str, party: str, expiry: str) -> str:
        signature = signer.copy()
        signature.update(
            f"{self.desk.lower()}\0{purpose.value}\0{reference}\0{party.lower()}\0{expiry}".encode()
        )
        return _base32(signature.digest(), _MAC_BITS)


_TAGGED = re.compile(
    rf"([0-9a-z]{{8}})([rbs])\.([0-9a-z]{{{_EXPIRY_CHARACTERS}}})([0-9a-z]{{{_MAC_CHARACTERS}}})",
)


def tagged_addresses(addresses: Addresses, candidates: Iterable[str]) -> tuple[Tagged, ...]:
    """Those of the candidates that claim to be ours, in order, each once."""
    return tuple(dict.fromkeys(tagged for address in candidates if (tagged := addresses.parse(address))))


@cache
def desk_pattern(desk: str) -> re.Pattern[str]:
    """Finds the desk's addresses in a text: the bare one, and those with a tag."""
    local, _, domain = desk.rpartition("@")
    return re.compile(
        rf"(?<![\w.+-]){re.escape(local)}(?P<tag>\+[\w.-]{{1,80}})?@{re.escape(domain)}(?!\.?[\w-])",
        re.IGNORECASE,
    )


def is_desk(address: str, desk: str) -> bool:
    """Whether an address is the desk's or, with a tag after a plus sign, one of its reply and bounce addresses."""
    local, domain = _split(address.strip())
    return (local.partition("+")[0], domain) == _split(desk)


def is_postmaster(address: str, desk: str) -> bool:
    """Whether an address is that of who looks after the desk's domain, which every server takes (RFC 5321, 4.5.1).

    Without a domain, too (4.1.1.3).
    """
    local, domain = _split(address)
    return (local, domain) in {("postmaster", _split(desk)[1]), ("", "postmaster")}


def _split(address: str) -> tuple[str, str]:
    local, _, domain = address.lower().rpartition("@")
    return local, ascii_domain(domain)


def _expiry(moment: datetime) -> str:
    """The day as base 32 digits of fixed length, so that text order is the order of days."""
    days = (moment - _EPOCH).days
    return "".join(ALPHABET[days >> shift & 31] for shift in range((_EXPIRY_CHARACTERS - 1) * 5, -1, -5))


def _base32(digest: bytes, bits: int) -> str:
    """The first bits, a multiple of ten, two characters at a time."""
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - bits)
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(bits - 10, -1, -10)])
