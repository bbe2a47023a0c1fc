"""What is thought or wished in vain, and so is otherwise: "I thought I had saved the codes", "I wish I still had them"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from mailflow.core.reading.clauses import ENDED, GONE, Clause
from mailflow.core.reading.meaning import Hit

CONTRARY = frozenset({"contrary"})
_NEAR = 16  # characters between "I thought" and the verb
_DONE = ("done",)  # "I thought I should tell you"
_HAD = frozenset({"had", "saved"})
_UNHAD = frozenset({"unhad"})


def as_it_is(parts: Sequence[Clause], opposites: Mapping[str, str]) -> list[Clause]:
    """The clauses, those that tell what somebody thought or wishes with the opposite of it."""
    found = []
    for last, part in zip((None, *parts), parts, strict=False):
        vain = _is_thought(part) or (last is not None and _leads_to(last, part))
        found.append(_turned(part, opposites) if vain else part)
    return found


def _turned(part: Clause, opposites: Mapping[str, str]) -> Clause:
    return replace(part, states=_opposite(part, opposites), negated=False, marks=part.marks | CONTRARY)


def _leads_to(last: Clause, part: Clause) -> bool:
    """Whether the clause before a comma is no more than the thought: "Ich dachte, | ich hätte sie noch"."""
    return (
        last.sentence == part.sentence and last.is_only("contrary") and last.hits[-1].means.speech >= CONTRARY
    )


def _is_thought(part: Clause) -> bool:
    """Whether the verb stands right beside the thought, rather than in "I thought I should tell you that I lost it"."""
    if CONTRARY.isdisjoint(part.marks):
        return False
    telling = [hit for hit in part.hits if _tells(hit)]
    return any(
        not (CONTRARY.isdisjoint(one.means.speech) and CONTRARY.isdisjoint(other.means.speech))
        and other.start - one.end <= _NEAR
        and _DONE not in (one.means.states, other.means.states)
        for one, other in pairwise(telling)
    ) or any(hit.means.states and hit.means.speech >= CONTRARY for hit in telling)


def _tells(hit: Hit) -> bool:
    return (
        hit.means.acts or hit.means.negates or hit.means.objects or not CONTRARY.isdisjoint(hit.means.speech)
    )


def _opposite(part: Clause, opposites: Mapping[str, str]) -> frozenset[str]:
    if part.negated and any(not ENDED.isdisjoint(hit.means.states) for hit in part.hits):
        return GONE  # "I wish I hadn't wiped it"
    if part.states & _HAD:
        return _UNHAD
    return frozenset(opposites[state] for state in part.states if state in opposites)
