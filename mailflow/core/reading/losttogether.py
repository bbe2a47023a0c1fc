"""What shares the fate of another thing: "the codes died with the phone", "I lost the key, and the sheet with the codes on it"."""

from __future__ import annotations

from mailflow.core.reading.clauses import ENDED, NONE, Clause

_WAS_THERE = frozenset({"had", "saved", "was_at", "is_at", "held"})
_WRITTEN = frozenset({"had", "saved", "was_at", NONE})
CODES = frozenset({"codes", "some_codes"})
_KEPT_ON = CODES | {"second_factor", "password"}  # what is kept on a device
_SAVED_ON = frozenset({"saved", "was_at"})
_INSIDE = 16  # characters between a "with" and what is in something: " my saved "
_SUPPOSED = frozenset({"if", "doubt", "why"})
_ON_WHICH = frozenset({"which", "wherein"})
_DEVICES = frozenset({"phone", "device"})
_SPOKEN_OF = frozenset({"on_it", "same_place"})


def went_along(part: Clause, before: Clause) -> bool:
    """Whether what was told of before was lost with the one thing of a clause: "so they went down together with the phone"."""
    if "together" not in part.marks or part.negated or part.states.isdisjoint(ENDED):
        return False
    if part.sentence - before.sentence > 1 or len({*part.things}) != 1 or part.things[0] in before.things:
        return False
    goes_on = part.break_before == "because" or "them" in part.marks or part.sentence == before.sentence
    return goes_on and not before.states.isdisjoint(_WAS_THERE)


def lost_place(part: Clause, loss: Clause | None) -> Clause | None:
    """A clause that adds a place to what was lost: "I lost the key | and the sheet" on which something may be told to be."""
    if loss is None or part.sentence != loss.sentence:
        return None
    if "place" not in part.marks and part.things:
        return None  # "samt Tasche, | in der der Zettel mit den Codes steckte"
    adds = (part.break_before == "and" or "too" in part.marks) and not loss.states.isdisjoint(ENDED)
    return part if adds and not part.negated and part.states <= _WRITTEN else None


def is_on_it(part: Clause, place: Clause | None) -> bool:
    """Whether a clause goes on about a place that was lost, by what was written there: "| onto which I had copied the codes"."""
    if place is None or part.sentence != place.sentence or not part.states <= _WRITTEN:
        return False
    return not part.marks.isdisjoint(_ON_WHICH) and not CODES.isdisjoint(part.things)


def was_kept_there(part: Clause) -> bool:
    """Whether codes were kept in the place that was spoken of: "I had the codes on it", "I kept them on the same phone".

    Of a "have" nothing is told; and it is something else that a sheet "with the codes on it" is.
    """
    if part.negated or part.marks.isdisjoint(_SPOKEN_OF) or not CODES.issuperset(part.things):
        return False
    if not part.states or not part.states <= _WAS_THERE or "with" in part.marks:
        return False
    return "held" not in part.states or "kept" in part.marks


def was_kept_on(part: Clause) -> bool:
    """Whether codes were kept on what it names, which may be lost: "I kept the codes on my phone"."""
    named = not (CODES.isdisjoint(part.things) or _DEVICES.isdisjoint(part.things))
    return named and "kept" in part.marks and "new" not in part.states


def is_what_it_held(part: Clause) -> bool:
    """Whether the password of a clause was in what it tells the end of: "the file with my password got deleted"."""
    if "password" in part.things and not _SAVED_ON.isdisjoint(part.states):
        return True  # "I wiped the computer that had it saved"
    key = next((hit.start for hit in part.hits if "password" in hit.means.things), -1)
    return any("with" in hit.means.speech and 0 < key - hit.end <= _INSIDE for hit in part.hits)


def was_on_lost(part: Clause, last: Clause) -> bool:
    """Whether a clause tells what was on the nameless thing lost in the one before: "I wiped my laptop, | on which the passkey was"."""
    if last.things or last.negated or last.states.isdisjoint(ENDED) or not last.marks.isdisjoint(_SUPPOSED):
        return False
    there = "wherein" in part.marks or bool(part.states & _WAS_THERE)
    relative = part.sentence == last.sentence and "which" in part.hits[0].means.speech
    held = _KEPT_ON.issuperset(part.things) and part.states <= _WAS_THERE and not part.negated
    return there and relative and held
