"""Where a line break ends a sentence, and where it was made by a program that wraps long lines."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.reading.fresh import lay_out
from mailflow.core.text import Line, Mark

SHIPPED = load(shipped("config.toml"))
WRAPPED = "This line goes on as far as most of the mail programs let one line go on"
TOO_LONG = f"{WRAPPED} wrap it, and much further"


def broken(*lines):
    """The lines that end a sentence by ending, the last one left out."""
    terms = SHIPPED.lexicon.answers.terms(SHIPPED.policy.form)
    fresh = lay_out([Line(text, Mark.FRESH, number) for number, text in enumerate(lines, 1)], terms)
    return [number for number, start in enumerate(fresh.starts[1:]) if start - 1 in fresh.hard]


@pytest.mark.parametrize(
    ("lines", "ends"),
    [
        ((WRAPPED, "wrap it"), []),
        ((WRAPPED, "wrap it here", "and a third"), [0, 1]),
        (("My phone broke", WRAPPED, "wrap it. It does so again at the end"), [0]),
        (("My phone broke after a fall from the table, and this", WRAPPED, "wrap it. So it does"), []),
        ((WRAPPED, "wrap it.", "and a third, and more"), []),
        ((TOO_LONG, "and a second"), [0]),
        (
            (
                f"example.org/{'x' * 90}",
                "and a line that stands below a link, which nobody could wrap at all",
            ),
            [],
        ),
        (("small letters", "short lines"), [0]),
        (("small letters,", "short lines"), []),
        (("my account", "is jdoe_42"), []),
        (("短い行", "and a second"), []),
        (("我的手机丢了，而且我没有任何备用代码了", "可以请你们帮我吗"), [0]),
    ],
    ids=range(12),
)
def test_a_break_made_by_hand_ends_a_sentence(lines, ends):
    assert broken(*lines) == ends


@pytest.mark.parametrize(
    "left_open",
    [
        "i will certainly not",
        "if you fix it",
        "if you fix it and do not lose it",
        "i have read all of it and",
        "my boss",
        "they want that i",
    ],
)
def test_what_is_left_open_goes_on_in_the_next_line(left_open):
    assert broken(left_open, "agree to the code of conduct") == []


@pytest.mark.parametrize(
    "closed", ["i do not have them", "codes none", "codes - none", "not today. all right", "my boss lost it"]
)
def test_what_has_met_its_verb_or_its_thing_is_not_left_open(closed):
    assert broken(closed, "agree to the code of conduct") == [0]
