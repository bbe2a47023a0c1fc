"""Stops that were dictated: "the name is sheepdip full stop new line I lost my phone". Each sign is put in for its name.

Only where nobody types any, and where it is plain that signs are meant: by a name of several words, or by two different signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from mailflow.core.reading.addressforms import Spelling
from mailflow.core.text import Line, Mark, paragraphs

_SIGNS = {"said_stop": ".", "said_question": "?", "said_comma": ","}  # by the list that has their names
_TYPED = re.compile(r"[^.\s][.!?]\s+\w")  # by somebody who types them
_LONGEST = 10_000  # characters of the person's own words: nobody dictates on for ten minutes
_MOST = 200  # signs that are counted
_SHOWN = re.compile(r"[^\n]")


class SaidSigns:
    """What the signs are called, in all languages."""

    def __init__(self, lists: Mapping[str, Sequence[str]], spelling: Spelling) -> None:
        self._lists = lists
        self._spelling = spelling

    @cached_property
    def _said(self) -> re.Pattern[str]:
        """What finds the name of a sign, in a group of the name of its list."""
        names = (
            (key, "|".join(re.escape(name).replace(r"\ ", r"\s{1,3}") for name in self._lists.get(key, ())))
            for key in _SIGNS
        )
        said = "|".join(f"(?P<{key}>{some or '(?!)'})" for key, some in names)
        return re.compile(rf"\s(?:{said})(?![\w-])", re.IGNORECASE)

    def written(self, lines: Sequence[Line]) -> Sequence[Line]:
        """The lines with the signs. All that is told from its place in a line stays where it stood."""
        own = "\n".join([line.text for line in lines if line.mark is Mark.FRESH])
        if _TYPED.search(own) or len(own) > _LONGEST:
            return lines
        if not _are_meant(list(islice(self._said.finditer(own), _MOST))):
            return lines
        left: list[Line] = []
        for told, paragraph in paragraphs(lines):
            left += self._with_signs(paragraph) if told else paragraph
        return left

    def _with_signs(self, paragraph: Sequence[Line]) -> Iterator[Line]:
        text = "\n".join([line.text for line in paragraph])
        spelled = self._spelling.spans(text)

        def sign(said: re.Match[str]) -> str:
            """As long as its name, by blanks; one longer where it ends the line before. A dot of an address is none."""
            if any(start < said.end() and said.start() < end for start, end in spelled):
                return said[0]
            blank = _SHOWN.sub(" ", said[0])
            return _SIGNS[said.lastgroup or ""] + (blank if blank[0] == "\n" else blank[1:])

        for line, signed in zip(paragraph, self._said.sub(sign, text).split("\n"), strict=True):
            yield line._replace(text=signed)


def _are_meant(said: Sequence[re.Match[str]]) -> bool:
    several_words = any(" " in one[0].strip() for one in said)
    return len(said) > 1 and (several_words or len({one.lastgroup for one in said}) > 1)
