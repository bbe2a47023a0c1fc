"""What a rule read: a value that a piece of the person's text states of a field."""

from __future__ import annotations

from typing import NamedTuple

from mailflow.core.answer import Value

ORDINARY = 1

# The rules that others ask about, as `explain` names them.
TICKED_BOX = "ticked box"
LONE_VALUE = "lone value"
BESIDE_ACCOUNT = "name beside its account"
CORRECTED_NAME = "corrected name"
MENTIONED = "thing mentioned"


def prose_rule(what: str) -> str:
    """The rule that reads something ("agreement", "name") in prose."""
    return f"{what} in prose"


class Claim(NamedTuple):  # a frozen dataclass takes four times as long to make
    field: str
    value: Value
    rule: str
    sure: float
    start: int  # in `Fresh.text`
    end: int
    rank: int = ORDINARY  # of two that differ the higher one counts; of equal rank, neither
