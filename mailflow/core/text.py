"""A mail's body as lines, each marked as the person's own, quoted, forwarded or a signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    FRESH = "fresh"  # the person's own new words
    QUOTED = "quoted"  # somebody's words cited, and the "On … wrote:" line above them
    FORWARDED = "forwarded"
    SIGNATURE = "signature"  # also "Sent from my phone" and legal disclaimers


@dataclass(frozen=True, slots=True)
class Line:
    text: str  # without the quote marks and without the line end
    mark: Mark
    number: int  # 1-based, in the mail's text
    depth: int = 0  # how many quote marks stood before it
