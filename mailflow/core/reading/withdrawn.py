"""What is taken back in the same breath: "I accept the delay … no, actually, I don't"."""

from __future__ import annotations

import re

from mailflow.core.reading.agreements import TAIL
from mailflow.core.reading.bindingwords import Binds
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.contrary import THOUGHT
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit

_NEAR = 60  # characters behind what is said
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


def _denies(hit: Hit) -> bool:
    return hit.means.negates or "unhad" in hit.means.states or not hit.means.speech.isdisjoint(THOUGHT)
