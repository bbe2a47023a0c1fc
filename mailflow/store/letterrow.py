"""A letter as a row has it: what is known of it, and what it says, sealed where there is a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from mailflow.core.letters import Rendered
from mailflow.store.columns import storable, to_micros
from mailflow.store.seal import Kept, Keyring, Plain, Sealed

_KEPT: Final = frozenset({"text", "text_sealed", "raw", "key_id"})


class LetterState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # given up
    DROPPED = "dropped"  # by the staff


@dataclass(frozen=True, slots=True)
class ListedLetter:
    """What is known of a letter, without its content."""

    id: int
    message_id: str
    kind: str
    case_id: str | None
    envelope_sender: str
    recipient: str
    reply_to: str
    subject: str
    state: LetterState
    attempts: int  # that ended
    created_at: datetime
    retried_at: datetime | None  # by the staff
    next_try_at: datetime
    lease_until: datetime | None  # a node is at it until then
    leased_by: str | None
    settled_at: datetime | None  # sent or given up
    error: str | None  # of the last attempt that failed

    @property
    def tried_since(self) -> datetime:
        """What its age counts from: the staff may have it tried anew."""
        return self.retried_at or self.created_at


@dataclass(frozen=True, slots=True)
class QueuedLetter(ListedLetter):
    raw_deleted_at: datetime | None
    kept_text: Kept
    kept_raw: Kept

    @property
    def text(self) -> str:
        """Raises `Unreadable`."""
        return self.kept_text.open().decode()

    @property
    def raw(self) -> bytes:
        """Empty once it is deleted. Raises `Unreadable`."""
        return self.kept_raw.open()


def content_values(rendered: Rendered, now: datetime, keyring: Keyring) -> dict[str, object]:
    """The columns with what the letter says."""
    if keyring.current is None:
        return {"text": rendered.text, "raw": rendered.raw, "key_id": None, "text_sealed": None}
    return {
        "text": "",
        "raw": keyring.seal(rendered.raw, raw_bound_to(rendered.message_id, rendered.recipient, now)),
        "key_id": keyring.current,
        "text_sealed": keyring.seal(
            storable(rendered.text).encode(), text_bound_to(rendered.message_id, rendered.recipient, now)
        ),
    }


def listed(row: Any) -> ListedLetter:
    return ListedLetter(**{**row._mapping, "state": LetterState(row.state)})  # noqa: SLF001 - SQLAlchemy's public name


def whole(row: Any, keyring: Keyring) -> QueuedLetter:
    facts = {name: value for name, value in row._asdict().items() if name not in _KEPT}
    bound_to = row.message_id, row.recipient, row.created_at
    text: Kept = Plain(row.text.encode())
    if row.text_sealed is not None:
        text = Sealed(row.text_sealed, text_bound_to(*bound_to), keyring)
    raw = Sealed(row.raw, raw_bound_to(*bound_to), keyring) if row.key_id else Plain(row.raw)
    return QueuedLetter(**{**facts, "state": LetterState(row.state), "kept_text": text, "kept_raw": raw})


def raw_bound_to(message_id: str, recipient: str, created_at: datetime) -> bytes:
    """The recipient is bound too: a row whose recipient was changed sends nothing."""
    return b"outbox.raw\0" + _facts(message_id, recipient, created_at)


def text_bound_to(message_id: str, recipient: str, created_at: datetime) -> bytes:
    return b"outbox.text\0" + _facts(message_id, recipient, created_at)


def _facts(message_id: str, recipient: str, created_at: datetime) -> bytes:
    return f"{to_micros(created_at)}\0{storable(message_id)}\0{storable(recipient)}".encode()
