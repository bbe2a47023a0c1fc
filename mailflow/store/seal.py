"""Encrypts what people wrote before it is stored, so that who has the database alone cannot read it.

The algorithm is XAES-256-GCM (https://c2sp.org/XAES-256-GCM): AES-256-GCM (NIST SP 800-38D) under a key that is derived
from half of a random nonce of 192 bits. A process takes another such half after 256 values: to derive a key for each took twice
as long as all the rest of sealing a letter. So nodes that know nothing of each other may seal 2^57 values with one key before two nonces
are likely to meet (2^-32), where it would be 2^80; 96 bits alone would be safe for 2^32. What a value is bound to (its
column and its row) is authenticated with it: it opens nowhere else.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from threading import local
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
ID_BYTES: Final = 8  # of a key's id, which stands in front of what it sealed
_NONCE_BYTES: Final = 24
_HALF: Final = _NONCE_BYTES // 2
_VALUES_A_HALF: Final = 256
_OVERHEAD: Final = ID_BYTES + _NONCE_BYTES + 16  # the last: GCM's tag


class Unreadable(Exception):
    """What is stored does not open: its key is not there, or it was changed, or stood in another row."""


class Keyring:
    """The keys of a desk, each of 32 bytes: the first one seals, all of them open. Without any nothing is sealed."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self._keys = {key_id(key): key for key in keys}
        self.current = next(iter(self._keys), None)  # the id of the key that seals, in hex
        self._half = b""
        self._values_left = 0

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._keys)

    def seal(self, value: bytes, bound_to: bytes) -> bytes:
        """The id of the key, a nonce, the ciphertext and its tag. Without a key raises `LookupError`."""
        if self.current is None:
            raise LookupError("there is no key to seal with")
        derived_by, nonce = self._half_of_nonce(), secrets.token_bytes(_HALF)
        cipher = _cipher(self._keys[self.current], derived_by)
        return bytes.fromhex(self.current) + derived_by + nonce + cipher.encrypt(nonce, value, bound_to)

    def _half_of_nonce(self) -> bytes:
        """For a few values; some more, where threads count at once."""
        if self._values_left <= 0:
            self._half, self._values_left = secrets.token_bytes(_HALF), _VALUES_A_HALF
        self._values_left -= 1
        return self._half

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Raises `Unreadable`."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - who opens nothing need not wait for it

        sealer = sealed[:ID_BYTES].hex()
        key = self._keys.get(sealer)
        if key is None:
            raise Unreadable(
                f"the key {sealer} is not there: put it back into the file of database.encryption_key"
            )
        nonce, text = sealed[ID_BYTES : ID_BYTES + _NONCE_BYTES], sealed[ID_BYTES + _NONCE_BYTES :]
        if len(sealed) >= _OVERHEAD:
            try:
                return _cipher(key, nonce[:_HALF]).decrypt(nonce[_HALF:], text, bound_to)
            except InvalidTag:
                pass
        raise Unreadable("it was changed after it was stored, or is not of this row")

    def fingerprint(self, digest: bytes) -> bytes:
        """A digest that nobody without the key can compute, to find out by trying what a secret was masked in."""
        if self.current is None:
            return digest
        fingerprint = self._fingerprints.copy()
        fingerprint.update(digest)
        return fingerprint.digest()

    @cached_property
    def _fingerprints(self) -> hmac.HMAC:
        """How each begins: OpenSSL takes longer to find its SHA-256 than to compute it."""
        assert self.current is not None, "without a key there are none"
        return hmac.new(self._keys[self.current], b"mailflow digest\0", "sha256")


NO_KEYS: Final = Keyring()


class Kept(Protocol):
    """A value as it stands in a row. It is opened when asked for: one that cannot be is its own row's trouble alone."""

    def open(self) -> bytes:
        """Raises `Unreadable`."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    value: bytes = field(repr=False)

    def open(self) -> bytes:
        return self.value


@dataclass(frozen=True, slots=True)
class Sealed:
    value: bytes = field(repr=False)
    bound_to: bytes
    keyring: Keyring = field(repr=False, compare=False)

    def open(self) -> bytes:
        return self.keyring.open(self.value, self.bound_to)


def key_id(key: bytes) -> str:
    """What names a key and tells nothing of it: 16 hex digits."""
    return hmac.digest(key, b"mailflow key id", "sha256")[:ID_BYTES].hex()


@lru_cache(maxsize=16)  # what is opened was often sealed a moment ago
def _cipher(key: bytes, nonce: bytes) -> AESGCM:
    """AES-GCM with the key for this half of a nonce: NIST SP 800-108r1, counter mode with CMAC, unrolled."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 40 ms, for who seals or opens

    counted = int.from_bytes(b"\0\1X\0" + nonce + b"\0\2X\0" + nonce)
    return AESGCM(_encrypted(key, (counted ^ _mask(key)).to_bytes(32)))


class _Contexts(local):
    """AES with each key: made once, as that takes longer than sealing a mail; for one thread, as none may be shared."""

    def __init__(self) -> None:
        self.by_key: dict[bytes, CipherContext] = {}


_contexts: Final = _Contexts()


@cache
def _mask(key: bytes) -> int:
    """CMAC's first subkey (NIST SP 800-38B, section 6.1), twice."""
    doubled = int.from_bytes(_encrypted(key, bytes(16))) << 1
    subkey = doubled if doubled < 1 << 128 else doubled ^ (1 << 128 | 0x87)
    return subkey << 128 | subkey


def _encrypted(key: bytes, blocks: bytes) -> bytes:
    contexts = _contexts.by_key
    if key not in contexts:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - as above

        contexts[key] = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - single blocks of CMAC
    return contexts[key].update(blocks)
