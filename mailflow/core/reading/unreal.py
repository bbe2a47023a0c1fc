"""Losses that did not happen, and codes that are only spoken of: "I nearly lost my phone", "I hope to find my codes"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailflow.core.form import Kind
from mailflow.core.reading.bindingwords import Binds, Cue
from mailflow.core.reading.claim import MENTIONED, Claim, prose_rule
from mailflow.core.reading.evidence import HINT
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.participles import is_done
from mailflow.core.reading.quotes import is_only_quoted
from mailflow.core.reading.sentences import part_start, sentence_end, sentence_start
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.withdrawn import is_withdrawn

_PROSE = frozenset({MENTIONED, prose_rule(Kind.REASON), prose_rule(Kind.CHOICE)})
_MOST = 200  # claims that are looked at: nobody tells of more losses
_AROUND = 160  # characters before what is said, and behind it
_ENDING = 8  # characters: of a verb whose end tells it
_SHORT, _STOP = 15, 2  # characters: of a word for an example whose stop ends no sentence, and of that stop
_QUESTION = ("?", "？")


def without_unreal(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less the reasons and choices in prose that did not come about, were put right, or are another's than the writer's."""
    looked_at = 0
    for claim in claims:
        looked_at += claim.rule in _PROSE
        if claim.rule not in _PROSE or looked_at > _MOST or not _is_unreal(fresh, terms, claim):
            yield claim


def _is_unreal(fresh: Fresh, terms: Terms, claim: Claim) -> bool:
    if is_done(fresh, terms, claim):
        return True
    text = fresh.flowed
    first = part_start(text, claim.start, claim.start - _AROUND)
    end = sentence_end(text[: claim.end + _AROUND], claim.end)
    is_reason = terms.form.by_key[claim.field].kind is Kind.REASON
    cues = fresh.cues.within(first, max(end, claim.end + _ENDING))
    others = _names_another(fresh, claim, first, cues)
    if any(
        (cue.binds is Binds.UNREAL and cue.start < claim.end)
        or (cue.binds is Binds.PUT_RIGHT and (is_reason or others) and cue.start >= claim.end)
        for cue in cues
    ):
        return True
    if text[end : end + 1] in _QUESTION and _is_example(fresh, claim):
        return True
    return (
        (others and _is_anothers(fresh, claim))
        or is_only_quoted(fresh, terms, claim)
        or (claim.sure > HINT and is_withdrawn(fresh, claim))  # what is only hinted at is not said
    )


def _is_example(fresh: Fresh, claim: Claim) -> bool:
    """As in "Which reasons are there, e.g. a lost phone or a forgotten password?"."""
    text = fresh.flowed
    first = sentence_start(text, claim.start, claim.start - _AROUND)
    before = fresh.cues.within(first - _SHORT, claim.end)
    return any(cue.binds is Binds.EXAMPLE and cue.end + _STOP >= first for cue in before)


def _names_another(fresh: Fresh, claim: Claim, first: int, cues: Iterable[Cue]) -> bool:
    """Whether somebody else is named who may have lost it: "my brother", "a colleague"."""
    return any(cue.binds is Binds.KIN and cue.start < claim.end for cue in cues) or any(
        "peer" in hit.means.speech for hit in fresh.within(first, claim.end)
    )


def _is_anothers(fresh: Fresh, claim: Claim) -> bool:
    """As in "My brother lost his phone; I only forgot the password": of whom writes for another nothing is told of themselves."""
    text = fresh.flowed
    end = sentence_end(text[: claim.end + _AROUND], claim.end)
    _, following = fresh.sentence_at(end + 1)  # no stop of an address ends it
    till = min(following, end + _AROUND)
    return any(cue.binds is Binds.OF_MINE for cue in fresh.cues.within(claim.end, till))
