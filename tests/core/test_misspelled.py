"""A word with a typing error is put right, if there is but one slip and but one word it can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.reading.misspelled import Misspelled, Words, list_of
from mailflow.core.text import Line, Mark
from mailflow.core.wordlist import lines

ALL = (
    "accept",
    "agree",
    "agreed",
    "device",
    "devise",
    "item",
    "not",
    "recover",
    "time",
    "wanting",
    "waiting",
)
GERMAN = ("nicht", "verloren", "verliere")
RUSSIAN = ("потеряла", "правила")
MISSPELLED = Misspelled(
    {
        list_of("en", Words.ALL): lines(ALL),
        list_of("en", Words.THINGS): lines(["password", "passwords"]),
        list_of("en", Words.LITTLE): lines(["with"]),
        list_of("de", Words.ALL): lines(GERMAN),
        list_of("es", Words.ALL): lines(["recuperación", "recuperacion"]),
        list_of("ru", Words.ALL): lines(RUSSIAN),
    },
    {"en": "along time\ta long time\nwating\twaiting\nadres\taddress\n", "de": "nciht\tnicht\n"},
    {"time", "along", "adres"}.__contains__,
)


@pytest.mark.parametrize(
    ("word", "language", "meant"),
    [
        ("agre", "en", "agree"),  # a letter that was doubled
        ("acceptt", "en", "accept"),
        ("aceppt", "en", ""),  # two slips
        ("nto", "en", "not"),  # changed places
        ("tmie", "en", "time"),
        ("emit", "en", ""),
        ("itme", "en", "item"),  # rather than "time", as the first letter is seldom wrong
        ("accpt", "en", "accept"),  # left out
        ("tme", "en", ""),  # too short for that
        ("accwpt", "en", "accept"),  # the key beside it
        ("accqpt", "en", ""),
        ("devixe", "en", ""),  # far from "c" and from "s"
        ("devie", "en", ""),  # device or devise
        ("wating", "en", ""),
        ("pasxword", "en", "password"),  # any letter of a thing
        ("passwrds", "en", "passwords"),
        ("wirh", "en", "with"),
        ("time", "en", ""),
        ("agree", "en", ""),
        ("xccept", "en", ""),
        ("nihct", "de", "nicht"),
        ("verlorn", "de", ""),  # another form of it
        ("verlkren", "de", "verloren"),
        ("pasword", "de", "password"),  # borrowed
        ("recuperasion", "es", "recuperación"),
        ("потирялa", "ru", ""),
        ("потиряла", "ru", "потеряла"),
        ("потерял", "ru", ""),
        ("провила", "ru", "правила"),
    ],
)
def test_one_slip_is_put_right(word, language, meant):
    assert MISSPELLED.meant(word, (language,))[0] == meant


def test_frequent_errors_are_those_of_the_language():
    assert MISSPELLED.frequent("wating", ("de", "en")) == {"wating": "waiting"}
    assert MISSPELLED.frequent("along", ("en",)) == {"along time": "a long time"}
    assert MISSPELLED.frequent("nciht", ("en",)) == {}
    assert MISSPELLED.frequent("agree", ("en",)) == {}


def test_a_word_of_some_language_is_an_error_only_in_text_of_one():
    assert MISSPELLED.frequent("adres", ("en",)) == {"adres": "address"}
    assert MISSPELLED.frequent("adres", ("en", "nl")) == {}


@pytest.mark.parametrize(
    ("word", "may_be"),
    [("agre", True), ("time", False), ("along", True), ("x1y2", False), ("no", False), ("a" * 21, False)],
)
def test_only_a_word_that_no_list_has_may_be_wrong(word, may_be):
    assert MISSPELLED.may_be([word]) == ({word} if may_be else set())


@given(st.text(max_size=30))
def test_what_is_meant_is_a_word_of_about_the_length(word):
    meant, _ = MISSPELLED.meant(word, ("en",))

    assert not meant or abs(len(meant) - len(word)) <= 1


def test_the_first_word_of_an_error_of_two_words_is_none_by_itself():
    misspelled = Misspelled({}, {"en": "code off\tcode of\n"}, frozenset({"code"}).__contains__)

    assert misspelled.may_be(["code", "agre"]) == {"code", "agre"}
    assert not misspelled.may_stand("code", "i agre to the code of conduct")
    assert misspelled.may_stand("code", "i agree to the code off conduct")
    assert misspelled.may_stand("agre", "i agre to the code of conduct")


def test_no_more_than_so_many_words_are_kept(monkeypatch):
    monkeypatch.setattr("mailflow.core.reading.misspelled._KEPT", 2)
    misspelled = Misspelled({list_of("en", Words.ALL): "agree\n"}, {}, frozenset().__contains__)

    for word in ("agre", "agrree", "argee", "xyz", "agre"):
        assert misspelled.may_be([word])
        assert misspelled.meant(word, ("en",))[0] == ("" if word == "xyz" else "agree")


CONFIG = load(shipped("config.toml"))


def _read(text: str):
    given_lines = [Line(line, Mark.FRESH, number) for number, line in enumerate(text.split("\n"), start=1)]
    return read_answers(given_lines, CONFIG.policy.form, None, CONFIG.lexicon.answers, "jo@example.org")


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("Hello,\nI acept the code of condcut.", "code_of_conduct", "acept the code of condcut"),
        ("I AGRE WITH THE CODE OF CONDUCT.", "code_of_conduct", "AGRE WITH THE CODE OF CONDUCT"),
    ],
)
def test_what_was_read_is_told_as_it_was_written(text, field, words):
    answer = _read(text).answers[field]

    assert answer.value is True
    assert words in answer.words
    line = text.split("\n")[answer.line - 1]
    assert line[answer.start : answer.end] == answer.words


def test_a_name_stays_as_it_is_written():
    answers = _read("My packages are reqeusts and mail-rlay. I lost my phoen.").answers

    assert answers["projects"].value == ("reqeusts", "mail-rlay")
    assert answers["reason"].value == ("lost_2fa",)


@pytest.mark.parametrize(
    "text", ["I ama loosing it, looſing.", "acept aceptſ, verifyedſ verifyed", "agrrees agrreeſ"]
)
def test_letters_that_are_another_one_but_for_their_case_do_no_harm(text):
    assert _read(f"My package is reqeusts-x, {text}") is not None


def test_capital_letters_are_a_name_or_an_abbreviation_unless_all_of_a_line_is_written_in_them():
    assert "reason" in _read("MY PHONE WAS STOLENN IN A PARK.").answers
    assert "reason" not in _read("My phone was STOLENN in a park.").answers
    assert "code_of_conduct" not in _read("Regards, Jo Agrree").answers
