"""Codes that a second factor shows, rather than those kept for recovery: "My phone died, and I can't get the codes"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailflow.core.reading.clauses import ENDED, GONE, Clause

_SHOWS = frozenset({"phone", "device", "second_factor"})
_CODES = "some_codes"
_TAKEN_AWAY = ENDED | {"changed", "new", "reset", "fails"}
_GETS = frozenset({"reached"})
_MAKES = frozenset({"had"})
_HAS, _NEW = frozenset({"held"}), frozenset({"new"})


def as_shown(parts: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses, those of codes that can no longer be got or made with what shows them in their place.

    Who cannot make any has lost what made them; who cannot get them may, where just before the phone was lost, and so has who
    says of a phone that it has none. Of codes for recovery that are spoken of as such nothing changes.
    """
    if not any(_CODES in part.things and part.negated for part in parts):
        return parts
    if any("codes" in part.things for part in parts):
        return parts
    found: list[Clause] = []
    lost: Clause | None = None
    for part in parts:
        if not (_SHOWS.isdisjoint(part.things) or _TAKEN_AWAY.isdisjoint(part.states)):
            lost = part
        found.append(_as_shown(part) if _are_shown(part, lost) else part)
    return found


def _are_shown(part: Clause, lost: Clause | None) -> bool:
    if _CODES not in part.things or not part.negated:
        return False
    verbs = frozenset[str]().union(*[hit.means.states for hit in part.hits])
    if _HAS <= verbs <= _HAS | _NEW and _is_subject(part, "phone"):  # "the new phone doesn't have the codes"
        return True
    if "unable" not in part.marks:
        return False
    if verbs == _MAKES:  # "I can't generate codes"
        return True
    return verbs == _GETS and lost is not None and part.sentence - lost.sentence <= 1


def _is_subject(part: Clause, thing: str) -> bool:
    """Whether a thing stands before the verb, and the codes behind it."""
    verb = next(hit.start for hit in part.hits if "held" in hit.means.states)
    named = [hit.start for hit in part.hits if thing in hit.means.things]
    codes = [hit.start for hit in part.hits if _CODES in hit.means.things]
    return bool(named) and max(named) < verb < min(codes)


def _as_shown(part: Clause) -> Clause:
    things = tuple("second_factor" if thing == _CODES else thing for thing in part.things)
    return replace(part, things=things, states=GONE)
