"""How a mail begins and ends that is no answer: a greeting, and a name that is a yes or a no in some language ("Regards, Jo", "Ye")."""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.core.reading import yesnames
from mailflow.core.reading.agreements import bare
from mailflow.core.reading.likeness import Writer
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import lower, words_of
from mailflow.core.text import Line, Mark

_LONGEST = 50  # characters of a closing and a name
_AROUND = " \t-–—,.!~*"


def without_greeting(lines: Sequence[Line], terms: Terms) -> Sequence[Line]:
    """The lines, of which the first one is empty if it only greets: "Good morning," and below that "No, yes, yes."."""
    first = next((at for at, line in enumerate(lines) if line.mark is Mark.FRESH and line.text.strip()), -1)
    if first < 0 or len(lines[first].text) > _LONGEST:
        return lines
    if not terms.among("greets", lower(lines[first].text).strip(_AROUND)):
        return lines
    return [*lines[:first], lines[first]._replace(text=""), *lines[first + 1 :]]


def without_name(lines: Sequence[Line], terms: Terms, writer: Writer) -> Sequence[Line]:
    """The lines, of which the last one is empty if it only signs: behind "Kind regards", with the sender's own name, or with what is no yes there."""
    last = _last_before(lines, len(lines))
    above = _last_before(lines, last)
    if above < 0 or len(lines[last].text) > _LONGEST:
        return lines
    close, _, name = lines[last].text.strip(_AROUND).rpartition(",")
    if bare(name.strip(), terms) is None:
        return lines
    if not close and _last_before(lines, above) >= 0:
        close = lines[above].text
    own = {*words_of(lower(writer.name)), *words_of(lower(writer.address.partition("@")[0]))}
    words = words_of(lower(name))
    if (
        (words and own.issuperset(words))
        or terms.among("signs_off", lower(close).strip(_AROUND))
        or yesnames.signs(terms, lines[last].text, _above(lines, last))
    ):
        return [*lines[:last], lines[last]._replace(text=""), *lines[last + 1 :]]
    return lines


def _last_before(lines: Sequence[Line], end: int) -> int:
    """The last of their lines before a place that is not blank; -1 if none is."""
    theirs = (at for at in range(end - 1, -1, -1) if lines[at].mark is Mark.FRESH and lines[at].text.strip())
    return next(theirs, -1)


def _above(lines: Sequence[Line], end: int) -> str:
    """Their own words before a line."""
    return "\n".join([line.text for line in lines[:end] if line.mark is Mark.FRESH])
