"""What a rule of a case returns, and what it may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailflow.core.case import Case
from mailflow.core.letters import Letter
from mailflow.core.policy import Policy


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the case's history."""

    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """What an event does to a case: the case as it is then, what its history says, and the letters to write."""

    case: Case
    note: Note
    letters: tuple[Letter, ...] = ()
    put_off_until: datetime | None = None  # when time tries it again, whatever the case says


@dataclass(frozen=True, slots=True)
class Now:
    """What a rule may look at besides the case and the event."""

    policy: Policy
    time: datetime
    new_id: str
