"""A case: one recovery request from its first mail to its outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mailflow.core.answer import Answer
from mailflow.core.authentication import Verdict
from mailflow.core.display import spoken

_SOURCES_KEPT = 8  # places that a case knows


class Status(StrEnum):
    AWAITING_ANSWERS = "awaiting_answers"  # the person has yet to say something the form requires
    IN_REVIEW = "in_review"  # complete; the staff decides
    AWAITING_REQUESTER = "awaiting_requester"  # the staff asked the person something
    CLOSED = "closed"


class Outcome(StrEnum):
    RECOVERED = "recovered"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DUPLICATE = "duplicate"
    REDIRECTED = "redirected"  # another desk is in charge; an answer that asks for recovery reopens it


DECIDED = frozenset({Outcome.RECOVERED, Outcome.DENIED})  # by the staff, about the account


class Flag(StrEnum):
    """What the staff should know of a case before they act on it."""

    ESCALATED = "escalated"  # complete, and nobody touched it for too long
    STRANGER_WROTE = "stranger_wrote"  # a mail from another address than the party's joined it
    LETTERS_SPENT = "letters_spent"  # a letter was due and not written: the limits were reached
    ADDRESS_FAILING = "address_failing"  # a letter to the party bounced or was refused
    SECRET_PASTED = "secret_pasted"  # noqa: S105 -- a flag, no password
    CONTACT_CHANGED = "contact_changed"  # the new address was given or changed after it was complete
    ACCOUNT_CHANGED = "account_changed"  # it names another account than it did when it was complete
    ACCOUNT_MENTIONED = "account_mentioned"  # a mail speaks of another account, not plainly as theirs
    WROTE_AFTER_CLOSING = "wrote_after_closing"
    UNPROVEN_WROTE = "unproven_wrote"  # a mail in the party's name was not believed, or not in all
    ODD_SENDER = "odd_sender"  # somebody who wrote about it looks like somebody else
    # Such a mail answered our letter: maybe the party's alias.
    ANSWERED_FROM_ELSEWHERE = "answered_from_elsewhere"
    GOING_IN_CIRCLES = "going_in_circles"  # mail after mail brings nothing: a machine, or somebody at a loss
    WORDS_UNREAD = "words_unread"  # the party wrote what no rule understood: it may be "that was not me"
    DISOWNED = "disowned"  # the party says that the request is not theirs; no act of the staff takes it away
    MAYBE_FORGED = "maybe_forged"  # mail in this name came from other places, and nobody answered our letter


@dataclass(frozen=True)
class Case:
    """A case at one moment. Times are aware, in UTC."""

    id: str
    reference: str  # XXXX-XXXX
    party: str  # the requester's address: the only one that gets letters about it
    status: Status
    opened_at: datetime
    changed_at: datetime  # of the last event of any kind
    waiting_since: datetime  # of the status, or of the person's last mail when we wait on the person
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    completed_at: datetime | None = None  # when it entered the queue of the staff: its place there
    touched_at: datetime | None = None  # the staff's last act
    due_at: datetime | None = None  # when `DueTimePassed` is next sent
    reminders: int = 0  # since waiting_since
    reminded_at: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)  # the latest of each field
    doubts: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)  # by field, to be confirmed
    asked: tuple[str, ...] = ()  # the items our last letter asked for, numbered from 1
    question: str = ""  # the staff's open question
    flags: frozenset[Flag] = frozenset()
    merged_into: str | None = None  # the reference of the case it duplicates
    confirmed: bool = False  # the party has written from the reply address of a letter: it reads its own mail
    last_message_id: str | None = None  # of the party's last mail, for In-Reply-To
    thread: tuple[str, ...] = ()  # Message-IDs for References, oldest first, capped
    letters: int = 0  # written in all
    last_letters: Mapping[str, datetime] = field(default_factory=dict)  # by LetterKind
    proof: Verdict | None = None  # of the party's last mail that counted; None: nobody has looked
    sources: tuple[str, ...] = ()  # from where the party's mail came, the first one first; capped
    proven_sources: tuple[str, ...] = ()  # of them those of mails that were proven; capped
    unproven: Mapping[str, str] = field(
        default_factory=dict
    )  # mails that answers are of and were not: id to source
    fruitless: int = 0  # mails in a row that brought nothing new
    held_back: bool = (
        False  # its first letter found no room in the budget of a domain, or of all; it waits for some
    )
    snoozed_until: datetime | None = None  # the staff wants to be told of it then, and not before
    stuck: str = ""  # why what was due could not be done the last time; it is tried again
    account: str = ""  # what names the account, as lists show it and find it; "" if unknown
    former_account: str = ""  # what did when it was complete the first time, where that is another; else ""
    mentioned_accounts: tuple[str, ...] = ()  # others that mails speak of, the last one last; capped
    beyond: tuple[tuple[str, Any], ...] = ()  # what a newer version stored beside: by name, as JSON has it

    @property
    def standing(self) -> str:
        """Where it stands, as the staff reads it."""
        return spoken(self.outcome or self.status)

    def evolve(self, **changes: Any) -> Case:
        """The case with some fields changed, as `dataclasses.replace` makes it, in a tenth of the time.

        An event changes a case some ten times, and it has some thirty fields.
        """
        facts = self.__dict__
        assert changes.keys() <= facts.keys(), f"a case has no {changes.keys() - facts.keys()}"
        case = object.__new__(Case)
        case.__dict__.update(facts, **changes)
        return case


def with_source(known: Sequence[str], source: str) -> tuple[str, ...]:
    """The places from which a party's mail came, each once, the first ones first (`Case.sources`)."""
    return tuple(dict.fromkeys((*known, source)))[:_SOURCES_KEPT]
