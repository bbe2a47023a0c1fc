"""Names that are a yes in some language: "Jo Doe", "Tak Nowak", and "Sim" below a mail in English.

A yes is of the language that the rest is in. What is a yes in none of the languages of what stands around it is a name there,
and so is what people say for yes in passing ("jo", "aye"), where it signs.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from mailflow.core.reading import agreements
from mailflow.core.reading.phrasebook import EVERY
from mailflow.core.reading.reader import COMMON
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import lower, words_of

_YES = (("speech", "yes"), ("speech", "agree"))
_LEAST, _MOST = 2, 3  # words of a whole name
_BORROWED = frozenset({COMMON, EVERY})  # our letters are in English, and ask for a "yes"
_AROUND = " \t-–—*"


def is_whole(terms: Terms, text: str) -> bool:
    """Whether some words are a whole name: capitals, and a yes of which the language has none of the others."""
    words = text.split()
    if not (_LEAST <= len(words) <= _MOST and all(map(str.istitle, words))):
        return False
    for place, word in enumerate(words):
        languages = _of_yes(terms, word)
        others = [lower(one) for at, one in enumerate(words) if at != place]
        if languages and not any(_is_of(terms, one, languages) for one in others):
            return True
    return False


def is_alone(terms: Terms, text: str, rest: str) -> bool:
    """Whether a word that people also are called is all that is said, with nothing else in its language beside it."""
    word = lower(text).strip(_AROUND)
    if not terms.among("yes_or_name", word):
        return False
    languages, beside = _of_yes(terms, word), lower(rest)
    if languages.isdisjoint(terms.vocabulary.languages(beside)):
        return True
    return not any(_is_of(terms, one, languages) for one in words_of(beside))


def signs(terms: Terms, text: str, above: str) -> bool:
    """Whether a last line that is a yes is a name by the language of what stands above it."""
    name = text.strip(_AROUND)
    low = lower(name)
    if terms.among("yes_or_name", low):
        return True
    languages = _of_yes(terms, low) if name.istitle() else frozenset()
    return bool(languages) and languages.isdisjoint({*_BORROWED, *terms.vocabulary.languages(lower(above))})


def _is_of(terms: Terms, word: str, languages: AbstractSet[str]) -> bool:
    """Whether a word in lower case is one of some languages, or answers as a yes does."""
    return bool(languages & terms.vocabulary.languages_with(word)) or bool(agreements.bare(word, terms))


def _of_yes(terms: Terms, word: str) -> frozenset[str]:
    """The languages in which a word by itself is a yes."""
    if agreements.bare(word, terms) is not True:
        return frozenset()
    low = lower(word)
    found = [terms.vocabulary.languages_with(low, concept) for concept in _YES]
    return frozenset().union(*found)
