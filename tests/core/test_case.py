"""What is written out for the sake of time does what the standard library does."""

from dataclasses import fields, replace

import pytest

from mailflow.core.answer import Answer
from mailflow.core.case import Case, Flag, Status
from tests.core.given import NOW

CASE = Case("1", "AAAA-0001", "jo@example.org", Status.IN_REVIEW, NOW, NOW, NOW)


def test_a_case_evolves_as_it_would_be_replaced():
    changes = {"flags": frozenset({Flag.ESCALATED}), "letters": 3, "status": Status.CLOSED}
    assert CASE.evolve(**changes) == replace(CASE, **changes)
    assert CASE.evolve() == CASE
    assert (CASE.letters, CASE.status) == (0, Status.IN_REVIEW)


def test_a_case_gets_no_field_that_it_does_not_have():
    with pytest.raises(AssertionError):
        CASE.evolve(state=Status.CLOSED)


def test_an_answer_in_a_mail_differs_by_the_mail_alone():
    kinds = {
        "str": "x",
        "int": 3,
        "float": 0.5,
        "Value": ("a", "b"),
        "tuple[tuple[str, Any], ...]": (("later", 1),),
    }
    answer = Answer(**{field.name: kinds[field.type] for field in fields(Answer)})
    assert answer.in_mail("7") == replace(answer, mail="7")
