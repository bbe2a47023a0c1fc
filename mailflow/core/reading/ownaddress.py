"""What people say of the address that they write from: "I'm writing from my new address", "This is the registered address"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from mailflow.core.reading.clauses import Clause
from mailflow.core.reading.meaning import CUE, Hit

_LEAD = 12  # characters: " my ", " the "
_ACCOUNTS = frozenset({"signup", "account"})


def told(parts: Sequence[Clause]) -> Iterator[tuple[Clause, bool]]:
    """The clauses that tell what it is, each with whether it is the new one rather than the account's."""
    for part in parts:
        if not part.traits & CUE or part.negated or part.asks or part.reserved:
            continue
        said = _said_of_it(part.hits)
        if "mailbox" not in {thing for hit in said for thing in hit.means.things}:
            continue
        if any("an_address" in hit.means.things for hit in part.hits):
            continue  # "This is my new address: x"
        new = any("wanted" in hit.means.addresses for hit in said)
        of_account = any("registered" in hit.means.addresses for hit in said) and any(
            not _ACCOUNTS.isdisjoint(hit.means.names) for hit in said
        )
        if new != of_account:
            yield part, new


def _said_of_it(hits: Sequence[Hit]) -> list[Hit]:
    """The phrases behind a "this is" that begins a clause, or an "I write from", up to where something else begins."""
    lead = next(
        (
            place
            for place, hit in enumerate(hits)
            if "writes_from" in hit.means.addresses or (not place and "is_me" in hit.means.names)
        ),
        None,
    )
    if lead is None or len(hits) == lead + 1 or hits[lead + 1].start - hits[lead].end > _LEAD:
        return []
    return list(takewhile(lambda hit: not hit.means.breaks, hits[lead + 1 :]))
