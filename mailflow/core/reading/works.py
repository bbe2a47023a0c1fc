"""Projects that no rule announces: a word like nothing but a name, where people speak of publishing or of a version.

"I have to publish a correction to x", "x, one of the packages", "our library x". Tried last, where no other rule found any.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby, islice

from mailflow.core.form import Field
from mailflow.core.reading import candidates
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import WORK, Hit
from mailflow.core.reading.namelike import NAME, QUOTES
from mailflow.core.reading.projectlists import is_no_project, rest_of_list
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import lower, words_of

BESIDE_PUBLISHING = "project beside its publishing"
_SURE = 0.7
_MOST = 50  # words of a sentence that may be names
_LEAST = 4  # letters
_BETWEEN = 2  # common words between what is done and the project
_REACH = 40  # characters that these take at most
_TO_BRACKET = 90  # characters between a phrase and a bracket that names what it speaks of
_BRACKETED = re.compile(rf"\([{QUOTES}]?(?P<name>{NAME})[{QUOTES}]?(?=[),;])", re.ASCII)
_AS = re.compile(rf"[ ,](?P<as>\w{{2,5}})[ \n][{QUOTES}]?(?P<name>{NAME})", re.ASCII)
_APART = re.compile(r"[.,;!?\n]")
_NOT_LATIN = re.compile(r"[^\W\d_a-zß-ž]")
_SCRIPT = 5  # letters of another script that a sentence has at least which is written in it
_BESIDE_NO = 12  # characters


def in_prose(
    fresh: Fresh, terms: Terms, field: Field, free: Sequence[tuple[int, int]], others: AbstractSet[str]
) -> Iterator[Claim]:
    """`others`: names, in lower case, that are the account's."""
    for (start, end), cues in _spoken(fresh):
        if _is_not_latin(fresh, start, end):  # a word in Latin sticks out
            found = list(islice(candidates.words(fresh, start, end), _MOST))
        else:
            found = [match for cue in cues for match in _spoken_of(fresh, terms, cue, start, end)]
        if not found or candidates.names_other_service(fresh, terms, start, end):
            continue
        for match in found:
            name = match["name"].rstrip(".-")
            if name not in others and _may_be_project(fresh, terms, match, free):
                place = match.start("name")
                names = (name, *rest_of_list(fresh, terms, match.end()))
                yield Claim(field.key, names, BESIDE_PUBLISHING, _SURE, place, place + len(name))


def _may_be_project(
    fresh: Fresh, terms: Terms, match: re.Match[str], free: Sequence[tuple[int, int]]
) -> bool:
    rare = _is_rare(match["name"].rstrip(".-"), terms) and candidates.is_free(match, free)
    return rare and candidates.may_be_name(fresh, terms, match, frozenset())


def _is_not_latin(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a sentence is written in another script."""
    return not fresh.low.isascii() and len(_NOT_LATIN.findall(fresh.low, start, end)) >= _SCRIPT


def _spoken(fresh: Fresh) -> Iterator[tuple[tuple[int, int], list[Hit]]]:
    """The sentences that speak of publishing or of projects, each with the phrases that do."""
    cues = [hit for hit in fresh.hits if hit.means.traits & WORK]
    spans = fresh.sentences if cues else []
    for number, some in groupby(cues, lambda cue: bisect_right(fresh.sentence_ends, cue.start)):
        yield spans[number], [*some]


def _is_rare(name: str, terms: Terms) -> bool:
    """Whether a word is in lower case and none of everyday language, which most words are not."""
    return name.islower() and len(name) >= _LEAST and not terms.everyday(name)


def _spoken_of(fresh: Fresh, terms: Terms, cue: Hit, start: int, end: int) -> Iterator[re.Match[str]]:
    """The words of a sentence of which a phrase speaks."""
    if "projects" in cue.means.tables:
        before = candidates.words(fresh, max(start, cue.start - _REACH), cue.start)
        for match in before:
            if _is_rare(match["name"], terms) and _explains(fresh, terms, cue, match):
                yield match
    if is_denied(fresh, cue):
        return
    for match in islice(candidates.words(fresh, cue.end, end), _BETWEEN + 1):
        if _is_rare(match["name"], terms) and _leads_to(fresh, terms, cue, match):
            yield match
    bracket = fresh.text.find("(", cue.end, min(end, cue.end + _TO_BRACKET))
    for farther in (_in_bracket(fresh, terms, cue, bracket), _placed_as(fresh, terms, cue, end)):
        if farther is not None and not is_no_project(terms, farther["name"]):
            yield farther


def _in_bracket(fresh: Fresh, terms: Terms, cue: Hit, bracket: int) -> re.Match[str] | None:
    """As in "a program that I wrote for our choir (x)", but not in "our project manager (jdoe)"."""
    match = _BRACKETED.match(fresh.text, bracket) if bracket >= 0 else None
    if match is None or not match["name"].islower():
        return None
    hits = fresh.within(cue.end, bracket)
    others = any(hit.means.names or hit.means.things or "peer" in hit.means.speech for hit in hits)
    words = words_of(fresh.low[cue.end : bracket])
    return None if others or terms.among("persons", *words[-1:]) else match


def _placed_as(fresh: Fresh, terms: Terms, cue: Hit, end: int) -> re.Match[str] | None:
    """As in "a program that my nephew put on the site for me, as x", the site being called by its name."""
    if ("projects", "noun") not in cue.means.concepts:
        return None
    place = max((fresh.low.find(name, cue.end, end) for name in terms.service), default=-1)
    match = _AS.search(fresh.text, place, min(end, place + _REACH)) if place >= 0 else None
    return match if match and terms.among("as", lower(match["as"])) else None


def is_denied(fresh: Fresh, cue: Hit) -> bool:
    """As in "I have no published projects"."""
    return any(hit.means.negates for hit in fresh.within(max(0, cue.start - _BESIDE_NO), cue.start))


def _leads_to(fresh: Fresh, terms: Terms, cue: Hit, match: re.Match[str]) -> bool:
    """As in "publish a correction to x", with a few common words between them and nothing of an account."""
    between = fresh.low[cue.end : match.start()]
    if not 0 < len(between) <= _REACH or _APART.search(between):
        return False
    words = words_of(between)
    in_brackets = fresh.low[match.start("name") - 1] == "("  # "a program for sundials (x)"
    if "(" in between[:-1]:
        return False  # "the library (where i read x)"
    if "projects" in cue.means.tables and not in_brackets and terms.among("purpose", *words):
        return False  # "a program for spectral lines"
    if in_brackets and terms.among("persons", *words[-1:]):
        return False  # "our project manager (jdoe)"
    if words and match["name"].endswith(terms.lists.get("endings", ())):
        return False
    # "distributes its x"
    of_account = any(set(hit.means.names) - {"iam"} for hit in fresh.within(cue.end, match.start()))
    return len(words) <= _BETWEEN and not of_account and all(map(terms.everyday, words))


def _explains(fresh: Fresh, terms: Terms, cue: Hit, match: re.Match[str]) -> bool:
    """As in "x, one of the packages", "the x package"."""
    between = fresh.low[match.end() : cue.start]
    if not between:
        return False
    words = words_of(between)
    apposed = between.startswith(", ") and not terms.among("is", *words)  # "I'm legit, this is the …"
    return not between.strip() or (apposed and all(map(terms.everyday, words)))
