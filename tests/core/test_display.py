import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.display import columns, lines, one_line, visible, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("Zoë 名前 🙂", "Zoë 名前 🙂"),
        ("tab\there", "tab here"),
        ("no\u00a0break\u3000wide", "no break wide"),
        ("a\r\nBcc: b", "a  Bcc: b"),
        ("a\u2028b\u2029c\u0085d", "a b c d"),
        ("nul\0 bell\a esc\x1b[31m csi\x9b1m", "nul bell esc[31m csi1m"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("zero\u200b\u200d\u2060\ufeffwidth", "zerowidth"),
        ("filler\u3164\u115f\u034fs", "fillers"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("private \ue000 unassigned \U000e0fff", "private \ufffd unassigned \ufffd"),
    ],
)
def test_only_what_can_be_seen_is_left(text, shown):
    assert visible(text) == shown


def test_one_line_has_single_spaces_and_a_most():
    assert one_line("  a \r\n\t b ") == "a b"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"


def test_lines_end_where_any_program_may_end_them():
    assert lines("\n  one\u2028two \r\n\n\x85three\x1b[2J\n\n") == ("one", "two", "", "", "three[2J")


def test_what_fits_is_left_as_it_is():
    text = "short  line\n\n    indented\n" + "x" * 72
    assert wrap(text) == text


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        ("aaa bbb ccc", "aaa bbb\nccc"),
        ("aaaa bbbb ccc", "aaaa\nbbbb ccc"),
        ("1. aaa bbb ccc", "1. aaa\n   bbb\n   ccc"),
        ("[x] aa bb cc", "[x] aa\n    bb\n    cc"),
        ("- aaa bbb", "- aaa\n  bbb"),
        ("  aaa bbb", "  aaa\n  bbb"),
        ("aaa    bbb  ccc", "aaa\nbbb  ccc"),
        ("abcdefghijkl", "abcdefgh\nijkl"),
        ("12345678", "12345678"),
        ("aaa http://a.example/b ccc", "aaa\nhttp://a.example/b\nccc"),
        ("名前名前名前", "名前名前\n名前"),
        ("e\u0301" * 4 + " abcde", "e\u0301" * 4 + "\nabcde"),
        (" " * 9 + "abc", "abc"),
        ("aaaaaaaa   ", "aaaaaaaa"),
    ],
)
def test_long_lines_are_broken_at_spaces(text, wrapped):
    assert wrap(text, 8) == wrapped


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        ("  aaaaaa bbbb", "  aaaaaa\n      bbbb"),
        ("    aaaaaa bbb", "    aaaaaa\n    bbb"),
        ("- aaaaaa bbbb", "- aaaaaa\n  bbbb"),
        ("aaaaaa bbbbbb", "aaaaaa\nbbbbbb"),
    ],
)
def test_what_is_wrapped_may_hang(text, wrapped):
    assert wrap(text, 12, hanging=4) == wrapped


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        ("aaa bbb ccc", "aaa bbb \nccc"),
        ("- aaa bbb", "- aaa\n  bbb"),
        ("  aaa bbb", "  aaa\n  bbb"),
        ("abcdefghijkl", "abcdefgh\nijkl"),
        ("aaa http://a.example/b", "aaa \nhttp://a.example/b"),
        ("http://a.example/b ccc", "http://a.example/b \nccc"),
        ("名前名前名前", "名前名前\n名前"),
        ("aaa\nbbb\n", "aaa\nbbb\n"),
    ],
)
def test_a_line_end_is_soft_where_a_space_was_and_the_rest_does_not_stand_in(text, wrapped):
    assert wrap(text, 8, soft=" ") == wrapped


def test_width_counts_columns_not_characters():
    assert columns("abc") == 3
    assert columns("名e\u0301") == 3


@given(st.text())
def test_nothing_invisible_is_left_of_any_text(text):
    shown = visible(text)
    assert shown.isprintable()
    assert "\n" not in one_line(text)
    assert all(line.isprintable() for line in lines(text))


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_wrapping_fits_the_width_and_loses_no_word(text):
    wrapped = wrap(text)
    assert all(columns(line) <= 72 or "://" in line for line in wrapped.split("\n"))
    assert "".join(wrapped.split()) == "".join(text.split())


def test_a_megabyte_on_one_line_takes_linear_time():
    begun = time.perf_counter()
    for text in (
        "x" * 1_000_000,
        "x " * 500_000,
        "é" * 1_000_000,
        "://" + "y" * 1_000_000,
        " " * 1_000_000 + "z",
    ):
        wrap(visible(text))
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("lost my phone" + "\u0301" * 300 + " and codes", "lost my phone" + "\u0301" * 3 + " and codes"),
        ("a" + "\u0489\u0301" * 9 + "b\u0301", "a\u0489\u0301\u0489b\u0301"),
        ("\u0e01" + "\u0e47" * 50 + "\u0e01\u0e47", "\u0e01" + "\u0e47" * 3 + "\u0e01\u0e47"),
        (
            "Việt Nam, e\u0302\u0323\u0301, בְּרֵאשִׁ֖ית, 日本語の名前",
            "Việt Nam, e\u0302\u0323\u0301, בְּרֵאשִׁ֖ית, 日本語の名前",
        ),
    ],
)
def test_no_letter_has_more_marks_than_any_language_puts_on_it(text, shown):
    assert visible(text) == shown
