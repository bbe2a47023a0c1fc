"""A mailbox that is lost with whom it belongs to: "The reset mail goes to an address at a company that fired me"."""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.core.reading.clauses import HAS, RESERVES_BUT_WHY, Clause
from mailflow.core.reading.meaning import Hit

_MAIL = frozenset({"mail", "verification_mail"})
_BOX = frozenset({"mailbox", "an_address"})
_OF_ACCOUNT = frozenset({"registered", "tied"})
_SUPPOSED = RESERVES_BUT_WHY | {"contrary"}


def led_to(parts: Sequence[Clause], choice: str) -> frozenset[int]:
    """The numbers of the sentences in which what else only hints at a `choice`, that the mailbox is lost, tells of it.

    They say to which mailbox the account's mail goes, or what the account is registered with, and that they have left those to
    whom it belongs; but not that it is still read: "I left the firm, but can still read it".
    """
    told = {part.sentence for part in parts if _names_box(part) and _mailbox(part) is not None}
    if not told:
        return frozenset()
    around = [part for part in parts if part.sentence in told]
    left = {part.sentence for part in around for hit in part.hits if is_parting(part, hit, choice)}
    fine = {part.sentence for part in around if part.sentence in left and _is_fine(part)}
    return frozenset(left - fine)


def _names_box(part: Clause) -> bool:
    return not _BOX.isdisjoint(part.things)


def _mailbox(part: Clause) -> Hit | None:
    """The mailbox of which a clause says that mail goes there, or that it is the account's."""
    if not _names_box(part) or part.question or not part.marks.isdisjoint(_SUPPOSED):
        return None
    mailbox = next(hit for hit in part.hits if not _BOX.isdisjoint(hit.means.things))
    led = any("leads_there" in hit.means.speech for hit in part.hits)
    if "mailbox" in part.things:
        by_mail = not _MAIL.isdisjoint(part.things)
        led = led or by_mail or any(not _OF_ACCOUNT.isdisjoint(hit.means.addresses) for hit in part.hits)
    return mailbox if led and not _is_denied(part, mailbox) else None


def _is_denied(part: Clause, one: Hit) -> bool:
    """Whether a "not" stands before a phrase in its clause; but "nobody forwards the mail | that goes to it" denies no more than that."""
    before = [hit for hit in part.hits if hit.end <= one.start]
    which = max((hit.start for hit in before if "which" in hit.means.speech), default=0)
    return any(hit.means.negates and hit.start > which for hit in before)


def _is_fine(part: Clause) -> bool:
    """Whether a clause tells that something is there or works; of a mail that "arrives at" a mailbox it says no more than where."""
    if part.negated or part.states.isdisjoint(HAS):
        return False
    mailbox = _mailbox(part)
    begin = part.start if mailbox is None else mailbox.end
    return any(
        hit.start >= begin
        and hit.means.states
        and HAS.issuperset(hit.means.states)
        and not hit.means.auxiliary
        for hit in part.hits
    )


def is_parting(part: Clause, hint: Hit, choice: str) -> bool:
    """Whether a phrase tells of having left, or hints at a choice by it: not by a wish ("change my address") or a mere employer."""
    if not ("parted" in hint.means.speech or choice in hint.means.hints) or _is_denied(part, hint):
        return False
    return not any(
        "change" in hit.means.addresses or "not_left" in hit.means.speech
        for hit in part.hits
        if hint.start <= hit.start and hit.end <= hint.end
    )
