"""Our letters are sent as format=flowed (RFC 3676), and come back quoted by programs that know it and by others."""

import textwrap

import pytest

from mailflow.core.case import Status
from mailflow.core.plaintext import unflow
from tests.world import INCOMPLETE

HEAD = "From: PyPI account recovery <recovery@pypi.example>\nSent: Monday, March 2, 2026 9:00 AM\nTo: jo@example.org\nSubject: {}\n\n"
WROTE = "On Mon, Mar 2, 2026 at 9:00 AM PyPI account recovery <recovery@pypi.example> wrote:\n\n"


def sent(letter):
    return letter.message.get_content().replace("\r\n", "\n")


def lines_of(text, sign="> "):
    return "\n".join(f"{sign}{line}" for line in text.split("\n"))


def rewrapped(text):
    return "\n".join(
        "\n".join(textwrap.wrap(line, 74, break_on_hyphens=False)) or "" for line in text.split("\n")
    )


# What a program makes of a letter that it quotes: one that does not know of flowed text, and some that do.
QUOTES = {
    "as it came": lambda letter: WROTE + lines_of(sent(letter)),
    "as it came, without the spaces": lambda letter: WROTE + lines_of(letter.text.replace("\r\n", "\n")),
    "in long lines": lambda letter: WROTE + lines_of(unflow(sent(letter), delsp=False)),
    "rewrapped": lambda letter: WROTE + lines_of(rewrapped(unflow(sent(letter), delsp=False))),
    "unmarked": lambda letter: HEAD.format(letter.subject) + sent(letter),
    "unmarked, in long lines": lambda letter: HEAD.format(letter.subject) + unflow(sent(letter), delsp=False),
}


@pytest.mark.parametrize("kind", ["text/plain; charset=utf-8", "text/plain; charset=utf-8; format=flowed"])
@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
def test_a_letter_that_is_quoted_says_nothing_and_what_stands_above_it_everything(world, quote, kind):
    (asked,) = world.write(INCOMPLETE)
    known = dict(world.case().answers)
    world.answer(asked, f"I will answer tonight.\n\n{quote(asked)}", Content_Type=kind)
    assert world.case().answers == known
    assert world.case().status is Status.AWAITING_ANSWERS
    (received,) = world.answer(asked, f"Yes to all.\n\n{quote(asked)}", Content_Type=kind)
    assert "We have everything we need" in received.subject
    answers = dict(world.case().answers)
    world.answer(received, f"Thank you.\n\n{quote(received)}", Content_Type=kind)
    assert world.case().answers == answers
    assert world.case().status is Status.IN_REVIEW


def with_answers(quoted, *, below):
    """A quote with an answer typed to each question: below it as the program marks lines, or behind it."""
    for told, answer in (
        ("do not send the codes themselves.", "I lost them with my phone."),
        ('Write "yes" or "I agree".', "I agree"),
        ('Write "yes" or "I understand".', "That is fine with me, I understand."),
    ):
        line = next(line for line in quoted.split("\n") if told in line)
        mark = "> " if line.startswith(">") else ""
        quoted = quoted.replace(line, f"{line}\n{mark}{answer}" if below else f"{line.rstrip()} {answer}")
    return quoted


@pytest.mark.parametrize("below", [True, False], ids=["below", "behind"])
@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
def test_what_is_typed_into_the_quote_is_read_beside_its_questions(world, quote, below):
    (asked,) = world.write(INCOMPLETE)
    (received,) = world.answer(asked, f"See my answers.\n\n{with_answers(quote(asked), below=below)}")
    assert "We have everything we need" in received.subject
    answers = world.case().answers
    assert answers["recovery_codes"].value == "never_generated_or_lost"
    assert answers["recovery_codes"].words == "I lost them with my phone."
    assert world.case().status is Status.IN_REVIEW


def test_a_phone_gets_whole_paragraphs(world):
    (asked,) = world.write(INCOMPLETE)
    shown = unflow(sent(asked), delsp=False).split("\n")
    assert 'If your answer to 1, 2 and 3 is yes, just write "yes to all".' in shown
    assert (
        'To answer, simply reply to this mail. Write below each question, or put its number in front, as in "1. my answer".'
        in shown
    )
    assert "   It holds for everyone who uses PyPI:" in shown
    assert all(len(line) <= 73 for line in sent(asked).split("\n"))
