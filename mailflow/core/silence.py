"""Why a mail is not answered: by a sure sign, for which `origin.py` looks, or by its words, which takes reading."""

from __future__ import annotations

from dataclasses import dataclass

from mailflow.core import signs
from mailflow.core.answer import Reading
from mailflow.core.envelope import MailKind
from mailflow.core.wish import Intent, Wish


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a mail is not answered, as `mailflow explain` shows it and the store keeps it."""

    why: str  # a sentence for people
    source: str  # what says so: an RFC and its section, or whose convention it is
    kind: MailKind  # BOUNCE, AUTO_GENERATED, OFF_TOPIC for what went to many, or REQUEST for what the staff has to see


# Words may err, so the digest lists the mails that these are said of.
UNATTENDED = Silence(
    "It says that nobody reads answers to it, or that its writer is away.",
    "its own words",
    MailKind.AUTO_GENERATED,
)
ASKS_NOTHING = Silence(
    "It declines automatic answers by X-Auto-Response-Suppress, and asks nothing.",
    signs.OXCMAIL,
    MailKind.AUTO_GENERATED,
)
SAID_AGAIN = Silence(
    "A machine of its domain sent this text before, and it says nothing of an account.",
    "its own words",
    MailKind.AUTO_GENERATED,
)
BY_WORDS = (UNATTENDED, ASKS_NOTHING, SAID_AGAIN)
_ASKS_NOTHING_OF_US = frozenset({Intent.NONE, Intent.OFF_TOPIC, Intent.BULK})


def silence_by_words(reading: Reading, wish: Wish, *, declines_answers: bool) -> Silence | None:
    """Why a mail that no sure sign tells from a person's is none; `declines_answers`: as `origin.declines_answers` says."""
    if wish.intent is Intent.UNATTENDED:
        return UNATTENDED
    asks = bool(reading.answers) or wish.intent not in _ASKS_NOTHING_OF_US
    return ASKS_NOTHING if declines_answers and not asks else None
