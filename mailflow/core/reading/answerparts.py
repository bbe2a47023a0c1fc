"""The parts of a sentence that answer by themselves: "yes to all, codes lost", "I do understand that, the box was hidden"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mailflow.core.reading.clauses import RESERVES_BUT_WHY
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.namelike import ends_phrase
from mailflow.core.reading.sentences import COMMA, comma_parts
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.whichquestion import (
    ORDINALS,
    REST,
    SEVERAL,
    WHICH,
    has_word,
    says_which,
    says_which_for_sure,
)
from mailflow.core.reading.words import WORD

_LISTED = re.compile(r"\d[,，、] ?\d")  # "if your answer to 2, 3 and 4 is yes"
_ASIDE = re.compile(r"[ \t]*[(（][^()（）\n]+[)）][ \t]*\Z")
SHORT = 85  # characters of an answer that says no more
_LEAD = 9  # words of a part that only agrees
_AGREEING = frozenset({"agree", "aware"})
_YES = frozenset({"yes"})
_ONLY_YES = ("yes",)
_IT = frozenset({"it", "them"})
_ALL = frozenset({"all"})
_TO = 6  # characters between an "agree" and an "everything"
_ORDINALS = frozenset(ORDINALS)
_REFUSES = frozenset({"refuse", "objection"})
_RESERVING = frozenset({"if", "hedge", "doubt", "why", "but", "you", "ask", "irony", "appointment"})
# What is only said to be kind: "yes, and thanks for the good work".
COURTESY = frozenset({"wish", "thanks", "sorry"})
_BEGINNING = 3  # phrases: "but", "have", "have to"
_HOPE, _WISH, _PLEADS = frozenset({"hope"}), frozenset({"wish"}), frozenset({"pleads"})
_BEGS = _HOPE | _WISH | _PLEADS
_RESERVES_BUT_WISH = frozenset({"doubt", "irony", "span", "time"})
_TURNS = frozenset({"but", "aside"})
_PLEA_NEAR = 20  # characters: ", but please "
_HOPE_NEAR = 12  # characters: "but I do", "even if we"


def answering_parts(fresh: Fresh, terms: Terms, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, or those parts of it that answer by themselves: "yes to all, | codes lost", "the first yes, | …"."""
    end = _till_hope(fresh, start, _before_aside(fresh, start, end))
    text = fresh.text[start:end]
    if not COMMA.search(text):
        if place := _two_answers(fresh, terms, start, end):
            yield start, place
            yield place, end
            return
        yield (
            _agreeing_end(fresh, start, end)
            or _agreeing_start(fresh, start, end)
            or (_rest_of(fresh, start, end), end)
        )
        return
    if own := list(_agreeing_parts(fresh, start, end)):
        yield from own
        return
    parts = list(comma_parts(text, start))
    if _then_asks_of_other(fresh, *parts[:2]):
        yield parts[0]
        return
    hits = fresh.within(start, end)
    words = WHICH if end - start > SHORT else _ORDINALS
    told_apart = any(hit.means.objects for hit in hits) or has_word(hits, words)
    listed = _LISTED.search(text) or any("if" in hit.means.speech for hit in hits)
    if told_apart or (not listed and any(_says_yes_to(fresh, *part) for part in parts)):
        yield from _parts_that_say_which(fresh, parts)
    else:
        yield start, end


def _two_answers(fresh: Fresh, terms: Terms, start: int, end: int) -> int | None:
    """Where the "and" stands before the second of two answers: "I agree to the first point | and the second is understood"."""
    hits = fresh.within(start, end)
    place = next((hit.start for hit in hits if hit.means.breaks == "and"), None)
    if place is None:
        return None
    sides = [[hit for hit in hits if hit.start < place], [hit for hit in hits if hit.start > place]]
    if not all(has_word(side, _ORDINALS) for side in sides) or not any(hit.means.says for hit in sides[0]):
        return None
    tells = any(hit.means.says or hit.means.negates or _RESERVING & hit.means.speech for hit in sides[1])
    return place if tells or terms.is_word.search(fresh.low, place, end) else None


def _then_asks_of_other(fresh: Fresh, part: tuple[int, int], following: tuple[int, int]) -> bool:
    """As in "Yes to the code, but how long is the wait?": a yes to what it names, and a "but" that speaks of another agreement."""
    hits = fresh.within(*following)
    turns = bool(hits) and "but" in hits[0].means.speech and any(hit.means.topics for hit in hits)
    return turns and _only_agrees(fresh, *part) and _says_yes_to_something(fresh, *part)


def _says_yes_to_something(fresh: Fresh, start: int, end: int) -> bool:
    hits = fresh.within(start, end)
    says = {one for hit in hits for one in hit.means.says}
    return says == _YES and any("to" in hit.means.addresses for hit in hits)


def _before_aside(fresh: Fresh, start: int, end: int) -> int:
    """Where a sentence ends, or an aside that closes it begins and answers nothing: "yes to all (I had not seen the boxes)"."""
    aside = _ASIDE.search(fresh.flowed, start, end)
    if aside is None or aside.start() == start:
        return end
    hits = fresh.within(aside.start(), end)
    unaware = {"aware"} if any(hit.means.negates for hit in hits) else set()
    answers = any(
        not unaware.issuperset(hit.means.says) or hit.means.objects or hit.means.speech & (WHICH | _RESERVING)
        for hit in hits
    )
    return end if answers else aside.start()


def _takes_back(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a part reserves what stands before it: "yes to all of it, | but I have to think about it", "…, | unless …"."""
    hits = fresh.within(start, end)
    if any(hit.means.speech & COURTESY for hit in hits):
        return False
    begins = [hit.means.speech for hit in hits[:_BEGINNING] if "modal" not in hit.means.speech]
    reserved = any(RESERVES_BUT_WHY & speech for speech in begins) and not any(
        hit.means.objects for hit in hits
    )
    return reserved or (bool(begins) and "if" in begins[0])


def _says_yes_to(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a part says both yes and to what: "yes to all, I still need you"."""
    return says_which_for_sure(fresh, start, end) and any(hit.means.says for hit in fresh.within(start, end))


def _till_hope(fresh: Fresh, start: int, end: int) -> int:
    """Where a sentence ends, or turns to what is only hoped for, wished or begged: "I understand, but I do hope that it is done by May"."""
    hits = fresh.within(start, end)
    for hit in hits if any(_BEGS & hit.means.speech for hit in hits) else ():
        if hit.start > start and _TURNS & hit.means.speech and _only_begs(fresh, hits, hit):
            return start + len(fresh.text[start : hit.start].rstrip(" ,;，；、\n-–—"))
    return end


def _only_begs(fresh: Fresh, hits: Sequence[Hit], but: Hit) -> bool:
    """Whether a "but" leads to a hope, to a wish ("… Friday would be appreciated") or to what they shall think of.

    That may be why they cannot agree, so that it must deny nothing; and whose yes it is says `pleads_behind`.
    """
    behind = [hit for hit in hits if hit.start >= but.end]
    near = [hit for hit in behind if hit.start - but.end <= _HOPE_NEAR]
    if any(_HOPE & hit.means.speech for hit in near):
        return True
    wishes = any(_WISH & hit.means.speech for hit in behind) or pleads_behind(fresh, but.start)
    return wishes and not any(
        hit.means.negates
        or hit.means.topics
        or hit.means.says
        or hit.means.speech & _RESERVES_BUT_WISH
        or ("if" in hit.means.speech and "modal" not in hit.means.speech)
        for hit in behind
        if not _BEGS & hit.means.speech
    )


def pleads_behind(fresh: Fresh, place: int) -> bool:
    """Whether a "but please note" stands at a place."""
    hits = fresh.within(place, place + _PLEA_NEAR)
    return len(hits) > 1 and any(_PLEADS & hit.means.speech for hit in hits[1:])


def _parts_that_say_which(fresh: Fresh, parts: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts that say which question they answer, unless the next one takes it back."""
    for (start, end), following in zip(parts, (*parts[1:], None), strict=True):
        if following is not None and _takes_back(fresh, *following):
            continue
        if says_which(fresh, start, end):
            yield _rest_of(fresh, start, end), end


def _rest_of(fresh: Fresh, start: int, end: int) -> int:
    """Where a part begins, or what it says behind an "and" of the rest or to all: "the codes are lost and the rest is fine"."""
    hits = fresh.within(start, end)
    last = next((hit.end for hit in reversed(hits) if hit.means.breaks == "and"), start)
    behind = [hit for hit in hits if hit.start >= last]
    told = any(hit.means.objects for hit in behind)
    of_rest = any(REST & hit.means.speech for hit in behind)
    # "I have read the Code of Conduct and I agree to all of it"
    named = any(hit.means.topics for hit in hits)
    return last if not told and (of_rest or (not named and _agrees_to_all(fresh, behind))) else start


def _agrees_to_all(fresh: Fresh, hits: Sequence[Hit]) -> bool:
    """Whether all is what is agreed to: "… and I agree to everything", but not "… and everything is fine now"."""
    agreed = [hit.end for hit in hits if "agree" in hit.means.says]
    every = [hit for hit in hits if _ALL & hit.means.speech and ends_phrase(fresh, hit.end)]
    return any(0 < to.start - end <= _TO for end in agreed for to in every)


def _agreeing_end(fresh: Fresh, start: int, end: int) -> tuple[int, int] | None:
    """What stands behind the last "and" of a long sentence, where it agrees to "it" or to what was read: "I have read the thing and I agree to it"."""
    hits = fresh.within(start, end)
    joined = [hit.end for hit in hits if hit.means.breaks == "and"]
    if not joined or _denies(hits) or any(hit.means.objects or hit.means.speech & _RESERVING for hit in hits):
        return None
    behind = fresh.within(joined[-1], end)
    of_it = any(_IT & hit.means.speech for hit in behind) or any(
        "perused" in hit.means.speech for hit in hits
    )
    agrees = of_it and any("agree" in hit.means.says for hit in behind)
    return (joined[-1], end) if agrees and len(WORD.findall(fresh.text, start, end)) > _LEAD else None


def _denies(hits: Sequence[Hit]) -> bool:
    """Whether there is a "not", and not only that of "without reservation"."""
    return any(
        hit.means.negates and not ("without" in hit.means.speech and "objection" in after.means.says)
        for hit, after in pairwise((*hits, *hits[-1:]))
    )


def _agreeing_start(fresh: Fresh, start: int, end: int) -> tuple[int, int] | None:
    """What stands before the "and" behind which something else is told: "I agree and I can wait"."""
    hits = fresh.within(start, end)
    joined = next((hit for hit in hits if hit.means.breaks == "and"), None)
    if joined is None or any(hit.means.speech & (_RESERVING | WHICH) for hit in hits):
        return None
    told = any(hit.means.objects for hit in fresh.within(joined.end, end))
    return (start, joined.start) if told and _only_agrees(fresh, start, joined.start) else None


def _agreeing_parts(fresh: Fresh, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a sentence that only agree, where the rest has no reserve: "I do understand that, the box was hidden"."""
    parts = list(comma_parts(fresh.text[start:end], start))
    if any(
        hit.means.speech & _RESERVING or _REFUSES.intersection(hit.means.says)
        for part in parts
        for hit in fresh.within(*part)
    ):
        return
    if any(_answers_by_number(fresh, *part) for part in parts):
        return
    yes_before = False
    for place, till in parts:
        behind = fresh.within(till + 1, end)
        if behind and "that" in behind[0].means.speech:
            continue  # "I agree, that you call me"
        yes_and_yes = not yes_before and _is_yes_and_yes(fresh, place, till)
        yes_before = yes_before or any(hit.means.says == _ONLY_YES for hit in fresh.within(place, till))
        if yes_and_yes or _only_agrees(fresh, place, till):
            yield place, till


def _answers_by_number(fresh: Fresh, start: int, end: int) -> bool:
    """As in "only question 2 I can answer now: yes", behind which ", I agree" is of the same question; or "yes to all"."""
    hits = fresh.within(start, end)
    if not any(hit.means.says for hit in hits) or _only_agrees(fresh, start, end):
        return False
    return says_which(fresh, start, end, SEVERAL)


def _only_agrees(fresh: Fresh, start: int, end: int) -> bool:
    hits = fresh.within(start, end)
    says = {one for hit in hits for one in hit.means.says}
    if says - _AGREEING - _YES or any(hit.means.objects or hit.means.negates for hit in hits):
        return False
    to_what = _says_yes_to_something(fresh, start, end) and not says_which(
        fresh, start, end
    )  # "yes to the code"
    return bool(says - _YES or to_what) and len(WORD.findall(fresh.text, start, end)) <= _LEAD


def _is_yes_and_yes(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a part holds nothing but a yes, more than once: "so yes and yes"."""
    hits = fresh.within(start, end)
    yeses = sum(hit.means.says == _ONLY_YES for hit in hits)
    return yeses > 1 and len(WORD.findall(fresh.text, start, end)) == len(hits)
