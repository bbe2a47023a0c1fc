"""A text as it would be typed plainly: what is left out of it, each beside what stays; and where its characters stand."""

from __future__ import annotations

import pytest

from mailflow.core.secretplain import made_plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        # Signs around a word.
        ("it is **parsnip** now", "it is parsnip now"),
        ("it is (parsnip).", "it is parsnip."),
        ("`parsnip` and 'turnip'", "parsnip and turnip"),
        ("it is « parsnip » now", "it is parsnip now"),
        ("it is <b>parsnip</b> now", "it is parsnip now"),
        # All but one of some spaces, and pictures.
        ("it is   parsnip", "it is parsnip"),
        ("it is parsnip 🙂 now", "it is parsnip now"),
        # A block of code, and a label above its value.
        ("```text\nparsnip\n```\nNow", " parsnip \nNow"),
        ("it is\n```\nparsnip\n```\nNow", "it is  parsnip \nNow"),
        ("password:\n  parsnip\n", "password: parsnip\n"),
        # The end of a line, where the sentence goes on or a value stands alone.
        ("it is\nparsnip", "it is parsnip"),
        ("it is\n  parsnip", "it is parsnip"),
        ("it is\n\n   Parsnip55\nNow", "it is Parsnip55\nNow"),
    ],
)
def test_what_is_left_out(text, plain):
    made = made_plain(text)
    assert made is not None
    assert made.text == plain


@pytest.mark.parametrize(
    "text",
    [
        "it is parsnip now",
        "it is [parsnip] now",
        "it is.\nparsnip",
        "it is\nNow or never",
        # The next line begins with a label of its own.
        "it is\nname: jdoe",
        "it is\nname = jdoe",
        # A table is typed in one of the two lines.
        "a | b\nparsnip",
        "it is\nc | d\n",
        "it is\nc |",
        "| a\nparsnip",
        "x\na | b\nparsnip",
        "",
    ],
)
def test_what_is_plain_already(text):
    assert made_plain(text) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a | b.\nit is\nparsnip", "a | b.\nit is parsnip"),
        ("it is\nparsnip.\na | b\n", "it is parsnip.\na | b\n"),
        ("it is\nparsnip | x\nthat is\nturnip", "it is\nparsnip | x\nthat is turnip"),
    ],
)
def test_a_table_in_other_lines(text, plain):
    made = made_plain(text)
    assert made is not None
    assert made.text == plain


@pytest.mark.parametrize(
    ("said", "original"),
    [
        ("it", "it"),
        (" ", "\n"),
        ("parsnip", "parsnip"),
        ("is parsnip or", "is **parsnip**   or"),
        ("turnip", "turnip"),
        (".\n", ".\n"),
    ],
)
def test_the_place_of_what_is_said(said, original):
    text = "it\nis **parsnip**   or <b>turnip</b>.\n"
    made = made_plain(text)
    assert made is not None
    assert made.text == "it is parsnip or turnip.\n"
    start = made.text.index(said)
    first, last = made.original(start, start + len(said))
    assert text[first:last] == original


def test_longer_than_any_letter():
    assert made_plain("(x) " * 5000) is not None
    assert made_plain("(x) " * 5000 + ".") is None
