"""Agreements that are not given yet: "I agree once I have read it", "I might agree", "Your page asks me to agree", "I read what I sign".

And refusals that are none: "Nobody asked me to agree".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailflow.core.form import Kind
from mailflow.core.reading import byothers
from mailflow.core.reading.agreed import AGREED_IN_PROSE
from mailflow.core.reading.bindingwords import Binds, Cue
from mailflow.core.reading.byothers import is_apart
from mailflow.core.reading.claim import TICKED_BOX, Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.quotes import is_only_quoted
from mailflow.core.reading.sentences import sentence_end, sentence_start
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.withdrawn import is_withdrawn
from mailflow.core.reading.words import words_of
from mailflow.core.reading.yeses import YES_TO_WHAT_WAS_ASKED
from mailflow.core.reading.yesfields import NAMED

_LOOK_BACK = _LOOK_AHEAD = 300  # characters of a sentence before what is said, and behind it
_ONLY = re.compile(r"[\s,，、]*")
_OWN_WORDS = frozenset({TICKED_BOX, AGREED_IN_PROSE})  # of which who says it is looked at where it is read
_QUOTABLE = frozenset({AGREED_IN_PROSE, YES_TO_WHAT_WAS_ASKED})
_STATED = frozenset({Kind.AGREEMENT, Kind.CHOICE})  # what the form has statements of
_UNSAID = frozenset({Binds.UNSAID, Binds.WHICH_ONE})
_BEHIND = frozenset({Binds.BOUND, Binds.BOUND_BEHIND})


def without_bound(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less the agreements that their sentence binds to something to come, or only speaks of.

    A tick beside the form's own words stands. Who knows that something takes time knows it whatever comes first; but a yes to
    what our letter asked ("Sure, tomorrow.") answers nothing of it.
    """
    claims = list(claims)
    given = {claim.field for claim in claims if claim.value is True}
    for claim in claims:
        of_agreement = terms.form.by_key[claim.field].kind is Kind.AGREEMENT
        if of_agreement and claim.value is False and claim.field not in given:
            if not _Sentence(fresh, claim).is_unasked():  # and takes back no agreement
                yield claim
            continue
        agreement = of_agreement and claim.value is True
        if (
            agreement
            and claim.rule not in _OWN_WORDS
            and byothers.only_of_others(fresh, claim.start, claim.end)
        ):
            continue
        spoken = agreement and claim.field not in terms.knowing and claim.rule != TICKED_BOX
        told = agreement and claim.rule == AGREED_IN_PROSE
        if spoken or told or claim.rule == YES_TO_WHAT_WAS_ASKED:
            sentence = _Sentence(fresh, claim)
            if (spoken or claim.rule == YES_TO_WHAT_WAS_ASKED) and sentence.speaks_of_it_only():
                continue
            yes = claim.rule == YES_TO_WHAT_WAS_ASKED and sentence.agrees
            if (spoken or (yes and claim.sure != NAMED)) and sentence.binds():
                continue
            if yes and sentence.is_unsaid():  # be it to all: "They want me to agree to everything"
                continue
            if _is_not_meant(fresh, terms, claim, sentence):
                continue
        yield claim


def _is_not_meant(fresh: Fresh, terms: Terms, claim: Claim, sentence: _Sentence) -> bool:
    """Whether it is only quoted, or agreed to in prose in no earnest, or taken back at once."""
    if claim.rule in _QUOTABLE and is_only_quoted(fresh, terms, claim):
        return True
    return claim.rule == AGREED_IN_PROSE and (sentence.is_in_no_earnest() or is_withdrawn(fresh, claim))


def without_unfilled(fresh: Fresh, terms: Terms, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims less what a form only repeats of which they say that it is empty, or to be filled in: agreements and choices.

    A tick is one that they made.
    """
    unfilled = "unfilled" in fresh.speech
    for claim in claims:
        of_form = terms.form.by_key[claim.field].kind in _STATED and claim.value is not False
        if not (unfilled and of_form and claim.rule != TICKED_BOX):
            yield claim


class _Sentence:
    """The one in which something is agreed to; that of an answer in its place ends with its line."""

    def __init__(self, fresh: Fresh, claim: Claim) -> None:
        self._fresh = fresh
        self._is_prose = claim.rule == AGREED_IN_PROSE
        self._text = text = fresh.flowed if self._is_prose else fresh.text
        said = byothers.agreeing(fresh, claim.start, claim.end)
        mine = said if self._is_prose or len(said) < 2 else byothers.own(fresh, said)
        first = next(iter(mine or said), claim)
        self._said, self._said_end = first.start, first.end
        self.agrees = bool(said)  # rather than only knows
        self._start = sentence_start(text, self._said, self._said - _LOOK_BACK)
        self._end = sentence_end(text[: self._said + _LOOK_AHEAD], self._said)
        self._cues = fresh.cues.within(self._start, self._end)

    def speaks_of_it_only(self) -> bool:
        """Whether it is only reported, or put off by the one word beside it: "He says yes", "Sure, tomorrow."."""
        return any(
            (cue.binds is Binds.BOUND and cue.start <= self._said and not self._is_of_others(cue))
            or (cue.binds is Binds.TO_COME and self._is_all_besides(cue))
            for cue in self._cues
        )

    def _is_of_others(self, cue: Cue) -> bool:
        """Whether it tells what others said, behind which the writer's own yes stands: "Legal says yes, so I agree"."""
        said = byothers.agreeing(self._fresh, cue.start, cue.end)
        return bool(said) and is_apart(self._fresh, cue.end, self._said)

    def binds(self) -> bool:
        """Whether it is bound to something to come, or nobody says it: "I agree once I have read it", "You want me to agree"."""
        return any(map(self._is_bound_by, self._cues))

    def is_unsaid(self) -> bool:
        """Whether nobody says it: "You want me to agree", "I read what I sign"."""
        return any(cue.binds in _UNSAID and self._is_bound_by(cue) for cue in self._cues)

    def is_unasked(self) -> bool:
        """Whether a "not" denies no more than that it was asked for: "Nobody asked me to agree"."""
        return any(
            cue.binds is Binds.UNSAID
            and self._leads_to_it(cue)
            and any(
                hit.means.negates and not is_apart(self._fresh, hit.end, cue.start)
                for hit in self._fresh.within(self._start, cue.start)
            )
            for cue in self._cues
        )

    def _leads_to_it(self, cue: Cue) -> bool:
        """Whether it stands before the agreement, or holds it: Portuguese "ia aceitar"."""
        begin = cue.end if cue.end <= self._said else cue.start
        leads = cue.end <= self._said or (cue.start < self._said and cue.end == self._said_end)
        return leads and not is_apart(self._fresh, begin, self._said)

    def is_in_no_earnest(self) -> bool:
        """Whether it is wished, supposed or past, or of another time than ours: "It took me long to understand …"."""
        return any(
            cue.binds is Binds.SPOKEN
            and not is_apart(self._fresh, min(self._said, cue.end), max(self._said, cue.start))
            for cue in self._cues
        )

    def _is_all_besides(self, cue: Cue) -> bool:
        """Whether the sentence says no more than the agreement and this."""
        first, last = min(cue.start, self._said), max(cue.end, self._said_end)
        between = (self._said_end, cue.start) if first == self._said else (cue.end, self._said)
        led = first == self._said or not self._text[self._start : first].strip()
        return bool(
            led and _ONLY.fullmatch(self._text, *between) and not self._text[last : self._end].strip()
        )

    def _is_bound_by(self, cue: Cue) -> bool:
        fresh, said = self._fresh, self._said
        if cue.binds is Binds.UNSAID:
            return self._leads_to_it(cue) and not self._is_put_in(cue)
        if cue.binds is Binds.WHICH_ONE:
            leads = cue.start < said and not is_apart(fresh, cue.end, said)
            return leads and not self._begins_anew(cue)
        if cue.binds is Binds.TO_COME:
            return not is_apart(fresh, min(said, cue.end), max(said, cue.start))
        behind = cue.binds in _BEHIND and cue.start > said
        return behind and not (_goes_on(fresh, said, cue.start) or self._means_more(cue))

    def _begins_anew(self, cue: Cue) -> bool:
        """Whether another "I" stands between: "From what I have read I agree"."""
        subject = words_of(self._fresh.low[cue.start : cue.end])[-1]
        return subject in words_of(self._fresh.low[cue.end : self._said_end])

    def _is_put_in(self, cue: Cue) -> bool:
        """Whether it only leads to what is said: "I forgot to say that I agree"."""
        hits = self._fresh.within(cue.start, self._said)
        return any("aside" in hit.means.speech and hit.start == cue.start for hit in hits)

    def _means_more(self, cue: Cue) -> bool:
        """Whether a longer phrase begins with it, which tells of what was: "I agreed when I registered"."""
        return any(
            hit.start == cue.start and hit.end > cue.end for hit in self._fresh.within(cue.start, self._end)
        )


def _goes_on(fresh: Fresh, said: int, place: int) -> bool:
    """Whether something else is said first: "I agree, and once I am back I will publish", "… and know it may be long before I hear"."""
    between = fresh.within(said, place)[1:]
    return any("and" in hit.means.speech or hit.means.says for hit in between)
