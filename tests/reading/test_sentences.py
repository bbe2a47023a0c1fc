"""Each sentence of `sentences/*.toml` is read as it says."""

import pytest

from mailflow.config import load, shipped
from tests.reading.sentences import FOLDER, plain, read, sentences

CONFIG = load(shipped("config.toml"))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_each_is_read_as_it_says(file):
    """A test for each file: one for each of thousands of sentences would take longer than reading them."""
    told = [sentence for sentence in sentences(file) if not sentence.open]
    faults = [
        f"{one.where}: {one.text!r} reads {plain(got)}"
        for one in told
        if not one.is_right(got := read(one, CONFIG))
    ]
    assert not faults, "\n".join(faults)


def test_no_word_list_holds_the_name_of_the_service():
    service = CONFIG.policy.form.service.lower()
    terms = CONFIG.lexicon.answers.terms(CONFIG.policy.form)

    assert terms.is_service(service), "a phrase with the service's name makes it a word like any other"
