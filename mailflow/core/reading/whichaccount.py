"""Two accounts that somebody has, and which of them the mail is about: "my accounts are x and y. I can't get into the second"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.form import Field
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import ENDED, HAS, RESERVES, Clause, clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.namelike import NAME, QUOTES, STRONG
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_WORD = re.compile(r"[^\W\d_]{4,}")
_PAIR = re.compile(
    rf"(?:\s[^\W\d_]{{2,8}}){{0,2}}[\s,:：–—(-]{{1,4}}(?P<open>[{QUOTES}]?)(?P<first>{NAME})[{QUOTES}]?,?"
    rf"\s(?P<and>[^\W\d_]{{1,4}}|&)\s[{QUOTES}]?(?P<second>{NAME})(?![\w@])",
    re.ASCII,
)
_EITHER = frozenset({"first", "second"})
_OTHER = {"first": "second", "second": "first"}
_LOST = ENDED | {"fails"}
_BEHIND = 250  # characters behind both names, in which it is told
_RULE = "one of two names"


def in_prose(fresh: Fresh, terms: Terms, field: Field) -> Iterator[Claim]:
    """The name of the account that does not work."""
    if _EITHER.isdisjoint(fresh.speech):
        return
    for word in _WORD.finditer(fresh.low):
        pair = _PAIR.match(fresh.text, word.end()) if terms.among("accounts", word[0]) else None
        if pair is None or not _are_names(fresh, terms, pair):
            continue
        picked = frozenset[str]().union(*_picked(fresh, terms, pair.end()))
        if len(picked) == 1:
            (which,) = picked
            yield Claim(field.key, pair[which], _RULE, STRONG, pair.start(which), pair.end(which), rank=2)


def _are_names(fresh: Fresh, terms: Terms, pair: re.Match[str]) -> bool:
    joined = pair["and"] == "&" or any("and" in hit.means.speech for hit in fresh.within(*pair.span("and")))
    names = pair["first"], pair["second"]
    return joined and (bool(pair["open"]) or not any(map(terms.everyday, names)))


def _picked(fresh: Fresh, terms: Terms, place: int) -> Iterator[frozenset[str]]:
    """Which of them each sentence behind both says to be the one, or each of its clauses where it speaks of both."""
    for start, end in fresh.sentences:
        hits = fresh.within(max(start, place), min(end, place + _BEHIND))
        said = frozenset[str]().union(*[hit.means.speech for hit in hits])
        which = said & _EITHER
        if not which or said & RESERVES or any(hit.means.ends == "question" for hit in hits):
            continue
        parts = [part for part in clauses(hits, terms.opposites) if len(part.marks & _EITHER) == 1]
        told = [_of_clause(fresh, terms, part) for part in parts]
        yield from told if all(told) else ()
        concerned = any(phrase in fresh.low[start:end] for phrase in terms.lists.get("concerns", ()))
        if not parts and len(which) == 1 and ("only" in said or concerned):
            yield which


def _of_clause(fresh: Fresh, terms: Terms, part: Clause) -> frozenset[str]:
    """Which one is told to be lost or to be the trouble; the other one where it is fine. "I don't need the first" tells neither."""
    which = part.marks & _EITHER
    if part.states & HAS and not part.negated:
        return frozenset(_OTHER[one] for one in which)
    lost = part.negated and not terms.among("needs", *words_of(fresh.low[part.start : part.end]))
    trouble = any("objection" in hit.means.speech for hit in part.hits)
    return which if lost or part.states & _LOST or "only" in part.marks or trouble else frozenset()
