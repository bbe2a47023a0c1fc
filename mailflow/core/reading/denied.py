"""Whether a "not" is about a name or an address, which only words that lead to one part from it: "never registered with x"."""

from __future__ import annotations

import re

from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_LOOK_BACK = 60  # characters from the value to its "not"
_APART = re.compile(r"[^\w\s'’\"`“”„«»‘’-]")

_POSTPOSED = re.compile("[\u3040-\u30ff\uac00-\ud7af]")  # kana and hangul


def is_denied(fresh: Fresh, terms: Terms, place: int, least: int = 0) -> bool:
    """Whether what stands at a place is said to be none: "it is not x", "I have never had an account named x".

    "I cannot log in as x" and "I no longer know the password of x" name it, and so does what was so until now. `least`: no
    further back.
    """
    hits = fresh.within(max(least, place - _LOOK_BACK), place)
    no = next((hit for hit in reversed(hits) if _denies(fresh, hit)), None)
    if no is None or "unable" in no.means.speech or "no_more" in no.means.speech:
        return False
    return leads_on(terms, fresh.low[no.end : place])


def leads_on(terms: Terms, between: str, *more: str) -> bool:
    """Whether a text holds no more than words that lead to a name or an address: " an account named ".

    `more`: lists of others that may stand there.
    """
    return not _APART.search(between) and all(
        any(terms.among(key, word) for key in ("leads_on", *more)) or terms.is_service(word)
        for word in words_of(between)
    )


def _denies(fresh: Fresh, hit: Hit) -> bool:
    """Whether it is a "not" of what follows; in Japanese, Korean and Turkish it is one of what stands before."""
    if not (hit.means.negates or "is_not" in hit.means.addresses):
        return False
    return "not_but" not in hit.means.speech and not _POSTPOSED.search(fresh.text, hit.start, hit.end)
