"""What can happen to a case. `lifecycle.decide` turns each into a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mailflow.core.answer import Reading
from mailflow.core.authentication import Verdict
from mailflow.core.case import Case, Flag, Outcome
from mailflow.core.envelope import MailKind
from mailflow.core.wish import Intent


@dataclass(frozen=True, slots=True)
class PersonWrote:
    """The party wrote, or somebody without a case did."""

    kind: MailKind
    sender: str
    reading: Reading
    mail_id: str
    message_id: str | None = None
    references: tuple[str, ...] = ()
    topic: str = ""  # off topic: which redirect
    wants: Intent = Intent.NONE
    secrets: tuple[str, ...] = ()  # kinds of secret that were masked
    at_reply_address: bool = False  # it came to the authentic reply address of one of our letters
    proof: Verdict | None = None  # whether its domain vouches for it; None: nobody has looked
    trusted: bool = False  # letters may repeat what it says
    odd: bool = False  # its sender looks like somebody else
    proven: bool = False  # whoever wrote it reads what is sent to `sender`
    source: str = ""  # where it came from: `source.source_of`
    may_disown: bool = False  # it may say that the request is not theirs, beside whatever else it says
    others: tuple[Case, ...] = ()  # the other open cases of its sender
    unclear: bool = False  # which of the sender's cases it means, it does not say
    known_sources: frozenset[str] = frozenset()  # from where the first mails of the sender's cases came


@dataclass(frozen=True, slots=True)
class StrangerWrote:
    """A mail that belongs to the case came from another address than the party's, or from elsewhere."""

    sender: str  # "" if unknown
    mail_id: str
    flags: frozenset[Flag] = frozenset({Flag.STRANGER_WROTE})  # what it tells the staff
    odd: bool = False


@dataclass(frozen=True, slots=True)
class UnprovenWrote:
    """A mail in the party's name came, and who wrote it is not proven enough to be believed."""

    mail_id: str
    why: str
    odd: bool = False
    elsewhere: bool = (
        False  # nothing speaks against it but that it came from elsewhere: it may be the party's
    )
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class DueTimePassed:
    pass


@dataclass(frozen=True, slots=True)
class AddressFailed:
    """A letter to the party came back (a bounce), or the smarthost refused it for good."""

    address: str
    status: str  # enhanced status code, or ""
    detail: str


@dataclass(frozen=True, slots=True)
class AddressReached:
    """The smarthost took a letter to the party, whose address it had refused before."""


@dataclass(frozen=True, slots=True)
class StaffAsked:
    question: str


@dataclass(frozen=True, slots=True)
class StaffNoted:
    text: str


@dataclass(frozen=True, slots=True)
class StaffClosed:
    outcome: Outcome
    text: str = ""  # for the letter: why


@dataclass(frozen=True, slots=True)
class StaffReopened:
    text: str = ""


@dataclass(frozen=True, slots=True)
class StaffMerged:
    """The staff found that the case duplicates another one."""

    into: str  # its reference
    same_party: bool


@dataclass(frozen=True, slots=True)
class StaffSnoozed:
    """The staff will take the case later: nobody need be told of it before."""

    wait: timedelta  # from now on; with `Policy.business_days` its days are Monday to Friday


@dataclass(frozen=True, slots=True)
class StaffCorrected:
    """The staff puts right what was read wrongly, or not at all."""

    said: str  # "FIELD: VALUE", as `correction.read_correction` takes it


Event = (
    PersonWrote
    | StrangerWrote
    | UnprovenWrote
    | DueTimePassed
    | AddressFailed
    | AddressReached
    | StaffAsked
    | StaffNoted
    | StaffClosed
    | StaffReopened
    | StaffMerged
    | StaffSnoozed
    | StaffCorrected
)
