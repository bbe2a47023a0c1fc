"""The words and numbers that say which of our questions an answer is for: "all", "both", "the second", "2 and 3"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit

# "2", "1-3", in English "the 2nd", and where no space follows "2と3は", "2번", "第2", but no "2年".
NUMBER = re.compile(
    r"(?:(?<![\w.-])|(?<=[第とや和跟同及與与과와]))\d{1,2}(?:[ ]?[-–][ ]?\d{1,2})?"
    r"(?=(?:st|nd|rd|th)\b|[番번とはもやに和跟及與与都同은는과와도]|(?![\w.]*\w))"
)
TIMES = {"twice": 2, "thrice": 3}  # as in "three times yes"
ONE_LEFT = "one_left"  # "the other point"
REST = frozenset({"rest", ONE_LEFT})
SEVERAL = frozenset({"all", "both", *REST, *TIMES})
ORDINALS = ("first", "second", "third", "fourth", "fifth")
WHICH = SEVERAL | frozenset(ORDINALS)


def has_word(hits: Iterable[Hit], words: AbstractSet[str] = WHICH) -> bool:
    """Whether one of the phrases is such a word."""
    return any(words & hit.means.speech for hit in hits)


def says_which(fresh: Fresh, start: int, end: int, words: AbstractSet[str] = WHICH) -> bool:
    """Whether a part of the text holds one of the words, or a number: "yes to 2 and 3"."""
    return has_word(fresh.within(start, end), words) or NUMBER.search(fresh.text, start, end) is not None


def says_which_for_sure(fresh: Fresh, start: int, end: int) -> bool:
    """The same of a part that may be about something else, where "the 2nd" may be a day: a number has to stand alone."""
    if has_word(fresh.within(start, end)):
        return True
    numbers = NUMBER.finditer(fresh.text, start, end)
    return any(not fresh.text[number.end() : number.end() + 1].isalpha() for number in numbers)
