"""What quoted questions ask for, and what yes and no say to them. Single answers: `tests/reading/sentences/quoted.toml`."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import mark_lines

CONFIG = load(shipped("config.toml"))
CODES, CONDUCT, DELAY = "recovery_codes", "code_of_conduct", "acknowledges_delay"
LOST = "never_generated_or_lost"


def read(text, *asked):
    lines = mark_lines(text, CONFIG.lexicon.text)
    reading = read_answers(lines, CONFIG.policy.form, asked, CONFIG.lexicon.answers)
    return {key: answer.value for key, answer in reading.answers.items()}


@pytest.mark.parametrize(
    ("quoted", "answers"),
    [
        # The numbers of the letter that is quoted, with lines of explanation between them.
        ("> 1. Do you know that it takes long?\n> Really long.\n>\n> We are few.\n> 2. Do you agree to the CoC?", {DELAY: True, CONDUCT: False}),
        # Numbers that go on from somewhere else, or skip one, are no order of questions.
        ("> 2. Do you know that it takes long?\n> 3. Do you agree to the CoC?", {CONDUCT: True, DELAY: False}),
        ("> 1. Do you know that it takes long?\n> 3. Do you agree to the CoC?", {DELAY: True}),
        # The letter that is quoted first counts, not the one that it quotes.
        ("> 1. Do you know that it takes long?\n> 2. Do you agree to the CoC?\n>> 1. Do you agree to the CoC?", {DELAY: True, CONDUCT: False}),
        # Asked twice, or of nothing that is known: the order is that of our own letter.
        ("> 1. Do you agree to the CoC?\n> 2. Do you really agree to the CoC?", {CONDUCT: True, DELAY: False}),
        ("> 1. How are you?\n> 2. Do you agree to the CoC?", {CONDUCT: True, DELAY: False}),
    ],
)  # fmt: skip
def test_numbers_are_those_of_the_quoted_letter(quoted, answers):
    assert read(f"1. yes\n2. no\n\n{quoted}\n", CONDUCT, DELAY) == answers


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("Do you still have recovery codes?", "has_codes", LOST),
        ("Have you lost your recovery codes?", LOST, "has_codes"),
        # What tells neither is answered as our own question is: by yes alone.
        ("What about the recovery codes?", LOST, None),
        ("Are your recovery codes lost, or did you never have any?", LOST, None),
    ],
)
def test_yes_and_no_are_said_to_the_words_of_the_question(question, yes, no):
    assert read(f"> {question}\nyes", CODES).get(CODES) == yes
    assert read(f"> {question}\nno", CODES).get(CODES) == no


def test_a_question_that_names_only_a_label_is_known_by_it():
    quoted = "> 1. Which new address may we use?\n> 2. And the user name?"
    answers = read(f"1. jo@example.org\n2. jdoe\n\n{quoted}", "username_or_registered_email", "contact_email")
    assert answers == {"contact_email": "jo@example.org", "username": "jdoe"}
    assert read("jdoe\n\n> 1. Your hat?", "contact_email") == {}


def test_the_questions_of_a_letter_may_have_letters():
    quoted = "> a) Do you agree to the CoC?\n> b) Do you know that it takes long?"
    assert read(f"a) no\nb) yes\n\n{quoted}\n", CONDUCT, DELAY) == {CONDUCT: False, DELAY: True}


def test_a_question_that_nobody_knows_keeps_its_number():
    quoted = "> 1. Do you agree to the CoC?\n> 2. Is it raining?\n> 3. Do you know that it takes long?"
    assert read(f"1. yes\n2. no\n3. I do\n\n{quoted}\n", CONDUCT, DELAY) == {CONDUCT: True, DELAY: True}


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Which address shall the account have from now on?", {"contact_email": "jo@example.org"}),
        ("Which e-mail address is registered?", {"registered_email": "jo@example.org"}),
        ("Which project is it?", {}),
    ],
)
def test_an_address_is_read_below_the_question_for_one_even_if_it_was_not_missing(question, answers):
    assert read(f"> {question}\n\njo@example.org\n", CONDUCT) == answers
