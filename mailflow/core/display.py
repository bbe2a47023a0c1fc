"""Other people's text made safe to show: in a letter, a header field, a terminal or a log line.

Characters that nobody sees can hide, reorder or fake what is read (UAX #9, UTR #36), and half a dozen characters besides
CR and LF end a line somewhere. None of them gets through here.
"""

from __future__ import annotations

import re
from unicodedata import category, combining, east_asian_width

WIDTH = 72  # columns of a letter

# Printable by their category, and yet nothing to see: fillers, joiners and selectors.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_MARKS = 3  # that stand on one letter, at most
_MAY_STACK = re.compile(f"[\u0300-\U0010ffff]{{{_MARKS + 1},}}")
_MARK = re.compile(r" *(?:\[[ x]\] |[0-9]{1,3}\. |[-*] )?")
_PARAGRAPH = (
    4  # columns; what stands in by less says one thing of a case or a mail, mostly in somebody's words
)
HANGING = 4  # columns
_KEPT_WHOLE = "://"  # a broken URL leads nowhere


def visible(text: str) -> str:
    """The text with white space as plain spaces, and nothing in it that a reader cannot see, or that covers other lines."""
    if text.isascii() and text.isprintable():
        return text
    seen = text if text.isprintable() else "".join(c if c.isprintable() else _stand_in(c) for c in text)
    return _MAY_STACK.sub(_with_few_marks, _UNSEEN.sub("", seen))


def one_line(text: str, most: int = 0) -> str:
    """The visible text as one line, its white space single; `most` characters of it, if given."""
    line = " ".join(visible(text).split())
    return line[: most - 1] + "…" if 0 < most < len(line) else line


def spoken(name: str) -> str:
    """A name of ours as the staff reads it: `awaiting_answers` is "awaiting answers"."""
    return name.replace("_", " ")


def lines(text: str) -> tuple[str, ...]:
    """The visible text line by line, wherever a line may end (also U+0085, U+2028 and kin)."""
    return tuple(visible(line).rstrip() for line in text.strip().splitlines())


def wrap(text: str, width: int = WIDTH, hanging: int = 0, soft: str = "") -> str:
    """The text with its long lines broken at spaces; what follows a list's mark keeps its indentation.

    A URL stays whole even where it is too long, every other word is broken at the width. `hanging`: by how much deeper the
    rest of a line stands in that stands in by less than a paragraph. Where words of others follow a label, the rest must
    not look like a line of ours, such as `  $ mailflow cases close … recovered`. `soft` is put before each line end at which
    a program may put the line together again: where a space was, and the rest does not stand in.
    """
    return "\n".join(
        [
            part if len(part) <= width and part.isascii() else _wrapped(part, width, hanging, soft)
            for part in text.split("\n")
        ]
    )


def columns(text: str) -> int:
    """How wide the text is on a terminal or in a letter."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _with_few_marks(match: re.Match[str]) -> str:
    """No more marks on a letter than any language puts there: hundreds would stand over the lines above and below."""
    kept, marks = [], 0
    for char in match[0]:
        marks = marks + 1 if category(char) in {"Mn", "Me"} else 0
        if marks <= _MARKS:
            kept.append(char)
    return "".join(kept)


def _stand_in(char: str) -> str:
    kind = category(char)
    if kind[0] == "Z" or char.isspace():
        return " "
    return "" if kind in {"Cc", "Cf"} else "\N{REPLACEMENT CHARACTER}"


def _wrapped(line: str, width: int, hanging: int, soft: str) -> str:
    line = line.rstrip()
    mark = _MARK.match(line)
    begin = mark.end() if mark else 0
    hangs = hanging if 0 < begin < _PARAGRAPH and line[:begin].isspace() else 0
    indent = " " * min(begin + hangs, width // 2)
    pieces, start, room = [], 0, width
    while (end := start + _fitting(line, start, room)) < len(line):
        cut = _cut(line, max(start, begin), end)
        pieces.append(line[start:cut].rstrip() + ("" if indent or not line.startswith(" ", cut) else soft))
        start = cut
        while line.startswith(" ", start):
            start += 1
        room = width - len(indent)
    pieces.append(line[start:])
    return f"\n{indent}".join(filter(None, pieces))


def _cut(line: str, start: int, end: int) -> int:
    """Where a line that may go from `start` to `end` is broken."""
    space = line.rfind(" ", start + 1, end + 1)
    if space > 0:
        return space
    if line.find(_KEPT_WHOLE, start, end) < 0:
        return end
    word_end = line.find(" ", end)
    return len(line) if word_end < 0 else word_end


def _fitting(line: str, start: int, room: int) -> int:
    """How many characters from `start` on fit into `room` columns; at least one."""
    piece = line[start : start + room]
    if piece.isascii():
        return len(piece)
    used = 0
    for count, char in enumerate(piece):
        used += _width(char)
        if used > room:
            return max(count, 1)
    return len(piece)


def _width(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in {"W", "F"} else 1
