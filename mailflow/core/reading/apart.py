"""Sentences, and the parts of them that answer apart: "yes to all, codes lost", "I do understand that, the box was hidden"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.reading.clauses import RESERVES
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.words import CJK

COMMA = re.compile("[,;，；、]")
WORD = re.compile(rf"[^\W{CJK}]+|[{CJK}]{{1,3}}")
# "2", "1-3", in English "the 2nd", and where no space follows "2と3は", "2번", "第2", but no "2年".
NUMBER = re.compile(
    r"(?:(?<![\w.-])|(?<=[第とや和跟同及與与과와]))\d{1,2}(?:[ ]?[-–][ ]?\d{1,2})?"
    r"(?=(?:st|nd|rd|th)\b|[番번とはもやに和跟及與与都同은는과와도]|(?![\w.]*\w))"
)
# Goes on behind a stop; no space follows one of Chinese or Japanese.
_SAME_SENTENCE = r"(?:[.!?](?!\s|\Z)[^\n.!?。！？]*)"
_SENTENCE = re.compile(rf"[^\n.!?。！？]+{_SAME_SENTENCE}*|{_SAME_SENTENCE}+")

_LISTED = re.compile(r"\d[,，、] ?\d")  # "if your answer to 2, 3 and 4 is yes"
SHORT = 60  # characters of an answer that says no more
_LEAD = 9  # words of a part that only agrees
_AGREEING = frozenset({"agree", "aware"})
_YES = frozenset({"yes"})
_IT = frozenset({"it", "them"})
_REFUSES = frozenset({"refuse", "objection"})
_RESERVING = frozenset({"if", "hedge", "doubt", "why", "but", "you", "ask", "irony", "appointment"})
TIMES = {"twice": 2, "thrice": 3}  # as in "three times yes"
# What is only said to be kind: "yes, and thanks for the good work".
KIND = frozenset({"wish", "thanks", "sorry"})
_RESERVES = RESERVES - {"why"}
_BEGINNING = 3  # phrases: "but", "have", "have to"
_HOPE, _TURNS = frozenset({"hope"}), frozenset({"but", "aside"})
_HOPE_NEAR = 12  # characters: "but I do", "even if we"
_TO_COME = frozenset({"then", "appointment"})
REST = frozenset({"rest"})
FOR_ALL = frozenset({"all", "both", *REST, *TIMES})
ORDINALS = ("first", "second", "third")
APART = FOR_ALL | frozenset(ORDINALS)


def sentences(fresh: Fresh, free: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of some parts of the text; a line that was wrapped ends none."""
    return [
        match.span()
        for start, end in free
        for match in _SENTENCE.finditer(fresh.flowed, start, end)
        if match.group().strip()
    ]


def is_put_off(fresh: Fresh, start: int, end: int) -> bool:
    """Whether who says yes is still to answer, and so only nods: "OK, I will reply tonight". Not of a "yes to all"."""
    hits = fresh.within(start, end)
    marks = frozenset().union(*(hit.means.speech for hit in hits))
    put_off = "will_reply" in marks or ("reply" in marks and not marks.isdisjoint(_TO_COME))
    return put_off and marks.isdisjoint(APART)


def names_questions(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a part says which questions it answers: "yes to 2 and 3"; "the 2nd" may be a day."""
    if any(APART & hit.means.speech for hit in fresh.within(start, end)):
        return True
    numbers = NUMBER.finditer(fresh.text, start, end)
    return any(not fresh.text[number.end() : number.end() + 1].isalpha() for number in numbers)


def phrases(fresh: Fresh, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, or the parts between its commas where they answer apart: "yes to all, codes lost", "the first yes, …"."""
    end = _till_hope(fresh, start, end)
    text = fresh.text[start:end]
    if not COMMA.search(text):
        yield (
            _agreeing_end(fresh, start, end)
            or _agreeing_start(fresh, start, end)
            or (_rest_of(fresh, start, end), end)
        )
        return
    if own := list(_agreeing_parts(fresh, start, end)):
        yield from own
        return
    parts = list(_parts(text, start))
    telling = APART if end - start > SHORT else frozenset(ORDINALS)
    apart = any(hit.means.objects or hit.means.speech & telling for hit in fresh.within(start, end))
    listed = _LISTED.search(text) or any("if" in hit.means.speech for hit in fresh.within(start, end))
    if apart or (not listed and any(_says_yes_to(fresh, *part) for part in parts)):
        yield from _told_apart(fresh, parts)
    else:
        yield start, end


def _takes_back(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a part reserves what stands before it: "yes to all of it, | but I have to think about it", "…, | unless …"."""
    hits = fresh.within(start, end)
    if any(hit.means.speech & KIND for hit in hits):
        return False
    begins = [hit.means.speech for hit in hits[:_BEGINNING] if "modal" not in hit.means.speech]
    reserved = any(_RESERVES & speech for speech in begins) and not any(hit.means.objects for hit in hits)
    return reserved or (bool(begins) and "if" in begins[0])


def _says_yes_to(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a part says both yes and to what: "yes to all, I still need you"."""
    return names_questions(fresh, start, end) and any(hit.means.says for hit in fresh.within(start, end))


def _till_hope(fresh: Fresh, start: int, end: int) -> int:
    """Where a sentence ends, or turns to what is only hoped for: "I understand, but I do hope that it is done by May"."""
    hits = fresh.within(start, end)
    for hit in hits if any(_HOPE & hit.means.speech for hit in hits) else ():
        hope = next((one for one in hits if one.start >= hit.end and _HOPE & one.means.speech), None)
        if hit.start > start and _TURNS & hit.means.speech and hope and hope.start - hit.end <= _HOPE_NEAR:
            return start + len(fresh.text[start : hit.start].rstrip(" ,;，；、\n-–—"))
    return end


def _told_apart(fresh: Fresh, parts: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts that say which question they answer, with what follows where they only say that: "to the first, yes"."""
    for (place, till), (begins, following) in zip(parts, (*parts[1:], parts[-1]), strict=True):
        hits = fresh.within(place, till)
        if begins > place and _takes_back(fresh, begins, following):
            continue
        if any(APART & hit.means.speech for hit in hits) or NUMBER.search(fresh.text, place, till):
            end = following if _only_says_which(fresh, place, till) else till
            yield _rest_of(fresh, place, end), end


def _rest_of(fresh: Fresh, start: int, end: int) -> int:
    """Where a part begins, or what it says of the rest behind an "and": "the codes are lost and the rest is fine"."""
    hits = fresh.within(start, end)
    last = next((hit.end for hit in reversed(hits) if hit.means.breaks == "and"), start)
    behind = [hit for hit in hits if hit.start >= last]
    told = any(hit.means.objects for hit in behind) or not any(REST & hit.means.speech for hit in behind)
    return start if told else last


def _only_says_which(fresh: Fresh, start: int, end: int) -> bool:
    hits = fresh.within(start, end)
    return not any(hit.means.verb for hit in hits) and all(
        any(hit.start <= word.start() < hit.end for hit in hits)
        for word in WORD.finditer(fresh.text, start, end)
    )


def _parts(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The parts between the commas of a text that begins at a place."""
    for part in COMMA.split(text):
        yield start, start + len(part)
        start += len(part) + 1


def _agreeing_end(fresh: Fresh, start: int, end: int) -> tuple[int, int] | None:
    """What stands behind the last "and" of a long sentence, where it agrees to "it": "I have read the thing and I agree to it"."""
    hits = fresh.within(start, end)
    joined = [hit.end for hit in hits if hit.means.breaks == "and"]
    if not joined or any(
        hit.means.objects or hit.means.negates or hit.means.speech & _RESERVING for hit in hits
    ):
        return None
    behind = fresh.within(joined[-1], end)
    agrees = any("agree" in hit.means.says for hit in behind) and any(
        _IT & hit.means.speech for hit in behind
    )
    return (joined[-1], end) if agrees and len(WORD.findall(fresh.text, start, end)) > _LEAD else None


def _agreeing_start(fresh: Fresh, start: int, end: int) -> tuple[int, int] | None:
    """What stands before the "and" behind which something else is told: "I agree and I can wait"."""
    hits = fresh.within(start, end)
    joined = next((hit for hit in hits if hit.means.breaks == "and"), None)
    if joined is None or any(hit.means.speech & (_RESERVING | APART) for hit in hits):
        return None
    told = any(hit.means.objects for hit in fresh.within(joined.end, end))
    return (start, joined.start) if told and _only_agrees(fresh, start, joined.start) else None


def _agreeing_parts(fresh: Fresh, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a sentence that only agree, where the rest has no reserve: "I do understand that, the box was hidden"."""
    if any(
        hit.means.speech & _RESERVING or _REFUSES.intersection(hit.means.says)
        for hit in fresh.within(start, end)
    ):
        return
    parts = list(_parts(fresh.text[start:end], start))
    if len(parts) > 2 and _is_yes(fresh, *parts[0]):
        parts[:2] = [(start, parts[1][1])]
    if any(_answers_by_number(fresh, *part) for part in parts):
        return
    for place, till in parts:
        behind = fresh.within(till + 1, end)
        if behind and "that" in behind[0].means.speech:
            continue  # "I agree, that you call me"
        if _only_agrees(fresh, place, till):
            yield place, till


def _answers_by_number(fresh: Fresh, start: int, end: int) -> bool:
    """As in "only question 2 I can answer now: yes", behind which ", I agree" is of the same question; or "yes to all"."""
    hits = fresh.within(start, end)
    if not any(hit.means.says for hit in hits) or _only_agrees(fresh, start, end):
        return False
    return NUMBER.search(fresh.text, start, end) is not None or any(
        FOR_ALL & hit.means.speech for hit in hits
    )


def _only_agrees(fresh: Fresh, start: int, end: int) -> bool:
    hits = fresh.within(start, end)
    says = {one for hit in hits for one in hit.means.says}
    if says - _AGREEING - _YES or any(hit.means.objects or hit.means.negates for hit in hits):
        return False
    which = NUMBER.search(fresh.text, start, end) or any(APART & hit.means.speech for hit in hits)
    # "yes to the code"
    to_what = says == _YES and not which and any("to" in hit.means.addresses for hit in hits)
    return bool(says - _YES or to_what) and len(WORD.findall(fresh.text, start, end)) <= _LEAD


def _is_yes(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a part is a yes and no more, as before "I understand"."""
    hits = fresh.within(start, end)
    return len(WORD.findall(fresh.text, start, end)) == len(hits) == 1 and "yes" in hits[0].means.says
