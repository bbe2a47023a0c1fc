"""What is thought, wished or supposed in vain, and so is otherwise.

As in "I thought I had saved the codes", "I wish I still had them", "if I had the codes, I would not write".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from mailflow.core.reading.clauses import ENDED, GONE, Clause
from mailflow.core.reading.meaning import Hit

CONTRARY = frozenset({"contrary"})
_BEHIND = frozenset({"contrary_behind"})  # behind its verb, as in Japanese, Korean and Turkish
THOUGHT = CONTRARY | _BEHIND
_SPEAKS = THOUGHT | {"if"}
_NEAR = 16  # characters between "I thought" and the verb
_DONE = ("done",)  # "I thought I should tell you"
_HAD = frozenset({"had", "saved"})
_UNHAD = frozenset({"unhad"})
_SUPPOSES = frozenset({"modal", "would_not", "were_had"})
_HAD_ONLY_IF = frozenset({"had_only_if", "were_had"})  # the second one is supposed in vain whatever follows


def as_it_is(parts: Sequence[Clause], opposites: Mapping[str, str]) -> list[Clause]:
    """The clauses, those that tell what somebody thought or wishes with the opposite of it."""
    found = []
    supposing = {part.sentence for part in parts if not part.marks.isdisjoint(_SUPPOSES)}
    for last, part in zip((None, *parts), parts, strict=False):
        if not part.marks.isdisjoint(_HAD_ONLY_IF) and part.sentence in supposing and not part.question:
            found.append(_without(part))
            continue
        vain = _is_thought(part) or (last is not None and _leads_to(last, part))
        found.append(_turned(part, opposites) if vain else part)
    return found


def _turned(part: Clause, opposites: Mapping[str, str]) -> Clause:
    return replace(part, states=_opposite(part, opposites), negated=False, marks=part.marks | CONTRARY)


def _without(part: Clause) -> Clause:
    """As in "I would not write | if I had the codes": what stands behind the "if" is not had."""
    first = next(hit.start for hit in part.hits if not _HAD_ONLY_IF.isdisjoint(hit.means.speech))
    then = next((hit.start for hit in part.hits if hit.start > first and _is_modal(hit)), part.end)
    behind = [hit for hit in part.hits if first <= hit.start < then]
    things = tuple(thing for hit in behind for thing in hit.means.things)
    return replace(part, things=things, states=_UNHAD, negated=False, marks=CONTRARY)


def _is_modal(hit: Hit) -> bool:
    return "modal" in hit.means.speech


def _leads_to(last: Clause, part: Clause) -> bool:
    """Whether the clause before a comma is no more than the thought: "Ich dachte, | ich hätte sie noch"."""
    if last.sentence != part.sentence or part.break_before != "comma":
        return False
    return last.is_only("contrary") and last.hits[-1].means.speech >= CONTRARY


def _is_thought(part: Clause) -> bool:
    """Whether the verb stands right beside the thought, rather than in "I thought I should tell you that I lost it"."""
    if part.marks.isdisjoint(THOUGHT):
        return False
    telling = [hit for hit in part.hits if _tells(hit)]
    return any(
        (_leads(one, CONTRARY, other) or _leads(other, _BEHIND, one)) and other.start - one.end <= _NEAR
        for one, other in pairwise(telling)
    ) or any(hit.means.states and hit.means.speech >= CONTRARY for hit in telling)


def _leads(thought: Hit, kind: frozenset[str], verb: Hit) -> bool:
    means = verb.means
    return thought.means.speech >= kind and means.states != _DONE and "if" not in means.speech


def _tells(hit: Hit) -> bool:
    means = hit.means
    speaks = not means.speech.isdisjoint(_SPEAKS)
    return means.acts or means.negates or means.objects or speaks


def _opposite(part: Clause, opposites: Mapping[str, str]) -> frozenset[str]:
    if part.negated and any(not ENDED.isdisjoint(hit.means.states) for hit in part.hits):
        return GONE  # "I wish I hadn't wiped it"
    if part.states & _HAD:
        return _UNHAD
    return frozenset(opposites[state] for state in part.states if state in opposites)
