"""What the staff may say of a field instead of what was read."""

import pytest

from mailflow.core.correction import BY_STAFF, read_correction
from mailflow.core.form import Form, Kind
from tests.core.given import FORM, item

MORE = Form((*FORM.fields, item("codes", Kind.CHOICE, choices=("lost", "has")), item("projects", Kind.LIST)))


@pytest.mark.parametrize(
    ("said", "key", "value"),
    [
        ("username: jo", "username", "jo"),
        ("username jo", "username", "jo"),
        ("USERNAME:jo", "username", "jo"),
        ("registered: <Jo@EXAMPLE.org>", "registered", "Jo@example.org"),
        ("reason: lost_2fa", "reason", ("lost_2fa",)),
        ("reason: Lost the phone, lost_mail, lost_2fa", "reason", ("lost_2fa", "lost_mail")),
        ("codes: has", "codes", "has"),
        ("projects: jo-tools, jo-lib jo-web,", "projects", ("jo-tools", "jo-lib", "jo-web")),
        ("link https://example.org/x", "link", "https://example.org/x"),
        ("phone: mornings: 555", "phone", "mornings: 555"),
    ],
)
def test_a_value_is_one_that_the_form_can_hold(said, key, value):
    correction = read_correction(MORE, said)
    assert (correction.field.key, correction.answer.field, correction.answer.value) == (key, key, value)
    assert (correction.answer.rule, correction.answer.sure, correction.answer.mail) == (BY_STAFF, 1.0, "")


def test_a_field_goes_by_its_label_too():
    form = Form((item("new_address", Kind.ADDRESS),))
    assert read_correction(form, "New address: jo@example.org").answer.value == "jo@example.org"


@pytest.mark.parametrize("said", ["conduct:", "conduct", "Conduct: "])
def test_without_a_value_the_field_is_not_answered(said):
    assert read_correction(MORE, said).answer is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "names no field"),
        ("colour: red", "names no field of the form: write FIELD: VALUE, of username, registered, "),
        ("conduct: yes", "only the person can agree"),
        ("registered: jo", "jo is not a mail address"),
        ("link: example.org", "not a link"),
        ("codes: maybe", "maybe is none of these: lost; has"),
        ("reason: lost_2fa, boredom", "boredom is none of these: lost_mail; lost the phone"),
        (f"username: {'x' * 1001}", "longer than 1000"),
    ],
)
def test_what_is_wrong_is_told(said, why):
    with pytest.raises(ValueError, match=why):
        read_correction(MORE, said)


def test_nothing_invisible_gets_into_a_value():
    assert read_correction(MORE, "username: j\u202eo").answer.value == "jo"
