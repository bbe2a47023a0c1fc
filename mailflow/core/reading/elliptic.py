"""Clauses that leave out what the one before has said: "…, but I never did", "On the old phone."."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from mailflow.core.reading.clauses import GONE, KEPT, NONE, Clause

_NO_STATE = frozenset({NONE})
_DEEDS = frozenset({"had", "saved", "held"})  # what a "did" can stand for
_NOTHING: frozenset[str] = frozenset()
_LAST = 2  # phrases may overlap, so that the last to begin need not be the last to end


def left_out(
    part: Clause, last: Clause, before: Clause, lost: AbstractSet[str], opposites: Mapping[str, str]
) -> frozenset[str]:
    """The states that a clause at the end of a sentence tells of the things of a clause before by what it leaves out.

    `last`: the clause before it. `before`: the last that named things. `lost`: all things that were told to be lost.
    """
    if part.things:
        return GONE if _names_place(part, last, lost) else _NOTHING
    if _denies_deed(part, before):
        return frozenset(opposites[state] for state in before.states & _DEEDS)
    return _NOTHING


def _names_place(part: Clause, last: Clause, lost: AbstractSet[str]) -> bool:
    """Whether a sentence is no more than the place of what was kept, which is lost: "I saved them. On the old phone."."""
    alone = (
        len(part.things) == 1
        and part.hits[0].end == part.mark
        and not (part.states or part.says or part.negated)
    )
    return (
        alone
        and part.sentence == last.sentence + 1
        and not last.states.isdisjoint(KEPT)
        and lost >= {*part.things}
    )


def _denies_deed(part: Clause, before: Clause) -> bool:
    """As in "One should have kept the codes; neither of us did": a "not", and a verb that stands for that of the clause before."""
    if part.topics or not part.states <= _NO_STATE or part.sentence - before.sentence > 1:
        return False
    denies = any(hit.end == part.mark and "deed" in hit.means.speech for hit in part.hits[-_LAST:])
    return denies and not before.states.isdisjoint(_DEEDS)
