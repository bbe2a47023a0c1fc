"""What a mail may want of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What a person wants, apart from answering the form."""

    NONE = "none"  # nothing but answers, or nothing that is understood
    STATUS = "status"  # asks how far it is
    WITHDRAWAL = "withdrawal"  # solved it, or does not want it any more
    DISOWNED = "disowned"  # says that the request is not theirs: "it was not me who asked"
    CONFIRMATION = "confirmation"  # thanks, it worked
    YES = "yes"  # says yes, and no more
    GO_ON = "go_on"  # wants the desk to go on
    PROOF = "proof"  # says that a proof of ownership is in place
    RECOVERY = "recovery"  # asks for an account back
    AGAIN = "again"  # does so once more, from where the desk does not know them
    OFF_TOPIC = "off_topic"  # wants something of another desk
    BULK = "bulk"  # sales and the like: off topic, and not answered
    # Says that nobody wrote it, that nobody reads an answer, or that the writer is away.
    UNATTENDED = "unattended"


@dataclass(frozen=True, slots=True)
class Wish:
    """An intent, and what told it."""

    intent: Intent
    words: str = ""  # the words that told it
    topic: str = ""  # off topic: the topic of the [[redirect]] that fits
    # Off topic: whatever it answers, for its answers are about another account. Disowned: in so many words.
    certain: bool = False
    goes_on: bool = False  # speaks of an earlier mail of theirs
    may_disown: bool = False  # has words that say that the request is not theirs, whatever else it wants
    of_others: bool = False  # in so many words: who knows whose words stand beside them
