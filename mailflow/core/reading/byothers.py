"""What somebody else agrees to, which is no agreement of the writer's: "My lawyer agrees", "Legal is fine with it", "Chef sagt ja".

Only where the one who is named stands before it with nothing between that parts them: "Legal says yes, so I agree" is the
writer's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.core.reading.bindingwords import Binds
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.meaning import Hit
from mailflow.core.reading.sentences import COMMA

AGREES = frozenset({"agree", "yes"})
_WHO = frozenset({Binds.KIN, Binds.BODY})
_LOOK_BACK = 300  # characters of a sentence before what is said


def agreeing(fresh: Fresh, start: int, end: int) -> list[Hit]:
    """The phrases of a part of the text that agree."""
    return [hit for hit in fresh.within(start, end) if not AGREES.isdisjoint(hit.means.says)]


def own(fresh: Fresh, hits: Sequence[Hit]) -> list[Hit]:
    """Those of the phrases that nobody else is told to say."""
    return [hit for hit in hits if not _is_of_others(fresh, hit)]


def only_of_others(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a part of the text agrees, and all of it is what others say."""
    hits = agreeing(fresh, start, end)
    return bool(hits) and not own(fresh, hits)


def _is_of_others(fresh: Fresh, hit: Hit) -> bool:
    start = max(fresh.sentence_at(hit.start)[0], hit.start - _LOOK_BACK)
    for cue in fresh.cues.within(start, hit.end):
        if cue.binds is Binds.BOUND and cue.start < hit.start < cue.end:
            return True  # "says yes"
        begin = cue.end + fresh.text.startswith(":", cue.end)  # "Legal: yes"
        if cue.binds in _WHO and begin <= hit.start and not is_apart(fresh, begin, hit.start):
            return True
    return False


def is_apart(fresh: Fresh, start: int, end: int) -> bool:
    """Whether a comma or a conjunction stands between two places, but for the comma of a "…, dass ich"."""
    hits = fresh.within(start, end)
    if len(hits) > 1 and hits[0].means.breaks == "comma" and "that" in hits[1].means.speech:
        start, hits = hits[1].end, hits[2:]
    return bool(COMMA.search(fresh.text, start, end)) or any(hit.means.breaks for hit in hits)
