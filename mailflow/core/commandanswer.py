"""What became of the commands of a mail, for the letter that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailflow.core.digest import CaseBrief


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail of a case, as `show` shows it."""

    at: datetime
    sender: str
    subject: str
    words: str  # the first of what is new in it, secrets masked
    more: str = ""  # the command that shows the rest, if there is one
    why: str = ""  # why it got no answer: it may be somebody else's, in the party's name


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """What became of a command."""

    line: str
    said: str  # a sentence; "" where the cases say it all
    cases: tuple[CaseBrief, ...] = ()  # what `show` shows and `find` finds
    mails: tuple[ShownMail, ...] = ()  # the last ones of what `show` shows, oldest first
