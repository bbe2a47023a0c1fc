"""Weighs the claims: one answer a field, the better-founded one, or a doubt where two of equal standing differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mailflow.core.answer import Value
from mailflow.core.form import Field, Kind
from mailflow.core.reading.claim import ORDINARY, Claim
from mailflow.core.reading.evidence import CLEAR
from mailflow.core.reading.terms import Terms

_CLEARLY = 0.12  # so much surer is better founded
_OTHER = "other"
_ADDED_UP = (Kind.REASON, Kind.LIST)


def settle(claims: Iterable[Claim], terms: Terms) -> tuple[dict[str, Claim], dict[str, tuple[Claim, ...]]]:
    """The claim that counts for each field, and those that contradict each other."""
    by_field: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_field[claim.field].append(claim)
    settled: dict[str, Claim] = {}
    doubts: dict[str, tuple[Claim, ...]] = {}
    for key, said in by_field.items():
        best = _one(terms.form.by_key[key], said)
        if len(best) == 1:
            settled[key] = best[0]
        else:
            doubts[key] = tuple(best)
    _part_addresses(settled, terms)
    answered = {terms.form.by_key[key].item for key in settled}
    needed = {key: said for key, said in doubts.items() if terms.form.by_key[key].item not in answered}
    return settled, needed


def _one(field: Field, said: Sequence[Claim]) -> Sequence[Claim]:
    if field.kind in _ADDED_UP:
        return [_together(said, surest=max(said, key=_sureness))]
    if len(said) == 1:
        return said
    said = _last_words(said) if field.kind is Kind.CHOICE else said
    best = max(said, key=_standing)
    others = {
        _plain(claim.value): claim
        for claim in said
        if _plain(claim.value) != _plain(best.value) and not _beats(best, claim)
    }
    return [best, *others.values()]


def _last_words(said: Sequence[Claim]) -> Sequence[Claim]:
    """Of what is said on and on of the same thing the last: "a colleague kept them, they cannot be found"."""
    rank = max(claim.rank for claim in said)
    highest = [claim for claim in said if claim.rank == rank]
    return [max(highest, key=lambda claim: claim.start)] if rank > ORDINARY else said


def _standing(claim: Claim) -> tuple[int, float, int]:
    return claim.rank, claim.sure, -claim.start


def _sureness(claim: Claim) -> tuple[float, int]:
    return claim.sure, -claim.start


def _beats(best: Claim, other: Claim) -> bool:
    """Whether one is better founded; a yes is never so much surer than a no that nobody need ask."""
    refused = best.value is True and other.value is False
    return best.rank > other.rank or (best.sure - other.sure >= _CLEARLY and not refused)


def _plain(value: Value) -> Value:
    return value.lower() if isinstance(value, str) else value


def _together(said: Sequence[Claim], surest: Claim) -> Claim:
    """Reasons and projects add up; "other" only where nothing else is told."""
    values = dict.fromkeys(
        one
        for claim in (surest, *said)
        if isinstance(claim.value, tuple) and claim.sure >= min(surest.sure, CLEAR)
        for one in claim.value
    )
    if len(values) > 1:
        values.pop(_OTHER, None)
    return Claim(surest.field, tuple(values), surest.rule, surest.sure, surest.start, surest.end, surest.rank)


def _part_addresses(settled: dict[str, Claim], terms: Terms) -> None:
    """The address an account should get is not the one it has: the surer reading stays."""
    if terms.registered is None or terms.wanted is None:
        return
    old, new = settled.get(terms.registered.key), settled.get(terms.wanted.key)
    if old and new and _plain(old.value) == _plain(new.value):
        del settled[terms.wanted.key if old.sure > new.sure else terms.registered.key]
