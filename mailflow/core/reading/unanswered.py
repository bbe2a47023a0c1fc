"""Labels in the person's own words that nothing answers: "I understand that it takes long:", "Agree to the Code of Conduct: n/a".

By themselves those words would agree, or tell a choice; as a label they only say what is to be answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailflow.core.form import Kind
from mailflow.core.reading.agreed import AGREED_IN_PROSE
from mailflow.core.reading.agreements import offers_both
from mailflow.core.reading.claim import Claim, prose_rule
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.terms import Terms

_LABELS = {Kind.AGREEMENT: AGREED_IN_PROSE, Kind.CHOICE: prose_rule("choice")}
# What is left of a label, and what stands behind it.
_BEHIND = re.compile(
    r"(?:[ \t]+[^\W\d_]{1,12}){0,2}(?:[ \t]*[(（][^()（）\n]{0,60}[)）])?[ \t]*(?:[：？]|[:=?](?=[\w\s]|\Z)|[-–—→]>?(?=\s|\Z))+(?P<said>[^\n]*)"
)
_COLONS = (":", "：")
_AROUND = " \t.()[]<>{}\"'`*_-–—!?…。"


def without_unanswered(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less the agreements and choices of which prose is no more than a label without an answer."""
    for claim in claims:
        if claim.rule != _LABELS.get(terms.form.by_key[claim.field].kind) or not _is_unanswered(
            fresh, terms, claim
        ):
            yield claim


def _is_unanswered(fresh: Fresh, terms: Terms, claim: Claim) -> bool:
    behind = _BEHIND.match(fresh.low, claim.end - fresh.low.endswith(_COLONS, claim.start, claim.end))
    if behind is None:
        return False
    said = behind["said"].strip(_AROUND)
    return not said or said in terms.values.get("unanswered", ()) or offers_both(said, terms)
