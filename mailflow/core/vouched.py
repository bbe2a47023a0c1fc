"""What a case holds of mails that nothing proves to be its party's.

Anybody can write in somebody's name before they do, or beside them. What such a mail says helps the staff, and spares an
honest person to say it again. But no letter repeats it; and once the party has shown itself, it agrees to nothing for them
and names no address that their account is to get: that they are asked again.
"""

from __future__ import annotations

from mailflow.core.answer import Answer
from mailflow.core.authentication import Verdict
from mailflow.core.case import Case, Flag, with_source
from mailflow.core.events import PersonWrote
from mailflow.core.form import Form


def is_vouched(case: Case, answer: Answer) -> bool:
    """Whether it may be repeated to the party: its mail was proven, or came from where a proven one did."""
    return answer.mail not in case.unproven


def only_vouched(case: Case, event: PersonWrote, form: Form) -> Case:
    """The case that has heard a mail, less what others may have said for its party, once the party has shown itself."""
    case = _with_proof(case, event)
    if not case.confirmed or not case.unproven:
        return case
    binding = form.own_keys
    answers = {
        key: answer for key, answer in case.answers.items() if key not in binding or is_vouched(case, answer)
    }
    doubts = {
        key: both
        for key, both in case.doubts.items()
        if key not in binding or all(is_vouched(case, one) for one in both)
    }
    if (len(answers), len(doubts)) == (len(case.answers), len(case.doubts)):
        return case
    return case.evolve(answers=answers, doubts=doubts, flags=case.flags | {Flag.UNPROVEN_WROTE})


def _with_proof(case: Case, event: PersonWrote) -> Case:
    """The case with what is known of who wrote its mails: which are not proven, as long as an answer is of theirs.

    Where nobody looks who wrote a mail, those from one place are one writer's, as `restraint.is_familiar` has it: a proven one
    proves those that came before it from there.
    """
    nobody_looked = event.proof is None
    # That its writer has read our letter says less than that its domain disowns it: somebody may have forwarded that letter.
    proven = event.trusted or (event.proven and event.proof is not Verdict.FAIL)
    sources = case.proven_sources
    if proven and nobody_looked:
        sources = with_source(sources, event.source)
    unproven = dict(case.unproven)
    if not proven:
        unproven[event.mail_id] = event.source
    if not unproven:
        return case.evolve(proven_sources=sources)
    told = {one.mail for one in case.answers.values()}
    told.update(one.mail for both in case.doubts.values() for one in both)
    kept = {
        mail: source
        for mail, source in unproven.items()
        if mail in told and not (nobody_looked and source in sources)
    }
    return case.evolve(proven_sources=sources, unproven=kept)
