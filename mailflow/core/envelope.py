"""What is known of a mail without reading it, and what it turned out to be: the words that its row is kept under."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Envelope:
    """The SMTP envelope (RFC 5321, 3.3), addresses without angle brackets."""

    sender: str  # the reverse-path; "" is the null one of bounces (RFC 5321, 4.5.5)
    recipients: tuple[str, ...]
    remote: str = ""  # the client's IP address, or "pipe"
    helo: str = ""


class MailKind(StrEnum):
    """What a mail is, as `mailflow explain` and the case history say it."""

    REQUEST = "request"
    AMENDMENT = "amendment"  # adds to a case or corrects it
    FOLLOW_UP_STATUS = "follow_up_status"
    WITHDRAWAL = "withdrawal"  # solved, never mind
    DISOWNED = "disowned"  # the request is not theirs
    CONFIRMATION = "confirmation"  # yes to a question of the staff, or that it worked
    PROOF_SUBMITTED = "proof_submitted"
    DUPLICATE_REQUEST = "duplicate_request"
    OFF_TOPIC = "off_topic"
    STAFF_COMMANDS = "staff_commands"  # from a member of the staff, and obeyed
    AUTO_GENERATED = "auto_generated"
    BOUNCE = "bounce"
