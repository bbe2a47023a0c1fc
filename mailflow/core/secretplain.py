"""A text as it would be typed plainly, in which secrets are looked for once more: with the place of each of its characters.

The words around a secret tell it: "my password is x". Signs that set it off ("**x**", "`x`", "(x)"), spaces, a line of its
own or the end of one stand between them and it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_LONGEST = 20_000  # characters that are made plain: nobody writes a longer letter
_OPENING, _CLOSING = "*_`~\"'“„«‘(<", "*_`~\"'”“»’)>"  # not "[…]", in which our references stand
_VALUE = r"[^\s|]{0,60}[^\s|A-Za-z][^\s|]{0,60}"
_PICTURE = "\U0001f300-\U0001faff☀-➿"
# What is left out: the signs around a word, a picture, and all but one of some spaces; a line end is a space where the sentence goes on.
_LEFT_OUT = re.compile(
    rf"(?=[<{_OPENING} \t\n{_PICTURE}])(?:"  # which tells soonest where nothing is
    r"(?P<tag></?(?:b|i|u|em|strong|code|tt|kbd|span|font)(?: [^<>]{0,60})?>)"
    rf"|(?P<open>(?<!\S)[{_OPENING}]{{1,3}}[ ]?)(?P<word>[^\s{_OPENING}][^\s]{{0,80}}?)(?P<close>[ ]?[{_CLOSING}]{{1,3}})(?=[\s.,;:!?]|\Z)"
    r"|(?P<fence>(?<![ \t])[ \t]*```\w{0,10}[ \t]*\n|\n[ \t]*```)"
    r"|(?P<label>(?<=[:：])[ \t]*\n\s{0,20}(?=[^\s:：]{3,80}[ \t]*(?:\n|\Z)))"
    r"|(?P<spaces>(?<=\S[ \t])[ \t]+)"
    # The sentence goes on in the next line, or with what can be nothing but a value and stands alone in one.
    rf"|(?P<line>(?<=[^\s.!?:;|。！？：])[ \t]*\n(?:[ \t]*(?=[^\W\d_A-Z])|\s{{0,20}}(?={_VALUE}[ \t]*(?:\n|\Z))))"
    rf"|(?P<picture>[ ]?[{_PICTURE}]+️?))",
    re.MULTILINE,
)
_LABEL = re.compile(r"[^\n:：=]{0,40}[:：=]")  # with which the next line begins


class Plain(NamedTuple):
    text: str
    places: list[int]  # of each of its characters in the text itself

    def original(self, start: int, end: int) -> tuple[int, int]:
        return self.places[start], self.places[end - 1] + 1


def made_plain(text: str) -> Plain | None:
    """None where nothing is to be left out."""
    if len(text) > _LONGEST:
        return None
    parts: list[str] = []
    places: list[int] = []
    end = 0
    for start, stop, instead in _changes(text):
        parts += (text[end:start], instead)
        places += range(end, start)
        places += [start] * len(instead)
        end = stop
    if not end:
        return None
    parts.append(text[end:])
    places += range(end, len(text))
    return Plain("".join(parts), places)


def _changes(text: str) -> Iterator[tuple[int, int, str]]:
    """Where something is left out, and what stands there instead."""
    for found in _LEFT_OUT.finditer(text):
        if found["word"]:
            yield (*found.span("open"), "")
            yield (*found.span("close"), "")
        elif found["line"]:
            if not (_LABEL.match(text, found.end()) or _has_cells(text, *found.span())):
                yield (*found.span(), " ")
        else:
            yield (*found.span(), " " if found["fence"] or found["label"] else "")


def _has_cells(text: str, start: int, end: int) -> bool:
    """Whether a table is typed in the lines before or behind."""
    before, behind = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return "|" in text[before:start] or "|" in text[end : behind if behind >= 0 else len(text)]
