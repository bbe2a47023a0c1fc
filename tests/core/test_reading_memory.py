"""What is remembered of mails read before is bounded, and what is forgotten is read no worse."""

from dataclasses import replace

import pytest

from mailflow.config import load, shipped
from mailflow.core import answerwords, intentwords, phrases
from mailflow.core.answers import read_answers
from mailflow.core.intentwords import compile_intent_words, runs_of, spans
from mailflow.core.phrases import compile_phrases, words_of
from mailflow.core.reading import bindingwords, everyday, languages, questions, reader, tokens, vocabulary
from mailflow.core.reading.bindingwords import BindingWords, Binds
from mailflow.core.reading.tokens import Tokens
from mailflow.core.text import mark_lines

TEXTS = [
    ("I lost my phone in İstanbul; my user name is jdoe42.", {"username": "jdoe42", "reason": ("lost_2fa",)}),
    ("Ich habe mein Handy verloren, mein Benutzername ist kasante22.", {"username": "kasante22", "reason": ("lost_2fa",)}),
    ("Mon nom d'utilisateur est mlopez82.", {"username": "mlopez82"}),
]  # fmt: skip


def read(text, form, config):
    lines = mark_lines(text, config.lexicon.text)
    reading = read_answers(lines, form, None, config.lexicon.answers)
    return {key: answer.value for key, answer in reading.answers.items()}


def test_a_text_is_read_alike_whatever_is_forgotten(monkeypatch):
    config = load(shipped("config.toml"))
    limits = {
        vocabulary: ("_MEMO_LIMIT", "_SETS_KEPT"),
        reader: ("_WORDS_KEPT",),
        languages: ("_KEPT",),
        everyday: ("_KEPT",),
        tokens: ("_KEPT",),
    }
    for module, names in limits.items():
        for name in names:
            monkeypatch.setattr(module, name, 1)
    for text, answers in TEXTS * 2:
        assert read(text, config.policy.form, config) == answers


def test_the_languages_that_were_used_longest_ago_are_forgotten(monkeypatch):
    config = load(shipped("config.toml"))
    monkeypatch.setattr(vocabulary, "_SETS_KEPT", 2)
    words = config.lexicon.answers.terms(config.policy.form).vocabulary
    english, german, french = (text for text, _ in TEXTS)
    for text in (english, german, english):
        words.scan(text.lower())
    in_english = words._readers[words.languages(english.lower())]
    words.scan(french.lower())
    assert in_english in words._readers.values()
    assert len(words._readers) == 2


@pytest.mark.parametrize("kept", [1, 2])
def test_no_more_forms_are_kept_than_the_limit(monkeypatch, kept):
    config = load(shipped("config.toml"))
    monkeypatch.setattr(answerwords, "_FORMS_KEPT", kept)
    form = config.policy.form
    words = config.lexicon.answers
    for one in (form, replace(form), replace(form), form):
        assert read(TEXTS[0][0], one, config) == TEXTS[0][1]
        assert words.terms(one) is words.terms(one)
        assert len(words._terms) <= kept


def test_a_phrase_is_found_whatever_words_are_forgotten(monkeypatch):
    monkeypatch.setattr(phrases, "_FORMS_KEPT", 1)
    compiled = compile_phrases({"news": ["any news"]})
    for text in ("any news", "is there any news", "any news"):
        assert [hit.label for hit in compiled.find(words_of(text))] == ["news"]
        assert len(compiled._forms) <= 1


def test_a_binding_phrase_is_found_whatever_words_are_forgotten(monkeypatch):
    monkeypatch.setattr(bindingwords, "_WORDS_KEPT", 1)
    words = BindingWords({"bound": ["once i have", "as soon as"]})
    for low, found in (("i agree as soon as i can", ["as soon as"]), ("once i have it", ["once i have"])):
        cues = words.find(low, Tokens(low, frozenset())).within(0, len(low))
        assert [low[cue.start : cue.end] for cue in cues] == found
        assert {cue.binds for cue in cues} == {Binds.BOUND}
        assert len(words._begun) <= 1


@pytest.mark.parametrize(("kept", "longest"), [(1, 64), (20_000, 4)])
def test_a_name_of_a_secret_is_found_whatever_words_are_forgotten(monkeypatch, kept, longest):
    monkeypatch.setattr(intentwords, "_WORDS_KEPT", kept)
    monkeypatch.setattr(intentwords, "_LONGEST_KEPT", longest)
    names = compile_intent_words([("xx", {"secrets": {"codes": ["recovery code", "コード"]}})]).secret_names
    for text, places in (
        ("my recovery-code", [(3, 16)]),
        ("a (recovery code): x, recoverycodes, recovery", [(3, 16)]),
        ("リカバリーコード", [(5, 8)]),
        ("discovery code", []),
    ):
        begun = names.begun(text, runs_of(text))
        assert spans(text, text, begun.get("codes", {}))[0] == places
        assert len(names) <= kept
        assert all(len(word) <= longest for word in names)


def test_of_words_that_name_no_secret_none_is_kept():
    names = compile_intent_words([("xx", {"secrets": {"password": ["password"]}})]).secret_names
    text = "my password: hunter2! (hunter2), passw0rd-hunter2"
    begun = names.begun(text, runs_of(text))
    text = "my password: hunter2!"
    assert spans(text, text, begun["password"])[0] == [(3, 11)]
    assert list(names) == ["password"]


@pytest.mark.parametrize(("kept", "longest"), [(500, 500), (1, 500), (500, 4)])
def test_a_quoted_question_is_understood_whatever_is_forgotten(monkeypatch, kept, longest):
    monkeypatch.setattr(questions, "_KEPT", kept)
    monkeypatch.setattr(questions, "_LONGEST_KEPT", longest)
    config = load(shipped("config.toml"))
    form, words = config.policy.form, config.lexicon.answers
    for question in ("And the recovery codes?", "Which recovery codes?", "And the recovery codes?"):
        lines = mark_lines(f"> {question}\n\nLost, sadly.\n", config.lexicon.text)
        read = read_answers(lines, form, ("recovery_codes", "username"), words)
        assert read.answers["recovery_codes"].value == "never_generated_or_lost"
        assert read.answers["recovery_codes"].rule == "answer below the question"
        assert len(words.terms(form).questions) <= kept
        assert all(len(one) <= longest for one in words.terms(form).questions)
