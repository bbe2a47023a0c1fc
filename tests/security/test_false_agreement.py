"""No agreement is taken that nobody gave: of a form left as it is, of words struck out or unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailflow.core.case import Status
from tests.world import INCOMPLETE

DAY = timedelta(days=1)
AGREEMENTS = {"code_of_conduct", "acknowledges_delay"}
LEFT_AS_IT_IS = [
    "yes / no", "no / yes", "yes/no", "Yes | No", "yes, no", "yes - no", "yes or no", "y/n", "[yes] [no]", "(yes) (no)",
    "yes ( ) no ( )", "[ ] yes [ ] no", "I agree / I do not agree", "agree / disagree", "ja / nein", "oui / non",
]  # fmt: skip
UNSEEN = [
    "<s>{}</s>",
    "<del>{}</del>",
    "<span style='text-decoration: line-through'>{}</span>",
    "<span style='opacity:0'>{}</span>",
    "<span style='display:none'>{}</span>",
]
STRUCK_IN_HTML = [
    "<s>{}</s>",
    "<strike>{}</strike>",
    "<del>{}</del>",
    '<span style="text-decoration:line-through">{}</span>',
]
TICKED_NO = ["( ) yes (x) no", "[ ] yes [x] no", "yes [ ] no [x]", "no [x] yes [ ]", "no [x]"]
GIVEN = ["yes, no problem", "yes / I agree", "yes, and no codes are left", "[x] yes / [ ] no"]


def agreed(world):
    answers = world.case().answers
    return {key for key in AGREEMENTS & set(answers) if answers[key].value is True}


@pytest.mark.parametrize("value", LEFT_AS_IT_IS)
def test_a_form_that_was_left_as_it_is(world, value):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    world.answer(letter, f"Code of Conduct: {value}\n\nWaiting time: {value}")
    assert agreed(world) == set()


@pytest.mark.parametrize("hidden", UNSEEN)
def test_words_that_are_struck_out_or_that_nobody_sees(world, hidden):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    words = hidden.format("Code of Conduct: I agree<br>Waiting time: yes")
    world.answer(letter, f"<p>Please help me.</p><p>{words}</p>", Content_Type="text/html")
    assert agreed(world) == set()


@pytest.mark.parametrize("struck", STRUCK_IN_HTML)
def test_words_whose_strike_the_plain_text_beside_the_html_cannot_show(world, struck):
    """As Gmail and others write what somebody has struck out into the plain text without a mark."""
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    body = f"--b\n\nYes to all.\n\nOr rather not.\n--b\nContent-Type: text/html\n\n<p>{struck.format('Yes to all.')}</p><p>Or rather not.</p>\n--b--"
    world.answer(letter, body, Content_Type='multipart/alternative; boundary="b"')
    assert agreed(world) == set()


def test_boxes_that_the_plain_text_beside_the_html_cannot_show(world):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    words = "I agree to follow the Code of Conduct"
    body = f"--b\n\n{words}\n--b\nContent-Type: text/html\n\n<p><input type=checkbox> {words}</p>\n--b--"
    world.answer(letter, body, Content_Type='multipart/alternative; boundary="b"')
    assert agreed(world) == set()


@pytest.mark.parametrize("text", ["~~Yes to all.~~\nLater.", "2. ~~yes~~\n3. ~~yes~~"])
def test_words_that_are_struck_out_as_markdown_has_it(world, text):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    world.answer(letter, text)
    assert agreed(world) == set()
    assert "~~" in world.handled[-1].body.fresh  # who decides sees them


@pytest.mark.parametrize("value", TICKED_NO)
def test_a_tick_beside_a_no(world, value):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    world.answer(letter, f"Code of Conduct: {value}\nRecovery codes: {value}\n")
    assert agreed(world) == set()
    codes = world.case().answers.get("recovery_codes")  # "Recovery codes: no" has none
    assert codes is None or codes.value == "never_generated_or_lost"


@pytest.mark.parametrize("value", TICKED_NO)
def test_a_tick_beside_a_no_is_no_yes_to_the_next_question(world, value):
    (letter,) = world.write(f"{INCOMPLETE} My recovery codes are lost.", sender="jo@example.org")
    for label in ("Code of Conduct: ", "1. ", ""):
        world.answer(letter, f"{label}{value}")
        assert agreed(world) == set()


@pytest.mark.parametrize("value", GIVEN)
def test_a_yes_that_has_a_no_beside_it_is_one(world, value):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    world.answer(letter, f"Code of Conduct: {value}\n")
    assert agreed(world) == {"code_of_conduct"}


def test_answers_to_several_questions_in_a_line(world):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    world.answer(letter, "Recovery codes: lost, Code of Conduct: yes, Waiting time: no")
    assert agreed(world) == {"code_of_conduct"}


@pytest.mark.parametrize(
    "told", ["Jo Doe reacted to your message:", "Jo Doe hat auf Ihre Nachricht reagiert:"]
)
def test_a_tap_on_our_letter(world, told):
    """As Outlook sends it: a thumb under a letter of several questions answers none of them."""
    (letter,) = world.write(f"{INCOMPLETE} My recovery codes are lost.", sender="jo@example.org")
    world.answer(
        letter,
        f"{told}\n\n\N{THUMBS UP SIGN}\n\n________________________________\nFrom: PyPI\nSent: Monday\nTo: Jo\nSubject: x\n",
    )
    assert agreed(world) == set()


# ---------------------------------------------------------------------- by the number, or the yes, of another letter


def test_an_older_letter_is_answered_by_its_own_numbers(world):
    (first,) = world.write("I lost my phone with the authenticator.")
    world.answer(first, "My user name is jdoe42.")
    world.answer(
        first, "2. yes, lost"
    )  # the recovery codes; the second letter asks for the code of conduct there
    assert agreed(world) == set()
    assert world.case().answers["recovery_codes"].value == "never_generated_or_lost"
    world.answer(first, "3. yes")
    assert agreed(world) == {"code_of_conduct"}


def test_an_answer_to_an_own_mail_is_one_to_the_letter_before_it(world):
    (first,) = world.write("I lost my phone with the authenticator.")
    world.answer(first, "My user name is jdoe42.", Message_ID="<mine@mail.example.org>")
    thread = f"<{first.message_id}> <mine@mail.example.org>"
    world.answer(first, "2. yes", In_Reply_To="<mine@mail.example.org>", References=thread)
    assert agreed(world) == set()


def test_a_letter_that_was_held_back_has_asked_nothing(world):
    """The numbers are those of the last letter that the person has."""
    (letter,) = world.write("I lost my phone with the authenticator.")
    for number in range(world.config.policy.letters_per_day - 1):
        (letter,) = world.answer(letter, f"Reason: lost my {'password' if number % 2 else 'phone'}.")
    assert world.answer(letter, "User name: jdoe42") == []
    for _ in range(2):
        assert world.write("2. yes, lost", to=letter.reply_to) == []
        assert world.answer(letter, "2. yes, lost") == []
    assert agreed(world) == set()
    assert world.case().answers["recovery_codes"].value == "never_generated_or_lost"


@pytest.mark.parametrize("words", ["Yes", "Yes to all", "1. yes", "Yes, I understand."])
@pytest.mark.parametrize("told", ["", "Code of Conduct: yes. Recovery codes: lost. "], ids=["three", "one"])
def test_a_letter_that_asks_nothing_is_agreed_to_in_vain(world, words, told):
    (first,) = world.write(INCOMPLETE)
    asking, warning = world.answer(first, f"{told}My project is tidecalc. My password is hunter2-Xyz!9.")
    before = agreed(world)
    world.answer(warning, words)
    assert agreed(world) == before
    world.answer(asking, "Yes to all")
    assert agreed(world) == AGREEMENTS


def test_a_case_that_was_withdrawn_agrees_to_nothing_by_a_yes_to_the_letter_that_says_so(world):
    (letter,) = world.write(f"{INCOMPLETE} My recovery codes are lost.")
    (withdrawn,) = world.answer(letter, "Please cancel my request, I got back in.")
    world.answer(withdrawn, "Yes")
    assert agreed(world) == set()


@pytest.fixture
def closed(world):
    """The letter that closed a case in which one agreement is open."""
    world.write(
        f"{INCOMPLETE} My recovery codes are lost. I understand that it takes a significant amount of time."
    )
    world.wait(31 * DAY)
    closed = [letter for letter in world.sent if letter.recipient == "jo@example.org"][-1]
    assert "We closed your request" in closed.subject
    return closed


@pytest.mark.parametrize(
    "words",
    [
        "Yes",
        "yes!",
        "Yes, please.",
        "Yes, I still need you.",
        "Yes please reopen it",
        "Ja",
        "👍",
        "ok",
        "Yes yes",
        "Sure",
    ],
)
@pytest.mark.parametrize("threaded", [True, False], ids=["", "where no letter can be told"])
def test_a_yes_to_the_letter_that_closed_a_case_opens_it_and_agrees_to_nothing(
    world, closed, words, threaded
):
    """It asks "Do you still need us?" before it says what is open."""
    fields = {} if threaded else {"In_Reply_To": "<other@amazonses.example>"}
    [again] = world.answer(closed, words, **fields)
    assert agreed(world) == {"acknowledges_delay"}
    assert world.case().status is Status.AWAITING_ANSWERS
    assert "is open again" in again.text
    world.answer(again, "Yes")
    assert agreed(world) == AGREEMENTS


@pytest.mark.parametrize(
    "words",
    [
        "Yes to all",
        "yes to 1",
        "1. yes",
        "I agree",
        "Yes, I agree",
        "Yes, I still need you. I agree to the Code of Conduct.",
    ],
)
def test_who_says_to_what_they_say_yes_agrees_to_it_there(world, closed, words):
    [received] = world.answer(closed, words)
    assert agreed(world) == AGREEMENTS
    assert "is open again" in received.text


def test_a_yes_to_a_reminder_before_it_answers_what_that_asked(world, closed):
    reminder = [letter for letter in world.sent if "waiting for your answer" in letter.subject][-1]
    world.answer(reminder, "Yes")
    assert agreed(world) == AGREEMENTS


def test_where_no_letter_can_be_told_what_was_asked_last_counts(world):
    """A way out may give our letters other Message-IDs."""
    (letter,) = world.write(f"{INCOMPLETE} My recovery codes are lost.")
    world.answer(letter, "Yes to all", In_Reply_To="<other@amazonses.example>")


TAKEN_BACK = [
    'I refuse: "I agree to follow the PSF Code of Conduct"', 'Write "yes" or "I agree"', "Yes to all (just kidding)", "yes to all\n\njust kidding, no",
    "I agree to all of it (not)", "Yes to all. No, wait.", "Yes, I have read it. I don't accept it.", "Fine. I give up.", "Very well, goodbye",
    "Yes to all.\n\nP.S. I changed my mind.", "Ja klar, nie im Leben", "Ik ga akkoord, niet", "はい、読みました。同意はしません",
]  # fmt: skip
NOT_TAKEN_BACK = [
    "Yes to all. No kidding.",
    "Yes to all, no question.\n\nGoodbye",
    "Yes to all.\n\nP.S. I did not see the boxes.",
]


@pytest.mark.parametrize("words", TAKEN_BACK)
def test_a_yes_that_what_stands_around_it_takes_back(world, words):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    world.answer(letter, words)
    assert agreed(world) == set()


@pytest.mark.parametrize("words", NOT_TAKEN_BACK)
def test_a_yes_beside_a_no_that_is_about_nothing(world, words):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    world.answer(letter, words)
    assert agreed(world) == AGREEMENTS
