"""RTF as word processors write it, and as nobody does."""

from __future__ import annotations

import time

import pytest

from mailflow.core.rtftext import rtf_to_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"{\rtf1\ansi Hello, \b jdoe\b0 42\par}", "Hello, jdoe42\n"),
        ("{\\rtf1\r\n\\pard a\\\nb\\line c\\tab d\\cell e}", "a\nb\nc\td\te"),
        (r"caf\'e9 caf\u233? \u8364\'80x \{\\\}", "café café €x {\\}"),
        (r"a\~b\-c\*d", "a bcd"),
        (r"\u-10179?\u55357 ?", "\ufffd\ufffd"),
        ("no RTF", "no RTF"),
        ("", ""),
        ("\\", "\\"),
    ],
)
def test_words_are_what_is_left(source, text):
    assert rtf_to_text(source) == text


def test_nothing_takes_long():
    began = time.process_time()
    for piece in ("\\", "{", "\\u", "\\'", "\\a", "\\a-", "\\u1 ", "a" * 40):
        rtf_to_text(piece * (256 * 1024 // len(piece)))
    assert time.process_time() - began < 2
