"""What is taken back in the same breath, "I accept the delay … no, actually, I don't", or elsewhere by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, takewhile

from mailflow.core.form import Kind
from mailflow.core.reading.agreements import AROUND, TAIL, is_only
from mailflow.core.reading.bindingwords import Binds
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.clauses import clauses
from mailflow.core.reading.contrary import THOUGHT
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of
from mailflow.core.reading.yeses import YES_TO_WHAT_WAS_ASKED

_NEAR = 60  # characters behind what is said
_REVOKED = 0.75
_NOT_DONE = frozenset({"if", "hedge", "doubt", "why", "modal", "ask"})  # what only may be taken back
_FAR = 120  # characters behind an agreement in which it may be taken back
_A_PART = 3  # words of what is not agreed to: "with section 3"
_TURNS = frozenset({"but", "correct"})
_NOTHING = frozenset({"nothing"})
_REFUSES = frozenset({"refuse"})
_OF_IT = frozenset({"agree", "all", "both", "insists", "but"})
_PAUSE = re.compile(r"[.,;!?…。，！？\n]")
_FEW = re.compile(r"\W*(?:\w+\W+){0,3}")  # words between: "no, actually,"


def is_withdrawn(fresh: Fresh, claim: Claim) -> bool:
    """Whether a "not" that goes on about it is all that follows, with no thing or agreement of its own.

    What was denied itself stands: "I should have saved them, but I didn't", "I thought I had them, but I don't".
    """
    text = fresh.flowed
    if any(map(_denies, fresh.within(claim.start, claim.end))):
        return False
    for cue in fresh.cues.within(claim.end, claim.end + _NEAR):
        if cue.binds is not Binds.WITHDRAWN or not _FEW.fullmatch(text, claim.end, cue.start):
            continue
        between = fresh.within(claim.end, cue.start)
        if TAIL.match(text, cue.end) and not any(hit.means.objects or hit.means.acts for hit in between):
            return True
    return False


def without_taken_back(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less the agreements that a sentence takes back which names them, or follows one that does.

    As in 'I wrote "agree" under Code of Conduct before I had read it. I take that back: I don't agree.', which refuses it, too.
    One given in an earlier mail is refused by "I withdraw my agreement to the Code of Conduct".
    """
    refused = dict(_taken_back(fresh, terms)) if "takes_back" in fresh.speech else {}
    revoked = list(_revoked(fresh, terms)) if "revokes" in fresh.speech else []
    for claim in claims:
        revoked = [one for one in revoked if one.field != claim.field]
        if claim.value is True and (_goes_back_on(fresh, claim) or _is_doubted(fresh, terms, claim)):
            continue
        if claim.value is True and claim.field in refused:
            if refused[claim.field]:
                yield claim._replace(value=False)
        else:
            yield claim
    yield from revoked


def _goes_back_on(fresh: Fresh, claim: Claim) -> bool:
    """Whether what follows an agreement at once takes it back: "…, but I won't follow it", "Yes. But not all of it", "OK, not really though"."""
    rest = _next_sentence(fresh, claim.end)
    if not rest or not (rest[0].means.speech & _TURNS or _is_not_though(fresh, rest)):
        return False
    if any(set(hit.means.things) - _NOTHING or set(hit.means.topics) - {claim.field} for hit in rest):
        return False  # "…, but I have no codes", "…, but I won't wait for months"
    denied = next((hit for hit in rest if hit.means.negates), None)
    if denied is not None and TAIL.match(fresh.flowed, denied.end):
        return True
    about = [hit.end for hit in rest[1:] if hit.means.speech & (_OF_IT if denied else _REFUSES)]
    end = fresh.sentence_at(rest[-1].start)[1]
    return bool(about) and len(words_of(fresh.low[about[-1] : end])) <= _A_PART


def _is_doubted(fresh: Fresh, terms: Terms, claim: Claim) -> bool:
    """Whether who agrees is at a loss in the next breath, and says no more there: "Yes. No idea.", "I agree, dunno"."""
    _, *within = _PAUSE.split(fresh.text[claim.start : claim.end].strip(AROUND))
    till = claim.end + _FAR if claim.rule == YES_TO_WHAT_WAS_ASKED else fresh.line_end(claim.end)
    thanks = (hit.start for hit in fresh.within(claim.end, till) if "thanks" in hit.means.speech)
    till = next(thanks, till)
    behind, *_ = _PAUSE.split(fresh.text[claim.end : till].lstrip(f"{AROUND}\n"), maxsplit=1)
    return any(is_only(part, terms, "at_a_loss") for part in (*within[-1:], behind) if part)


def _next_sentence(fresh: Fresh, place: int) -> list[Hit]:
    """The phrases that follow a place till the end of their sentence, be it that of the place or the one behind it."""
    following = dropwhile(_is_mark, fresh.within(place, place + _FAR))
    return list(takewhile(lambda hit: not hit.means.ends, following))


def _is_mark(hit: Hit) -> bool:
    return bool(hit.means.ends or hit.means.breaks == "comma") and "but" not in hit.means.speech


def _is_not_though(fresh: Fresh, hits: Sequence[Hit]) -> bool:
    """As in "not really though"."""
    if not hits or not hits[0].means.negates or "but" not in hits[-1].means.speech:
        return False
    return len(words_of(fresh.low[hits[0].start : hits[-1].end])) <= _A_PART


def _revoked(fresh: Fresh, terms: Terms) -> Iterator[Claim]:
    """What a sentence refuses that takes an agreement back in so many words, and neither denies that nor asks about it."""
    agreements = {field.key for field in terms.form.of_kind(Kind.AGREEMENT)}
    named: set[str] = set()
    for start, end in fresh.sentences:
        hits = fresh.within(start, end)
        before, named = named, {topic for hit in hits for topic in hit.means.topics}
        revokes = next((hit for hit in hits if "revokes" in hit.means.speech), None)
        if revokes is None or hits[-1].means.ends == "question":
            continue
        led = [hit for hit in hits if hit.start < revokes.start]
        if not any(hit.means.negates or _NOT_DONE & hit.means.speech for hit in led):
            for key in (named or before) & agreements:
                yield Claim(key, False, "agreement taken back", _REVOKED, revokes.start, revokes.end)


def _taken_back(fresh: Fresh, terms: Terms) -> Iterator[tuple[str, bool]]:
    """The agreements that are taken back, and whether that sentence refuses them as well."""
    named: set[str] = set()
    for start, end in fresh.sentences:
        hits = fresh.within(start, end)
        before, named = named, {topic for hit in hits for topic in hit.means.topics}
        if any("takes_back" in hit.means.speech for hit in hits):
            refuses = any(part.refuses for part in clauses(hits, terms.opposites))
            yield from ((topic, refuses) for topic in named or before)


def _denies(hit: Hit) -> bool:
    return hit.means.negates or "unhad" in hit.means.states or not hit.means.speech.isdisjoint(THOUGHT)
