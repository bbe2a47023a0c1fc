"""The items of the form in a case: which are settled, which are still missing, and how letters name both."""

from __future__ import annotations

from collections.abc import Mapping

from mailflow.core.answer import Answer, Answers, Reading
from mailflow.core.case import Case
from mailflow.core.form import Field, Form, Kind
from mailflow.core.letters import Asked, Understood
from mailflow.core.vouched import is_vouched

Doubts = Mapping[str, tuple[Answer, ...]]


def news_in(case: Case, reading: Reading) -> frozenset[str]:
    """The keys of what a mail answers that its case does not know, or knows otherwise."""
    return frozenset(
        key
        for key, answer in reading.answers.items()
        if key not in case.answers or case.answers[key].value != answer.value
    )


def missing_items(form: Form, answers: Answers, doubts: Doubts) -> tuple[str, ...]:
    """The required items that are not settled, in the order of the form."""
    return tuple(
        item
        for item in form.items
        if _is_required(form, item, answers) and not _is_settled(form, item, answers, doubts)
    )


def _is_required(form: Form, item: str, answers: Answers) -> bool:
    return any(
        field.required or any(choice in _values(answers.get(key)) for key, choice in field.required_when)
        for field in form.fields_of(item)
    )


def _is_settled(form: Form, item: str, answers: Answers, doubts: Doubts) -> bool:
    fields = form.fields_of(item)
    if any(field.key in doubts for field in fields):
        return False
    return any(_settles(form, answers, field.key) for field in fields)


def _settles(form: Form, answers: Answers, key: str) -> bool:
    answer, field = answers.get(key), form.by_key[key]
    if answer is None or (field.kind is Kind.AGREEMENT and answer.value is not True):
        return False
    other = answers.get(field.differs_from)
    return other is None or str(other.value).lower() != str(answer.value).lower()


def _values(answer: Answer | None) -> tuple[str | bool, ...]:
    if answer is None:
        return ()
    return answer.value if isinstance(answer.value, tuple) else (answer.value,)


def understood(case: Case, form: Form) -> tuple[Understood, ...]:
    """What is settled, in the order of the form; values only towards somebody who has shown to read our letters.

    And only of mails that were theirs: else a forger, writing first, could have the desk mail what he likes to them.
    """
    doubtful = set(case.doubts)
    return tuple(
        Understood(field.key, field.label, shown, _advice(case, field) if shown else "")
        for field in form.fields
        if field.key not in doubtful and _settles(form, case.answers, field.key)
        for shown in (_shown(case, form, field.key),)
    )


def _advice(case: Case, field: Field) -> str:
    given = _values(case.answers.get(field.key))
    return " ".join(said for choice, said in field.advice if choice in given)


def _shown(case: Case, form: Form, key: str) -> str | None:
    if not case.confirmed or form.by_key[key].sensitive or not is_vouched(case, case.answers[key]):
        return None
    return form.say(key, case.answers[key].value)


def account_told(case: Case, form: Form) -> str:
    """The account as a letter may name it to the party; "" where it may not, or nobody has said."""
    key = next((key for key in form.account_keys if key in case.answers), None)
    return (_shown(case, form, key) or "") if key else ""


def asked_items(case: Case, form: Form) -> tuple[Asked, ...]:
    """What a letter asks that is written now."""
    return tuple(_asked_item(case, form, item) for item in case.asked)


def _asked_item(case: Case, form: Form, item: str) -> Asked:
    fields = form.fields_of(item)
    first = next(field for field in fields if field.ask)
    guesses: tuple[str, ...] = ()
    if case.confirmed:
        guesses = tuple(
            form.say(field.key, guess.value)
            for field in fields
            if not field.sensitive
            for guess in case.doubts.get(field.key, ())
            if is_vouched(case, guess)
        )
    refused = case.confirmed and any(_is_refused(case, field) for field in fields)
    return Asked(item, first.ask, first.why, first.how, guesses, refused)


def _is_refused(case: Case, field: Field) -> bool:
    """Whether their last word on what is to be agreed to is a no."""
    said = case.answers.get(field.key)
    refused = said is not None and field.kind is Kind.AGREEMENT and said.value is False
    return refused and field.key not in case.doubts and is_vouched(case, case.answers[field.key])


def account_of(form: Form, answers: Answers) -> str:
    """The account as lists show it and the staff looks for it; "" while nobody has said."""
    return next((str(answers[key].value) for key in form.account_keys if key in answers), "")
