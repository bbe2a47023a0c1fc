"""Account names that no rule announces: what looks like nothing but a name, in a sentence about the account.

Tried last, where no other rule found a name. A mail with two such candidates tells neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from mailflow.core.form import Field
from mailflow.core.reading.announced import NAME, QUOTES, TAIL
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.vocabulary import words_of

_CANDIDATE = re.compile(
    rf"(?<![\w@./:+-])(?P<open>[{QUOTES}(\[<]?)(?P<name>_*{NAME}_*)(?P<close>[{QUOTES})\]>]?)(?![\w@/]|[.:-]\w)",
    re.ASCII,
)
_BEFORE = re.compile(r"(?P<word>[^\W_]+)?[ \t\n]*(?P<mark>[,:=–—-]?)[ \t\n]*\Z")
_SHAPE = re.compile(r"[a-z][a-z.-]*[0-9_][\w.-]*|[a-z]+_[\w.-]+|_\w+", re.ASCII)
_WORD = re.compile(r"[a-z]\w+", re.ASCII)
_DIGITS = re.compile(r"[\d_.-]+")
_WRAPPED, _SHAPED, _PLAIN = 0.75, 0.7, 0.65
_LEAST = 3  # letters of a name without quotes
_LONGEST_WORD = 24
_NEAR = 45  # characters between the word that speaks of the account and what is in quotes
_ALIKE = 0.86  # of a common word's letters: then it is that word, mistyped
_CUES = frozenset({"noun", "account", "as", "said", "signup"})


def in_prose(fresh: Fresh, terms: Terms, field: Field, free: Sequence[tuple[int, int]]) -> Iterator[Claim]:
    found: dict[str, Claim] = {}
    for start, end in _sentences(fresh):
        cues = _cues(fresh, terms, start, end)
        if not cues or _of_another_place(fresh, terms, start, end):
            continue
        for match in _CANDIDATE.finditer(fresh.text, start, end):
            if not any(first <= match.start() and match.end() <= last for first, last in free):
                continue
            sure = _sureness(fresh, terms, match, cues)
            if sure and not terms.states_nothing(field, match["name"]):
                name = match["name"].rstrip(".-")
                claim = Claim(field.key, name, "name beside its account", sure, *match.span("name"), rank=0)
                found.setdefault(name.lower(), claim)
    if len(found) == 1:
        yield from found.values()


def _sentences(fresh: Fresh) -> Iterator[tuple[int, int]]:
    start = 0
    for hit in fresh.hits:
        if hit.means.ends:
            yield start, hit.end
            start = hit.end
    yield start, len(fresh.text)


def _cues(fresh: Fresh, terms: Terms, start: int, end: int) -> list[int]:
    """Where a sentence speaks of an account of the service: the ends of those words."""
    cues = [hit.end for hit in fresh.within(start, end) if not _CUES.isdisjoint(hit.means.names)]
    words = _WORD.finditer(fresh.low, start, end) if terms.service else ()
    return sorted([*cues, *(word.end() for word in words if terms.is_service(word.group()))])


def _of_another_place(fresh: Fresh, terms: Terms, start: int, end: int) -> bool:
    """Whether the sentence speaks of an account elsewhere, or of projects, whose names look the same."""
    elsewhere = terms.lists.get("elsewhere", ())
    return any(word in elsewhere for word in words_of(fresh.low[start:end])) or any(
        "projects" in hit.means.tables for hit in fresh.within(start, end)
    )


def _sureness(fresh: Fresh, terms: Terms, match: re.Match[str], cues: Sequence[int]) -> float:
    name = match["name"]
    if any(one.start <= match.start("name") < one.end for one in fresh.addresses) or terms.common(name):
        return 0
    if not name.isascii() or name.isdigit() or terms.is_service(name.lower()):
        return 0
    if match["open"] and match["close"]:
        near = any(abs(match.start() - cue) <= _NEAR for cue in cues)
        return _WRAPPED if near and _SHAPE.fullmatch(name) else _PLAIN if near and name.islower() else 0
    if _SHAPE.fullmatch(name):
        base = [part for part in _DIGITS.split(name) if part]
        return 0 if all(terms.common(part) for part in base) else _SHAPED
    return _PLAIN if _stands_as_name(fresh, terms, match, cues) else 0


def _stands_as_name(fresh: Fresh, terms: Terms, match: re.Match[str], cues: Sequence[int]) -> bool:
    """Whether a plain word that no language knows stands where a name does: "account is x", ", x,"."""
    name, start = match["name"], match.start("name")
    if not (name.isalpha() and name.islower() and _LEAST <= len(name) <= _LONGEST_WORD):
        return False
    if not any(cue <= start for cue in cues) or name.endswith(terms.lists.get("endings", ())):
        return False
    before = _BEFORE.search(fresh.low, max(0, start - 30), start)
    leads = before is not None and (
        before["mark"] in {",", ":", "=", "–", "—"} or terms.leads_to_name(before["word"] or "")
    )
    return leads and TAIL.match(fresh.text, match.end()) is not None and not _is_mistyped(terms, name)


def _is_mistyped(terms: Terms, name: str) -> bool:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(name)
    for word in terms.vocabulary.words_like(name):
        matcher.set_seq1(word)
        if matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE:
            return True
    return False
