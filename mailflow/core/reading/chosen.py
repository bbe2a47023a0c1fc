"""What people still say where nothing is open: which of their names it is, or how their address is really spelt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailflow.core.reading import names, questions
from mailflow.core.reading.addressforms import Found
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.sentences import COMMA, sentences
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import lower, words_of

_SURE = 0.8
_FEW = 8  # words
_LAST_TWO = 2  # phrases: a comma, and a "so"
_SHORT = 250  # characters of a mail that is about an address alone


def in_answer(fresh: Fresh, terms: Terms, free: Sequence[tuple[int, int]]) -> Iterator[Claim]:
    """The name that the first sentence gives and no other does, where the letter that is quoted speaks of names."""
    spans = sentences(fresh, free)
    if terms.name is None or not spans:
        return
    if not any(_speaks_of_names(said, terms) for said in questions.said_in_quote(fresh)):
        return
    start, end = spans[0]
    name = _given(COMMA.split(fresh.text[start:end])[0], terms)
    if name and not terms.states_nothing(terms.name, name):
        place = fresh.text.index(name, start)
        yield Claim(terms.name.key, name, "name that was asked for", _SURE, place, place + len(name))


def lone_address(fresh: Fresh, terms: Terms) -> Iterator[Claim]:
    """The one address of a mail that gives no other value: "Pruitt has two t's: x", "Not seitowa. It is x". It puts right ours."""
    found = {one.value.lower(): one for one in fresh.addresses}
    if terms.wanted is None or len(found) != 1:
        return
    (one,) = found.values()
    asks = any(hit.means.ends == "question" for hit in fresh.hits)
    if len(fresh.text) <= _SHORT and not asks and _is_led_to(fresh, terms, one):
        yield Claim(terms.wanted.key, one.value, "address by itself", _SURE, one.start, one.end)


def is_corrected(fresh: Fresh, terms: Terms, claim: Claim) -> bool:
    """Whether an address was taken for the wrong one that stands behind "typo:": whoever writes no more gives the right one."""
    if terms.registered is None or claim.field != terms.registered.key or "correct" not in fresh.speech:
        return False
    begin, end = fresh.sentence_at(claim.start)
    before = fresh.within(begin, claim.start)
    led = bool(before) and before[-1].means.breaks == "colon"
    slip = any("correct" in hit.means.speech and "wrong" in hit.means.states for hit in before)
    return led and slip and not fresh.text[claim.end : end].strip(" .!)\n")


def _is_led_to(fresh: Fresh, terms: Terms, one: Found) -> bool:
    """Whether an address begins a sentence, or stands behind a colon, an "is", or a comma with which the sentence goes on to it alone."""
    begin, end = fresh.sentence_at(one.start)
    before = fresh.text[begin : one.start].rstrip()
    if not before or before.endswith((":", "：")):
        return True
    if before.endswith((",", "，")) or _concludes(fresh, begin, one):
        return not fresh.text[one.end : end].strip(" .!\n")
    return terms.among("is", *words_of(lower(before))[-1:])


def _concludes(fresh: Fresh, begin: int, one: Found) -> bool:
    """As in "It should end in .org, so x": a "so" right before it, behind a comma."""
    hits = fresh.within(begin, one.start)[-_LAST_TWO:]
    so = hits[-1] if len(hits) == _LAST_TWO and hits[0].means.breaks == "comma" else None
    return so is not None and "because" in so.means.speech and one.start - so.end == 1


def _speaks_of_names(text: str, terms: Terms) -> bool:
    return any(
        "username" in hit.means.things or "noun" in hit.means.names
        for hit in terms.vocabulary.scan(lower(text))
    )


def _given(phrase: str, terms: Terms) -> str:
    """As in "x", "x it is", "it is x", "found it: x": a name at either end of a few common words that hold an "is" or a colon."""
    words = phrase.split()
    if not words or len(words) > _FEW or "@" in phrase:
        return ""
    for word, others in ((words[0], words[1:]), (words[-1], words[:-1])):
        name = names.clean(word)
        if name.islower() and not terms.everyday(name) and _is_common(others, terms):
            return name
    return ""


def _is_common(words: Sequence[str], terms: Terms) -> bool:
    told = not words or words[-1].endswith((":", "：")) or terms.among("is", *map(lower, words))
    return told and all(terms.common(word) for part in words for word in words_of(part))
