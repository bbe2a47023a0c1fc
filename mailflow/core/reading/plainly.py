"""Whether prose plainly says that an account is the writer's: "my user name is x", "sorry, it is x", "it is x, not y".

What else names one may speak of anybody's: "the account x", "user x".
"""

from __future__ import annotations

import re

from mailflow.core.form import Kind
from mailflow.core.reading.bindingwords import Binds
from mailflow.core.reading.candidates import CORRECTED
from mailflow.core.reading.claim import BESIDE_ACCOUNT, CORRECTED_NAME, Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.namelike import NAME, QUOTES
from mailflow.core.reading.replaced import is_given_there
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import has_cjk, words_of

_LEAD = 40  # characters before an address, in which it is said whose it is
_NEAR = 12  # characters: " is ", ", and not"
_PAUSE = f" ,，、;–—-{QUOTES}"
_ANOTHER = re.compile(rf"\s[{QUOTES}]?{NAME}", re.ASCII)


def says_plainly(fresh: Fresh, terms: Terms, claim: Claim, place: int) -> bool:
    """`place`: where the value itself stands."""
    if claim.rule == CORRECTED_NAME or (claim.rule == BESIDE_ACCOUNT and claim.sure >= CORRECTED):
        return True
    start, _ = fresh.sentence_at(place)
    if _names_others(fresh, start, place):
        return False
    if terms.is_word.search(fresh.low, claim.start, place + 1) and _denies_another(fresh, claim.end):
        return True
    return _is_own(fresh, terms, start, claim, place) or _is_correction(fresh, terms, start, place)


def _names_others(fresh: Fresh, start: int, place: int) -> bool:
    """As in "sorry, my colleague's user name is x"."""
    return any("peer" in hit.means.speech for hit in fresh.within(start, place)) or any(
        cue.binds is Binds.KIN for cue in fresh.cues.within(start, place)
    )


def _denies_another(fresh: Fresh, end: int) -> bool:
    """As in "the name is x, | not y"."""
    no = next((hit for hit in fresh.within(end, end + _NEAR) if hit.means.negates), None)
    return (
        no is not None
        and not fresh.text[end : no.start].strip(_PAUSE)
        and _ANOTHER.match(fresh.text, no.end) is not None
    )


def _is_own(fresh: Fresh, terms: Terms, start: int, claim: Claim, place: int) -> bool:
    """As in "my | user name is x": what tells of the account is called the writer's, and said to be that."""
    told, near = claim.start, claim.start
    if terms.form.by_key[claim.field].kind is Kind.ADDRESS:  # of which the words before are no part
        told, near = max(start, place - _LEAD), max(start, place - _NEAR)
    before, said = fresh.low[start:told].rstrip(), fresh.low[told:place]
    own = terms.among("own", *words_of(before)[-1:], *words_of(said)) or any(
        has_cjk(word) and (before.endswith(word) or said.startswith(word))
        for word in terms.lists.get("own", ())
    )
    return own and terms.is_word.search(fresh.low, near, place + 1) is not None


def _is_correction(fresh: Fresh, terms: Terms, start: int, place: int) -> bool:
    """As in "sorry, the user name is x", but not in "sorry that I ask again, the account x is still locked"."""
    return any(
        "correct" in hit.means.speech and is_given_there(fresh, terms, hit.end, place)
        for hit in fresh.within(start, place)
    )
