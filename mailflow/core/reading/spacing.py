"""Spaces that were left out behind a stop or a number: "my user is jdoe42.I lost my phone", "2.jo@example.org".

On a phone they are soon missing. The stop would else be one of the name or of the address beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from mailflow.core.reading.terms import Terms
from mailflow.core.text import Line, Mark

_STOP = re.compile(r"\.(?<=[^\W_]{2}\.)(?=(?P<word>[^\W\d_a-zß-ÿа-я][^\W\d_]*|i\b))")
_TOKEN = re.compile(r"\S+")
_ADDRESS = re.compile(r"[@/\\]")  # of a mailbox, a page, a file
_NUMBERED = re.compile(r"[ \t]*\d{1,2}[.)](?=[^\W\d_])")
_SEVERAL = 2  # lines with a number
_LONGEST = 2_000  # characters of a line
_MOST = 100  # lines


def put_right(lines: Sequence[Line], own: str, terms: Terms) -> Sequence[Line]:
    """The lines with those spaces. `own`: the person's own words."""
    if _STOP.search(own) is None and _NUMBERED.search(own) is None:
        return lines
    fresh = [
        place
        for place, line in enumerate(lines)
        if line.mark is Mark.FRESH and "." in line.text and len(line.text) <= _LONGEST
    ]
    numbered = [place for place in fresh if _NUMBERED.match(lines[place].text)]
    left = list(lines)
    for place in islice(numbered if len(numbered) >= _SEVERAL else (), _MOST):
        left[place] = lines[place]._replace(text=_NUMBERED.sub(r"\g<0> ", lines[place].text, count=1))
    for place in islice((place for place in fresh if _STOP.search(lines[place].text)), _MOST):
        text = _TOKEN.sub(lambda token: _spaced(token[0], terms), left[place].text)
        left[place] = left[place]._replace(text=text)
    return left


def _spaced(token: str, terms: Terms) -> str:
    if "." not in token or _ADDRESS.search(token):
        return token
    return _STOP.sub(lambda stop: ". " if terms.common(stop["word"].lower()) else ".", token)
