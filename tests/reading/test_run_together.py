"""A form whose lines a mail program ran together says what it says, wherever the program broke them again."""

import textwrap
from itertools import product

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import Line, Mark
from tests.reading.sentences import Sentence, read

CONFIG = load(shipped("config.toml"))
LABELS = ("PyPI Username", "Reason for request", "Recovery Codes", "Code of Conduct", "Acknowledgement")
STATEMENTS = (
    "I never generated or have lost access to the recovery codes for my account",
    "I agree to follow the PSF Code of Conduct",
    "I understand that it may take a significant amount of time to process my account recovery request.",
)
SAYS = {"recovery_codes": "never_generated_or_lost", "code_of_conduct": True, "acknowledges_delay": True}
LAID_OUT = {
    "colons": "{}: {}",
    "headings": "### {} {}",
    "bare": "{} {}",
    "items": "### {} - {}",
}


def form(way, name, reason, ticks):
    boxes = [f"[{tick}] {statement}" for tick, statement in zip(ticks, STATEMENTS, strict=True)]
    values = zip(LABELS, (name, reason, *boxes), strict=True)
    return " ".join(LAID_OUT[way].format(label, value) for label, value in values)


@pytest.mark.parametrize("width", [0, 56, 64, 70, 72, 76])
@pytest.mark.parametrize("way", LAID_OUT)
def test_it_says_what_it_says_on_one_line_and_broken_anywhere(way, width):
    for name, reason, ticks in product(
        ("jdoe_k", "(jdoe_k)"),
        ("I forgot my password", "my old laptop died as well as the phone with the authenticator"),
        product("x ", repeat=3),
    ):
        text = form(way, name, reason, ticks)
        text = "\n".join(textwrap.wrap(text, width)) if width else text
        category = "lost_password" if "password" in reason else "lost_2fa"
        ticked = {key: value for tick, (key, value) in zip(ticks, SAYS.items(), strict=True) if tick == "x"}
        assert read(Sentence(text, {}), CONFIG) == {
            "username": "jdoe_k",
            "reason": (category,),
            **ticked,
        }


def test_a_value_keeps_where_it_stood():
    lines = [Line(form("colons", "jdoe_k", "I forgot my password", "xxx"), Mark.FRESH, 1)]
    answers = read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers).answers
    assert [answers["username"].line, answers["code_of_conduct"].line] == [1, 1]
    for key in ("username", "code_of_conduct"):
        one = answers[key]
        assert lines[0].text[one.start : one.end].strip() == one.words


def test_a_value_behind_a_break_stands_in_the_next_line():
    text = f"PyPI Username:\njdoe_k Reason for request: lost phone Code of Conduct: [x] {STATEMENTS[1]}"
    lines = [Line(part, Mark.FRESH, number) for number, part in enumerate(text.split("\n"), 1)]
    answers = read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers).answers
    name, agreed = answers["username"], answers["code_of_conduct"]
    assert (name.value, name.line, name.start, name.end) == ("jdoe_k", 2, 0, 6)
    assert lines[1].text[agreed.start : agreed.end] == agreed.words


def test_words_behind_the_last_statement_are_the_persons():
    text = f"{form('bare', 'jdoe_k', 'I forgot my password', 'x x')} I do not agree to the code of conduct."
    assert read(Sentence(text, {}), CONFIG)["code_of_conduct"] is False


def test_a_box_without_a_statement_of_ours_parts_nothing():
    lines = [Line("The page shows me Reason: [ ] other", Mark.FRESH, 1)]
    assert read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers).answers == {}
