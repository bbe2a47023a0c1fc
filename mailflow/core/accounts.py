"""Which account a mail of a person is about who has a request: the one that the request knows, unless they put it right.

A mail may as well speak of the account of an attacker or a colleague. Nobody is to be let into one that was only mentioned.
Of several requests of theirs it is about the one whose account, or reference, it names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mailflow.core.answer import Answer, Reading
from mailflow.core.case import Case
from mailflow.core.form import Form
from mailflow.core.items import account_of
from mailflow.core.reference import find_references

_WORD = re.compile(r"[\w.@+-]+", re.ASCII)


def with_mentioned(case: Case, reading: Reading, form: Form) -> Reading:
    """The reading without what would name another account than the case has, and is not plainly said to be theirs.

    That is plain where they fill in the field, correct it, or call it theirs, and where the case asks for it.
    """
    if not case.account:
        return reading
    asked = {key for key in form.account_keys if form.by_key[key].item in case.asked}
    unsaid = [key for key in form.account_keys if key not in reading.plain and key not in asked]
    answers = {key: reading.answers[key] for key in unsaid if key in reading.answers}
    mentioned = {key: one for key, one in answers.items() if _names_another(case, one, form)}
    doubts = tuple(doubt for doubt in reading.doubts if doubt.field not in unsaid)
    for doubt in reading.doubts:
        if doubt not in doubts:
            mentioned[doubt.field] = doubt.answers[0]
    if not mentioned:
        return reading
    kept = {key: one for key, one in reading.answers.items() if key not in mentioned}
    return replace(reading, answers=kept, doubts=doubts, mentioned=mentioned)


def _names_another(case: Case, answer: Answer, form: Form) -> bool:
    """Whether the case would be about another account with it, or have another address for it."""
    known = case.answers.get(answer.field)
    if known is not None:
        return str(known.value).lower() != str(answer.value).lower()
    return account_of(form, {**case.answers, answer.field: answer}) != case.account


def named_in(text: str, cases: Sequence[Case], form: Form) -> list[Case]:
    """Those of a person's cases of which a text has the reference, or a name that no other of them has, as a whole word."""
    words = {word.strip(".-+@").lower() for word in _WORD.findall(text)}
    words.update(find_references(text))
    names = {case.id: _names_of(case, form) for case in cases}
    return [
        case
        for case in cases
        if words & names[case.id].difference(*(names[one.id] for one in cases if one.id != case.id))
    ]


def _names_of(case: Case, form: Form) -> set[str]:
    """What a case may be called by: its reference, and in lower case what is known to name its account."""
    told = [case.answers[key] for key in form.account_keys if key in case.answers]
    told += [one for key in form.account_keys for one in case.doubts.get(key, ())]
    # What was disowned says no more, but is still listed under its account.
    return {case.reference, case.account.lower(), *(str(one.value).lower() for one in told)} - {""}
