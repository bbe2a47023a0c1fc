"""Account names that are put right beside the wrong one: "not jdo but jdoe", "jdoe, not jdo", and in Korean and Japanese "jdo-not jdoe"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from mailflow.core.form import Field
from mailflow.core.reading import addressforms
from mailflow.core.reading.bindingwords import Binds
from mailflow.core.reading.claim import CORRECTED_NAME, Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.namelike import NAME, QUOTES, STRONG
from mailflow.core.reading.terms import Terms

_WRONG = re.compile(rf"(?P<name>{NAME})[{QUOTES}]?[ ,，、]{{0,2}}\Z", re.ASCII)
_RIGHT = re.compile(rf"[ ,，、]{{0,2}}[{QUOTES}]?(?P<name>{NAME})", re.ASCII)
_BEHIND_PAUSE = re.compile(rf"[ ,，、:–—-]{{0,3}}[{QUOTES}]?(?P<name>{NAME})", re.ASCII)
_STOPS = frozenset(",，、…–—-")
_PAUSE = f" ,，、…–—-{QUOTES}"
_ASIDE = 40  # characters of a name's correction
_WORDS_TO_IS = 4
_NAMED = frozenset({"noun", "account"})
_FAR = 150  # characters
_LONGEST = 70  # characters of a name and what stands around it
_BEFORE_NAME = 2  # characters between a "not" and its name
_ALIKE = 0.75  # of their letters, as a name is mistyped


def corrected(fresh: Fresh, terms: Terms, field: Field) -> Iterator[Claim]:
    """The name that is put in place of another: "not jdo but jdoe", and in Korean and Japanese "jdo-not jdoe"."""
    for hit in fresh.hits:
        by_itself = "not_but" in hit.means.speech
        if not by_itself and "but" not in hit.means.speech:
            continue
        begin = max(0, hit.start - _LONGEST)
        if not (by_itself or any(one.means.negates for one in fresh.within(begin, hit.start))):
            continue
        right = _RIGHT.match(fresh.text, hit.end)
        wrong = _WRONG.search(fresh.text, begin, hit.start) if right else None
        if wrong is None or right is None:
            continue
        name = right["name"].rstrip(".-")
        if is_of_address(fresh, name, hit.start):
            continue
        if is_mistyped(wrong["name"], name) and not terms.everyday(name):
            yield Claim(field.key, name, CORRECTED_NAME, STRONG, wrong.start(), right.end(), rank=2)


def at_once(fresh: Fresh, terms: Terms, place: int) -> re.Match[str] | None:
    """The name by which one is put right that ends at a place: "x, no wait, y"."""
    pause = fresh.text[place : place + _BEFORE_NAME].strip(f"{QUOTES} ")[:1]
    if pause not in _STOPS:
        return None
    for cue in fresh.cues.within(place, min(place + _ASIDE, fresh.line_end(place))):
        aside = cue.binds is Binds.PUTS_RIGHT and not fresh.text[place : cue.start].strip(_PAUSE)
        right = _BEHIND_PAUSE.match(fresh.text, cue.end) if aside else None
        if right and not _says_not(fresh, cue.start, cue.end) and _may_be_right(fresh, terms, right):
            return right
    return None


def is_put_right(fresh: Fresh, wrong: addressforms.Found, right: addressforms.Found) -> bool:
    """Whether the second of two addresses is put in place of the first: "x, no wait, y", "I thought it was x, but it is y"."""
    hits = fresh.within(wrong.end, right.start)
    if any("not_but" in hit.means.speech and hit.start - wrong.end <= _BEFORE_NAME for hit in hits):
        return True
    near = right.start - wrong.end <= _ASIDE
    for cue in fresh.cues.within(wrong.end, right.start) if near else ():
        rest = fresh.flowed[wrong.end : cue.start] + fresh.flowed[cue.end : right.start]
        if cue.binds is Binds.PUTS_RIGHT and not rest.strip(f"{_PAUSE}:."):
            return not _says_not(fresh, cue.start, cue.end)
    return any("but" in hit.means.speech for hit in hits) and _is_thought(fresh, wrong.start)


def is_of_address(fresh: Fresh, name: str, place: int) -> bool:
    """Whether a name is put right as a part of an address of its sentence: "it is jane and not jaen, so jane@example.org".

    Not where the sentence speaks of a name or an account.
    """
    begin, end = fresh.sentence_at(place)
    part = name.lower()
    if not any(part in one.value.lower() for one in fresh.addresses if begin <= one.start < end):
        return False
    return all(_NAMED.isdisjoint(hit.means.names) for hit in fresh.within(begin, end))


def _says_not(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a "no" is the "not" of what follows at once, as Spanish has one word for both: "x, no y"."""
    alone = any(
        (hit.start, hit.end) == (start, end) and hit.means.negates for hit in fresh.within(start, end)
    )
    return alone and fresh.text[end : end + 1].isspace()


def thought(fresh: Fresh, terms: Terms, start: int, end: int) -> re.Match[str] | None:
    """The name that is put in place of one that stands there: "I thought my user name was x, but it turned out to be y"."""
    stop = min(fresh.sentence_at(end)[1], end + _FAR)
    but = next((hit for hit in fresh.within(end, stop) if "but" in hit.means.speech), None)
    if but is None or not _is_thought(fresh, start):
        return None
    return said_behind(fresh, terms, but.end, stop)


def _is_thought(fresh: Fresh, place: int) -> bool:
    begin = max(fresh.sentence_at(place)[0], place - _FAR)
    return any(cue.binds is Binds.THOUGHT for cue in fresh.cues.within(begin, place))


def said_behind(fresh: Fresh, terms: Terms, start: int, stop: int) -> re.Match[str] | None:
    """The name behind the first "is" in a part of the text, hardly a word away from its beginning: "but it turned out to be y"."""
    match = terms.is_word.search(fresh.low, start, stop)
    if match is None or fresh.low.count(" ", start, match.start()) > _WORDS_TO_IS:
        return None
    right = _RIGHT.match(fresh.text, match.end())
    return right if right and _may_be_right(fresh, terms, right) else None


def _may_be_right(fresh: Fresh, terms: Terms, match: re.Match[str]) -> bool:
    goes_on = fresh.text[match.end() : match.end() + 1]
    return not (terms.everyday(match["name"].rstrip(".-")) or goes_on.isalpha() or goes_on == "@")


def is_mistyped(wrong: str, right: str) -> bool:
    """Whether one name is another with a typing error or two."""
    one, other = wrong.lower(), right.lower()
    if one == other or not any(map(str.isalpha, other)):
        return False  # the same again, or a year, a number
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE
