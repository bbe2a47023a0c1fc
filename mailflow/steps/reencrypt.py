"""Reencrypt: seal with the newest key all that stands in the clear or under an older one.

A few rows a transaction; the rows themselves say what is left, so it may be stopped at any time and begun again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from mailflow.steps.app import Begin

KINDS: Final = ("mail", "letter")


@dataclass(frozen=True, slots=True)
class Reencrypted:
    done: Counter[str]  # by kind
    unreadable: tuple[str, ...]  # `mail:7`; left as they are
    left: int  # that came meanwhile from a node that still has another key first
    current: str  # the id of the key that it encrypts with
    others: tuple[str, ...]  # the ids of the others that were read
    by_key: Mapping[str, Counter[str]]  # by kind: how many rows need a key; "": they are in the clear

    @property
    def complete(self) -> bool:
        """Then the newest key opens everything, and the others may go."""
        return not self.left


def reencrypt(begin: Begin, tell: Callable[[str, int], None] = lambda _kind, _done: None) -> Reencrypted:
    """`tell` hears how many of a kind are done, after each transaction."""
    done: Counter[str] = Counter()
    unreadable: list[str] = []
    for kind in KINDS:
        after = 0
        while True:
            with begin("reencrypt") as uow:
                part = uow.seals.reseal(kind, after)
            if part is None:
                break
            after = part.last
            done[kind] += part.done
            unreadable += [f"{kind}:{number}" for number in part.unreadable]
            tell(kind, done[kind])
    with begin("reencrypt end") as uow:
        left = sum(uow.seals.left(kind) for kind in KINDS)
        if not left:
            uow.seals.forget_others()
        by_key = {kind: uow.seals.by_key(kind) for kind in KINDS}
        keys = uow.seals.current, tuple(uow.seals.others)
    return Reencrypted(done, tuple(unreadable), left, *keys, by_key)
