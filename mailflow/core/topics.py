"""The matters of other desks, as a site's `[[redirect]]`s name them, found in a person's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mailflow.core.phrases import CJK, Hit, Words, words_of
from mailflow.core.policy import Redirect

_CJK = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a topic fits: one for a single word, two for each phrase of several."""

    weight: int
    hit: Hit  # the first words that fit


@dataclass(frozen=True)
class Topic:
    name: str
    title: Words
    phrases: tuple[tuple[str, ...], ...]  # each phrase of the redirect, as its words

    def fit(self, words: Words) -> Fit | None:
        found = [(phrase, hit) for phrase in self.phrases if (hit := _find(phrase, words))]
        if not found:
            return None
        weight = sum(min(len(phrase), 2) for phrase, _ in found)
        return Fit(weight, min((hit for _, hit in found), key=lambda hit: hit.first))


@lru_cache(maxsize=16)
def topics_of(redirects: tuple[Redirect, ...]) -> tuple[Topic, ...]:
    """The topics of a site's redirects, made ready once."""
    return tuple(
        Topic(
            redirect.topic, words_of(redirect.topic), tuple(words_of(text).forms for text in redirect.words)
        )
        for redirect in redirects
    )


def _find(phrase: tuple[str, ...], words: Words) -> Hit | None:
    """Where all words of a phrase stand close together in one sentence, in any order: "limit of our project"."""
    if not phrase or not all(_base(word) in words.folded for word in phrase):
        return None
    reach = 0 if _CJK.match(phrase[0]) else 4
    for first in (i for i, form in enumerate(words.forms) if _is_form(form, phrase[0])):
        spot = _around(phrase, words, first, reach)
        if spot is not None:
            return spot
    return None


def _around(phrase: tuple[str, ...], words: Words, first: int, reach: int) -> Hit | None:
    span = len(phrase) + reach
    near = [
        index
        for index in range(max(0, first - span + 1) if reach else first, min(len(words.forms), first + span))
        if words.sentence[index] == words.sentence[first]
    ]
    places = [first]
    for word in phrase[1:]:
        place = next((i for i in near if i not in places and _is_form(words.forms[i], word)), None)
        if place is None or max(*places, place) - min(*places, place) >= span:
            return None
        places.append(place)
    return Hit("", min(places), max(places))


def _is_form(form: str, word: str) -> bool:
    """Whether a word of a text is a word of a phrase, or an inflection of it that adds a little: limit, limits."""
    base = _base(word)
    return form == word or (len(base) > 3 and form.startswith(base) and len(form) - len(base) <= 3)


def _base(word: str) -> str:
    return word.rstrip("s")
