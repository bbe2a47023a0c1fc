"""Things of which something was done that nobody knows: "J'ai zigouillé mes codes", "Ich habe meine Codes verschrobelt".

A "have" that helps such a verb says nothing of their being there. Languages form their participles alike, so that one is
told by its form: [patterns] has the forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.form import Kind
from mailflow.core.reading.claim import Claim, prose_rule
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.sentences import COMMA, sentence_end
from mailflow.core.reading.terms import Terms

_CHOICE = prose_rule(Kind.CHOICE)
_AROUND = 100  # characters behind what is said
_NEXT = re.compile(r"\s+([^\W\d_]+)")
_LAST = re.compile(r"([^\W\d_]+)\W*\Z")


def is_done(fresh: Fresh, terms: Terms, claim: Claim) -> bool:
    """Whether a claim that things are there is told by no more than a "have" beside the participle of an unknown verb."""
    field = terms.form.by_key[claim.field]
    if claim.rule != _CHOICE or claim.value == field.yes:
        return False
    hits = fresh.within(claim.start, claim.end)
    held = [hit for hit in hits if "held" in hit.means.states]
    if not held or not all(hit.means.auxiliary for hit in held):
        return False
    return any(
        terms.participle.fullmatch(fresh.low, start, end) and not fresh.within(start, end)
        for start, end in _places(fresh, held[0].end, claim.end)
    )


def _places(fresh: Fresh, helping: int, end: int) -> Iterator[tuple[int, int]]:
    """Where a participle may stand: right behind its "have", or at the end of the clause."""
    if following := _NEXT.match(fresh.low, helping):
        yield following.span(1)
    till = sentence_end(fresh.flowed[: end + _AROUND], end)
    comma = COMMA.search(fresh.flowed, end, till)
    if last := _LAST.search(fresh.low[end : comma.start() if comma else till]):
        yield end + last.start(1), end + last.end(1)
