"""The answer of who writes no more of it than the number that our letter gave it: "2", "Option 2, lost", below which it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailflow.core.reading.numbering import spelled_number
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of
from mailflow.core.text import Line, Mark
from mailflow.core.textwords import TextWords, folded

_LONGEST = 60  # characters of a line that holds a number and hardly more
_FIRST = 4  # lines of theirs with words, one of which names it
_NUMBER = re.compile(r"\d|[a-h]")
_OPTION = re.compile(r"[ \t]*[(]?(\d|[a-h])(?:(?:[).:]|[ \t]*[-–—=])[ \t]+|[ \t]{2,})(?=\S)", re.IGNORECASE)
_LISTED = re.compile(r"[ \t]*[(#]?(?:\d{1,2}|[a-h]\))(?!\w)", re.IGNORECASE)
_MOST = 400  # lines of a quote that are looked at
_LEAST = 2  # answers to choose from


def with_chosen(lines: Sequence[Line], words: TextWords, terms: Terms) -> tuple[Line, ...]:
    """The lines, of which that of the quote is fresh whose number the person writes; the line with the number is not.

    Only where the letter asks for a number: else "2" may as well mean the second question.
    """
    own = [at for at, line in enumerate(lines) if line.mark is Mark.FRESH and line.text.strip()]
    read = [(at, _number_in(lines[at].text, words, terms)) for at in own[:_FIRST]]
    chosen = [(at, number) for at, number in read if number is not None]
    if len(chosen) != 1:
        return tuple(lines)
    said, (number, beside) = chosen[0]
    option = _offered(lines, number, words)
    if option is None or any(_LISTED.match(lines[at].text) for at in own if at != said):
        return tuple(lines)  # or they number answers of their own
    place, begin = option
    repeated = words.beside_number.union(words_of(lines[place].text[begin:]))
    if not all(word in repeated or terms.among("numeral_1", word) for word in beside):  # "the second one"
        return tuple(lines)
    kept = list(lines)
    kept[said] = lines[said]._replace(text="")
    kept[place] = lines[place]._replace(text=" " * begin + lines[place].text[begin:], mark=Mark.FRESH)
    return tuple(kept)


def _offered(lines: Sequence[Line], number: str, words: TextWords) -> tuple[int, int] | None:
    """The one line of the quote that offers the answer of a number, and where the answer begins in it."""
    quote = [at for at, line in enumerate(lines) if line.mark is Mark.QUOTED][:_MOST]
    options = {at: found for at in quote if (found := _OPTION.match(lines[at].text))}
    offered = [(at, found.end()) for at, found in options.items() if found[1].lower() == number]
    if len(options) < _LEAST or len(offered) != 1 or not _asks_for_number(lines, quote, words):
        return None
    return offered[0]


def _number_in(text: str, words: TextWords, terms: Terms) -> tuple[str, list[str]] | None:
    """The number that a line of theirs names, and the words behind it, if only such as "option" stand before."""
    said = words_of(text) if len(text) <= _LONGEST else []
    place = next((at for at, word in enumerate(said) if word not in words.beside_number), len(said))
    if place == len(said):
        return None
    word = said[place]
    number = word if _NUMBER.fullmatch(word) else str(spelled_number(word, terms) or "")
    return (number, said[place + 1 :]) if number else None


def _asks_for_number(lines: Sequence[Line], quote: Sequence[int], words: TextWords) -> bool:
    return bool(words.numbered.within(folded("\n".join([lines[at].text for at in quote]))))
