"""Projects that nothing announces, beside what is done with them."""

from dataclasses import replace

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import mark_lines

CONFIG = load(shipped("config.toml"))


def read(text, form=CONFIG.policy.form):
    lines = mark_lines(text, CONFIG.lexicon.text)
    reading = read_answers(lines, form, None, CONFIG.lexicon.answers, "jo@example.org")
    return {key: answer.value for key, answer in reading.answers.items()}


def test_a_word_like_nothing_but_a_name_behind_publishing_is_a_project():
    assert read("We publish a fix for blorping. My user name is jdoe.")["projects"] == ("blorping",)


@pytest.mark.parametrize(
    "text",
    [
        "I want to publish a fix for my own blorping. My user name is jdoe.",  # "my own …ing" is what they do
        "We publish a release of pypi. My user name is jdoe.",
        "We publish releases of myfile.py. My user name is jdoe.",
    ],
)
def test_a_word_that_is_a_common_one_the_service_or_a_file_is_none(text):
    assert "projects" not in read(text)


def test_a_service_whose_name_is_an_everyday_word_is_read_like_any_other():
    form = replace(CONFIG.policy.form, service="Project")
    text = "It is about a program that my nephew put on the site for me, as blorping."
    assert "username" not in read(text, form)


def test_an_address_that_is_given_counts_before_the_one_that_they_write_from():
    text = """My mailbox jo@old.example.org is gone. Please change it to jo@new.example.org.
You can also reach me at the address I write from."""
    assert read(text)["contact_email"] == "jo@new.example.org"
