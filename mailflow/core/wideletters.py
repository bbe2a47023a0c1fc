"""Letters of ASCII in another shape: full-width ones, as keyboards for Chinese and Japanese write them, and those of mathematics.

A number in a circle, which stands before an item of a list, counts for the mark of one rather than for a digit.
"""

from __future__ import annotations

import re
from unicodedata import normalize

_FULL_WIDTH, _MATHEMATICAL = range(0xFF01, 0xFF5F), range(0x1D400, 0x1D800)  # Unicode's blocks of both
_CIRCLED = (*range(0x2460, 0x249C), *range(0x24EB, 0x2500), *range(0x2776, 0x2794))  # likewise, and Dingbats
_SHAPED = re.compile("[\u2460-\u249b\u24eb-\u24ff\u2776-\u2793\uff01-\uff5e\U0001d400-\U0001d7ff]")
# Each has one character as its compatibility decomposition (UAX #15); Greek ones stay.
_ASCII = {
    code: plain
    for code in (*_FULL_WIDTH, *_MATHEMATICAL)
    if (plain := normalize("NFKC", chr(code))).isascii()
} | dict.fromkeys(_CIRCLED, "•")


def as_ascii(text: str) -> str:
    """The text with such letters, digits and signs as those of ASCII; each character keeps its place."""
    return text if text.isascii() or not _SHAPED.search(text) else text.translate(_ASCII)
