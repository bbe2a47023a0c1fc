import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.core import plaintext
from mailflow.core.plaintext import clean_text, unflow


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("nul\0 bell\a esc\x1b[1m csi\x9b1m\ttab", "nul bell esc[1m csi1m\ttab"),
        ("a\xa0b\u202fc\u3000d", "a b c d"),
        ("zero\u200bwidth\ufeff soft\xadhyphen", "zerowidth softhyphen"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("a\u200db", "ab"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        (
            "contrasen\u0303a u\u0302\u0301 \u306f\u309a \u1112\u1161\u11ab\u1100\u1173\u11af",
            "contrase\xf1a \xfb\u0301 \u3071 \ud55c\uae00",
        ),
        (
            "y\u0336e\u0336s\u0336 a\u0301\u0301\u0301\u0301",
            "y\u0336e\u0336s\u0336 a\u0301\u0301\u0301\u0301",
        ),
        ("☑ a ☐ b ☑\ufe0f ✅ ☒ ⬜", "[x] a [ ] b [x] [x] [x] [ ]"),
    ],
)
def test_text_is_made_plain(text, clean):
    assert clean_text(text) == clean


@settings(deadline=None)
@given(st.text())
def test_clean_text_can_be_stored_and_is_clean_already(text):
    clean = clean_text(text)
    clean.encode()
    assert "\0" not in clean
    assert "\r" not in clean


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("a \nb\nc", "a b\nc"),
        ("a \nb \nc \n", "a b c "),
        ("> a \n> b\n>> c \n> d", "> a b\n>> c \n> d"),
        (" > a", " > a"),
        (" From here", "From here"),
        ("  a", " a"),
        ("a \n-- \nJane", "a \n-- \nJane"),
        ("> -- \n> Jane", "> -- \n> Jane"),
        ("> a \nb", "> a \nb"),
        ("a \n", "a "),
        ("a ", "a "),
        ("", ""),
    ],
)
def test_flowed_text_is_joined(flowed, text):
    assert unflow(flowed, delsp=False) == text


def test_flowed_text_without_the_spaces():
    assert unflow("名 \n前\n", delsp=True) == "名前\n"


@settings(deadline=None)
@given(st.text(alphabet="a >-\n"), st.booleans())
def test_flowed_text_keeps_all_words(text, delsp):
    assert unflow(text, delsp=delsp).count("a") == text.count("a")


def test_of_what_can_be_printed_only_boxes_are_replaced():
    printable = "".join(char for char in map(chr, range(0x110000)) if char.isprintable())
    assert set(plaintext._SPECIAL.findall(printable)) == set(plaintext._BOXES)
    assert not plaintext._CONTROLS.search(printable)
    assert not plaintext._LINE_ENDS.search(printable)
