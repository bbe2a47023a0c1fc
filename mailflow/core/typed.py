"""Answers that a person typed into a quote of our letter whose lines their mail program marks in no way, as Outlook does.

What tells them from the letter's lines: a sign that the person puts before each ("[JD]", ">>>", "->"), capitals, or that
it is said above that the answers stand there, and the line is none of the form's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mailflow.core.form import Field, Form
from mailflow.core.text import Line, Mark
from mailflow.core.textwords import TextWords, folded

_SIGN = re.compile(
    r"[ \t]*(\[[A-Z]{2,4}\]|\([A-Z]{2,4}\)|[A-Z]{2,4}:(?=\s)|[=-]{1,3}>|[*#+@]{2,4}(?=\s)|<{2,4})[ \t:]*"
)
_ITEM = re.compile(r"[ \t]*(?:[-*•·–][ \t]|[(（]?(?:\d{1,2}|[a-h])[.)．）][ \t])")
_CODE = re.compile(r"[^\W\d][\w-]*\d|\d[\w-]*[^\W\d]|[^\W\d_]{2,}-[^\W\d_]|://")
_ASKS = ("?", "？")
_LEAST = 6  # lines of a quoted letter, with the header above it
_MOST = 400  # lines of one that are looked at
_LONGEST = 4  # lines of an answer
_FEW = 80  # characters of one that an empty line sets apart from its question
_LETTERS = 2


def with_typed(lines: Sequence[Line], form: Form, words: TextWords) -> tuple[Line, ...]:
    """The lines, of which those are fresh that the person typed between the lines of an unmarked quote."""
    first = next((at for at, line in enumerate(lines) if _is_quoted(line) and line.text.strip()), len(lines))
    quote = lines[first : first + _MOST]
    if not _is_unmarked(quote):
        return tuple(lines)
    above = "\n".join([line.text for line in lines[:first] if line.mark is Mark.FRESH])
    kept = list(lines)
    for at, text in _typed(quote, form, above, told=bool(words.inside.within(folded(above)))):
        kept[first + at] = Line(text, Mark.FRESH, quote[at].number)
    return tuple(kept)


def _is_quoted(line: Line) -> bool:
    return line.mark is Mark.QUOTED


def _is_unmarked(quote: Sequence[Line]) -> bool:
    """Whether a quote is all that follows, and hardly any of its lines has a quote mark."""
    if len(quote) < _LEAST or not all(map(_is_quoted, quote)):
        return False
    told = [line.depth for line in quote if line.text.strip()]
    return len(told) >= _LEAST and 2 * sum(depth > 0 for depth in told) < len(told)


def _typed(quote: Sequence[Line], form: Form, above: str, *, told: bool) -> Iterator[tuple[int, str]]:
    """The lines that are not the letter's, without the sign before them. `told`: that there are any is said `above`."""
    items = [at for at, line in enumerate(quote) if _asks(line)]
    signs = [_sign(line) for line in quote]
    often = Counter(signs)
    meant = {sign for sign in often if sign and (often[sign] > 1 or sign in above or len(items) == 1)}
    for item, following in pairwise([*items, len(quote)]):
        below = [at for at in range(item + 1, following) if quote[at].text.strip()]
        signed = [at for at in below if signs[at] in meant or _is_capitals(quote[at].text)]
        for start in signed[:1] or (_unlike_ours(quote, form, item, below) if told else ()):
            yield from _answer(quote[:following], start, signs[start] if signs[start] in meant else "")


def _answer(quote: Sequence[Line], start: int, sign: str) -> Iterator[tuple[int, str]]:
    """The lines of an answer, which goes on to an empty line or one with another sign."""
    for at, line in enumerate(quote[start : start + _LONGEST], start):
        if not line.text.strip() or (at > start and _sign(line) not in {"", sign}):
            break
        yield at, _SIGN.sub("", line.text, count=1) if sign and _sign(line) == sign else line.text


def _asks(line: Line) -> bool:
    """Whether it asks for something: a question, or an item of a list."""
    return not line.depth and (line.text.rstrip().endswith(_ASKS) or _ITEM.match(line.text) is not None)


def _sign(line: Line) -> str:
    """What stands before a line: a sign, or quote marks where the lines around it have none."""
    match = None if line.depth else _SIGN.match(line.text)
    return ">" * line.depth or (match[1] if match else "")


def _is_capitals(text: str) -> bool:
    """Whether it is all in capitals, and no reference or code, which have digits among their letters."""
    return text.isupper() and sum(map(str.isalpha, text)) >= _LETTERS and not _CODE.search(text)


def _unlike_ours(quote: Sequence[Line], form: Form, item: int, below: Sequence[int]) -> list[int]:
    """The first line below an item that is none of the form's, where it follows at once or is short."""
    ours = [" ".join(text.split()) for field in form.fields for text in _texts(field)]
    for at in below:
        if not any(" ".join(quote[at].text.split()) in text for text in ours):
            apart = sum(not line.text.strip() for line in quote[item:at])
            return [at] if apart == 0 or (apart == 1 and len(quote[at].text) <= _FEW) else []
    return []


def _texts(field: Field) -> tuple[str, ...]:
    return field.ask, field.why, field.how, field.statement
