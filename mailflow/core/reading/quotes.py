"""Words between quotation marks that somebody only speaks of: 'Your form says "I have lost my codes". What are codes?'."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailflow.core.form import Kind
from mailflow.core.reading.bindingwords import Binds, Cue
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import clauses
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.sentences import sentence_end, sentence_start
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.whichquestion import has_word
from mailflow.core.reading.words import words_of

_LONGEST = 300  # characters between two quotation marks
QUOTED = re.compile(
    "|".join(
        rf"{opens}([^\n{opens}{closes}]{{3,{_LONGEST}}}){closes}"
        for opens, closes in ('""', "“”", "„“", "„”", "«»", "»«", "「」", "『』")
    )
)
_LOOK_BACK = 600  # characters in which the marks are counted
_NEXT_WORD = re.compile(r"\s(\w+)")
_SAYS_MORE = re.compile(r"[^\W\d_]")
_COLONS = (":", "：")
_OWN = frozenset({Binds.OWN_WORDS, Binds.OF_MINE})
_BESIDE, _NEXT = 20, 2  # characters and words around a verb that say who did it
_AGREES = frozenset({"agree", "aware", "yes", "refuse"})
_TURNS = frozenset({"but", "because", "comma", "colon"})


def is_only_quoted(fresh: Fresh, terms: Terms, claim: Claim) -> bool:
    """Whether what was read is said between quotation marks, as the words of our form or as what a sentence speaks of.

    What a page shows ('it says "wrong password"') is a reason, and who answers in our words may put them between marks.
    """
    agrees = claim.value is True and terms.form.by_key[claim.field].kind is Kind.AGREEMENT
    quote = _quote_of(fresh, claim, _agrees if agrees else _says) if fresh.has_quotations else None
    if quote is None:
        return False
    start, end = quote
    text = fresh.flowed
    first = sentence_start(text, _led_to(text, start), start - _LONGEST)
    till = sentence_end(text[: end + _LONGEST], end)
    if agrees and not _is_given(fresh, terms, first, start, end, till):
        return True
    return _is_spoken_of(fresh, terms, terms.form.by_key[claim.field].kind, (first, start), (end, till))


def _quote_of(fresh: Fresh, claim: Claim, says: Callable[[Hit], bool]) -> tuple[int, int] | None:
    """The quotation in which the last word of a claim stands that says something."""
    saying = [hit.start for hit in fresh.within(claim.start, claim.end) if says(hit)]
    return _quote_around(fresh.flowed, saying[-1]) if saying else None


def _is_spoken_of(
    fresh: Fresh, terms: Terms, kind: Kind, before: tuple[int, int], behind: tuple[int, int]
) -> bool:
    """Whether the rest of its sentence asks about a quotation, demands it, lays it to others, or goes on about it."""
    first, start = before
    end, till = behind
    around = (*fresh.within(*before), *fresh.within(*behind))
    asked = fresh.text[till : till + 1] in ("?", "？") or any("ask" in hit.means.speech for hit in around)
    demanded = _is_demanded(fresh, first, start)
    if not (asked or demanded) and any(map(_makes_own, around)):
        return False  # "I tick the box …", "I agree with the sentence …"
    if any(cue.binds is Binds.OF_MINE for cue in fresh.cues.within(end, till)):
        return False  # "… and that's mine"
    if demanded or _are_others(fresh, terms, first, start, of_agreement=kind is Kind.AGREEMENT):
        return True
    text = fresh.flowed
    goes_on = _SAYS_MORE.search(text, end, till) is not None and not _SAYS_MORE.search(text, first, start)
    return goes_on and (asked or kind is not Kind.REASON)


def _led_to(text: str, start: int) -> int:
    """The place behind whose sentence a quotation stands: that of the line above, where it leads to it with a colon."""
    least = max(0, start - _LONGEST)
    before = text[least:start].rstrip()
    return least + len(before) if before.endswith(_COLONS) else start


def _is_given(fresh: Fresh, terms: Terms, first: int, start: int, end: int, till: int) -> bool:
    """Whether an agreement between quotation marks, at `start` to `end` of a sentence, is the writer's own.

    It is where nothing stands around it, or what agrees, says which question it answers or that it is the answer.
    """
    text = fresh.text
    if not (_SAYS_MORE.search(text, first, start) or _SAYS_MORE.search(text, end, till)):
        return True
    quotes = [found.span() for found in QUOTED.finditer(fresh.flowed, first, till)]
    hits = [
        hit
        for hit in (*fresh.within(first, start), *fresh.within(end, till))
        if not any(begin <= hit.start < stop for begin, stop in quotes)
    ]
    parts = clauses(hits, terms.opposites)
    if any(part.refuses for part in parts):
        return False
    if any(map(_makes_own, hits)) or has_word(hits):
        return True
    named = any(hit.means.topics for hit in fresh.within(start, end))
    if not named and any(hit.means.topics for hit in hits):
        return True
    cues = (*fresh.cues.within(first, start), *fresh.cues.within(end, till))
    return any(
        cue.binds in _OWN or (cue.binds is Binds.SAID_BY and _is_self(fresh, terms, cue)) for cue in cues
    )


def _are_others(fresh: Fresh, terms: Terms, first: int, start: int, *, of_agreement: bool) -> bool:
    """Whether what stands before a quotation tells that its words are those of our form, or what somebody else agreed to."""
    return any(
        cue.binds is Binds.OUR_WORDS
        or (of_agreement and cue.binds is Binds.SAID_BY and not _is_self(fresh, terms, cue))
        for cue in fresh.cues.within(first, start)
    )


def _is_self(fresh: Fresh, terms: Terms, cue: Cue) -> bool:
    """Whether it is the writer who said it: "I wrote to you", German "schrieb ich"."""
    before = words_of(fresh.low[max(0, cue.start - _BESIDE) : cue.start])
    behind = _NEXT_WORD.match(fresh.low, cue.end)
    return terms.among("self", *before[-_NEXT:], *(behind.groups() if behind else ()))


def _is_demanded(fresh: Fresh, first: int, start: int) -> bool:
    """Whether quoted words are what one has to do: 'I need to "agree to …" and to "understand that …"'; but not 'I must go, but I "agree"'."""
    before = fresh.within(first, start)
    hedged = [hit.end for hit in before if "hedge" in hit.means.speech]
    unsaid = [cue.end for cue in fresh.cues.within(first, start) if cue.binds is Binds.UNSAID]
    last = max((*hedged, *unsaid), default=-1)
    return last >= 0 and not any(hit.start >= last and hit.means.breaks in _TURNS for hit in before)


def _makes_own(hit: Hit) -> bool:
    """Whether a word around a quotation makes its words the writer's own."""
    return _agrees(hit) or "tick" in hit.means.speech


def _agrees(hit: Hit) -> bool:
    return not _AGREES.isdisjoint(hit.means.says)


def _says(hit: Hit) -> bool:
    """Whether it says something of a thing: in '"recovery codes" are lost' that stands outside."""
    return hit.means.acts or bool(hit.means.tells)


def _quote_around(text: str, place: int) -> tuple[int, int] | None:
    """What stands between marks around a place; the marks are counted from the beginning of its paragraph."""
    least = max(0, place - _LOOK_BACK, text.rfind("\n", 0, place) + 1)
    quoted = QUOTED.finditer(text, least, place + _LONGEST)
    return next((found.span() for found in quoted if found.start() < place < found.end()), None)
