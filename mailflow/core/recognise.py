"""Says what a mail is to the desk: a new request, a reply to a case, a bounce, or nothing to answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MailKind(StrEnum):
    """What a mail is, as `mailflow explain` and the case history say it."""

    REQUEST = "request"
    AMENDMENT = "amendment"  # adds to a case or corrects it
    FOLLOW_UP_STATUS = "follow_up_status"
    WITHDRAWAL = "withdrawal"  # solved, never mind
    CONFIRMATION = "confirmation"  # yes to a question of the staff, or that it worked
    PROOF_SUBMITTED = "proof_submitted"
    DUPLICATE_REQUEST = "duplicate_request"
    OFF_TOPIC = "off_topic"
    AUTO_GENERATED = "auto_generated"
    BOUNCE = "bounce"
