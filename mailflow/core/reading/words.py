"""The words of texts and of phrases, and how two of them are compared."""

from __future__ import annotations

import re
import unicodedata

CJK = "\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff66-\uff9f"
_DOTTED = "İ"  # of which alone `str.lower` makes two characters
GAP = "…"  # in a phrase: up to some other words
_QUOTATION_MARKS = '"“„«»「『'  # those with which a quotation begins

_WORD_OR_RUN = re.compile(rf"[^\W{CJK}]+\*?|[{CJK}]+|{GAP}")
_ASCII_WORD = re.compile(r"[a-z0-9_]+\*?")  # the same of a text in ASCII and lower case, in less time
# A word of a person's text; of Chinese, Japanese and Korean, where none stands apart, up to three characters.
WORD = re.compile(rf"[^\W{CJK}]+|[{CJK}]{{1,3}}")
_WORD_APART = re.compile(rf"[^\W{CJK}]+")
# What stands between words in ASCII, as spaces: to split a text at these takes a quarter of the time.
_APART = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}
_CJK = re.compile(f"[{CJK}]")
# Letters that no accent was put on to, and what people type for them who have no such keyboard.
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ı": "i", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


def may_quote(text: str) -> bool:
    """Whether anything may stand between quotation marks."""
    return any(mark in text for mark in _QUOTATION_MARKS)


def lower(text: str) -> str:
    """Lower case that keeps every character's place."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.replace(_DOTTED, "i").lower()


def fold(word: str) -> str:
    """Without accents, as many people type."""
    if word.isascii():
        return word
    word = word.translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def blank(match: re.Match[str]) -> str:
    """Spaces in place of a match, so that all else keeps its place."""
    return " " * len(match[0])


def words_of(text: str) -> list[str]:
    """The words of a phrase, a stem's star kept; a run of Chinese, Japanese or Korean is one word."""
    low = lower(text)
    return (_ASCII_WORD if low.isascii() else _WORD_OR_RUN).findall(low)


def plain_words(low: str) -> list[str]:
    """The words of a lower-case text that stand apart: none in Chinese, Japanese or Korean."""
    return low.translate(_APART).split() if low.isascii() else _WORD_APART.findall(low)


def has_cjk(text: str) -> bool:
    """Whether a text holds any Chinese, Japanese or Korean."""
    return not text.isascii() and _CJK.search(text) is not None
