import pytest

from mailflow.core.textwords import Globs, compile_text_words, folded
from tests.core.text_words import LANGUAGES, WORDS


def test_text_is_folded():
    assert folded("  Don’t\tprint this  E-Mail\u00a0ẞ ") == "don't print this email ss"


@pytest.mark.parametrize(
    ("glob", "text", "fits"),
    [
        ("On … wrote:", "on monday jane wrote:", True),
        ("On … wrote:", "on wrote:", False),
        ("On … wrote:", "once upon a time jane wrote:", False),
        ("On … wrote:", "on monday jane wrote", False),
        ("Am … schrieb …:", "am montag schrieb jane:", True),
        ("Am … schrieb …:", "am montag jane:", False),
        ("…写道：", "jane写道：", True),
        ("… wrote on …:", "jane wrote on monday:", True),
        ("Virus-free", "virus-free", True),
        ("Virus-free", "virus-free!", False),
        ("aa…aa", "aaa", False),
    ],
)
def test_globs(glob, text, fits):
    assert Globs([glob]).fit(text) == fits


def test_a_wildcard_may_stand_for_some_words_only():
    globs = Globs(["Sent from my …", "Sent from my very own and dear telephone"])
    assert globs.fit("sent from my very own telephone", most=3)
    assert not globs.fit("sent from my very own telephone", most=2)
    assert globs.fit("sent from my very own and dear telephone", most=2)


def test_what_a_file_leaves_out_it_does_not_know():
    words = compile_text_words({"xx": {}, "yy": {"text": {"to": ["Till"]}}})
    assert words.labels == {"till": "to"}
    assert words.disclaimers.within("this message is confidential") == []


@pytest.mark.parametrize(
    "code", ["de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "zh"]
)
def test_each_language_says_all(code):
    keys = {
        "attributions",
        "from",
        "sent",
        "to",
        "subject",
        "other",
        "original",
        "forwarded",
        "programs",
        "disclaimers",
        "inside",
        "numbered",
        "beside_number",
    }
    assert LANGUAGES[code].keys() == {"text"}
    assert LANGUAGES[code]["text"].keys() == keys
    assert all(LANGUAGES[code]["text"].values())


def test_no_label_has_two_roles():
    for role in ("from", "sent", "to", "subject", "other"):
        for language in LANGUAGES.values():
            assert {WORDS.labels[folded(label)] for label in language["text"][role]} == {role}
