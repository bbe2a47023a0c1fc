"""The audit log: what the staff did, each entry with the hash of the one before it.

To change, remove, insert or reorder an entry breaks the chain. Who writes all that follows anew, or cuts the end off, is
found by a head that was noted elsewhere: the digest and the mail log tell it. An entry names people's cases by reference
and nothing else of them, so that no case has to stay for its sake.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN = 32  # hex digits of a hash: 128 bits, which nobody finds a second entry for
LEAST = 16  # hex digits that a head must be given with


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a log, or the one before the first: all that the rest of it hangs on."""

    number: int
    hash: str  # SHA-256, in hex

    def __str__(self) -> str:
        return f"{self.number}:{self.hash[:SHOWN]}"


START = Head(0, "0" * 64)


@dataclass(frozen=True, slots=True)
class Entry:
    number: int  # 1, 2, 3 … without a gap
    at: datetime  # aware
    by: str  # "staff:<name>", or "time"
    verb: str
    reference: str | None  # of the case, if it is about one
    facts: str  # JSON, as it is stored
    previous: str  # the hash of the entry before it
    hash: str

    @property
    def head(self) -> Head:
        return Head(self.number, self.hash)


def next_entry(
    last: Head, at: datetime, by: str, verb: str, reference: str | None, facts: Mapping[str, object]
) -> Entry:
    written = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    number = last.number + 1
    own = _hash(number, at, by, verb, reference, written, last.hash)
    return Entry(number, at, by, verb, reference, written, last.hash, own)


def faults(entries: Iterable[Entry], known: Sequence[Head] = ()) -> Iterator[str]:
    """What is wrong with a log, read from its first entry; nothing when it is whole and goes on from each known head."""
    last = START
    heads = {head.number: head for head in known}
    for entry in entries:
        yield from _faults_of(entry, last)
        if entry.number in heads and not entry.hash.startswith(heads[entry.number].hash):
            yield f"entry {entry.number} is not the one that was known: it was written anew from there or before"
        last = entry.head
    for head in known:
        if head.number > last.number:
            yield f"entry {head.number} was known, and the log ends with {last.number}: its end was cut off"


def _faults_of(entry: Entry, last: Head) -> Iterator[str]:
    if entry.number != last.number + 1:
        yield f"entry {last.number + 1} is missing: {entry.number} follows {last.number}"
    elif entry.previous != last.hash:
        yield f"entry {entry.number} does not follow the entry before it"
    if entry.hash != _hash(
        entry.number, entry.at, entry.by, entry.verb, entry.reference, entry.facts, entry.previous
    ):
        yield f"entry {entry.number} was changed"


def read_head(text: str) -> Head:
    """A head as it is shown, `412:3fa9…`. Raises `ValueError`."""
    number, _, digits = text.strip().lower().partition(":")
    of_hex = digits and set(digits) <= set("0123456789abcdef")
    if not (number.isascii() and number.isdecimal()) or not of_hex or not LEAST <= len(digits) <= 64:
        raise ValueError(f"a head reads 412:3fa9…, with at least {LEAST} hex digits")
    return Head(int(number), digits)


def _hash(
    number: int, at: datetime, by: str, verb: str, reference: str | None, facts: str, previous: str
) -> str:
    """A JSON list in ASCII: where one part ends and the next begins is never in doubt."""
    micros = (at - _EPOCH) // timedelta(microseconds=1)
    return sha256(json.dumps([number, micros, by, verb, reference, facts, previous]).encode()).hexdigest()
