"""Things of which somebody does not know where they are: "Ich weiß nicht, | wo die Codes sind", "Gdzie są kody, | tego nie wiem".

What English says in one breath ("don't know where") the word lists hold as a phrase; others have a comma in it, or a verb.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mailflow.core.reading.clauses import GONE, NONE, RESERVES, Clause

_WHEREIN = frozenset({"wherein"})
_SPEAKS_OF_PLACE = _WHEREIN | {"to_enter"}
_VAGUE = GONE | {NONE}


def as_lost(parts: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses, those that tell what nobody knows the place of with its loss."""
    if frozenset[str]().union(*[part.marks for part in parts]).isdisjoint(_SPEAKS_OF_PLACE):
        return parts
    around = zip((None, *parts), parts, (*parts[1:], None), strict=False)
    return [_seen_to(last, part, after) for last, part, after in around]


def _seen_to(last: Clause | None, part: Clause, after: Clause | None) -> Clause:
    if _asks_where_to_enter(part):
        return replace(part, states=part.states - GONE)
    if _is_unknown(last, part, after):
        return replace(part, states=GONE, negated=False, marks=part.marks - RESERVES)
    return part


def _asks_where_to_enter(part: Clause) -> bool:
    """Whether what is not known is where to type them: "no sé dónde | introducir los códigos"."""
    return any(
        "to_enter" in hit.means.speech and ("wherein" in before.means.speech or "gone" in before.means.states)
        for before, hit in pairwise(part.hits)
    )


def _is_unknown(last: Clause | None, part: Clause, after: Clause | None) -> bool:
    if not part.things or part.question or part.marks.isdisjoint(_WHEREIN):
        return False
    if "to_enter" in part.marks:  # "Ich weiß nicht, | wo ich die Codes eingeben soll"
        return False
    if _knows_not(part):
        return True
    before = last is not None and last.sentence == part.sentence and _is_not_knowing(last)
    behind = after is not None and after.sentence == part.sentence and after.break_before == "comma"
    return before or (behind and after is not None and _is_not_knowing(after))


def _knows_not(part: Clause) -> bool:
    """Whether a clause says itself that it is not known: "no sé dónde están", "恢复码不知道在哪里"."""
    return "unaware" in part.marks or (part.negated and any("aware" in hit.means.says for hit in part.hits))


def _is_not_knowing(part: Clause) -> bool:
    """Whether that is all that a clause says: "weiß nicht", "keine Ahnung", "nie wiem"."""
    if part.things or part.topics or not part.states <= _VAGUE:
        return False
    return _knows_not(part) or any("not_one" in hit.means.speech for hit in part.hits)
