"""Words beside a mailbox that change what is told of it: its password, an account that has its address, another thing.

"The company one" is a mailbox where no other thing is spoken of, and "the phone was a company one" tells of a phone. Who "lost the password of my mailbox" has lost the mailbox, and who "forgot the password for the account with the e-mail
address x" has not.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.core.reading.meaning import MAILBOX, Hit

_NEXT = 2  # characters between a mailbox and its address
_WITH = 8  # characters between an account and its mailbox: " with "
_TWO = 2
_BOTH = frozenset({"password", "mailbox"})


def as_meant(hits: Sequence[Hit], traits: int) -> Sequence[Hit]:
    """The hits of a clause without the password of a mailbox, the mailbox that names the account, and the one that is no mailbox."""
    aside = _aside(hits) if traits & MAILBOX else None
    if aside is None:
        return hits
    return [hit for hit in hits if hit.end <= aside.start or aside.end <= hit.start]


def _aside(hits: Sequence[Hit]) -> Hit | None:
    told = [hit for hit in hits if hit.means.objects or hit.means.breaks or hit.means.names]
    for one, other, *behind in zip(told, told[1:], [*told[2:], None], strict=False):
        address = behind[0] is not None and _is_address(other, behind[0])
        if address and "mailbox" in other.means.things:
            return other if "account" in one.means.names and other.start - one.end <= _WITH else None
        if "such_one" in other.means.speech and one.means.things and "mailbox" not in one.means.things:
            return other
        if {*one.means.things, *other.means.things} == _BOTH and _verbs(hits) < _TWO:
            return one if "password" in one.means.things else other
    return None


def _is_address(mailbox: Hit, behind: Hit) -> bool:
    return "an_address" in behind.means.things and behind.start - mailbox.end <= _NEXT


def _verbs(hits: Sequence[Hit]) -> int:
    """How many tell of the two: one in "forgot the password of my mailbox", two in "forgot my password my mailbox is closed"."""
    return sum(bool(hit.means.states) and not hit.means.auxiliary for hit in hits)
