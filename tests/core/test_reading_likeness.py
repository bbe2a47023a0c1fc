"""Account names that nothing announces but that are made of their writer's own name."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.reading.likeness import Writer, is_initialled, is_made_of, words_of_writer
from mailflow.core.text import mark_lines

CONFIG = load(shipped("config.toml"))
TERMS = CONFIG.lexicon.answers.terms(CONFIG.policy.form)


def name_read(text, *, address="g.tosi@example.org", name="Ginevra Tosi", asked=None):
    lines = mark_lines(text, CONFIG.lexicon.text)
    reading = read_answers(lines, CONFIG.policy.form, asked, CONFIG.lexicon.answers, address, name)
    return reading.answers["username"].value if "username" in reading.answers else None


@pytest.mark.parametrize(
    ("address", "name", "words"),
    [
        ("g.tosi@example.org", "Ginevra Tosi", {"ginevra", "tosi"}),
        ("info@example.org", "", set()),
        ("jdoe@example.org", "José Núñez", {"jdoe", "jose", "nunez"}),
        ("", "Al O.", set()),
    ],
)
def test_the_words_of_a_writer_are_those_of_both_names_but_everyday_ones(address, name, words):
    assert words_of_writer(TERMS, Writer(address, name)) == words


@pytest.mark.parametrize(
    ("word", "is_own"),
    [
        ("gtosi", True),
        ("tosi", False),  # a name as it stands signs a mail
        ("ginevra_t", True),
        ("bae2", False),
        ("hwbae", True),
        ("baehw", True),
        ("xbaex", False),  # three letters count at either end only
        ("rondine", False),
    ],
)
def test_a_word_is_made_of_a_name_that_it_holds_and_more(word, is_own):
    assert is_made_of(word, {"ginevra", "tosi", "bae"}) == is_own


def test_a_name_like_the_writers_is_read_where_nothing_announces_it():
    assert name_read("Hello, my security key broke. sono gtosi, manutentrice.") == "gtosi"
    assert name_read("It's about gin_tosi: I lost my phone.") == "gin_tosi"
    assert name_read("It's about gin_tosi: I lost my phone.", name="", address="me@example.org") == "gin_tosi"


def test_two_words_that_a_language_has_are_a_name_where_one_is_the_writers():
    text = "It's about milo_bakes: I lost my phone."
    assert name_read(text, name="Milo", address="m@example.org") == "milo_bakes"
    assert name_read(text, name="Ann", address="a@example.org") is None


def test_of_two_names_that_are_as_likely_the_writers_own_counts():
    assert name_read("I lost the second factor of gtosi. On PyPI (rondinelle) is my work.") == "gtosi"
    assert name_read("User name: gtosi. It is published as rondinelle.") == "gtosi"


def test_a_guess_and_a_project_are_no_name():
    assert name_read("Was it tosia? gtosi? Neither works, I lost the name.") is None
    assert name_read("I lost my phone. My packages: gtosi-tools and others") is None
    assert name_read("Any news of gtosi?", asked=("username_or_registered_email",)) == "gtosi"


def test_a_name_and_an_initial_are_no_word_of_dictionaries():
    hale = {"address": "corvin.hale@example.org", "name": "Corvin Hale"}
    assert (
        name_read("I closed my mailbox without a thought for PyPI, where chale is tied to it.", **hale)
        == "chale"
    )
    assert name_read("I closed my mailbox without a thought for PyPI, where a whale is.", **hale) is None


@pytest.mark.parametrize(
    ("word", "is_one"), [("jdoe", True), ("doej", True), ("doe", False), ("adoe", False)]
)
def test_which_words_are_a_name_and_an_initial(word, is_one):
    assert is_initialled(word, {"jane", "doe"}) == is_one


def test_where_no_name_is_missing_only_the_writers_own_is_one():
    assert name_read("Any news of gtosi?", asked=("reason",)) == "gtosi"
    assert name_read("Any news of rond_inelle?", asked=("reason",)) is None


def test_names_without_letters_are_made_of_nobodys():
    words = frozenset({"natalia", "brzezicka"})
    assert not is_made_of("4711815", words)
    assert not is_made_of("_", words)


def test_where_no_name_is_missing_only_the_writers_own_is_read():
    text = "Any news of otterfold_x, the account? I am gtosi at PyPI."
    assert name_read(text, asked=["recovery_codes"]) == "gtosi"
    assert (
        name_read("At school everybody said Gtosi to me, and my account waits.", asked=["recovery_codes"])
        is None
    )
