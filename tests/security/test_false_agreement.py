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


@pytest.mark.parametrize("value", GIVEN)
def test_a_yes_that_has_a_no_beside_it_is_one(world, value):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    world.answer(letter, f"Code of Conduct: {value}\n")
    assert agreed(world) == {"code_of_conduct"}


def test_answers_to_several_questions_in_a_line(world):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    world.answer(letter, "Recovery codes: lost, Code of Conduct: yes, Waiting time: no")
    assert agreed(world) == {"code_of_conduct"}
