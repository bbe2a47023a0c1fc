"""E-mail addresses as answers: in their slot, or in prose with the role that the words around them tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailflow.core.form import Field
from mailflow.core.reading.addressforms import Found
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import Clause
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.roles import PLAIN, REGISTERED, WANTED, Role, keys, roles
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms

_SPELLED = 0.1  # less sure: we put it together
_SENDER = 0.7


def in_slot(fresh: Fresh, _terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
    found = [one for one in fresh.addresses if slot.start <= one.start and one.end <= slot.end]
    for one in found[:1]:
        sure = slot.sure - (_SPELLED if one.spelled else 0)
        yield Claim(field.key, one.value, slot.rule, sure, one.start, one.end)


def in_prose(
    fresh: Fresh,
    terms: Terms,
    parts: Sequence[Clause],
    free: Sequence[tuple[int, int]],
    *,
    sender: str,
    lost: bool,
    asked: Sequence[str],
) -> Iterator[Claim]:
    """`free`: the parts of the text that are prose. `lost`: the account's mailbox is said to be lost."""
    found = [one for one in fresh.addresses if _is_free(fresh, one, free)]
    for one, role in zip(found, roles(fresh, terms, found) if found else (), strict=True):
        yield from _claim(terms, one, role, lost=lost)
    if sender:
        yield from _sender(terms, parts, sender, asked, lost=lost)


def _is_free(fresh: Fresh, one: Found, free: Sequence[tuple[int, int]]) -> bool:
    """Whether an address stands in prose, and not in an introduction such as "Quoting Jane <jane@example.org>:"."""
    return not fresh.text.startswith(">:", one.end) and any(
        start <= one.start and one.end <= end for start, end in free
    )


def _claim(terms: Terms, one: Found, role: Role, *, lost: bool) -> Iterator[Claim]:
    name = role.name
    if name == PLAIN:  # where the mailbox is lost, it may as well be the new one
        name = "" if lost else REGISTERED
    field = {REGISTERED: terms.registered, WANTED: terms.wanted}.get(name)
    if field is not None:
        sure = role.sure - (_SPELLED if one.spelled else 0)
        yield Claim(field.key, one.value, f"{name} address in prose", sure, one.start, one.end)


def _sender(
    terms: Terms, parts: Sequence[Clause], sender: str, asked: Sequence[str], *, lost: bool
) -> Iterator[Claim]:
    """As in "the one I write from"."""
    for part in parts:
        if part.negated or part.question or "here" not in keys(part.hits, "addresses"):
            continue
        hits = [hit for other in parts if other.sentence == part.sentence for hit in other.hits]
        cues = [key for key in keys(part.hits, "addresses") if key in {"registered", "wanted"}] or keys(
            hits, "addresses"
        )
        if "wanted" in cues or "change" in cues or _only_new_asked(terms, asked):
            field = terms.wanted
        elif not lost and ("registered" in cues or keys(hits, "names") or "mailbox" in keys(hits, "things")):
            field = terms.registered
        else:
            field = None
        if field is not None:
            yield Claim(field.key, sender, "the sender's address", _SENDER, part.start, part.end)


def _only_new_asked(terms: Terms, asked: Sequence[str]) -> bool:
    old, new = terms.registered, terms.wanted
    return new is not None and new.item in asked and not (old is not None and old.item in asked)
