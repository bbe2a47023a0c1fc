"""Each sentence of `sentences/*.toml` is read as it says."""

import pytest

from mailflow.config import load, shipped
from tests.reading.sentences import plain, read, sentences

CONFIG = load(shipped("config.toml"))


@pytest.mark.parametrize("sentence", [pytest.param(one, id=one.where) for one in sentences() if not one.open])
def test_it_is_read_as_it_says(sentence):
    got = read(sentence, CONFIG)
    assert sentence.is_right(got), f"{sentence.text!r} reads {plain(got)}"


def test_no_word_list_holds_the_name_of_the_service():
    service = CONFIG.policy.form.service.lower()
    terms = CONFIG.lexicon.answers.terms(CONFIG.policy.form)

    assert terms.is_service(service), "a phrase with the service's name makes it a word like any other"
