"""Names that are put right further down, by saying what the first one is or is not.

As in "That's my GitHub name. On the site it is x", "The name above is wrong, it should be x", "It is x, not y".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from mailflow.core.form import Field
from mailflow.core.reading.announced import said_at
from mailflow.core.reading.claim import CORRECTED_NAME, Claim
from mailflow.core.reading.clauses import RESERVES
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import WORK, Hit
from mailflow.core.reading.namelike import NAME, QUOTES, STRONG, Found, is_unlike_words
from mailflow.core.reading.notbut import is_mistyped
from mailflow.core.reading.sentences import part_start
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_WORD = re.compile(rf"(?<![\w@./-])(?P<name>{NAME})(?![\w@/])", re.ASCII)
_LEADS = f" \t\n,，、:：–—-{QUOTES}"
_POINTS = frozenset({"that", "which"})  # "that", German "das"
_AS_WELL = frozenset({"too", "same", "alike"})
_NOUNS = frozenset({"noun", "account"})
_NAMES = _NOUNS | {"iam"}  # French "c'est"
_ANOTHERS = RESERVES | {"peer"}
_ANY_WORD = re.compile(r"\w+")
_MOST = 20  # sentences, or words that may correct
_SOON = 2  # sentences, in which the right name follows
_LEAD = 60  # characters before an "is"
_BEFORE_NAME = 2  # characters between a "not" and its name


def later(
    fresh: Fresh, terms: Terms, field: Field, claims: Sequence[Claim], *, first: bool
) -> Iterator[Claim]:
    """The names that take the place of given ones, in a mail that is not the `first` also of one given before."""
    given = [claim for claim in claims if claim.field == field.key]
    if given:
        yield from _retyped(fresh, terms, field, given)
        yield from _told_apart(fresh, terms, field, given)
    elif not first:
        yield from _of_earlier(fresh, terms, field)


def _of_earlier(fresh: Fresh, terms: Terms, field: Field) -> Iterator[Claim]:
    """As in "Sorry, my phone wrote the name wrong. It is jo-doe": a name that looks like no word, and no person's or file's."""
    wrong = [hit for hit in fresh.hits if "wrong" in hit.means.states] if "wrong" in fresh.states else []
    for hit in wrong[:_MOST]:
        start, end = fresh.sentence_at(hit.start)
        hits = fresh.within(start, end)
        if any(one.means.traits & WORK or one.means.speech & _ANOTHERS for one in hits):
            continue
        if not _is_wrong(fresh, terms, hits, start, end) or _is_anothers(fresh, terms, hits, start, end):
            continue
        right = _right(fresh, terms, start, fresh.sentence_at(end)[1], there=False)
        if right is not None and right.name[0].islower() and is_unlike_words(right.name):
            yield Claim(field.key, right.name, CORRECTED_NAME, STRONG, start, right.end, rank=2)


def _is_anothers(fresh: Fresh, terms: Terms, hits: Sequence[Hit], start: int, end: int) -> bool:
    """Whether what is wrong is the name of a person or a thing: "my name", "the name of the file"."""
    if any(map(_is_noun, hits)):
        return False
    words = words_of(fresh.low[start:end])
    following = [word for name, word in pairwise(words) if terms.among("name", name)]
    mine = [words_of(fresh.low[hit.start : hit.end]) for hit in hits if "mine" in hit.means.names]
    persons = any(not terms.among("name", *said[:1]) for said in mine)  # "my name", but for "the name is"
    return persons or terms.among("of", *following)


def _retyped(fresh: Fresh, terms: Terms, field: Field, given: Sequence[Claim]) -> Iterator[Claim]:
    """The name by which a later sentence puts right one that was given: "User name: jdo", and below "Sorry, typo: jdoe"."""
    corrects = (
        [hit for hit in fresh.hits if "correct" in hit.means.speech] if "correct" in fresh.speech else []
    )
    for hit in corrects[:_MOST]:
        stop = fresh.sentence_at(hit.start)[1]
        said = {word["name"].lower() for word in _WORD.finditer(fresh.text, hit.start, stop)}
        before = [one for one in given if one.end <= hit.start and str(one.value).lower() not in said]
        if not before:
            continue
        for right in _WORD.finditer(fresh.text, hit.end, stop):
            name = right["name"].rstrip(".-")
            known = any(is_mistyped(str(claim.value), name) for claim in before)
            known = known and not any(one.start <= right.start() < one.end for one in fresh.addresses)
            if known and not terms.common(name) and is_given_there(fresh, terms, hit.end, right.start()):
                yield Claim(field.key, name, CORRECTED_NAME, STRONG, hit.start, right.end(), rank=2)


def is_given_there(fresh: Fresh, terms: Terms, told: int, place: int) -> bool:
    """Whether a name stands right behind what corrects, a comma, a colon or an "is", and no "not" before it."""
    before = fresh.low[told:place].rstrip(_LEADS)
    if not before.strip() or fresh.low[told + len(before) : place].strip(QUOTES + " "):
        return not any(hit.means.negates for hit in fresh.within(told, place)[-1:])
    return terms.among("is", before.rsplit(None, 1)[-1])


def _told_apart(fresh: Fresh, terms: Terms, field: Field, given: Sequence[Claim]) -> Iterator[Claim]:
    """The name behind a sentence that says of a given one that it is wrong, or of elsewhere."""
    if "elsewhere" not in fresh.speech and "wrong" not in fresh.states:
        return
    first = min(claim.end for claim in given)
    behind = (place for place, (start, _) in enumerate(fresh.sentences) if start >= first)
    for place in islice(behind, _MOST):
        start, end = fresh.sentences[place]
        hits = fresh.within(start, end)
        if any(hit.means.traits & WORK or hit.means.speech & RESERVES for hit in hits):
            continue
        known = {str(claim.value).lower() for claim in given if claim.end <= start}
        elsewhere = _of_elsewhere(fresh, terms, hits, start, known)
        if not (elsewhere or _is_wrong(fresh, terms, hits, start, end)):
            continue
        stop = fresh.sentences[place : place + _SOON][-1][1]
        right = _right(fresh, terms, start, stop, there=elsewhere)
        if right is not None and right.name.lower() not in known:
            yield Claim(field.key, right.name, CORRECTED_NAME, STRONG, start, right.end, rank=2)


def _of_elsewhere(fresh: Fresh, terms: Terms, hits: Sequence[Hit], start: int, known: set[str]) -> bool:
    """Whether a sentence says of the name that it is one at another service: "that's my GitHub name"; not "… as well"."""
    elsewhere = next((hit.start for hit in hits if "elsewhere" in hit.means.speech), -1)
    if elsewhere < 0 or any(hit.means.speech & _AS_WELL for hit in hits) or _denies(fresh, hits, start):
        return False
    before = [hit for hit in hits if hit.start < elsewhere]
    said = any(hit.means.speech & _POINTS or not _NAMES.isdisjoint(hit.means.names) for hit in before)
    if not said and not any(name in fresh.low[start:elsewhere] for name in known):
        return False
    end = fresh.sentence_at(elsewhere)[1]
    return _names_one(fresh, terms, hits, start, end) or any("them" in hit.means.speech for hit in hits)


def _denies(fresh: Fresh, hits: Sequence[Hit], start: int) -> bool:
    """Whether there is a "not" in a sentence; not the no of "No, that's my GitHub name"."""
    nots = [hit for hit in hits if hit.means.negates]
    return any(hit.start > start + _BEFORE_NAME or not fresh.text.startswith(",", hit.end) for hit in nots)


def _names_one(fresh: Fresh, terms: Terms, hits: Sequence[Hit], start: int, end: int) -> bool:
    """Whether it speaks of a name: "user name", "login", "GitHub name"."""
    return any(map(_is_noun, hits)) or terms.among("name", *words_of(fresh.low[start:end]))


def _is_wrong(fresh: Fresh, terms: Terms, hits: Sequence[Hit], start: int, end: int) -> bool:
    """As in "the name above is wrong", "my phone typed the wrong user name": nothing stands nearer to the "wrong"."""
    wrong = next((hit for hit in hits if "wrong" in hit.means.states), None)
    if wrong is None or _denies(fresh, [hit for hit in hits if hit.start < wrong.end], start):
        return False  # "… wrong it is x and I have no codes" denies something else
    names = [(hit.start, hit.end) for hit in hits if _is_noun(hit)]
    names += [
        word.span() for word in _ANY_WORD.finditer(fresh.low, start, end) if terms.among("name", word[0])
    ]
    others = [(hit.start, hit.end) for hit in hits if hit.means.things and not _is_noun(hit)]
    nearest = min((_apart(wrong, span) for span in names), default=None)
    return nearest is not None and all(_apart(wrong, span) >= nearest for span in others)


def _is_noun(hit: Hit) -> bool:
    """Whether it is a word for the user name."""
    return "username" in hit.means.things or not _NOUNS.isdisjoint(hit.means.names)


def _apart(hit: Hit, span: tuple[int, int]) -> int:
    """The characters between a phrase and a part of the text."""
    return max(span[0] - hit.end, hit.start - span[1], 0)


def _right(fresh: Fresh, terms: Terms, start: int, stop: int, *, there: bool) -> Found | None:
    """The name behind an "is" or an "I am"; `there`: it has to be told that it is the one at the service."""
    places = [match.span() for match in terms.is_word.finditer(fresh.low, start, stop)]
    places += [(hit.start, hit.end) for hit in fresh.within(start, stop) if "iam" in hit.means.names]
    for begin, end in sorted(places):
        lead = part_start(fresh.low, begin, max(start, begin - _LEAD))
        if there and not _is_there(fresh, terms, lead, end):
            continue
        found = said_at(fresh, terms, end, said=True)
        if found is not None and found.end <= stop:
            return found
    return None


def _is_there(fresh: Fresh, terms: Terms, start: int, end: int) -> bool:
    """As in "on the site it is", "here I am"."""
    words = words_of(fresh.low[start:end])
    return any(map(terms.is_service, words)) or terms.among("there", *words)
