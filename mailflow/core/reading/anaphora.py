"""Whether a clause that names no thing goes on about the last one that was named: "they are gone", "none of them work"."""

from __future__ import annotations

from mailflow.core.reading.clauses import ENDED, HAS, KEPT, NONE, Clause

_THEM = frozenset({"them"})
_IT = frozenset({"it"})
PRONOUNS = _THEM | _IT
HAD_IN = frozenset({"had", "saved"})
_MAILBOX = frozenset({"mailbox", "domain", "an_address", "employer"})
_CODES = frozenset({"codes", "some_codes"})  # which are printed, and then lost with the sheet
_NOT_THERE = frozenset({NONE, "unhad"})
_SOMEWHERE = HAS | {"is_at"}
_FAR = 3  # sentences
_NEAR = 15  # characters between a pronoun and its verb


def refers_to(part: Clause, named: Clause, last: Clause | None) -> bool:
    """Whether a clause without a thing of its own goes on about those of `named`, the last clause that named any.

    `last`: the clause right before it, None if it is the first.
    """
    of_rest = last is not None and "exception" in last.marks and "which" in part.marks
    if "if" in part.marks or of_rest or _is_of_what_is_there(part, named):
        return False  # nor "all of them except two, which I have used up"
    if part.sentence - named.sentence > 1:
        return _refers_far_back(part, named)
    held = is_held(named)
    ended = "no_more" in part.marks and part.sentence == named.sentence and not held
    ended = ended or (part.ends_in_none and not held)  # "None of them worked, so now I have none."
    if ended or _answers(part, named) or has_near_pronoun(part, PRONOUNS):
        return True  # "The codes were on the laptop, not any more."
    if "place" in part.marks and part.states & ENDED:
        # "The codes were in the safe. The safe has burnt."
        written = not named.states.isdisjoint(HAD_IN) and _CODES.issuperset(named.things)
        return written or not named.states.isdisjoint(KEPT)
    if part.sentence != named.sentence or _only_auxiliary(part):
        return False
    looked_for = part.break_before == "but" and part.negated and not named.states.isdisjoint(KEPT | HAD_IN)
    closed = part.states & ENDED and not part.negated and _MAILBOX.issuperset(named.things)
    closed = closed and _is_set_against(part, last)
    # "the codes were printed, but I have not found them"
    goes_on = part.break_before == "and" or closed or looked_for
    return "which" in part.marks or (goes_on and not held)


def _is_set_against(part: Clause, last: Clause | None) -> bool:
    """Whether a "but" leads to a clause, be it, as in Japanese, at the end of the one before."""
    return part.break_before == "but" or (last is not None and last.is_only("but"))


def is_held(named: Clause) -> bool:
    """Whether a clause says that its things are there."""
    return bool(named.states & HAS) and not named.question


def has_near_pronoun(part: Clause, pronouns: frozenset[str] = _THEM) -> bool:
    """Whether a pronoun stands right beside the verb: "lost them", "they are gone"."""
    verbs = [hit for hit in part.hits if hit.means.states]
    return any(
        verb.start - _NEAR <= hit.end and hit.start <= verb.end + _NEAR
        for hit in part.hits
        if hit.means.speech & pronouns
        for verb in verbs
    )


def _is_of_what_is_there(part: Clause, named: Clause) -> bool:
    """Whether something else has it; what is not there has nothing, and is nowhere: "no recovery codes. … because it has this"."""
    has = part.states <= (_SOMEWHERE if named.states else HAS) and part.marks & PRONOUNS == _IT
    return has and named.states <= _NOT_THERE


def _only_auxiliary(part: Clause) -> bool:
    """Whether its "has" belongs to a verb that says nothing here: "who has retired"; but not in "which I don't have."."""
    if part.negated and part.hits[-1].end == part.mark:
        return False
    return all(hit.means.auxiliary for hit in part.hits if hit.means.states)


def _answers(part: Clause, named: Clause) -> bool:
    """As in "Recovery codes? Never made any.", "Recovery codes, yes, I have a full set." and "What are recovery codes I don't have"."""
    asked = named.question and part.sentence != named.sentence
    wonders = "why" in named.hits[0].means.speech and part.negated and part.sentence == named.sentence
    if wonders and not any("aware" in hit.means.says for hit in part.hits):
        return True  # but not "…, I don't know"
    return (asked or named.says == {"yes"}) and not named.states


def _refers_far_back(part: Clause, named: Clause) -> bool:
    """As in "It is closed now", said of a mailbox after sentences about other matters."""
    if part.sentence - named.sentence > _FAR or not _MAILBOX.issuperset(named.things):
        return False
    return bool(part.states & ENDED) and not part.negated and has_near_pronoun(part, _IT)
