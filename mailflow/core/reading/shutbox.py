"""Mailboxes that are locked or blocked, rather than the account, "The email on my account was locked", and those that thieves have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailflow.core.reading.clauses import Clause

_BOX = frozenset({"mailbox", "domain", "an_address"})
_SEIZED = frozenset({"seized"})
_TAKEN = _SEIZED | {"ended"}
_KEY = ("password",)
_CHANGED = frozenset({"changed"})
_REACH = 40  # characters between the mailbox and what became of it: " address of my account has been "


def as_shut(parts: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses, those that say of a mailbox that it is locked with the state of one that somebody else has got hold of."""
    if not any("trouble" in part.marks for part in parts):
        return parts
    return [replace(part, states=part.states | _SEIZED) if _is_shut(part) else part for part in parts]


def without_its_password(parts: Sequence[Clause]) -> list[Clause]:
    """The clauses, less the password that was changed by who got hold of a mailbox: "hacked my mailbox and changed the password"."""
    return [
        replace(part, things=()) if last is not None and _is_its_key(part, last) else part
        for last, part in zip((None, *parts), parts, strict=False)
    ]


def _is_its_key(part: Clause, last: Clause) -> bool:
    taken = not (_BOX.isdisjoint(last.things) or last.states.isdisjoint(_TAKEN) or last.negated)
    return taken and part.things == _KEY and part.states == _CHANGED and part.sentence - last.sentence <= 1


def _is_shut(part: Clause) -> bool:
    if "trouble" not in part.marks or part.negated or _BOX.isdisjoint(part.things):
        return False
    boxes = [place for place, hit in enumerate(part.hits) if not _BOX.isdisjoint(hit.means.things)]
    shut = next(place for place, hit in enumerate(part.hits) if "trouble" in hit.means.speech)
    last = max((place for place in boxes if place < shut), default=-1)
    return last >= 0 and part.hits[shut].start - part.hits[last].end <= _REACH
