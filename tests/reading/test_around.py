"""What stands around an answer, and says nothing, makes no agreement of it."""

from dataclasses import replace

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.form import Kind
from tests.reading.sentences import Sentence, lines_of, read, sentences

CONFIG = load(shipped("config.toml"))
AGREEMENTS = {field.key for field in CONFIG.policy.form.of_kind(Kind.AGREEMENT)}
STEP = 25  # each so many of the sentences
AROUND = {
    "greeting": "Good morning,\n{}",
    "signature": "{}\n\nKind regards\nJo",
    "thanks": "Hello,\n\n{}\n\nThanks in advance for your help",
    "excuse": "Sorry for the late reply.\n{}",
}


def agreed(said):
    return {key for key, value in said.items() if key in AGREEMENTS and value is True}


@pytest.mark.parametrize("way", AROUND)
def test_nobody_agrees_by_what_they_write_around_it(way):
    for sentence in [one for one in sentences() if not one.open and ">" not in one.text][::STEP]:
        right = set().union(*(agreed(says) for says in (sentence.says, *sentence.others)))
        around = replace(sentence, text=AROUND[way].format(sentence.text))
        assert agreed(read(around, CONFIG)) <= right, around.text


def said(text, asked=("code_of_conduct",), sender="jo@example.org", name=""):
    answers = read_answers(
        lines_of(Sentence(text, {})), CONFIG.policy.form, asked, CONFIG.lexicon.answers, sender, name
    ).answers
    return {key: answer.value for key, answer in answers.items()}


ASKS = "Where do I find the code of conduct?"


@pytest.mark.parametrize(
    ("text", "sender", "name"),
    [
        (f"{ASKS}\n\nKind regards\nYe", "ye.lin@example.org", ""),
        (f"{ASKS}\n\nBest,\nSi", "simon@example.org", ""),
        (f"{ASKS}\nCheers, Jo", "x@example.org", ""),
        (f"{ASKS}\n\nJo", "jo@example.org", ""),
        (f"{ASKS}\n\nJo", "x@example.org", "Jo Doe"),
    ],
)
def test_a_name_that_is_a_yes_somewhere_signs(text, sender, name):
    assert said(text, sender=sender, name=name) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Jo",
        "Jo Doe",
        "Ja Rule",
        "Jan Jo",
        "Jo Doe\nSent from my iPhone",
        "Thanks\nJo",
        "Screenshot attached\n\nJo",
        "Bitte helfen Sie mir.\n\nJo",
        "Hello,\n\nJo Kraft",
        *(
            f"Please help me soon.\n\n{name}"
            for name in ("Ya", "Ano", "Tak", "Si", "Sim", "Oui", "Aye", "Evet", "Ye")
        ),
    ],
)
def test_a_yes_of_another_language_is_a_name_whoever_writes(text):
    assert said(text, sender="x@example.org") == {}


@pytest.mark.parametrize(
    "text",
    ["Ja", "Jo, passt.", "Thanks\nYes", "Obrigado\nSim", "Yes\n\nKind regards\nJo", "Hello,\nYes", "✔"],
)
def test_an_answer_is_no_signature(text):
    assert said(text, sender="x@example.org") == {"code_of_conduct": True}


def test_what_follows_a_greeting_answers_in_order():
    asked = ("recovery_codes", "code_of_conduct", "acknowledges_delay")
    assert said("Good morning,\nNo, yes, yes.", asked) == {
        "recovery_codes": "never_generated_or_lost",
        "code_of_conduct": True,
        "acknowledges_delay": True,
    }


@pytest.mark.parametrize(
    "text",
    [
        "Begrepen, dank\n\nThanks in advance for your help",
        "Sorry for the late reply.\nDobrze, odpiszę jutro",
        "네, 내일요.\nPlease let me know.",
    ],
)
def test_a_line_in_another_language_is_read_in_it(text):
    assert "code_of_conduct" not in said(text, ("recovery_codes", "code_of_conduct", "acknowledges_delay"))


@pytest.mark.parametrize(
    "text", [": a-b-c", "Sure\n: tea-and-toast-x", "User name: jdoe. Sorry\xa0\xa0jdoek", ":", "- "]
)
@pytest.mark.parametrize("asked", [None, ("username_or_registered_email",)])
def test_marks_without_words_before_them_are_read_without_a_fault(text, asked):
    assert "code_of_conduct" not in said(text, asked)
