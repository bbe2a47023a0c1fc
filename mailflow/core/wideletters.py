"""Letters of ASCII in another shape: full-width ones, as keyboards for Chinese and Japanese write them, and those of mathematics."""

from __future__ import annotations

import re
from unicodedata import normalize

_FULL_WIDTH, _MATHEMATICAL = range(0xFF01, 0xFF5F), range(0x1D400, 0x1D800)  # Unicode's blocks of both
_SHAPED = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff]")
# Each has one character as its compatibility decomposition (UAX #15); Greek ones stay.
_ASCII = {
    code: plain
    for code in (*_FULL_WIDTH, *_MATHEMATICAL)
    if (plain := normalize("NFKC", chr(code))).isascii()
}


def as_ascii(text: str) -> str:
    """The text with such letters, digits and signs as those of ASCII; each character keeps its place."""
    return text if text.isascii() or not _SHAPED.search(text) else text.translate(_ASCII)
