"""What a slot says, by the kind of its field."""

from __future__ import annotations

from collections.abc import Iterator

from mailflow.core.form import Field, Kind
from mailflow.core.reading import addresses, agreements, besides, choices, links, names
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms


def read_slot(fresh: Fresh, terms: Terms, slot: Slot) -> Iterator[Claim]:
    """Of alternative fields the first that can be read counts: an address in the slot of a name is an address."""
    kinds = {field.kind for field in slot.fields}
    if besides.asks_back(fresh, terms, slot):
        return
    for field in slot.fields:
        claims = list(_READERS[field.kind](fresh, terms, slot, field))
        if claims:
            yield from claims
            return
    if Kind.NAME in kinds and Kind.ADDRESS not in kinds and terms.registered is not None:
        yield from addresses.in_slot(fresh, terms, slot, terms.registered)


def _text(fresh: Fresh, terms: Terms, slot: Slot, field: Field) -> Iterator[Claim]:
    text = fresh.text[slot.start : slot.end].strip()
    if not terms.states_nothing(field, text):
        yield Claim(field.key, text, slot.rule, slot.sure, slot.start, slot.end)


_READERS = {
    Kind.NAME: names.in_slot,
    Kind.ADDRESS: addresses.in_slot,
    Kind.REASON: choices.in_slot,
    Kind.CHOICE: choices.in_slot,
    Kind.AGREEMENT: agreements.in_slot,
    Kind.LIST: links.list_in_slot,
    Kind.URL: links.url_in_slot,
    Kind.TEXT: _text,
}
