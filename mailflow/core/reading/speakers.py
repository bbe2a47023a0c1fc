"""Who speaks, before each line as in a transcript: "Q: User name? A: jdoe", "TK: none" below each question. It is blanked before anything is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import blank, words_of
from mailflow.core.text import Line, Mark

_SPEAKER = re.compile(
    r"[ \t]*(?:\[(?P<in>[^\W\d_]{2,9})\][:：]?|\[?(?P<who>[^\W\d_]{1,9})[:：]\]?)(?:[ \t]+|(?<=：)|(?<=[问問答]:))(?=\S)"
)
_COLON = re.compile("[:：\\]]")
_INITIALS = 3  # letters, in capitals: longer ones are names
_BEGINNING = 12  # characters of a line
_LEAST = 2  # lines
_MOST = 500


def without(lines: Sequence[Line], own: str, terms: Terms) -> Sequence[Line]:
    """The lines with blanks for a speaker whom two of them or more begin with, and who is no label."""
    if _COLON.search(own) is None:
        return lines
    fresh = (place for place, line in enumerate(lines) if line.mark is Mark.FRESH)
    led = (place for place in fresh if _COLON.search(lines[place].text[:_BEGINNING]))
    found = {place: who for place in islice(led, _MOST) if (who := _SPEAKER.match(lines[place].text))}
    names = {place: who["who"] or who["in"] for place, who in found.items()}
    times = Counter(names.values())
    speakers = {name for name, number in times.items() if number >= _LEAST and _may_speak(name, terms)}
    if not speakers:
        return lines
    left = list(lines)
    for place, who in found.items():
        if names[place] in speakers:
            text = lines[place].text
            left[place] = lines[place]._replace(text=blank(who) + text[who.end() :])
    return left


def _may_speak(name: str, terms: Terms) -> bool:
    """Whether it is no label, and no word such as "forgot" that tells something."""
    if terms.label(words_of(name)) is not None or name[0].islower():
        return False
    return (len(name) <= _INITIALS and name.isupper()) or not terms.common(name)
