"""Lists of subjects, language by language, become patterns; what nothing reads is an error."""

from __future__ import annotations

import pytest

from mailflow.core.subjects import compile_subjects

SUBJECTS = compile_subjects([
    ("en", {"automatic": ["out of office"], "absent": ["away"], "bounce": ["mail failed"], "bounce_alone": ["failure"]}),
    ("de", {"automatic": ["nicht im büro"], "bounce_before_colon": ["unzustellbar"]}),
])  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("Out of Office: x", "Out of Office"),
        ("[EXT] out of office", "out of office"),
        ("Nicht im Büro (Re: x)", "Nicht im Büro"),
        ("Away Re: x", "Away"),
        ("Out of office and locked out", ""),
        ("Away: x", ""),
        ("Re: out of office", ""),
        ("[İ] Out of office", "out of office"),
    ],
)
def test_of_an_answer(subject, told):
    assert SUBJECTS.of_answer(subject) == told


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("Mail failed: x", "Mail failed"),
        ("Failure", "Failure"),
        ("Unzustellbar: x", "Unzustellbar"),
        ("Warning: message 1abCdE-000 delayed 24 hours", "message"),
        ("Failure to log in", ""),
        ("Unzustellbar, was tun", ""),
    ],
)
def test_of_a_bounce(subject, told):
    assert SUBJECTS.of_bounce(subject) == told


def test_a_list_that_nothing_reads_is_an_error():
    with pytest.raises(ValueError, match="nl: there is no list 'absences'"):
        compile_subjects([("nl", {"absences": ["x"]})])
