"""Losses that did not happen, and codes that are only spoken of: "I nearly lost my phone", "I hope to find my codes"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailflow.core.form import Kind
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.sentences import sentence_end
from mailflow.core.reading.terms import Terms

_PROSE = frozenset({"reason in prose", "choice in prose", "thing mentioned"})
_AROUND = 160  # characters before what is said, and behind it
_ENDING = 8  # characters: of a verb whose end tells it
_PART = re.compile(r"[.!?。！？,;，；、][^.!?。！？,;，；、]*\Z")


def without_unreal(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less the reasons and choices in prose that did not come about, or were put right."""
    for claim in claims:
        if not (claim.rule in _PROSE and _is_unreal(fresh, terms, claim)):
            yield claim


def _is_unreal(fresh: Fresh, terms: Terms, claim: Claim) -> bool:
    text = fresh.flowed
    first = max(0, claim.start - _AROUND)
    part = _PART.search(text, first, claim.start)
    first = part.start() + 1 if part else first
    beside = terms.binding.unreal.find(text, first, claim.end + _ENDING)
    if any(start < claim.end for start, _ in beside):
        return True
    if terms.form.by_key[claim.field].kind is not Kind.REASON:
        return False
    end = sentence_end(text[: claim.end + _AROUND], claim.end)
    return terms.binding.put_right.stand(text, claim.end, end)
