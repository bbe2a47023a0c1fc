"""Names that stand beside what they are called, rather than behind an "is".

As in "jdoe (user name)", "jdoe, that's my user name", "It's jdoe, my user name", "My account, jdoe, is locked" and "I chose jdoe as
my user name".
"""

from __future__ import annotations

import re

from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.namelike import (
    NAME,
    QUOTES,
    Found,
    accepted_before,
    ends_phrase,
    last_name,
)
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import lower, words_of

_OPEN_NAME = rf"(?<![\w@.-])(?P<open>[{QUOTES}@]?)(?P<name>{NAME})(?P<close>[{QUOTES}]?)"
_IN_BRACKET = re.compile(rf"{_OPEN_NAME}[ ]?[(（](?P<said>(?:[^\W\d]+[ ]){{0,2}})\Z", re.ASCII)
_CHOSEN = tuple(
    re.compile(rf"{_OPEN_NAME}[ ](?P<as>\w{{1,5}})[ ]{own}\Z", re.ASCII) for own in ("", r"\w{1,5}[ ]")
)
_AT_PLACE = re.compile(r"\s\w{1,5}\s(\w+)(?:\s(\w+))?")  # "on pypi", "on your site"
_SEPARATES = ",;:.–—-\n"
_QUESTIONS = ("?", "？")
_BRACKETS = (")", "）")
_LOOK_BACK = 90
_MOST_WORDS = 2  # before a name that is all of its phrase: "Hi, …"


def till_service(fresh: Fresh, terms: Terms, place: int) -> int:
    """Where the "on the site" ends that stands at a place, the site being called by its name or so; the place if none does."""
    match = _AT_PLACE.match(fresh.low, place)
    for group in (1, 2) if match else ():
        word = match[group] if match else None
        if match and word and (terms.is_service(word) or word in terms.lists.get("site", ())):
            return match.end(group)
    return place


def in_bracket(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "jdoe (my user name)", where the bracket says what the word before it is."""
    if not fresh.text.startswith(_BRACKETS, till_service(fresh, terms, hit.end)):
        return None
    begin = max(0, hit.start - _LOOK_BACK)
    match = _IN_BRACKET.search(fresh.text[begin : hit.start])
    if match is None or not all(
        terms.is_service(word) or terms.among("own", word) or terms.among("article", word)
        for word in words_of(lower(match["said"]))
    ):
        return None
    return accepted_before(fresh, terms, match, begin, plain=match["name"].islower())


def that_is(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "jdoe: that's my user name", and in two sentences."""
    begin = max(0, hit.start - _LOOK_BACK)
    low = fresh.low[begin : hit.start].rstrip().replace("’", "'")
    said = next((said for said in terms.lists.get("that_is", ()) if low.endswith(said)), "")
    before = low[: -len(said)].rstrip(" \n")
    if (
        not said
        or before[-1:] not in _SEPARATES
        or not ends_phrase(fresh, till_service(fresh, terms, hit.end))
    ):
        return None
    text = fresh.text[begin : begin + len(before)].rstrip(_SEPARATES + " ")
    first = max(text.rfind(mark) for mark in ("\n", "!", "?", ",", ". ")) + 1
    match = last_name(text[first:])
    if match is None or len(text[first : first + match.start()].split()) > _MOST_WORDS:
        return None
    return accepted_before(fresh, terms, match, begin + first, plain=match["name"].islower())


def chosen(fresh: Fresh, terms: Terms, hit: Hit) -> Found | None:
    """As in "I have used jdoe as my user name"."""
    begin = max(0, hit.start - _LOOK_BACK)
    found = (way.search(fresh.text[begin : hit.start]) for way in _CHOSEN)
    match = next((match for match in found if match and terms.among("as", match["as"].lower())), None)
    if match is None:
        return None
    taken = terms.lists.get("takes_name", ())
    asked = fresh.text[fresh.sentence_at(hit.end)[1] - 1 :][:1] in _QUESTIONS
    if asked or not taken or not fresh.low[: begin + match.start()].rstrip().endswith(taken):
        return None
    return accepted_before(fresh, terms, match, begin, plain=match["name"].islower())
