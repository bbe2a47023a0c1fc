"""What a whole mail answers, and where it stood. How well each rule reads is measured by `tests/reading`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow.config import load, shipped
from mailflow.core.answer import Answer
from mailflow.core.answers import read_answers, with_subject
from mailflow.core.form import Kind
from mailflow.core.letters import STILL_NEEDED
from mailflow.core.text import Line, Mark, mark_lines

CONFIG = load(shipped("config.toml"))
FORM = CONFIG.policy.form
ACCOUNT, CODES, CONDUCT, DELAY = (
    "username_or_registered_email",
    "recovery_codes",
    "code_of_conduct",
    "acknowledges_delay",
)
AGREES = "I agree to follow the PSF Code of Conduct"
WAITS = "I understand that it may take a significant amount of time to process my account recovery request."
NO_CODES = "I never generated or have lost access to the recovery codes for my account"
LOST_PHONE, LOST_MAIL, LOST_CODES = ("lost_2fa",), ("lost_email_access",), "never_generated_or_lost"


def reading_of(text, *asked, form=FORM, first=False):
    lines = mark_lines(text, CONFIG.lexicon.text)
    return read_answers(lines, form, None if first else asked, CONFIG.lexicon.answers, "jo@example.org")


def read(text, *asked, form=FORM, first=False):
    return {
        key: answer.value for key, answer in reading_of(text, *asked, form=form, first=first).answers.items()
    }


FORMS = [
    ("", {}),
    ("\n \n", {}),
    ("> User name: jdoe\n", {}),
    ("User name: jdoe", {"username": "jdoe"}),
    ("User name: jdoe\nReason: my phone broke\n", {"username": "jdoe", "reason": LOST_PHONE}),
    ("Recovery codes: lost\nCode of Conduct: yes\nWaiting time: yes\n", {CODES: LOST_CODES, CONDUCT: True, DELAY: True}),
    ("Username: jdoe, recovery codes: lost", {"username": "jdoe", CODES: LOST_CODES}),
    ("Projects: frobnicate, spam\nProof: https://example.org/jdoe", {"projects": ("frobnicate", "spam"), "proof_url": "https://example.org/jdoe"}),
    ("### Username\n\njdoe\n\n### Recovery codes\n\nlost\n", {"username": "jdoe", CODES: LOST_CODES}),
    # What stands behind a name, an address or a link is prose again, and so is all that a reason tells.
    ("New address: jane@example.org, my phone broke", {"contact_email": "jane@example.org", "reason": LOST_PHONE}),
    ("Proof: https://example.org/jdoe and I lost my phone", {"proof_url": "https://example.org/jdoe", "reason": LOST_PHONE}),
    ("Reason: my phone broke and the recovery codes are gone too", {"reason": LOST_PHONE, CODES: LOST_CODES}),
    # The words of a box are ours: they count if it is ticked, or if they are typed by hand.
    (f"[x] {AGREES}\n[ ] {WAITS}\n", {CONDUCT: True}),
    (f"[ ] {AGREES}\n", {}),
    (f"> [x] {AGREES}\n> [ ] {WAITS}\n", {CONDUCT: True}),
    (f"### Code of Conduct\n\n- [x] {AGREES}\n\n### Recovery codes\n\n- [X] {NO_CODES}\n", {CONDUCT: True, CODES: LOST_CODES}),
    (f"### Username\n\njdoe\n\n### Code of Conduct\n\n{AGREES}\n", {"username": "jdoe"}),
    (f"### Username\n\njdoe\n\n{AGREES}\n", {"username": "jdoe"}),
    (f"[ ] {WAITS}\n\n{AGREES}\n", {}),
    (f"Code of Conduct: {AGREES}\n", {CONDUCT: True}),
    (f"{AGREES}\n", {CONDUCT: True}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers"), FORMS)
def test_a_form_is_read_as_it_was_filled_in(text, answers):
    assert read(text) == answers


PROSE = [
    ("I lost my phone, my user name is jdoe.", {"username": "jdoe", "reason": LOST_PHONE}),
    ("I am https://pypi.org/user/jdoe/ and lost my phone.", {"username": "jdoe", "reason": LOST_PHONE}),
    ("I own https://pypi.org/project/frobnicate/ there.", {"projects": ("frobnicate",)}),
    ("My recovery codes are lost.\nI agree to the code of conduct and understand that it takes time.", {CODES: LOST_CODES, CONDUCT: True, DELAY: True}),
    ("Here is one: [recovery code removed]", {CODES: "has_codes"}),
    ("The address old@example.org is dead, please use new@example.org.", {"reason": LOST_MAIL, "registered_email": "old@example.org", "contact_email": "new@example.org"}),
    ("I lost my phone. I registered with jane@example.org.", {"registered_email": "jane@example.org", "reason": LOST_PHONE}),
    # An address whose part is not told is the account's, unless its mailbox is lost.
    ("I lost my phone.\nE-mail: jane@example.org", {"registered_email": "jane@example.org", "reason": LOST_PHONE}),
    ("I lost my mailbox.\nE-mail: jane@example.org", {"reason": LOST_MAIL}),
    ("Reason: lost my mailbox\nE-mail: jane@example.org", {"reason": LOST_MAIL}),
    # The name of an account, said to be one, is not what was lost.
    ("I forgot my password. My user name is jdoe.", {"username": "jdoe", "reason": ("lost_password",)}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers"), PROSE)
def test_prose_answers_what_it_says(text, answers):
    assert read(text) == answers


REPLIES = [
    ("yes", (CONDUCT, DELAY), {CONDUCT: True, DELAY: True}),
    ("yes", (), {}),
    ("Yes.  \n \n", (CONDUCT,), {CONDUCT: True}),
    ("no", (CONDUCT,), {CONDUCT: False}),
    ("jdoe", (ACCOUNT,), {"username": "jdoe"}),
    ("1. jdoe\n2. yes\n", (ACCOUNT, CONDUCT), {"username": "jdoe", CONDUCT: True}),
    ("1: I agree\n2: jdoe\n", (CONDUCT, ACCOUNT), {CONDUCT: True, "username": "jdoe"}),
    ("1 and 2: agreed\n", (CONDUCT, DELAY), {CONDUCT: True, DELAY: True}),
    ("> 1. Do you agree to follow the PSF Code of Conduct?\nyes\n\n> bye\n", (CONDUCT,), {CONDUCT: True}),
    ("What happened? My phone broke\n", ("reason",), {"reason": LOST_PHONE}),
    ("Do you agree to follow the PSF Code of Conduct? yes\n", (), {CONDUCT: True}),
    ("Please use the address I write from.", ("contact_email",), {"contact_email": "jo@example.org"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "asked", "answers"), REPLIES)
def test_a_reply_answers_what_was_asked(text, asked, answers):
    assert read(text, *asked) == answers


BOTH = "User name: jdoe\nNew address: jane@example.org\n"
OLD_AND_NEW = "Old address: old@example.org\nNew address: jane@example.org\n"


@pytest.mark.parametrize(
    ("text", "asked", "reason"),
    [
        (BOTH, (), LOST_MAIL),
        (BOTH, ("reason", "contact_email"), LOST_MAIL),
        (BOTH, (ACCOUNT, "contact_email"), None),
        (OLD_AND_NEW, (), LOST_MAIL),
        ("New address: jane@example.org\n", (), None),
        ("User name: jdoe\n", (), None),
        (f"{BOTH}Reason: my phone broke\n", (), LOST_PHONE),
    ],
)
def test_who_names_an_account_and_its_new_address_gives_the_reason_with_it(text, asked, reason):
    assert read(text, *asked, first=not asked).get("reason") == reason


def test_an_address_put_right_later_gives_no_reason_of_its_own():
    assert read(BOTH) == {"username": "jdoe", "contact_email": "jane@example.org"}


def test_a_form_without_an_account_implies_no_reason():
    form = replace(FORM, fields=tuple(field for field in FORM.fields if field.kind is not Kind.NAME))
    assert read(OLD_AND_NEW, form=form, first=True).get("reason") is None


def test_a_form_may_do_without_the_registered_address():
    form = replace(FORM, fields=tuple(field for field in FORM.fields if field.key != "registered_email"))
    assert read(BOTH, form=form, first=True) == {
        "username": "jdoe",
        "contact_email": "jane@example.org",
        "reason": LOST_MAIL,
    }
    assert read("New address: jane@example.org\n", form=form, first=True).get("reason") is None


@pytest.mark.parametrize(
    ("text", "asked", "answers"),
    [
        ("I have a new phone", (), {}),
        ("I have a new phone", (ACCOUNT,), {}),
        ("I have a new phone", ("reason",), {"reason": LOST_PHONE}),
        ("I have a new phone, my user name is jdoe", ("reason",), {"username": "jdoe", "reason": LOST_PHONE}),
        ("I have a new phone, and my mailbox is lost", (), {"reason": LOST_MAIL}),
    ],
)
def test_a_hint_at_a_reason_counts_when_it_was_asked_for_and_nothing_tells_another(text, asked, answers):
    assert read(text, *asked) == answers


def test_two_answers_that_contradict_each_other_are_a_doubt():
    reading = reading_of("User name: jdoe\nReason: my phone broke\nUser name: jane\n")
    assert set(reading.answers) == {"reason"}
    (doubt,) = reading.doubts
    assert doubt.field == "username"
    assert [(answer.value, answer.line) for answer in doubt.answers] == [("jdoe", 1), ("jane", 3)]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Hello,\n\nUser name:  jdoe\n", Answer("username", "jdoe", "jdoe", 3, 12, 16, "label", 0.9)),
        ("> Hello\n\n  I lost my phone.\n", Answer("reason", LOST_PHONE, "lost my phone", 3, 4, 17, "reason in prose", 0.8)),
        # Words that go on in the next line are told in one; the end is that of the line they begin on.
        (
            "My recovery codes are\nlost.\n",
            Answer(CODES, LOST_CODES, "recovery codes are lost", 1, 3, 21, "choice in prose", 0.8),
        ),
        (BOTH, Answer("reason", LOST_MAIL, "jane@example.org", 2, 13, 29, "implied by contact_email", 0.7)),
    ],
)  # fmt: skip
def test_an_answer_says_where_it_stood_and_how_it_was_read(text, answer):
    assert reading_of(text, first=True).answers[answer.field] == answer


def test_of_a_long_story_its_beginning_is_kept():
    story = "my phone broke " + "and I looked for another one " * 50
    answer = reading_of(f"Reason: {story}\n").answers["reason"]
    assert answer.words == story[:1000]


ON_MONDAY = "On Mon, 9 Mar 2026 at 17:00 {} <\n{}> wrote:\n\n> - [x] " + AGREES + "\n"
FROM_MONDAY = (
    "From: {} <{}>\nSent: Monday, March 9, 2026 5:00 PM\nTo: Jo <jo@example.org>\nSubject: Form\n\n- [x] "
    + AGREES
    + "\n"
)


@pytest.mark.parametrize("introduction", [ON_MONDAY, FROM_MONDAY])
def test_a_box_ticked_in_our_letter_counts_but_not_in_what_they_quote_of_themselves(introduction):
    ours = "Done.\n\n" + introduction.format("Desk", "desk@example.com")
    their_own = "Any news?\n\n" + introduction.format("Jo", "jo@example.org")

    assert read(ours, CONDUCT) == {CONDUCT: True}
    assert read(their_own, CONDUCT) == {}


# ------------------------------------------------------------------------------------------------ subjects, and guesses


def first_mail(subject, text):
    """What a first mail says, and how sure that is."""
    lines = with_subject(subject, mark_lines(text, CONFIG.lexicon.text))
    reading = read_answers(lines, FORM, None, CONFIG.lexicon.answers, "jo@example.org")
    assert reading.doubts == ()
    return {key: (answer.value, answer.sure, answer.line) for key, answer in reading.answers.items()}


def test_a_subject_of_labels_heads_no_table():
    found = first_mail("User name, lost address", "Hello,\n\nmy user name is jdoe7.")
    assert found["username"] == ("jdoe7", 0.85, 3)


@pytest.mark.parametrize(
    ("subject", "text", "reason"),
    [
        ("2fa", "lost", "lost_2fa"),
        ("Email", "Dead. Need another.", "lost_email_access"),
        ("password", "forgotten", "lost_password"),
        ("2fa", "The game was lost.", None),
        ("2fa of my friend", "lost", None),
        ("hello", "lost", None),
        ("2fa", "not lost", None),
        ("2fa", "", None),
    ],
)
def test_a_subject_that_names_a_thing_heads_a_first_sentence_of_nothing_but_its_loss(subject, text, reason):
    told = first_mail(subject, text).get("reason")
    assert (told and told[0]) == (reason and (reason,))


def test_a_subject_is_a_paragraph_before_the_body():
    body = mark_lines("hello", CONFIG.lexicon.text)
    assert with_subject("", body) == tuple(body)
    assert with_subject("lost", body) == (Line("lost", Mark.FRESH, 0), Line("", Mark.FRESH, 0), *body)


@pytest.mark.parametrize(
    ("subject", "text", "says"),
    [
        # What the body says counts, and a subject where it says nothing; of reasons a subject only hints.
        ("User name: jdoe42", "User name: jdoe", {"username": ("jdoe", 0.9, 1)}),
        ("User name: jdoe42", "hello", {"username": ("jdoe42", 0.9, 0)}),
        (
            "account jdoe42",
            "my phone broke",
            {"username": ("jdoe42", 0.75, 0), "reason": (LOST_PHONE, 0.8, 1)},
        ),
        (
            "I lost my phone",
            "User name: jdoe",
            {"username": ("jdoe", 0.9, 1), "reason": (LOST_PHONE, 0.64, 0)},
        ),
        ("2FA", "User name: jdoe", {"username": ("jdoe", 0.9, 1), "reason": (LOST_PHONE, 0.6, 0)}),
        (
            "I lost my phone",
            "I forgot my password. User name: jdoe",
            {"username": ("jdoe", 0.9, 1), "reason": (("lost_password",), 0.8, 1)},
        ),
        (
            "",
            "I lost my phone. User name: jdoe",
            {"username": ("jdoe", 0.9, 1), "reason": (LOST_PHONE, 0.8, 1)},
        ),
        # What is only likely counts beside something else, and where nothing else tells it.
        ("", "2FA problem, user name: jdoe", {"username": ("jdoe", 0.85, 1), "reason": (LOST_PHONE, 0.6, 1)}),
        ("", "2FA", {}),
        ("", "please look at jdoe_42", {"username": ("jdoe_42", 0.62, 1)}),
        (
            "",
            "jdoe-42 cannot get in any more. My phone broke.",
            {"username": ("jdoe-42", 0.62, 1), "reason": (LOST_PHONE, 0.8, 1)},
        ),
        ("", "User name: jdoe. please look at jdoe_42", {"username": ("jdoe", 0.9, 1)}),
    ],
)
def test_a_first_mail_is_read_with_its_subject_and_what_is_likely(subject, text, says):
    assert first_mail(subject, text) == says


@pytest.mark.parametrize(
    ("text", "asked", "says"),
    [
        ("please look at jdoe_42", [ACCOUNT, CODES], {"username": "jdoe_42"}),
        ("please look at jdoe_42", [CODES], {}),
        ("please look at jdoe_42", [], {}),
        ("sorry, jdoe_43 it should be", [CODES], {"username": "jdoe_43"}),
        ("sorry, it should be jdoe_43", [], {"username": "jdoe_43"}),
        ("the 2FA device", ["reason", CODES], {"reason": LOST_PHONE}),
        ("the 2FA device", [CODES], {}),
        (
            "User name: jdoe, for the 2FA device",
            ["reason", CODES],
            {"username": "jdoe", "reason": LOST_PHONE},
        ),
        ("User name: jdoe, for the 2FA device", [CODES], {"username": "jdoe"}),
    ],
)
def test_what_is_only_likely_counts_where_it_is_asked_for(text, asked, says):
    assert read(text, *asked) == says


@pytest.mark.parametrize(
    ("words", "asked", "agreed"),
    [
        ("Yes", (CONDUCT,), {}),
        ("Yes", (CONDUCT, DELAY), {}),
        ("Yes and yes", (CONDUCT, DELAY), {}),
        ("Yes yes!", (CONDUCT, DELAY), {}),
        ("Lost, yes", (CODES, CONDUCT), {CODES: LOST_CODES, CONDUCT: True}),
        ("No", (CONDUCT,), {}),
        ("I agree", (CONDUCT,), {CONDUCT: True}),
        ("Yes, I understand", (DELAY,), {DELAY: True}),
        ("Yes to 1", (CONDUCT,), {CONDUCT: True}),
        ("Yes to all", (CONDUCT, DELAY), {CONDUCT: True, DELAY: True}),
        ("Yes to all 2", (CONDUCT, DELAY), {CONDUCT: True, DELAY: True}),
        ("1. lost, 2. yes", (CODES, CONDUCT), {CODES: LOST_CODES, CONDUCT: True}),
    ],
)
def test_a_yes_and_no_more_to_a_letter_that_asks_whether_they_need_us_answers_that_alone(
    words, asked, agreed
):
    assert read(words, *asked, STILL_NEEDED) == agreed
