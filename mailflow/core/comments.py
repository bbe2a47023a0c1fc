"""Comments in structured header fields, which nest (RFC 5322, 3.2.2)."""

from __future__ import annotations

import re

_PIECE = re.compile(r"[^()\\]++|\\.?|[()]", re.DOTALL)


def read_comment(value: str, position: int) -> tuple[int, str, bool]:
    """Where a comment ends whose "(" stands before `position`, what it holds, and whether it closes."""
    depth = 1
    pieces: list[str] = []
    for match in _PIECE.finditer(value, position):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if not depth:
            return match.end(), "".join(pieces), True
        pieces.append(match[0])
    return len(value), "".join(pieces), False
