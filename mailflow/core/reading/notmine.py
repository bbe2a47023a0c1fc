"""Names and addresses that are somebody else's, or not to be used: "x is not my user name", "I wrote to x first"."""

from __future__ import annotations

import re

from mailflow.core.form import Field, Kind
from mailflow.core.reading.bindingwords import Binds, Cue
from mailflow.core.reading.denied import leads_on
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.sentences import part_start
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_LOOK_BACK = 120  # characters of a sentence before the value
_NO_ORDER = frozenset({"unable", "not_but"})  # "not_but" denies what stands before it
_NEAR = 30  # characters between a "not" and the address that it is about
_ADDRESS_BEHIND = frozenset({Binds.OTHERS_BEHIND, Binds.UNWANTED_BEHIND})
_LONGEST = 40  # characters of what stands right behind it
_AT_SERVICE = re.compile(r"\w{1,5}\s(\w+)\s")
_BEHIND = re.compile(r"[\s\"'`»”」』)]+")


def is_anothers(fresh: Fresh, terms: Terms, field: Field, place: int, end: int) -> bool:
    """Whether its sentence says of the value that stands there that it is not the writer's, or unwanted."""
    first = part_start(fresh.text, place, place - _LOOK_BACK)
    behind = _BEHIND.match(fresh.text, end)
    till = behind.end() if behind else end
    if field.kind is Kind.NAME:
        return _is_of_other(fresh, terms, first, place, _behind_service(fresh, terms, till))
    if _is_written_to(fresh, terms, first, place) or _is_of_others(fresh, first, place):
        return True
    if field is not terms.wanted:
        told = any(hit.means.addresses or hit.means.names for hit in fresh.within(first, place))
        return not told and _is_owned(fresh, till)  # the account's address may be anybody's
    return _is_unwanted(fresh, first, place, till) or _is_denied(fresh, first, place)


def _behind_service(fresh: Fresh, terms: Terms, till: int) -> int:
    """Where goes on what stands behind a name and the service that it is at: "x on PyPI | has had one release"."""
    match = _AT_SERVICE.match(fresh.low, till)
    return match.end() if match and terms.is_service(match[1]) else till


def _is_of_other(fresh: Fresh, terms: Terms, first: int, place: int, till: int) -> bool:
    """Whether a name is somebody else's: "somebody took the name x", "x is not my user name"."""
    behind = any(cue.binds is Binds.OTHERS_BEHIND for cue in _right_behind(fresh, till))
    return behind or _is_taken(fresh, terms, first, place)


def _is_taken(fresh: Fresh, terms: Terms, first: int, place: int) -> bool:
    return any(
        cue.binds is Binds.OTHERS_BEFORE and leads_on(terms, fresh.low[cue.end : place])
        for cue in fresh.cues.within(first, place)
    )


def _right_behind(fresh: Fresh, till: int) -> list[Cue]:
    return [cue for cue in fresh.cues.within(till, till + _LONGEST) if cue.start == till]


def _is_unwanted(fresh: Fresh, first: int, place: int, till: int) -> bool:
    """Whether an address is not to be used: "please remove x", "x belongs to my wife"."""
    return any(cue.binds in _ADDRESS_BEHIND for cue in _right_behind(fresh, till)) or any(
        cue.binds is Binds.UNWANTED_BEFORE and place - cue.end <= _NEAR
        for cue in fresh.cues.within(first, place)
    )


def _is_of_others(fresh: Fresh, first: int, place: int) -> bool:
    """As in "my wife's address is x" and "my bank has x", where nothing of the account stands between."""
    whose = [cue.end for cue in fresh.cues.within(first, place) if cue.binds is Binds.OTHERS_ADDRESS]
    between = fresh.within(whose[-1], place) if whose else ()
    return bool(whose) and not any("registered" in hit.means.addresses or hit.means.names for hit in between)


def _is_owned(fresh: Fresh, till: int) -> bool:
    """As in "x belongs to my wife", but not in "x is the address of the account"."""
    owned = [cue for cue in _right_behind(fresh, till) if cue.binds is Binds.UNWANTED_BEHIND]
    return any(
        other.binds is Binds.KIN and other.start - cue.end <= 1 and other.end >= cue.end
        for cue in owned
        for other in fresh.cues.within(till, cue.end + _LONGEST)
    )


def _is_written_to(fresh: Fresh, terms: Terms, first: int, place: int) -> bool:
    """As in "I wrote to x first", but not in "the mails from PyPI go to x"."""
    return any(
        cue.binds is Binds.WRITTEN_TO
        and cue.end <= place
        and leads_on(terms, fresh.low[cue.end : place])
        and not any(map(terms.is_service, words_of(fresh.low[cue.end : place])))
        for cue in fresh.cues.within(first, place)
    )


def _is_denied(fresh: Fresh, start: int, place: int) -> bool:
    """As in "don't change it to x"; but "I cannot change it to x myself" asks for it, and so does "I don't get in please use x"."""
    nots = [
        hit.end
        for hit in fresh.within(start, place)
        if hit.means.negates and hit.means.speech.isdisjoint(_NO_ORDER)
    ]
    if not nots or place - nots[-1] > _NEAR:
        return False
    return all(cue.binds is not Binds.BEGS_ANEW for cue in fresh.cues.within(nots[-1], place))
