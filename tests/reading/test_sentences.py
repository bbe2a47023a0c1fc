"""Each sentence of `sentences/*.toml` is read as it says."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.intent import read_wish
from mailflow.core.phrases import words_of
from mailflow.core.wish import Intent
from tests.reading.sentences import FOLDER, lines_of, plain, read, reading_of, sentences

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


def test_nobody_who_says_something_is_taken_for_a_machine():
    """Of the sentences that hold words of machines' mail; the others cannot be."""
    intent, form = CONFIG.lexicon.intent, CONFIG.policy.form
    taken = []
    for sentence in sentences(*sorted(FOLDER.glob("*.toml"))):
        labels = {hit.label for hit in intent.phrases.find(words_of(sentence.text))}
        if sentence.says and labels & {"unattended", "away"}:
            lines, reading = lines_of(sentence), reading_of(sentence, CONFIG)
            for in_case in (False, True):
                wish = read_wish(lines, "", reading, (), intent, in_case=in_case, form=form)
                taken += [f"{sentence.where}: {wish.words}"] if wish.intent is Intent.UNATTENDED else []
    assert not taken, "\n".join(taken)


def test_no_word_list_holds_the_name_of_the_service():
    service = CONFIG.policy.form.service.lower()
    terms = CONFIG.lexicon.answers.terms(CONFIG.policy.form)

    assert terms.is_service(service), "a phrase with the service's name makes it a word like any other"
