"""A mail of their own that somebody forwards: what they wrote to somebody else first, and now say to us.

A header is typed as easily as any other line, and who forwards a mail in their name may do so to complain. So it tells of the
account alone: what only its party may say, they say in their own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from mailflow.core.answer import Answer, Reading
from mailflow.core.form import Form
from mailflow.core.text import Line, Mark
from mailflow.core.textwords import TextWords

_LABEL_LIMIT = 30  # characters
_OTHERS = 2  # fields beside "From:" that make a header
_HEADER_LINES = 12
_ADDRESS = re.compile(r"[^\s<>\[\]():;,\"']{1,64}@[\w.-]{1,255}")


def with_own_forwarded(lines: Sequence[Line], sender: str, words: TextWords) -> tuple[Line, ...]:
    """The lines, of which those of a cited mail are fresh that the sender wrote; its header is not.

    What somebody else's mail cites in turn stands there as that mail has it, who knows whose.
    """
    kept = list(lines)
    end, others = 0, False
    for header in _headers(lines, words):
        others = others and not any(
            line.mark is Mark.FRESH and line.text for line in lines[end : header.start]
        )
        end = header.stop
        if _writer(lines, header, words) != sender.lower():
            others = True
        elif not others:
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


def without_cited(reading: Reading, form: Form, before: Sequence[Line], lines: Sequence[Line]) -> Reading:
    """The reading without what only the sender's own words may say, where it stands in `lines` that were not fresh `before`."""
    cited = {old.number for old, new in zip(before, lines, strict=True) if old.mark is not new.mark}
    return _without(reading, form, lambda answer: answer.line in cited) if cited else reading


def without_own_words(reading: Reading, form: Form) -> Reading:
    """The reading of a mail that speaks of words not the writer's: who knows which of them agree, or name a new address?"""
    return _without(reading, form, lambda _: True)


def _without(reading: Reading, form: Form, is_anothers: Callable[[Answer], bool]) -> Reading:
    own = form.own_keys
    answers = {
        key: answer for key, answer in reading.answers.items() if key not in own or not is_anothers(answer)
    }
    doubts = tuple(
        doubt
        for doubt in reading.doubts
        if doubt.field not in own or not any(map(is_anothers, doubt.answers))
    )
    return replace(reading, answers=answers, doubts=doubts)


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
