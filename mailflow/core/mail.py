"""What a received mail is: its envelope and the few facts of it that mailflow needs.

`parse` never raises: whatever arrives becomes a `Mail`, with what had to be capped or guessed in `problems`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """The SMTP envelope (RFC 5321, 3.3), addresses without angle brackets."""

    sender: str  # the reverse-path; "" is the null one of bounces (RFC 5321, 4.5.5)
    recipients: tuple[str, ...]
    remote: str = ""  # the client's IP address, or "pipe"
    helo: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is named, never opened."""

    name: str  # as the sender wrote it, control characters removed; "" if unnamed
    content_type: str
    size: int  # bytes, as encoded


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A per-recipient group of a message/delivery-status part (RFC 3464, 2.3)."""

    recipient: str
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str  # an enhanced status code such as "5.1.1", or ""
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Mail:
    envelope: Envelope
    sender: str | None  # the From address when there is exactly one unambiguous mailbox, lower-cased domain; else None
    sender_name: str  # its display name, decoded
    addressed_to: tuple[str, ...]  # every mailbox of To and Cc, in order, capped
    subject: str  # decoded, one line
    message_id: str | None  # without angle brackets
    in_reply_to: tuple[str, ...]  # message ids without angle brackets
    references: tuple[str, ...]
    date: datetime | None  # aware, UTC
    fields: tuple[tuple[str, str], ...]  # the header fields in order: lower-case name, unfolded value, not decoded
    content_types: tuple[str, ...]  # of every MIME part, depth first, lower-case
    text: str  # the body as text: flowed lines joined, HTML converted; lines end in "\n"
    attachments: tuple[Attachment, ...] = ()
    reports: tuple[DeliveryReport, ...] = ()
    returned_ids: tuple[str, ...] = ()  # Message-IDs found in returned mails or their headers (message/rfc822, rfc822-headers)
    problems: tuple[str, ...] = ()  # what was capped, replaced or guessed
    _index: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def headers(self, name: str) -> tuple[str, ...]:
        """All values of a header field, in order; `name` in any case."""
        if not self._index:
            for key, value in self.fields:
                self._index[key] = (*self._index.get(key, ()), value)
        return self._index.get(name.lower(), ())

    def header(self, name: str) -> str:
        """The first value of a header field, or ""."""
        return next(iter(self.headers(name)), "")
