"""The second desk, docs/examples/university, answers real mail: nothing of the shipped one is built into the code."""

import re
from datetime import timedelta

import pytest

from mailflow.core.case import Outcome, Status
from mailflow.core.events import StaffClosed
from mailflow.steps.operate import act
from tests.world import REPOSITORY, World, configured

CONFIG = REPOSITORY / "docs" / "examples" / "university" / "config.toml"
COMPLETE = """Hello,

Student number: s7654321
Role: graduate
Reason: I forgot my password
Acceptable use: I agree
Phone: 01 555 0123

Thanks, Jo
"""


@pytest.fixture
def desk(tmp_path):
    world = World(tmp_path, configured(tmp_path, CONFIG))
    yield world
    world.close()


def _items(text):
    """The lines of a letter that ask for something."""
    return re.findall(r"^\d\. (.+?)\r?$", text, flags=re.MULTILINE)


def test_it_asks_for_what_is_missing_in_its_own_words(desk):
    (letter,) = desk.write("Hello,\n\nI forgot my password.\n\nStudent number: s7654321")

    assert _items(letter.text) == [
        "Are you a student, a member of staff, a graduate or a guest?",
        "Do you agree to follow the Acceptable Use Policy?",
        "A private e-mail address or a phone number where we can reach you",
    ]
    assert "your university account" in " ".join(letter.text.split())
    assert letter.message["From"] == "IT Help Desk <account-help@university.example>"
    assert "Old Library, ground floor" in letter.text


def test_a_reply_completes_the_request(desk):
    (asked,) = desk.write("Hello,\n\nI forgot my password.\n\nStudent number: s7654321")

    desk.write(
        "1. graduate\n2. yes\n3. jo.private@example.org", to=asked.reply_to, Subject=f"Re: {asked.subject}"
    )

    assert _case(desk).status is Status.IN_REVIEW
    assert _case(desk).answers["second_address"].value == "jo.private@example.org"


def test_a_whole_form_is_complete_at_once_and_its_phone_number_is_not_repeated(desk):
    (received,) = desk.write(COMPLETE)

    assert _case(desk).status is Status.IN_REVIEW
    assert "0123" not in received.text


def test_staff_are_asked_for_their_department(desk):
    (letter,) = desk.write(COMPLETE.replace("Role: graduate", "Role: staff").replace("Student", "Staff"))

    assert _items(letter.text) == ["Which department do you work in, or are you a guest of?"]


def test_a_reason_of_its_own_is_understood(desk):
    desk.write(COMPLETE.replace("I forgot my password", "account locked"))

    assert _case(desk).answers["reason"].value == ("account_locked",)


@pytest.mark.parametrize(
    ("question", "link"),
    [
        ("When do I have to pay the tuition fees?", "https://registry.university.example/contact"),
        ("Where do I find my exam results?", "https://www.university.example/schools"),
    ],
)
def test_other_matters_are_sent_to_other_offices(desk, question, link):
    (letter,) = desk.write(question, Subject="a question")

    assert link in letter.text


def test_its_own_letter_says_what_to_do_with_the_account(desk):
    desk.write(COMPLETE)
    act(desk.app, _case(desk).reference, StaffClosed(Outcome.RECOVERED), by="sam")
    (letter,) = desk.run()

    assert "hardware key" in letter.text
    assert "API token" not in letter.text


def test_nobody_is_reminded_on_a_weekend(desk):
    desk.now += timedelta(days=3)  # Thursday
    desk.write("I forgot my password.")

    assert _case(desk).due_at == desk.now + timedelta(days=4)  # two business days: Monday


def _case(desk):
    with desk.app.read() as uow:
        (case,) = uow.views.cases()
    return case
