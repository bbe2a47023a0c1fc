"""What clauses tell by what stands around them: that an address was mistyped, a mailbox taken, or which codes are meant.

As in "I made a typo in my address when I signed up", "the e-mail on my account was locked", "My phone died, and I can't get the codes".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailflow.core.reading.clauses import ENDED, GONE, Clause

_ADDRESS = frozenset({"mailbox", "an_address"})
_BOX = _ADDRESS | {"domain"}
_WRONG, _MISTYPED = frozenset({"wrong"}), frozenset({"mistyped"})
_SEIZED = frozenset({"seized"})
_TAKEN = _SEIZED | {"ended"}
_KEY, _CHANGED = ("password",), frozenset({"changed"})
_REACH = 40  # characters between the mailbox and what became of it: " address of my account has been "
_SHOWS = frozenset({"phone", "device", "second_factor"})
_CODES = "some_codes"
_TAKEN_AWAY = ENDED | {"changed", "new", "reset", "fails"}
_GETS, _MAKES = frozenset({"reached"}), frozenset({"had"})
_HAS, _NEW = frozenset({"held"}), frozenset({"new"})


def as_told(parts: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses, each with what it tells where it stands; mostly they are left as they are."""
    marks = frozenset[str]().union(*[part.marks for part in parts])
    recovery = any("codes" in part.things for part in parts)  # spoken of as such
    shows = not recovery and any(_CODES in part.things and part.negated for part in parts)
    changed = any(part.things == _KEY and part.states == _CHANGED for part in parts)
    if not (shows or changed or "enrolling" in marks or "trouble" in marks):
        return parts
    enrolled = {part.sentence for part in parts if "enrolling" in part.marks}
    found: list[Clause] = []
    lost: Clause | None = None
    for one in parts:
        part = one
        if part.sentence in enrolled and _is_wrong(part):
            part = replace(part, states=part.states - _WRONG | _MISTYPED)
        if _is_shut(part):
            part = replace(part, states=part.states | _SEIZED)
        if found and _is_its_key(part, found[-1]):
            part = replace(part, things=())
        if not (_SHOWS.isdisjoint(part.things) or _TAKEN_AWAY.isdisjoint(part.states)):
            lost = part
        found.append(_as_shown(part) if shows and _are_shown(part, lost) else part)
    return found


def _is_wrong(part: Clause) -> bool:
    return not (part.negated or _ADDRESS.isdisjoint(part.things) or _WRONG.isdisjoint(part.states))


def _is_shut(part: Clause) -> bool:
    """Whether it is a mailbox that is locked or blocked, rather than the account: somebody else has got hold of it."""
    if "trouble" not in part.marks or part.negated or _BOX.isdisjoint(part.things):
        return False
    shut = next(place for place, hit in enumerate(part.hits) if "trouble" in hit.means.speech)
    boxes = [hit.end for hit in part.hits[:shut] if not _BOX.isdisjoint(hit.means.things)]
    return bool(boxes) and part.hits[shut].start - boxes[-1] <= _REACH


def _is_its_key(part: Clause, last: Clause) -> bool:
    """Whether a password was changed by who got hold of a mailbox: "hacked my mailbox and changed the password"."""
    taken = not (_BOX.isdisjoint(last.things) or last.states.isdisjoint(_TAKEN) or last.negated)
    return taken and part.things == _KEY and part.states == _CHANGED and part.sentence - last.sentence <= 1


def _are_shown(part: Clause, lost: Clause | None) -> bool:
    """Whether codes that are not got or made are those that a second factor shows, rather than those kept for recovery.

    Who cannot make any has lost what made them; who cannot get them may, where just before the phone was lost, and so has who
    says of a phone that it has none.
    """
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
