"""What stands behind the first of several projects: "x, y and z", "x alone and y together with others"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.namelike import NAME, QUOTES
from mailflow.core.reading.terms import Terms

MOST = 50  # names of a list
ONE = rf"[{QUOTES}]?(?P<name>{NAME})[{QUOTES}]?(?![\w@/À-ɏЀ-ӿ])"
_ASIDE = r"(?:[(（][^()（）\n]{1,40}[)）][ \t]*)?"  # "x (as owner) and (with others) y"
AND = r"and|und|et|y|e|en|i|oraz|och|ve|и|і|та"
_AND = rf"{AND}|sowie"
_BEHIND = rf"(?:(?:{_AND}|also)\s+)?{_ASIDE}{ONE}"
_FURTHER = re.compile(
    rf"[ \t]*{_ASIDE}(?:[,;/&+、，和と및]|(?<=\s)(?:{_AND})(?=\s))[ \t\n]*{_BEHIND}", re.ASCII
)
_PAST_WORD = re.compile(rf"[ ](?P<word>[^\W\d_]{{3,12}})[ ](?:{_AND})[ \n]{ONE}")
_ENDS_LIST = re.compile(rf",\s*(?:{_AND})\s")
_NEXT_IS = 12  # characters


def rest_of_list(fresh: Fresh, terms: Terms, place: int) -> Iterator[str]:
    """The names that a list goes on with where its first one ends."""
    for _ in range(MOST):
        match = _FURTHER.match(fresh.text, place) or _past_word(fresh, terms, place)
        if match is None or is_no_project(terms, match["name"]) or _is_told_of(fresh, terms, match):
            return
        yield match["name"].rstrip(".-")
        place = match.end()


def is_no_project(terms: Terms, name: str) -> bool:
    """Whether a word is more likely anything but a project."""
    return terms.everyday(name) or name.isdigit() or terms.is_service(name.lower())


def _past_word(fresh: Fresh, terms: Terms, place: int) -> re.Match[str] | None:
    """As in "x alone and y"."""
    match = _PAST_WORD.match(fresh.text, place)
    return match if match and terms.everyday(match["word"]) else None


def _is_told_of(fresh: Fresh, terms: Terms, match: re.Match[str]) -> bool:
    """Whether another sentence begins with the name behind a comma: "I maintain x, y is my user name"."""
    if match[0].lstrip()[:1] != "," or _ENDS_LIST.match(match[0]):
        return False
    told = terms.is_word.search(fresh.low, match.end(), match.end() + _NEXT_IS)
    return told is not None and told.start() <= match.end()
