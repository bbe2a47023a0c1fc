"""A mail of their own that somebody forwards: what they wrote to somebody else first, and now say to us."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from mailflow.core.text import Line, Mark
from mailflow.core.textwords import TextWords

_LABEL_LIMIT = 30  # characters
_OTHERS = 2  # fields beside "From:" that make a header
_HEADER_LINES = 12
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
    end = 0
    for at, line in enumerate(lines):
        if at < end or not _role(line, words):
            continue
        roles = [*takewhile(bool, (_role(one, words) for one in lines[at : at + _HEADER_LINES]))]
        end = at + len(roles)
        if "from" in roles and len({"sent", "to", "subject"}.intersection(roles)) >= _OTHERS:
            yield range(at, end)


def _role(line: Line, words: TextWords) -> str | None:
    """The role of a cited line that may be of a header: "From: …"."""
    if line.mark is not Mark.QUOTED and line.mark is not Mark.FORWARDED:
        return None
    label, colon, _ = line.text[:_LABEL_LIMIT].replace("：", ":").partition(":")
    return words.labels.get(label.strip(" *\t").casefold()) if colon else None


def _writer(lines: Sequence[Line], header: range, words: TextWords) -> str:
    """The address of the field "From:", in lower case; "" if it names none, or several."""
    fields = [lines[at].text for at in header if _role(lines[at], words) == "from"]
    named = {address.lower() for field in fields for address in _ADDRESS.findall(field)}
    return named.pop() if len(named) == 1 else ""
