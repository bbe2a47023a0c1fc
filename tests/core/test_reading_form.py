"""What is written into the form, ticked on it or said to it in few words."""

from pathlib import Path

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import mark_lines

SHIPPED = load(shipped("config.toml"))
UNIVERSITY = load(Path(__file__).parents[2] / "docs" / "examples" / "university" / "config.toml")
CODES, CONDUCT, DELAY = "recovery_codes", "code_of_conduct", "acknowledges_delay"
AGREES = "I agree to follow the PSF Code of Conduct"
WAITS = "I understand that it may take a significant amount of time to process my account recovery request"
NO_CODES = "I never generated or have lost access to the recovery codes for my account"
LOST_PHONE, LOST_CODES = ("lost_2fa",), "never_generated_or_lost"


def read(text, *asked, config=SHIPPED):
    lines = mark_lines(text, config.lexicon.text)
    reading = read_answers(lines, config.policy.form, asked or None, config.lexicon.answers)
    return {key: answer.value for key, answer in reading.answers.items()}


FORMS = [
    ("## Hello there\n\n## Username\n\njdoe42", {"username": "jdoe42"}),
    ("### Username jdoe42 ### Reason I lost my phone", {"username": "jdoe42", "reason": LOST_PHONE}),
    ("User name:\xa0jdoe42", {"username": "jdoe42"}),
    ("User name: jdoe42\nReason: n/a", {"username": "jdoe42"}),
    ("User name: jdoe42\nReason: hm", {"username": "jdoe42"}),
    ("User name: jdoe42\nReason: my cat sleeps on the keyboard all day long", {"username": "jdoe42", "reason": ("other",)}),
    ("What happened?\nI lost my phone.", {"reason": LOST_PHONE}),
    ("Reason: Other", {"reason": ("other",)}),
    (f"Recovery codes: {NO_CODES}: yes", {CODES: LOST_CODES}),
    ("My laptop with the authenticator was stolen.\nRecovery codes: there too", {"reason": LOST_PHONE, CODES: LOST_CODES}),
    (f"[x] {AGREES} [ ] no\n[x] {WAITS}", {CONDUCT: True, DELAY: True}),
    ("핸드폰을 잃어버렸습니다\n사용자 이름은 jdoe42 입니다", {"username": "jdoe42", "reason": LOST_PHONE}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers"), FORMS)
def test_a_form_is_read_as_it_was_filled_in(text, answers):
    assert read(text) == answers


def test_nothing_is_read_between_the_first_pages_and_the_last():
    log = "at line 7 of the log there is no more than this\n"
    assert read(f"I lost my phone.\n{log * 10}User name: jdoe42") == {
        "username": "jdoe42",
        "reason": LOST_PHONE,
    }
    assert read(f"I lost my phone.\n{log * 1000}User name: jdoe42\n{log * 1000}") == {"reason": LOST_PHONE}


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("Phone: 01 555 0199", {"phone": "01 555 0199"}),
        ("Phone: n/a", {}),
        ("Department: School of Mathematics", {"department": "School of Mathematics"}),
    ],
)
def test_a_field_of_free_text_takes_what_stands_in_it(text, answers):
    assert read(text, config=UNIVERSITY) == answers


BOXES = [
    ("[x] Code of Conduct", {CONDUCT: True}),
    ("[x] I do not agree to the Code of Conduct", {CONDUCT: False}),
    (f"[x] {AGREES} if my lawyer is fine with it", {}),
    ("[x] Username", {}),
]


@pytest.mark.parametrize(("text", "answers"), BOXES)
def test_a_ticked_box_says_what_stands_beside_it(text, answers):
    assert read(text) == answers


AGREEMENTS = [
    ("I agree to wait, but not to the code of conduct.", {DELAY: True, CONDUCT: False}),
    # Too much stands between the subject and the "I agree", or our own wording has a condition to it.
    ("I read the Code of Conduct.\n\nIt rains.\n\nI agree.", {}),
    (f"[ ] {AGREES}\n\n### Code of Conduct\n\n{AGREES} if I may read it first\n", {}),
]


@pytest.mark.parametrize(("text", "answers"), AGREEMENTS)
def test_an_agreement_needs_its_subject(text, answers):
    assert read(text) == answers


CHOICES = [
    ("I lost my phone. The codes are on the phone.", {"reason": LOST_PHONE}),
    ("My codes are not lost, that is only the phone.", {"reason": LOST_PHONE, CODES: "has_codes"}),
    ("User name: jdoe42\nReason: I still have my phone", {"username": "jdoe42", "reason": ("other",)}),
]


@pytest.mark.parametrize(("text", "answers"), CHOICES)
def test_what_a_thing_is_said_to_be_tells_the_choice(text, answers):
    assert read(text) == answers


LETTERS = [
    ("1-3: yes", {CODES: LOST_CODES, CONDUCT: True, DELAY: True}),
    ("Yes to all 3", {CODES: LOST_CODES, CONDUCT: True, DELAY: True}),
    ("1. lost\n2. yes\n7. yes", {CODES: LOST_CODES, CONDUCT: True}),
]


@pytest.mark.parametrize(("text", "answers"), LETTERS)
def test_numbers_answer_what_the_letter_asked(text, answers):
    assert read(text, CODES, CONDUCT, DELAY) == answers


def test_a_bare_yes_answers_only_where_nothing_but_a_yes_is_asked():
    assert read("Yes.", CONDUCT, DELAY) == {CONDUCT: True, DELAY: True}
    assert read("Yes.", "reason", CONDUCT) == {}


BOXES = f"""### Recovery Codes

- [ ] I never generated or have lost access to the recovery codes for my
  account

%s

### Code of Conduct

- [ ] {AGREES}

%s
"""


@pytest.mark.parametrize(
    ("below", "answers"),
    [
        (("They were in a drawer. They are burnt now.", "Yes"), {CODES: LOST_CODES, CONDUCT: True}),
        (("They are lost.", ""), {CODES: LOST_CODES}),
        (("", "No"), {CONDUCT: False}),
        (("", "Word. " * 50 + "Yes"), {}),  # a story, and no answer to a box
    ],
)
def test_what_stands_below_a_box_that_was_left_open_answers_it(below, answers):
    assert read(BOXES % below) == answers


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("I cannot tick the boxes on this screen, so in words: yes to both of them.", {CODES: LOST_CODES, CONDUCT: True}),
        ("Yes.", {}),
        ("Yes to all of it, but I have to think about it.", {}),
    ],
)  # fmt: skip
def test_a_yes_to_all_under_which_no_box_is_ticked_ticks_them_all(said, answers):
    assert read(f"{said}\n\n{BOXES % ('', '')}") == answers


def test_a_yes_to_all_ticks_nothing_where_a_box_was_ticked():
    ticked = (BOXES % ("", "")).replace(f"[ ] {AGREES}", f"[x] {AGREES}")
    assert read(f"Yes to both.\n\n{ticked}") == {CONDUCT: True}


def test_a_smiley_ends_a_sentence():
    text = "My phone fell into the pool, the codes were on it :/ I accept the code of conduct"
    assert read(text) == {"reason": LOST_PHONE, CODES: LOST_CODES, CONDUCT: True}


@pytest.mark.parametrize(
    ("text", "asked", "answers"),
    [
        ("I do understand that, the box was just below the edge of my screen.", [DELAY], {DELAY: True}),
        ("Nothing strange in there, i agree", [CONDUCT], {CONDUCT: True}),
        ("I agree, but only if you hurry up.", [CONDUCT], {}),
        ("I agree, that you call me.", [CONDUCT], {}),
        ("I understand that nobody can say when it is done, and that it may take long.", [], {DELAY: True}),
        ("If I understand that, and that it may take long.", [], {}),
        ("> Do you agree to follow the Code of Conduct?\n\nYes. I read it aloud and nobody was against it.", [CONDUCT], {CONDUCT: True}),
        ("> Do you agree to follow the Code of Conduct?\n\nYes. But only if it is short.", [CONDUCT], {}),
        ("> Do you still have recovery codes?\n\nNo. I remember that I clicked them away.", [CODES], {CODES: LOST_CODES}),
        ("Yes, I still have them.", [CODES], {CODES: "has_codes"}),
        ("Yes I have them.", [CODES], {CODES: "has_codes"}),
        ("Yes.", [CODES], {CODES: LOST_CODES}),
        ("No.", [CODES], {}),
        ("Yes, I had them.", [CODES], {}),
        (f"1. {NO_CODES} yes\n2. yes", [CODES, CONDUCT], {CODES: LOST_CODES, CONDUCT: True}),
        ("I do understand that you cannot say when it will be my turn, and that it may be a good long while.", [], {DELAY: True}),
        ("> Are your recovery codes lost, or did you never have any?\n\nNo. I still have them.", [CODES], {CODES: "has_codes"}),
        ("> Do you agree to follow the Code of Conduct?\n\nyes\n\n> Do you understand that it may take a long time?\n\nthat too. Not more.", [CONDUCT, DELAY], {CONDUCT: True}),
        ("> Do you agree to follow the Code of Conduct?\n\nyes\n\n> Do you still have recovery codes?\n\nthis one too.", [CONDUCT, CODES], {CONDUCT: True}),
        ("I agree with all my heart and soul and whatever else there is of me, call me soon.", [CONDUCT], {}),
    ],
)  # fmt: skip
def test_an_answer_goes_on_about_something_else(text, asked, answers):
    assert read(text, *asked) == answers


def test_a_statement_typed_anew_may_be_wrapped_and_answered():
    text = f"*Recovery Codes*\n{NO_CODES.replace('my account', 'my{0}account')}: yes\n\n*Code of Conduct*\n{AGREES}: yes\n"
    assert read(text.format("\n")) == {CODES: LOST_CODES, CONDUCT: True}


def test_a_statement_alone_is_no_answer():
    assert read(f"### Code of Conduct\n\n{AGREES}\n\n### Acknowledgement\n\n{WAITS}.\n") == {}


def test_a_label_does_not_begin_in_the_sentence_before():
    text = "Username sedgewarbler. Lost: phone, thus 2FA. Recovery codes: lost as well."
    assert read(text) == {"username": "sedgewarbler", "reason": LOST_PHONE, CODES: LOST_CODES}


@pytest.mark.parametrize(
    ("box", "answers"),
    [
        ("[X] never generated or lost the recovery codes", {CODES: LOST_CODES}),
        ("[x] agree to follow the PSF code of conduct", {CONDUCT: True}),
        ("[x] the recovery codes were never given to me by you", {CODES: LOST_CODES}),
        ("[ ] never generated or lost the recovery codes", {}),
    ],
)
def test_a_statement_beside_a_box_may_be_shortened(box, answers):
    assert read(box) == answers


@pytest.mark.parametrize(
    ("link", "answers"),
    [
        ("https://pypi.org/user/jdoe/", {"username": "jdoe"}),
        ("https://pypi.example/user/jdoe/", {"username": "jdoe"}),
        ("https://pypi.example/project/jdoe/", {}),
    ],
)
def test_the_link_to_a_profile_is_an_account_wherever_the_site_is(link, answers):
    assert read(f"### PyPI Username\n\n{link}\n") == answers
