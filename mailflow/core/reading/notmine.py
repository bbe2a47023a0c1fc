"""Names and new addresses that are somebody else's, or not to be used: "x is not my user name", "never write to x"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailflow.core.form import Field, Kind
from mailflow.core.reading.bindingwords import Binds
from mailflow.core.reading.claim import BESIDE_ACCOUNT, LONE_VALUE, Claim, prose_rule
from mailflow.core.reading.denied import leads_on
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.roles import WANTED
from mailflow.core.reading.sentences import part_start, sentence_end
from mailflow.core.reading.terms import Terms

_FREE = frozenset({LONE_VALUE, BESIDE_ACCOUNT, prose_rule("name"), prose_rule(f"{WANTED} address")})
_LOOK_BACK = 120  # characters of a sentence before the value
_NO_ORDER = frozenset({"unable", "not_but"})  # "not_but" denies what stands before it
_NEAR = 30  # characters between a "not" and the address that it is about
# An account that belongs to a colleague may well be the one that a company asks for.
_NAME_BEHIND = frozenset({Binds.OTHERS_BEHIND})
_ADDRESS_BEHIND = _NAME_BEHIND | {Binds.UNWANTED_BEHIND}
_LONGEST = 40  # characters of what stands right behind it
_BEHIND = re.compile(r"[\s\"'`»”」』)]+")


def without_others(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less those of values in prose of which their sentence says that they are not the writer's, or unwanted."""
    for claim in claims:
        field = terms.form.by_key[claim.field]
        if not (
            claim.rule in _FREE
            and _may_be_anothers(terms, field)
            and _is_anothers(fresh, terms, claim, field)
        ):
            yield claim


def _may_be_anothers(terms: Terms, field: Field) -> bool:
    return field.kind is Kind.NAME or field is terms.wanted


def _is_anothers(fresh: Fresh, terms: Terms, claim: Claim, field: Field) -> bool:
    place, end = _value(fresh, claim)
    first = part_start(fresh.text, place, place - _LOOK_BACK)
    behind = _BEHIND.match(fresh.text, end)
    till = behind.end() if behind else end
    is_name = field.kind is Kind.NAME
    for cue in fresh.cues.within(first, till + _LONGEST):
        before = cue.binds is Binds.OTHERS_BEFORE and cue.end <= place
        if before and leads_on(terms, fresh.low[cue.end : place]):
            return True
        if cue.binds in (_NAME_BEHIND if is_name else _ADDRESS_BEHIND) and cue.start == till:
            return True
        if cue.binds is Binds.UNWANTED_BEFORE and not is_name and 0 <= place - cue.end <= _NEAR:
            return True
    return not is_name and _is_denied(fresh, first, place)


def _value(fresh: Fresh, claim: Claim) -> tuple[int, int]:
    """Where the value itself stands in what was read."""
    place = fresh.low.find(str(claim.value).lower(), claim.start, sentence_end(fresh.text, claim.end))
    return (place, place + len(str(claim.value))) if place >= 0 else (claim.start, claim.end)


def _is_denied(fresh: Fresh, start: int, place: int) -> bool:
    """As in "don't change it to x"; but "I cannot change it to x myself" asks for it, and so does "I don't get in please use x"."""
    nots = [
        hit.end
        for hit in fresh.within(start, place)
        if hit.means.negates and hit.means.speech.isdisjoint(_NO_ORDER)
    ]
    if not nots or place - nots[-1] > _NEAR:
        return False
    return all(cue.binds is not Binds.BEGS_ANEW for cue in fresh.cues.within(nots[-1], place))
