"""Addresses that were mistyped when the account was made, and so never verified: "I made a typo when I signed up"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailflow.core.reading.clauses import Clause

_ADDRESS = frozenset({"mailbox", "an_address"})
_WRONG = frozenset({"wrong"})
_MISTYPED = frozenset({"mistyped"})


def as_mistyped(parts: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses, those of a wrong address in a sentence that speaks of signing up with what that means."""
    enrolled = {part.sentence for part in parts if "enrolling" in part.marks}
    if not enrolled:
        return parts
    return [_as_mistyped(part) if part.sentence in enrolled and _is_wrong(part) else part for part in parts]


def _is_wrong(part: Clause) -> bool:
    return not (part.negated or _ADDRESS.isdisjoint(part.things) or _WRONG.isdisjoint(part.states))


def _as_mistyped(part: Clause) -> Clause:
    return replace(part, states=part.states - _WRONG | _MISTYPED)
