"""Which account a mail of a person is about who has a request: the one that the request knows, unless they put it right.

A mail may as well speak of the account of an attacker or a colleague. Nobody is to be let into one that was only mentioned.
"""

from __future__ import annotations

from dataclasses import replace

from mailflow.core.answer import Answer, Reading
from mailflow.core.case import Case
from mailflow.core.form import Form
from mailflow.core.items import account_of


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
