"""Projects that no rule announces: a word like nothing but a name, where people speak of publishing or of a version.

"I have to publish a correction to x", "x, one of the packages", "our library x". Tried last, where no other rule found any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from mailflow.core.form import Field
from mailflow.core.reading import candidates
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

BESIDE_PUBLISHING = "project beside its publishing"
_SURE = 0.7
_MOST = 50  # words of a sentence that may be names
_LEAST = 4  # letters
_BETWEEN = 2  # common words between what is done and the project
_REACH = 40  # characters that these take at most
_APART = re.compile(r"[.,;!?\n]")
_NOT_LATIN = re.compile(r"[^\W\d_a-zß-ž]")
_SCRIPT = 5  # letters of another script that a sentence has at least which is written in it
_TABLES = frozenset({"works", "projects"})


def in_prose(
    fresh: Fresh, terms: Terms, field: Field, free: Sequence[tuple[int, int]], others: AbstractSet[str]
) -> Iterator[Claim]:
    """`others`: names, in lower case, that are the account's."""
    if not _cues(fresh.hits):
        return
    for start, end in candidates.sentences(fresh):
        cues = _cues(fresh.within(start, end))
        if not cues or candidates.of_another_place(fresh, terms, start, end):
            continue
        for match in islice(candidates.words(fresh, start, end), _MOST):
            name = match["name"].rstrip(".-")
            if name in others or not _is_plain(name) or not candidates.is_free(match, free):
                continue
            if candidates.may_be_name(fresh, terms, match, frozenset()) and _is_meant(
                fresh, terms, cues, match, (start, end)
            ):
                place = match.start("name")
                yield Claim(field.key, (name,), BESIDE_PUBLISHING, _SURE, place, place + len(name))


def _cues(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if not _TABLES.isdisjoint(hit.means.tables)]


def _is_plain(name: str) -> bool:
    return name.islower() and len(name) >= _LEAST


def _is_meant(
    fresh: Fresh, terms: Terms, cues: Sequence[Hit], match: re.Match[str], sentence: tuple[int, int]
) -> bool:
    """Whether one of the phrases speaks of a word; in a script of its own each sticks out."""
    low = fresh.low[slice(*sentence)]
    if len(_NOT_LATIN.findall(low)) >= _SCRIPT:
        return True
    return any(_leads_to(fresh, terms, cue, match) or _explains(fresh, terms, cue, match) for cue in cues)


def _leads_to(fresh: Fresh, terms: Terms, cue: Hit, match: re.Match[str]) -> bool:
    """As in "publish a correction to x", with a few common words between them and nothing of an account."""
    between = fresh.low[cue.end : match.start()]
    if not 0 < match.start() - cue.end <= _REACH or _APART.search(between):
        return False
    words = words_of(between)
    if words and match["name"].endswith(terms.lists.get("endings", ())):
        return False
    of_account = any(hit.means.names for hit in fresh.within(cue.end, match.start()))
    return len(words) <= _BETWEEN and not of_account and all(map(terms.everyday, words))


def _explains(fresh: Fresh, terms: Terms, cue: Hit, match: re.Match[str]) -> bool:
    """As in "x, one of the packages", "the x package"."""
    if "projects" not in cue.means.tables or not 0 < cue.start - match.end() <= _REACH:
        return False
    between = fresh.low[match.end() : cue.start]
    return not between.strip() or (between.startswith(", ") and all(map(terms.everyday, words_of(between))))
