"""What is thought, wished or supposed in vain, and so is otherwise.

As in "I thought I had saved the codes", "I wish I still had them", "if I had the codes, I would not write".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from mailflow.core.reading.clauses import ENDED, GONE, HAS, Clause
from mailflow.core.reading.losttogether import CODES
from mailflow.core.reading.meaning import Hit

CONTRARY = frozenset({"contrary"})
_BEHIND = frozenset({"contrary_behind"})  # behind its verb, as in Japanese, Korean and Turkish
THOUGHT = CONTRARY | _BEHIND
_SUPPOSING = frozenset({"if", "irreal"})
_SPEAKS = THOUGHT | {"if"}
_NEAR = 16  # characters between "I thought" and the verb
_DONE = ("done",)  # "I thought I should tell you"
_HAD = frozenset({"had", "saved"})
_KEPT = _HAD | HAS
_NOTHING: frozenset[str] = frozenset()
_UNHAD = frozenset({"unhad"})


def as_it_is(parts: Sequence[Clause], opposites: Mapping[str, str]) -> list[Clause]:
    """The clauses, those that tell what somebody thought or wishes with the opposite of it."""
    found = []
    for last, part, following in zip((None, *parts), parts, (*parts[1:], None), strict=False):
        if (supposed := _supposed(part, following)) is not None:
            found.append(supposed)
        elif _is_thought(part) or (last is not None and _leads_to(last, part)):
            states, marks = _opposite(part, opposites), part.marks | CONTRARY
            found.append(replace(part, states=states, negated=False, marks=marks))
        else:
            found.append(part)
    return found


def _supposed(part: Clause, following: Clause | None) -> Clause | None:
    """As in "Had I only kept the codes!", "If I had the codes | I would not ask": they are not there, as the verb tells.

    Nothing is told by "If I had lost the codes, I would tell you"; None where the verb tells of nothing that is not so: "If
    I had them before, I don't know".
    """
    if part.marks.isdisjoint(_SUPPOSING) or CODES.isdisjoint(part.things) or _is_asked(part, following):
        return None
    named = next(hit.start for hit in part.hits if not CODES.isdisjoint(hit.means.things))
    first = next((place for place, hit in enumerate(part.hits) if _supposes(hit)), None)
    if first is None:
        return None
    behind = part.hits[first:]
    said = list(takewhile(lambda hit: hit.start < named or "consequence" not in hit.means.speech, behind))
    before = any("consequence" in hit.means.speech for hit in part.hits[:first])  # "I would not write if …"
    if not (_opens(part, said) or (_had_once(said) and (before or _then_would(part, said, following)))):
        return None
    if any("aware" in hit.means.says for hit in said):
        return None  # "if I had known of codes"
    telling = [hit for hit in said if hit.means.states]
    last = max([named, *(hit.start for hit in telling)])
    denied = any(hit.means.negates and hit.start < last for hit in said)
    lost = any(not ENDED.isdisjoint(hit.means.states) for hit in telling)
    told = [hit for hit in part.hits if "if" not in hit.means.speech]
    kept = not telling or any(not _KEPT.isdisjoint(hit.means.states) for hit in telling)
    states = GONE if denied == lost and (lost or kept) else _NOTHING
    return replace(part, hits=told, states=states, negated=False, marks=(part.marks - {"if"}) | CONTRARY)


def _supposes(hit: Hit) -> bool:
    """Whether it is an "if", rather than the "would" that follows from one."""
    return not _SUPPOSING.isdisjoint(hit.means.speech) and "consequence" not in hit.means.speech


def _is_asked(part: Clause, following: Clause | None) -> bool:
    """As in "If I had the codes, would that be faster?"."""
    return part.question or (
        following is not None and following.question and following.sentence == part.sentence
    )


def _opens(part: Clause, said: Sequence[Hit]) -> bool:
    """Whether the form of its verb alone tells that it is not so: "had I", "si tuviera", "wenn ich … hätte"."""
    if "irreal" in said[0].means.speech:
        begins = said[0] is part.hits[0] and not part.break_before
        return begins or "if" in said[0].means.speech  # "no les escribiría si tuviera los códigos"
    return any("irreal_verb" in hit.means.speech for hit in said)


def _had_once(said: Sequence[Hit]) -> bool:
    """Whether it begins with an "if" and a "had"."""
    return "if" in said[0].means.speech and any(
        hit.means.auxiliary and _HAD & {*hit.means.states} for hit in said
    )


def _then_would(part: Clause, said: Sequence[Hit], following: Clause | None) -> bool:
    """Whether what would follow from it is told, and not of the things: "if I had any, | they would be in the safe"."""
    if said[-1] is not part.hits[-1]:
        return True
    if following is None or following.sentence != part.sentence or "consequence" not in following.marks:
        return False
    first = takewhile(lambda hit: "consequence" not in hit.means.speech, following.hits)
    return not any("them" in hit.means.speech for hit in first)


def _leads_to(last: Clause, part: Clause) -> bool:
    """Whether the clause before a comma is no more than the thought: "Ich dachte, | ich hätte sie noch"."""
    return last.sentence == part.sentence and part.break_before == "comma" and last.is_only("contrary")


def _is_thought(part: Clause) -> bool:
    """Whether the verb stands right beside the thought, rather than in "I thought I should tell you that I lost it"."""
    if part.marks.isdisjoint(THOUGHT):
        return False
    return any(
        (_leads(one, CONTRARY, other) or _leads(other, _BEHIND, one)) and other.start - one.end <= _NEAR
        for one, other in pairwise(filter(_tells, part.hits))
    )


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
