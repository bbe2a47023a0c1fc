"""No agreement is taken that nobody gave: of a form left as it is, of words struck out or unseen."""

from __future__ import annotations

import pytest

from tests.world import INCOMPLETE

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
