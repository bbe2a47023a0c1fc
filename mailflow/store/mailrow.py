"""A mail as a row has it: what is known of it, and what was received, sealed where there is a key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Dialect

from mailflow.core.authentication import Authentication
from mailflow.core.envelope import Envelope
from mailflow.store.casejson import reader_of
from mailflow.store.columns import storable, to_json, to_micros
from mailflow.store.seal import Kept, Keyring, Plain, Sealed

# SQLite keeps a row's first 4,061 bytes at most in a page of the table (its file format, section 1.6), moves rows between
# those, and leaves bytes of them in what is free. The rest is in pages that nothing moves and that are zeroed when they
# are freed: there stands what was received, behind this much filler, until secrets are masked.
FILLER: Final = bytes(4096)

# What servers on the way add: it differs between two deliveries of one mail. Not what has a mail taken for a machine's.
_TRACE: Final = re.compile(
    rb"^(?:(?:x-)?received|return-path(?=[ \t]*:(?!\s*<\s*>))|(?:x-)?delivered-to(?=[ \t]*:(?!.*(?:\n[ \t].*)*auto))|x-original-to|(?:x-)?envelope-(?:to|from)|delivery-date"
    rb"|(?:x-)?authentication-results|received-spf|arc-[a-z-]+|x-spam-[a-z-]+)[ \t]*:.*\n(?:[ \t].*\n)*",
    re.IGNORECASE | re.MULTILINE,
)
_END_OF_HEADER: Final = re.compile(rb"\n\r?\n")
# Of a header in small letters behind a line end.
_FROM: Final = re.compile(rb"\nfrom[ \t]*:")
# One of them at least tells a mail from the next one of the same words. An empty one does not.
_DATED: Final = re.compile(rb"\n(?:date|message-id)[ \t]*:(?:[ \t\r]|\n[ \t])*[^ \t\r\n]")
_RECEIVED: Final = re.compile(rb"\nreceived[ \t]*:.*(?:\n[ \t].*)*")
_CLIENT: Final = re.compile(rb"\[(?:ipv6:)?([0-9a-f:.]{2,45})\]")  # an address literal (RFC 5321, 4.1.3)
# Within which a client that saw no 250 sends its mail again. Whoever writes the same later means something by it.
_SENT_AGAIN_WITHIN: Final = timedelta(hours=1) // timedelta(microseconds=1)


class MailState(StrEnum):
    WAITING = "waiting"
    HANDLED = "handled"
    PARKED = "parked"  # it could not be handled; kept whole, for the staff


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail as it was received."""

    envelope: Envelope
    raw: bytes
    received_at: datetime
    digest: bytes = b""  # of its content; empty: that of `content_digest`


@dataclass(frozen=True, slots=True)
class ListedMail:
    """What is known of a mail, without its content."""

    id: int
    envelope: Envelope
    received_at: datetime
    next_try_at: datetime
    attempts: int  # that failed
    state: MailState
    error: str | None  # of the last attempt that failed
    size: int  # bytes
    case_id: str | None
    handled_at: datetime | None
    kind: str | None  # a `MailKind`, or one of a later program's
    sender: str | None
    subject: str | None
    message_id: str | None
    silence: str | None  # why it got no letter
    raw_deleted_at: datetime | None
    authentication: Authentication | None  # who wrote it; None: nobody has looked
    kept_fresh: Kept | None

    @property
    def fresh(self) -> str | None:
        """The person's own new words, secrets masked. Raises `Unreadable`."""
        return self.kept_fresh.open().decode() if self.kept_fresh else None


@dataclass(frozen=True, slots=True)
class StoredMail(ListedMail):
    kept_raw: Kept

    @property
    def raw(self) -> bytes:
        """As it was received, or with its secrets masked; empty once it is deleted. Raises `Unreadable`."""
        return self.kept_raw.open()


def digest_of(arrival: Arrival) -> bytes:
    """What tells that a mail has come before: its content, and the way that it came.

    Anybody who got a mail can send it here too, and be faster than its writer's own server. A copy that is not believed for
    how it came, or that came to another address, must not take the answer from the mail itself. Who wrote a mail without a
    From says its envelope alone. A mail that comes once more by another way is known when it is handled (`steps.again`).

    Without Message-ID and Date, words that somebody writes a second time look like the mail that came first: then what the
    first server on its way wrote tells them apart, or the hour in which they came here.
    """
    from mailflow.core.signs import is_machine  # noqa: PLC0415 -- most commands take no mail, and it takes 20 ms

    envelope, length = arrival.envelope, _length_of_header(arrival.raw)
    header = b"\n" + arrival.raw[:length].lower()
    recipients = (to.lower().encode("utf-8", "replace") for to in envelope.recipients)
    received = _RECEIVED.findall(header)
    way = (
        b"by a machine" if is_machine(envelope.sender) else b"",
        b"" if _FROM.search(header) else envelope.sender.encode("utf-8", "replace"),
        envelope.remote.encode(),
        *sorted(to for to in recipients if to not in header),
        *(client for field in received for client in _CLIENT.findall(field)),
    )
    if not _DATED.search(header):
        way += (received[-1] if received else b"%d" % (to_micros(arrival.received_at) // _SENT_AGAIN_WITHIN),)
    return sha256(b"\0".join((*way, arrival.digest or _content_digest(arrival.raw, length)))).digest()


def content_digest(raw: bytes) -> bytes:
    """The same for two deliveries of one mail: SHA-256 of all but the trace fields that servers added on the way."""
    return _content_digest(raw, _length_of_header(raw))


def _content_digest(raw: bytes, length_of_header: int) -> bytes:
    digest = sha256(_TRACE.sub(b"", raw[:length_of_header]))
    digest.update(memoryview(raw)[length_of_header:])
    return digest.digest()


def _length_of_header(raw: bytes) -> int:
    if raw.startswith((b"\n", b"\r\n")):
        return 0
    end = _END_OF_HEADER.search(raw)
    return end.start() + 1 if end else len(raw)


def filler_of(dialect: Dialect) -> bytes | None:
    """What stands before the bytes of a mail until it was handled."""
    return FILLER if dialect.name == "sqlite" else None


class NewMail(NamedTuple):
    """The columns of a mail that was just received, each as the driver takes it."""

    digest: bytes
    state: str
    received_at: int
    next_try_at: int
    attempts: int
    size: int
    envelope: str
    filler: bytes | None
    raw: bytes
    key_id: str | None


def new_mail(arrival: Arrival, keyring: Keyring, filler: bytes | None) -> NewMail:
    digest = keyring.fingerprint(digest_of(arrival))
    at = to_micros(arrival.received_at)
    sealed = raw_values(arrival.raw, digest, arrival.received_at, keyring)
    size, envelope = len(arrival.raw), to_json(arrival.envelope)
    return NewMail(digest, MailState.WAITING.value, at, at, 0, size, envelope, filler, **sealed)


def raw_values(raw: bytes, digest: bytes, received_at: datetime, keyring: Keyring) -> dict[str, Any]:
    """`raw` and `key_id`. A row has no id before it is stored, so what is bound is what never changes of it."""
    if keyring.current is None:
        return {"raw": raw, "key_id": None}
    return {"raw": keyring.seal(raw, raw_bound_to(digest, received_at)), "key_id": keyring.current}


def fresh_values(mail_id: int, fresh: str | None, keyring: Keyring) -> dict[str, object]:
    if keyring.current is None or fresh is None:
        return {"fresh_text": fresh, "sealed_text": None}
    return {
        "fresh_text": None,
        "sealed_text": keyring.seal(storable(fresh).encode(), fresh_bound_to(mail_id)),
    }


def listed(row: Any, keyring: Keyring) -> ListedMail:
    return ListedMail(**_facts(row, keyring))


def stored(row: Any, raw: bytes, keyring: Keyring) -> StoredMail:
    kept = Sealed(raw, raw_bound_to(row.digest, row.received_at), keyring) if row.key_id else Plain(raw)
    return StoredMail(**_facts(row, keyring), kept_raw=kept)


def _facts(row: Any, keyring: Keyring) -> dict[str, Any]:
    """The columns by name, which are the fields of `ListedMail`."""
    return {
        **{name: value for name, value in row._asdict().items() if name not in _KEPT},
        "envelope": _envelope(row.envelope),
        "state": MailState(row.state),
        "authentication": None if row.authentication is None else _read_found(row.authentication),
        "kept_fresh": _kept_fresh(row, keyring),
    }


def _kept_fresh(row: Any, keyring: Keyring) -> Kept | None:
    if row.fresh_sealed is not None:
        return Sealed(row.fresh_sealed, fresh_bound_to(row.id), keyring)
    return None if row.fresh is None else Plain(row.fresh.encode())


_read_found: Final = reader_of(Authentication)
_KEPT: Final = frozenset({"fresh", "fresh_sealed", "raw", "key_id", "digest"})


def raw_bound_to(digest: bytes, received_at: datetime) -> bytes:
    return b"mails.raw\0" + to_micros(received_at).to_bytes(8, signed=True) + digest


def fresh_bound_to(mail_id: int) -> bytes:
    return b"mails.fresh\0" + mail_id.to_bytes(8)


def _envelope(facts: dict[str, Any]) -> Envelope:
    return Envelope(**{**facts, "recipients": tuple(facts["recipients"])})
