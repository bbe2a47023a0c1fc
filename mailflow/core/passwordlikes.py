"""What in a text has the form of a password, wherever it stands: words with digits or signs, and words that no dictionary has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from mailflow.core.passwordshapes import SIGNED, WORD, is_factor, may_be_one, trimmed
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import REACH, View

_CHUNK = re.compile(WORD)
_ODD = re.compile(r"[0-9#$%^&*!@+=~?§€£]")
_DIGIT = re.compile(r"[0-9]")
_SPACE = re.compile(r"\s")
_LONGEST = 30  # characters that people type
_AROUND = ":：*_~@-"  # what else than quotes may stand around one
# Markup, settings, and what programs write.
_NO_PROSE = re.compile(r"[][<>{}()|\\\";=/:]|\*\*")
# "6-digit", "20th", "Jo#1234", "jo@host", hashes.
_NO_PASSWORD = re.compile(r"[0-9]+[-_]?[^\W\d_]+|\w+#[0-9]{4}|[^\W_]+@[^\W_]+|[0-9a-fA-F-]{12,}")
_SMALL = re.compile(r"[^\W\d_A-Z]")
_PARTS = re.compile(r"[-_.+&]")
# A code in hexadecimal, or of two groups that mix letters and digits, which the references of cases are, too.
_CODE = re.compile(
    r"(?<![\w./:@#=$-])(?:(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{8,32}|(?=[a-z]*[0-9])[0-9a-z]{4}-[0-9a-z]{4}|(?=[a-z]*[0-9])(?=[0-9]*[a-z])[0-9a-z]{5}-(?=[a-z]*[0-9])[0-9a-z]{5}|(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{6})"
    r"(?![\w@/:=-])(?!\.\w)"
)
_LONG_CODE = 10  # characters in a row that are one wherever they stand; others have another beside them, or are called so
_NEXT = 2  # characters between "code" and what it is
_IN_LOG = re.compile(r"[ \t]{1,3}[^\W\d_]")  # "6f2ee52 bump version", in a line of which it is the first word
_WORD = re.compile(r"[a-z]{3,30}(?:-[a-z]{2,30}){0,5}(?![\w@.-]\w|@)")
_LEAST = 6  # letters of a word that no dictionary has
_LEAST_KNOWN = 4  # letters of words by which a language is known
_ENOUGH = 40  # of them
_MOST_KNOWN = 0.6  # of them stand in a dictionary
# Of English words, which people use in all languages.
_BEGINNINGS = re.compile(r"^(?:re|un|de|dis|pre|over|mis)(?=\w{3})")
_ENDINGS = re.compile(r"(?<=\w{3})(?:ations?|ators?|ions?|ings?|ers?|ors?|ed|es|s|ly|able)$")


def odd_words(view: View) -> Iterator[Span]:
    """Those with digits or signs, as no word has."""
    text = view.text
    for start, end in _around(_ODD, text):
        for found in _CHUNK.finditer(text, start, end):
            span = _bare(text, *trimmed(text, *found.span()))
            if _is_like_one(view, text[slice(*span)]):
                yield span


def codes(view: View) -> Iterator[Span]:
    """Those that nothing names, where nothing tells that they are hashes."""
    found = [
        code.span()
        for start, end in _around(_DIGIT, view.text)
        for code in _CODE.finditer(view.text, start, end)
        if not _is_hash(view, code.span())
    ]
    for start, end in found:
        is_long = end - start >= _LONG_CODE and "-" not in view.text[start:end]
        if len(found) > 1 or is_long or is_called_code(view, start):
            yield start, end


def is_called_code(view: View, start: int) -> bool:
    """Whether a word for a code stands right before: "the code j3vx-z694"."""
    return any(0 < start - end <= _NEXT for _, end in view.told("code"))


def _around(sign: re.Pattern[str], text: str) -> Iterator[Span]:
    """Where words stand that hold a sign, of which most texts have few; perhaps with lines before them that hold none."""
    end = 0
    for found in sign.finditer(text):
        if found.start() < end:
            continue
        space = _SPACE.search(text, found.start())
        start = max(text.rfind(" ", end, found.start()) + 1, end)
        end = space.start() if space else len(text)
        yield start, end


def _is_hash(view: View, span: Span) -> bool:
    """Whether what is named last before it, or else around it, is something such as a commit."""
    first = max(0, span[0] - REACH)
    told_last = max((place for place in view.no_secrets if first <= place < span[0]), default=-1)
    codes_last = max((place for place, _ in view.code_names if first <= place < span[0]), default=-1)
    if codes_last > told_last:
        return False
    begins_line = view.line_start(span[0]) == span[0]
    return view.tells_against(first, span[1] + REACH) or (
        begins_line and _IN_LOG.match(view.text, span[1]) is not None
    )


def unknown_words(view: View) -> Iterator[Span]:
    """Around where a password is named, or getting in, in a text whose language a dictionary is known of."""
    places = sorted((*view.places("password"), *view.places("enters")))
    if not places or not _is_known(view):
        return
    end = 0
    for start, last in places:
        first, end = max(end, start - REACH), max(end, last + REACH)
        for found in _WORD.finditer(view.text, first):
            if found.start() >= end:
                break
            is_whole = not view.text[found.start() - 1 : found.start()].isalnum()
            if is_whole and len(found[0]) >= _LEAST and _is_unknown(view, found[0]):
                yield found.span()


def is_odd_word(value: str) -> bool:
    return _ODD.search(value) is not None


def holds_sign(value: str) -> bool:
    """Whether a sign stands in it that no account's name has."""
    return SIGNED.search(value, 1) is not None


def _bare(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in _AROUND:
        start += 1
    while end > start and text[end - 1] in _AROUND:
        end -= 1
    return start, end


def _is_like_one(view: View, value: str) -> bool:
    return (
        len(value) <= _LONGEST
        and may_be_one(view, value)
        and _SMALL.search(value) is not None
        and not _NO_PROSE.search(value)
        and not _NO_PASSWORD.fullmatch(value)
        and (any(map(str.isdigit, value)) or holds_sign(value))
        and not any(is_factor(part) or part.casefold() in view.words.things for part in _PARTS.split(value))
    )


def _is_known(view: View) -> bool:
    words = (word for word in view.lowered.split() if len(word) >= _LEAST_KNOWN and word.isalpha())
    said = list(islice(words, _ENOUGH))
    return sum(map(view.words.ordinary.has, said)) > _MOST_KNOWN * len(said)


def _is_unknown(view: View, value: str) -> bool:
    words, parts = view.words, value.split("-")
    return (len(parts) > 2 or not all(_is_ordinary(view, part) for part in parts)) and not any(
        part in words.things or part in words.account or part in words.no_password or part in words.use
        for part in parts
    )


def _is_ordinary(view: View, word: str) -> bool:
    """Whether a dictionary has it, as it is or without what a form of it begins or ends with: "reinstalled"."""
    is_ordinary = view.words.ordinary.has
    if is_ordinary(word):  # as nearly all are
        return True
    for one in (word, _BEGINNINGS.sub("", word)):
        stem = _ENDINGS.sub("", one)
        if any(map(is_ordinary, (one, stem, f"{stem}e", stem[:-1]))):
            return True
    return False
