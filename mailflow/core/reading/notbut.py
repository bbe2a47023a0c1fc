"""Account names that are put right beside the wrong one: "not jdo but jdoe", and in Korean and Japanese "jdo-not jdoe"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from mailflow.core.form import Field
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.namelike import NAME, QUOTES, STRONG
from mailflow.core.reading.terms import Terms

_WRONG = re.compile(rf"(?P<name>{NAME})[{QUOTES}]?[ ,，、]{{0,2}}\Z", re.ASCII)
_RIGHT = re.compile(rf"[ ,，、]{{0,2}}[{QUOTES}]?(?P<name>{NAME})", re.ASCII)
_LONGEST = 70  # characters of a name and what stands around it
_BEFORE_NAME = 2  # characters between a "not" and its name
_ALIKE = 0.75  # of their letters, as a name is mistyped


def corrected(fresh: Fresh, terms: Terms, field: Field) -> Iterator[Claim]:
    for hit in fresh.hits:
        by_itself = "not_but" in hit.means.speech
        if not by_itself and "but" not in hit.means.speech:
            continue
        begin = max(0, hit.start - _LONGEST)
        if not (by_itself or any(one.means.negates for one in fresh.within(begin, hit.start))):
            continue
        right = _RIGHT.match(fresh.text, hit.end)
        wrong = _WRONG.search(fresh.text, begin, hit.start) if right else None
        if wrong is None or right is None or not (by_itself or _is_denied(fresh, wrong.start())):
            continue
        name = right["name"].rstrip(".-")
        if _is_mistyped(wrong["name"], name) and not terms.everyday(name):
            yield Claim(field.key, name, "corrected name", STRONG, wrong.start(), right.end(), rank=2)


def _is_denied(fresh: Fresh, place: int) -> bool:
    return any(
        hit.means.negates and place - hit.end <= _BEFORE_NAME
        for hit in fresh.within(max(0, place - _LONGEST), place)
    )


def _is_mistyped(wrong: str, right: str) -> bool:
    one, other = wrong.lower(), right.lower()
    return one != other and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE
