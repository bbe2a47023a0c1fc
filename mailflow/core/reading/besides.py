"""What a mail says besides a bare yes, where that shows that the yes answers nothing: "OK. How do I answer this?".

A bare yes does not say what it answers. So it counts only beside what is an answer, too, or says nothing: thanks, a greeting, a
wish, what stands below a closing. A nod ("ok", "fine") is taken back by anything else, a "yes" by a question, or where it
answers several things at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mailflow.core.reading import agreements
from mailflow.core.reading.bareyes import names_for_short
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.sentences import sentence_end, sentences
from mailflow.core.reading.slots import Slot
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.whichquestion import WHICH, says_which_for_sure
from mailflow.core.reading.words import words_of
from mailflow.core.reading.yesfields import Yes

_CIVIL = frozenset({"thanks", "sorry", "wish", "hope"})
_TOLD_TO_AGREE = frozenset({"agree", "aware"})
_AGREES = frozenset({"agree", "yes"})
_ONLY_YES: tuple[list[str], ...] = ([], ["yes"])
_AROUND = " \t-–—,.;:!~*()。！、，"
_ASKS = re.compile(r"[^\S\n]*[?？]")
_SHORT_NO = 3  # words before a no: "or rather, no"
_NO_APART = re.compile(r"(?:\A|[,:;–—、，])\s*\Z")  # what stands before it
_FEW = 2  # words that say which questions are answered: "Yes. All three."
_Span = tuple[int, int]


def takes_back(
    yes: Yes, terms: Terms, spans: Sequence[_Span], read: Sequence[_Span], *, several: bool
) -> bool:
    """Whether a yes that does not say what it answers answers nothing, for what stands in the sentences, `spans`.

    `read`: where something was read. `several`: more than one question is open.
    """
    if any(_says_no(yes, terms, *span) for span in spans):
        return True
    nods = agreements.is_only(yes.text, terms, "nods")
    if not (nods or _is_bare(yes, terms)):
        return False
    fresh = yes.fresh
    own = [span for span in spans if span[0] < yes.end and yes.start < span[1]]
    if any("?" in fresh.text[yes.end : end + 1] for _, end in own if yes.end < end):
        return True  # "Yes (who is this?)"
    others = list(_till_closing(fresh, terms, yes, [span for span in spans if span not in own]))
    if any(_says_which(fresh, *span) for span in others):
        return False
    return any(
        _asks_of(yes, start, end)
        or ((nods or several) and not _is_harmless(fresh, terms, start, end, nods=nods))
        for start, end in others
        if not any(start < till and begin < end for begin, till in read)
    )


def _says_no(yes: Yes, terms: Terms, start: int, end: int) -> bool:
    """Whether a no stands by itself behind the yes, or in brackets: "Sim. Espere, não." and "Sim (haha não)" above an English closing."""
    if end <= yes.start or _asks(yes.fresh, start, end):
        return False
    said = yes.fresh.low[start:end]
    own = start < yes.end
    if own:
        said = said.partition("(")[2]
    *before, last = ["", *words_of(said)]
    if last not in terms.values["no"] or len(before) > _SHORT_NO:
        return False
    return own or _NO_APART.search(said[: said.rindex(last)]) is not None


def _till_closing(fresh: Fresh, terms: Terms, yes: Yes, spans: Iterable[_Span]) -> Iterator[_Span]:
    """The sentences up to a closing behind the yes, below which people sign."""
    for start, end in spans:
        if start > yes.start and terms.among("signs_off", _plain(fresh, start, end)):
            return
        yield start, end


def _asks_of(yes: Yes, start: int, end: int) -> bool:
    """Whether a sentence asks; but not what the yes behind it answers: "Do I agree? Yes."."""
    asks = _asks(yes.fresh, start, end)
    return asks and (start > yes.start or not _says(yes.fresh.within(start, end), _TOLD_TO_AGREE))


def asks_back(fresh: Fresh, terms: Terms, slot: Slot) -> bool:
    """Whether a yes in the place of an answer is followed by a question: "1. Ok. What is that?"."""
    first = sentence_end(fresh.text, slot.start)
    if (
        not slot.asked
        or first >= slot.end
        or agreements.bare(fresh.text[slot.start : first], terms) is not True
    ):
        return False
    said = _said(fresh.within(slot.start, first))
    behind = sentences(fresh, [(first, slot.end)]) if said in _ONLY_YES else ()
    return any(_asks(fresh, *span) and not says_which_for_sure(fresh, *span) for span in behind)


def _is_bare(yes: Yes, terms: Terms) -> bool:
    """Whether it neither says that they agree nor to what, nor how often: no "I agree", "to the code, yes", "yes, yes, yes"."""
    counts = any(map(str.isdigit, yes.text))  # "2点とも「はい」です"
    if (
        counts
        or not WHICH.isdisjoint(yes.marks)
        or _said(yes.fresh.within(yes.start, yes.end)) not in _ONLY_YES
    ):
        return False
    led = any("to" in hit.means.addresses for hit in yes.fresh.within(yes.start, yes.end))
    return not (led or names_for_short(yes.fresh, terms, yes.start, yes.end))


def _said(hits: Iterable[Hit]) -> list[str]:
    return [one for hit in hits for one in hit.means.says]


def _says(hits: Iterable[Hit], words: frozenset[str]) -> bool:
    return not words.isdisjoint(_said(hits))


def _says_which(fresh: Fresh, start: int, end: int) -> bool:
    """As in "Yes. Both."."""
    few = len(words_of(fresh.low[start:end])) <= _FEW
    return few and any(WHICH & hit.means.speech for hit in fresh.within(start, end))


def _asks(fresh: Fresh, start: int, end: int) -> bool:
    return _ASKS.match(fresh.text, end) is not None and any(map(str.isalnum, fresh.text[start:end]))


def _plain(fresh: Fresh, start: int, end: int) -> str:
    return fresh.low[start:end].strip(_AROUND)


def _is_harmless(fresh: Fresh, terms: Terms, start: int, end: int, *, nods: bool) -> bool:
    """Whether a sentence is a courtesy, a greeting or another yes, or beside a "yes" tells of the case: "Yes. I think my phone fell into the lake."."""
    low = _plain(fresh, start, end)
    if not any(map(str.isalnum, low)) or terms.among("greets", low) or low in terms.values["civil"]:
        return True
    hits = fresh.within(start, end)
    if any(_CIVIL & hit.means.speech for hit in hits) or _says(hits, _AGREES):
        return True
    tells = any(hit.means.things for hit in hits) and any(hit.means.states for hit in hits)
    return tells and not nods
