"""The answer of who writes no more than the number of an answer that our letter offered: "2", below which it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from mailflow.core.text import Line, Mark
from mailflow.core.textwords import TextWords, folded

_LONGEST = 8  # characters of a mail that holds no more than a number
_CHOSEN = re.compile(r"[(#]?(\d|[a-h])[).]?", re.IGNORECASE)
_OPTION = re.compile(r"[ \t]*[(]?(\d|[a-h])(?:(?:[).:]|[ \t]*[-–—=])[ \t]+|[ \t]{2,})(?=\S)", re.IGNORECASE)
_MOST = 400  # lines of a quote that are looked at
_LEAST = 2  # answers to choose from


def with_chosen(lines: Sequence[Line], words: TextWords) -> tuple[Line, ...]:
    """The lines, of which that of the quote is fresh whose number is all that the person writes; the number is not.

    Only where the letter asks for a number: else "2" may as well mean the second question.
    """
    said = _only_line(lines)
    chosen = _CHOSEN.fullmatch(lines[said].text.strip()) if said is not None else None
    if said is None or chosen is None:
        return tuple(lines)
    quote = [at for at, line in enumerate(lines) if line.mark is Mark.QUOTED][:_MOST]
    options = {at: found for at in quote if (found := _OPTION.match(lines[at].text))}
    offered = [at for at, found in options.items() if found[1].lower() == chosen[1].lower()]
    if len(options) < _LEAST or len(offered) != 1 or not _asks_for_number(lines, quote, words):
        return tuple(lines)
    kept, place = list(lines), offered[0]
    begin = options[place].end()
    kept[said] = lines[said]._replace(text="")
    kept[place] = lines[place]._replace(text=" " * begin + lines[place].text[begin:], mark=Mark.FRESH)
    return tuple(kept)


def _only_line(lines: Sequence[Line]) -> int | None:
    """The one line that the person wrote, if it is short."""
    told = (at for at, line in enumerate(lines) if line.mark is Mark.FRESH and line.text.strip())
    found = list(islice(told, 2))
    return found[0] if len(found) == 1 and len(lines[found[0]].text) <= _LONGEST else None


def _asks_for_number(lines: Sequence[Line], quote: Sequence[int], words: TextWords) -> bool:
    return bool(words.numbered.within(folded("\n".join([lines[at].text for at in quote]))))
