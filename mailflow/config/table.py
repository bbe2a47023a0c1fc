"""How the tables of the file are checked: no unknown keys, defaults checked like any value, all faults at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Place = tuple[str | int, ...]


class Table(BaseModel):
    """One table of the file. Its keys are checked in order, and a check may look at the good ones before it."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)


class FaultsError(ValueError):
    """What is wrong in several places of one value; each place is counted from that value."""

    def __init__(self, faults: Sequence[tuple[Place, str]]) -> None:
        super().__init__("; ".join(message for _, message in faults))
        self.faults = [*faults]


def preset(value: Any) -> Any:
    """A key's default, as it would stand in the file."""
    return Field(default=value)


def needed(example: str) -> Any:
    """A key without a default; the example stands in the error when it is missing."""
    return Field(examples=[example])
