"""What is missing between words, or too much within one: "my user is jdoe42.I lost my phone", "2.jo@example.org", "reluc-", "tant".

On a phone spaces are soon left out, and the stop would be one of the name or of the address beside it. What is pasted from a
document has words that were broken at the ends of its lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from mailflow.core.reading.terms import Terms
from mailflow.core.text import Line, Mark

_STOP = re.compile(r"\.(?<=[^\W_]{2}\.)(?=(?P<word>[^\W\d_a-zß-ÿа-я][^\W\d_]*|i\b))")
_TOKEN = re.compile(r"\S+")
_ADDRESS = re.compile(r"[@/\\]")  # of a mailbox, a page, a file
_NUMBERED = re.compile(r"[ \t]{0,20}\d{1,2}[.)](?=[^\W\d_])")
_LINE_NUMBERED = re.compile(rf"\n{_NUMBERED.pattern}")
_SEVERAL = 2  # lines with a number
_BROKEN = re.compile(r"(?<![^\W_])(?P<begins>[^\W\d_]{2,20})-[ \t]*\Z")  # all that ends a line
_ENDS = re.compile(r"[ \t]*(?P<ends>[^\W\d_]{2,20})(?![^\W_])")
_LONGEST_WORD = 40  # characters of a broken one, with what stands around it
_LONGEST = 2_000  # characters of a line
_MOST = 100  # lines


def put_right(lines: Sequence[Line], own: str, terms: Terms) -> Sequence[Line]:
    """The lines with those spaces, and such words whole. `own`: the person's own words."""
    if "-\n" in own:
        lines = _whole(lines, terms)
    if _STOP.search(own) is None and _LINE_NUMBERED.search(f"\n{own}") is None:
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


def _whole(lines: Sequence[Line], terms: Terms) -> Sequence[Line]:
    """The lines with each word that was broken at the end of one of them whole in the next."""
    left = list(lines)
    for place, (line, following) in enumerate(pairwise(lines)):
        if line.mark is not Mark.FRESH or following.mark is not Mark.FRESH:
            continue
        begins, ends = _BROKEN.search(left[place].text[-_LONGEST_WORD:]), _ENDS.match(following.text)
        if begins is None or ends is None:
            continue
        word = begins["begins"] + ends["ends"]
        # Else the hyphen may be its own: "lou-", "meyer", or one that stands for a colon: "user-".
        broken = terms.everyday(word.lower()) or not terms.everyday(begins["begins"].lower())
        if broken and ends["ends"].islower():
            text = left[place].text.rstrip(" \t-").removesuffix(begins["begins"])
            left[place] = left[place]._replace(text=text.rstrip())
            left[place + 1] = following._replace(text=begins["begins"] + following.text.lstrip())
    return left
