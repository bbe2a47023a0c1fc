"""A mail of their own that somebody forwards: what they wrote to somebody else first, and now say to us."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.text import Line, Mark
from mailflow.core.textwords import TextWords

_LABEL_LIMIT = 30  # characters
_OTHERS = 2  # fields beside "From:" that make a header
_HEADER_LINES = 12
_CITED = frozenset({Mark.QUOTED, Mark.FORWARDED})
_ADDRESS = re.compile(r"[^\s<>\[\]():;,\"']{1,64}@[\w.-]{1,255}")


def with_own_forwarded(lines: Sequence[Line], sender: str, words: TextWords) -> tuple[Line, ...]:
    """The lines, of which those of a cited mail are fresh that the sender wrote; its header is not."""
    kept = list(lines)
    for header in _headers(lines, words):
        if _writer(lines, header, words) == sender.lower():
            first = lines[header.stop - 1]
            for at in range(header.stop, len(lines)):
                if (
                    lines[at].mark is not first.mark
                    or lines[at].depth < first.depth
                    or _role(lines[at], words) == "from"
                ):
                    break
                if lines[at].depth == first.depth:
                    kept[at] = lines[at]._replace(mark=Mark.FRESH)
    return tuple(kept)


def _headers(lines: Sequence[Line], words: TextWords) -> Iterator[range]:
    """The lines of each cited mail's header."""
    at = 0
    while at < len(lines):
        end, roles = at, set()
        while end < min(len(lines), at + _HEADER_LINES) and (role := _role(lines[end], words)):
            roles.add(role)
            end += 1
        if "from" in roles and len(roles & {"sent", "to", "subject"}) >= _OTHERS:
            yield range(at, end)
        at = max(end, at + 1)


def _role(line: Line, words: TextWords) -> str | None:
    """The role of a cited line that may be of a header: "From: …"."""
    label, colon, _ = line.text[:_LABEL_LIMIT].replace("：", ":").partition(":")
    return words.labels.get(label.strip(" *\t").casefold()) if colon and line.mark in _CITED else None


def _writer(lines: Sequence[Line], header: range, words: TextWords) -> str:
    """The address of the field "From:", in lower case; "" if it names none, or several."""
    fields = [lines[at].text for at in header if _role(lines[at], words) == "from"]
    named = {address.lower() for field in fields for address in _ADDRESS.findall(field)}
    return named.pop() if len(named) == 1 else ""
