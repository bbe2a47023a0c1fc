"""Mails, cases and letters to store; what a test does not name has a plain value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from mailflow.core.case import Case, Status
from mailflow.core.envelope import Envelope
from mailflow.core.letters import Rendered
from mailflow.store import UnitOfWork
from mailflow.store.mails import Arrival

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
numbers = count(1)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def arrival() -> Callable[..., Arrival]:
    def make(raw: bytes | None = None, received_at: datetime = NOW) -> Arrival:
        raw = raw or b"Message-ID: <%d@example.org>\r\n\r\nHello\r\n" % next(numbers)
        envelope = Envelope(
            "jane@example.org", ("desk@example.com", "desk+x@example.com"), "192.0.2.1", "mx.example.org"
        )
        return Arrival(envelope, raw, received_at)

    return make


@pytest.fixture
def case() -> Callable[..., Case]:
    def make(**facts: object) -> Case:
        number = next(numbers)
        values = {
            "id": f"{number:032x}",
            "reference": f"AAAA-{number:04}",
            "party": "jane@example.org",
            "status": Status.AWAITING_ANSWERS,
            "opened_at": NOW,
            "changed_at": NOW,
            "waiting_since": NOW,
        }
        return Case(**{**values, **facts})  # type: ignore[arg-type]

    return make


@pytest.fixture
def letter() -> Callable[..., Rendered]:
    def make(**facts: object) -> Rendered:
        values = {
            "message_id": f"{next(numbers)}@desk.example.com",
            "kind": "missing",
            "case_id": None,
            "envelope_sender": "desk+bounce@example.com",
            "recipient": "jane@example.org",
            "reply_to": "desk+reply@example.com",
            "subject": "Your request",
            "text": "Dear Jané,\n",
            "raw": b"Subject: Your request\r\n\r\nDear Jane,\r\n",
        }
        return Rendered(**{**values, **facts})  # type: ignore[arg-type]

    return make


@pytest.fixture
def handle(now: datetime) -> Callable[..., None]:
    """Marks a mail as handled."""

    def make(uow: UnitOfWork, mail_id: int, **facts: object) -> None:
        names = ("kind", "case_id", "sender", "subject", "message_id", "silence", "fresh")
        uow.mails.handled(mail_id, **{"now": now + timedelta(seconds=1), **dict.fromkeys(names), **facts})  # type: ignore[arg-type]

    return make
