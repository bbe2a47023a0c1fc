"""Text without stops is read statement by statement, and each value keeps its place in what was written."""

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.reading.dictated import parted
from mailflow.core.text import Line, Mark, mark_lines

CONFIG = load(shipped("config.toml"))
TERMS = CONFIG.lexicon.answers.terms(CONFIG.policy.form)
TEXT = "hi i lost my phone my username is mara_k i have no recovery codes i agree to the code of conduct"


def statements(text):
    lines = [Line(line, Mark.FRESH, number) for number, line in enumerate(text.split("\n"), start=1)]
    return [line.text for line in parted(lines, text, TERMS)]


def test_each_statement_gets_a_stop_and_a_line():
    assert statements(TEXT) == [
        "hi i lost my phone!",
        "my username is mara_k!",
        "i have no recovery codes!",
        "i agree to the code of conduct",
    ]


def test_a_statement_goes_on_in_the_next_line():
    wrapped = TEXT.replace("i have no", "i have\nno").replace("hi i lost", "hi there everybody i lost")
    assert statements(wrapped) == [
        "hi there everybody i lost my phone!",
        "my username is mara_k!",
        "i have",
        "no recovery codes!",
        "i agree to the code of conduct",
    ]


def test_a_statement_that_begins_a_line_ends_the_one_above():
    wrapped = TEXT.replace("mara_k i have", "mara_k\ni have").replace(
        "hi i lost", "hi there everybody i lost"
    )
    assert statements(wrapped)[1:3] == ["my username is mara_k!", "i have no recovery codes!"]


def test_values_keep_their_place():
    lines = mark_lines(f"Hello,\n\n{TEXT}", CONFIG.lexicon.text)
    reading = read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers, "jo@example.org")
    name = reading.answers["username"]
    assert (name.value, name.line) == ("mara_k", 3)
    assert TEXT[name.start : name.end].endswith("mara_k")
    assert "!" not in name.words


def test_who_sets_stops_is_read_by_them():
    text = "I lost the phone I used. My account is the one I made when I was at school and I have no codes I could find."
    assert statements(text) == [text]


def test_what_tells_more_of_a_thing_is_no_statement():
    text = "the reset link goes to a mailbox i cannot open and i know of no other way to get back into the account"
    assert statements(text) == [text]


def test_a_table_and_a_form_stay_as_they_are():
    text = (
        "| my user name is mara_k | i have no recovery codes left at all | i agree to the code of conduct |"
    )
    assert statements(text) == [text]
