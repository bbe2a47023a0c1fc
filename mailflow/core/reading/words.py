"""The words of texts and of phrases, and how two of them are compared."""

from __future__ import annotations

import re
import unicodedata

CJK = "\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff66-\uff9f"
GAP = "…"  # in a phrase: up to some other words

_WORD_OR_RUN = re.compile(rf"[^\W{CJK}]+\*?|[{CJK}]+|{GAP}")
_ASCII_WORD = re.compile(r"[a-z0-9_]+\*?")  # the same of a text in ASCII and lower case, in less time
_CJK = re.compile(f"[{CJK}]")


def lower(text: str) -> str:
    """Lower case that keeps every character's place."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def fold(word: str) -> str:
    """Without accents, as many people type."""
    if word.isascii():
        return word
    word = word.replace("ß", "ss")
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def words_of(text: str) -> list[str]:
    """The words of a phrase, a stem's star kept; a run of Chinese, Japanese or Korean is one word."""
    low = lower(text)
    return (_ASCII_WORD if low.isascii() else _WORD_OR_RUN).findall(low)


def has_cjk(text: str) -> bool:
    return not text.isascii() and _CJK.search(text) is not None
