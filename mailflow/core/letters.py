"""What a letter says, not how it looks: `templates/` has the words, `edges/renderer.py` makes the bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from mailflow.core.secretkind import SecretKind


class LetterKind(StrEnum):
    """One template each, `templates/letters/<kind>.txt`."""

    MISSING = "missing"  # what was understood, what is asked
    RECEIVED = "received"  # complete: place in the queue, usual waiting time
    NOTED = "noted"  # what a person wrote while the case is with the staff was added to it
    STATUS = "status"
    REMINDER = "reminder"
    EXPIRED = "expired"  # closed for silence, and how to reopen
    WITHDRAWN = "withdrawn"
    DISOWNED = "disowned"  # the party says that it was not them
    WHICH = "which"  # more than one request is open, and the mail does not say which one it is to change
    DUPLICATE = "duplicate"  # a second request joined the open case
    REDIRECTED = "redirected"  # not this desk
    QUESTION = "question"  # from the staff
    DENIED = "denied"
    RECOVERED = "recovered"
    PASTED_SECRET = "pasted_secret"  # noqa: S105 -- the name of a letter
    ESCALATION = "escalation"  # to the staff
    COMMANDS = "commands"  # to the staff: what became of their commands
    DIGEST = "digest"  # to the staff; also `digest.html`


TO_STAFF = frozenset({LetterKind.ESCALATION, LetterKind.COMMANDS, LetterKind.DIGEST})


@dataclass(frozen=True, slots=True)
class Understood:
    """An item that is settled; `value` is None while the person has not shown that they read our mail."""

    key: str
    label: str
    value: str | None
    advice: str = ""  # what the person can do by themselves, as they said this


@dataclass(frozen=True, slots=True)
class Asked:
    """An item a letter asks for, numbered from 1 in the letter."""

    item: str
    ask: str
    why: str
    how: str
    guesses: tuple[str, ...] = ()  # values read without certainty, to be confirmed; empty towards strangers
    refused: bool = False  # what is to be agreed to, and they said no; never towards strangers


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """One of the requests that a person has open, as a letter lists them."""

    reference: str
    account: str  # "" where the letter may not say it, or nobody has
    opened_at: datetime
    waits_for_person: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that a rule wants written, before it is rendered."""

    kind: LetterKind
    to: str  # one address
    case_id: str | None = None
    reference: str | None = None
    in_reply_to: str | None = None  # without angle brackets
    references: tuple[str, ...] = ()
    # The template's variables, see templates/README.md.
    facts: Mapping[str, object] = field(default_factory=dict)
    secrets: tuple[
        SecretKind, ...
    ] = ()  # of the mail that it answers, where no letter of its own tells of them

    @property
    def asked(self) -> tuple[str, ...]:
        """The items that it asks for, in the order of its numbers; most letters ask for none."""
        missing = self.facts.get("missing", ())
        assert isinstance(missing, tuple)
        return tuple(one.item for one in missing)


# What the letter that closes a silent case asks before its items: "Do you still need us?". It has no number.
STILL_NEEDED: Final = "still needed?"


@dataclass(frozen=True, slots=True)
class Asking:
    """What a letter of ours asked, as the outbox keeps it."""

    kind: str
    items: tuple[str, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """All that a "yes" to it may answer."""
        return (*self.items, STILL_NEEDED) if self.kind == LetterKind.EXPIRED else self.items


@dataclass(frozen=True, slots=True)
class Rendered:
    """The finished letter as it is stored in the outbox."""

    message_id: str  # without angle brackets
    kind: str
    case_id: str | None
    envelope_sender: str
    recipient: str
    reply_to: str  # "" if none
    subject: str
    text: str  # the plain-text body, decoded, LF line ends
    raw: bytes  # RFC 5322, CRLF line ends
    asked: tuple[str, ...] = ()  # `Letter.asked`: what an answer to it answers
