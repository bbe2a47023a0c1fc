"""What became of a mail: for the mail log, for `mailflow explain`, and for who waits for letters.

It stands apart from `handle`, which reads mail and takes half a second to import.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mailflow.core.authentication import Authentication
from mailflow.core.case import Case
from mailflow.core.envelope import MailKind
from mailflow.core.letters import Rendered
from mailflow.store.caserow import UnreadableCase

if TYPE_CHECKING:
    from mailflow.core.answer import Reading
    from mailflow.core.body import Body
    from mailflow.core.events import Event
    from mailflow.core.mail import Mail
    from mailflow.core.wish import Wish
    from mailflow.steps.operate import Act
    from mailflow.steps.understand import Said, Understood

RETRY_WAITS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))  # then the mail is parked
_TEMPLATES = frozenset({".txt", ".html"})  # of letters: Jinja names their lines in a traceback


@dataclass(frozen=True, slots=True)
class Handled:
    """What was made of a mail: for the mail log, and for `mailflow explain`."""

    mail_id: int
    kind: MailKind
    mail: Mail
    body: Body
    reading: Reading
    wish: Wish
    case: Case | None = None
    how: str = ""  # why it belongs to the case
    by_party: bool = True
    letters: tuple[Rendered, ...] = ()
    silence: str | None = None  # why nothing is answered
    source: str = ""  # the section of the RFC that says so
    set_aside: bool = False  # a person's mail that no case took: the digest lists it
    event: Event | None = None  # what it was to its case
    acts: tuple[Act, ...] = ()  # what the staff did by it
    authentication: Authentication = field(default_factory=Authentication)  # who wrote it

    @staticmethod
    def of(understood: Understood, kind: MailKind, said: Said) -> Handled:
        """One that belongs to no case yet."""
        return Handled(
            understood.stored.id,
            kind,
            understood.mail,
            said.body,
            said.reading,
            said.wish,
            authentication=understood.authentication,
        )


@dataclass(frozen=True, slots=True)
class Failed:
    """A mail that raised, or was in hand when a process ended: rolled back, to be tried again or parked."""

    mail_id: int
    error: str
    attempts: int
    next_try_at: datetime | None  # None: it was parked

    @property
    def parked(self) -> bool:
        return self.next_try_at is None


def frames_of_templates(error: Exception) -> list[traceback.FrameSummary]:
    """The lines of letters' templates on the way to what raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if Path(frame.filename).suffix in _TEMPLATES]


def what_raised(error: Exception) -> str:
    """What raised, and where. Its text stays out: it may quote a mail, and this goes into the log and the digest."""
    if isinstance(error, UnreadableCase):
        return str(error)  # words of ours alone
    frames = traceback.extract_tb(error.__traceback__)
    templates = frames_of_templates(error)
    ours = [frame for frame in frames if "mailflow" in Path(frame.filename).parts]
    last = (templates or ours or frames)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}, {last.name}"
