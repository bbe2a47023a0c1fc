"""Losses that did not happen, and codes that are only spoken of: "I nearly lost my phone", "I hope to find my codes"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailflow.core.form import Kind
from mailflow.core.reading.bindingwords import Binds
from mailflow.core.reading.claim import MENTIONED, Claim, prose_rule
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.sentences import part_start, sentence_end
from mailflow.core.reading.terms import Terms

_PROSE = frozenset({MENTIONED, prose_rule(Kind.REASON), prose_rule(Kind.CHOICE)})
_MOST = 200  # claims that are looked at: nobody tells of more losses
_AROUND = 160  # characters before what is said, and behind it
_ENDING = 8  # characters: of a verb whose end tells it


def without_unreal(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less the reasons and choices in prose that did not come about, or were put right."""
    looked_at = 0
    for claim in claims:
        looked_at += claim.rule in _PROSE
        if claim.rule not in _PROSE or looked_at > _MOST or not _is_unreal(fresh, terms, claim):
            yield claim


def _is_unreal(fresh: Fresh, terms: Terms, claim: Claim) -> bool:
    text = fresh.flowed
    first = part_start(text, claim.start, claim.start - _AROUND)
    end = sentence_end(text[: claim.end + _AROUND], claim.end)
    is_reason = terms.form.by_key[claim.field].kind is Kind.REASON
    return any(
        (cue.binds is Binds.UNREAL and cue.start < claim.end)
        or (cue.binds is Binds.PUT_RIGHT and is_reason and cue.start >= claim.end)
        for cue in terms.binding.find(text, first, max(end, claim.end + _ENDING))
    )
