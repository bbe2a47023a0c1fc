"""Text as mail carries it made plain: format=flowed undone, invisible characters dropped, boxes as people type them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_LINE_ENDS = re.compile("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # besides LF
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]+")
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]+"
)
# Between characters of ASCII alone: other scripts need them.
_JOINERS = re.compile("(?<=[\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\x7f])")
_SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BOXES = "\u2610\u2611\u2612\u2705\u2b1c\U0001f5f7\U0001f5f9"
_TICKED = re.compile("[\u2611\u2612\u2705\U0001f5f7\U0001f5f9]\ufe0f?")
_UNTICKED = re.compile("[\u2610\u2b1c]\ufe0f?")
# A letter and its marks apart, as copied from PDF files and from names of files on macOS (NFD, UAX #15). Few marks at a time: to
# put many in order takes quadratic time.
_APART = re.compile(
    "[A-Za-z\u00c0-\u024f\u0370-\u04ff\u1e00-\u1fff][\u0300-\u036f]{1,3}(?![\u0300-\u036f])|[\u3046-\u30fd][\u3099\u309a]"
    "|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
)
_MARKS = re.compile("[\u0300-\u036f\u1161-\u1175\u3099\u309a]")
_SURROGATES = re.compile("[\ud800-\udfff]")  # UTF-7 and others let them through; nothing can encode them

# Beyond ASCII, in this order: what is replaced, and by what.
_REPLACED = (
    (_INVISIBLE, ""),
    (_SURROGATES, "\ufffd"),
    (_JOINERS, ""),
    (_SPACES, " "),
    (_TICKED, "[x]"),
    (_UNTICKED, "[ ]"),
)
# Any character of theirs: one look tells of most texts that they hold none, and of the others which they hold.
_SPECIAL = re.compile(
    "[\u00a0\u00ad\u1680\u2000-\u200f\u202a-\u202f\u205f-\u206f\u2610-\u2612\u2705\u2b1c\u3000\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U0001f5f7\U0001f5f9]"
)
_UNDERLINED = re.compile(
    r"(?<![\w@.])(?P<line>_{1,2})(?=[^\W_])(?P<words>[^\n]{1,300}?)(?<=[^\s_])(?P=line)(?![\w@])"
)


def clean_text(text: str) -> str:
    """Text whose lines end in LF, without control and zero-width characters, with plain spaces and boxes."""
    text = text.replace("\r\n", "\n")
    if text.replace("\n", "").isprintable():  # so it is with most texts, and cheap to tell
        if text.isascii() or not any(map(text.__contains__, _BOXES)):
            return _composed(text)
    else:
        text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    special = "a".join(["", *set(_SPECIAL.findall(text)), ""])  # a joiner goes only beside ASCII
    for pattern, put in _REPLACED:
        if pattern.search(special):
            text = pattern.sub(put, text)
    return _composed(text)


def _composed(text: str) -> str:
    if text.isascii() or not _MARKS.search(text):
        return text
    return _APART.sub(lambda apart: unicodedata.normalize("NFC", apart[0]), text)


def unflow(text: str, delsp: bool) -> str:
    """Text of format=flowed (RFC 3676), its paragraphs on one line each; its quote marks stand together."""
    return "\n".join(_paragraphs(text, delsp))


def _paragraphs(text: str, delsp: bool) -> Iterator[str]:
    open_depth, pieces = 0, list[str]()
    for line in text.split("\n"):
        if not pieces and line[-1:] != " " and (line[:1] not in (">", " ") or line[:2] == "> "):
            yield line  # as it is, like most
            continue
        body = line.lstrip(">")
        depth = len(line) - len(body)
        body = body.removeprefix(" ")  # space-stuffing, section 4.4
        if pieces and (depth != open_depth or body == "-- "):  # sections 4.3 and 4.5
            yield _quoted(open_depth, pieces)
            pieces = []
        open_depth = depth
        if body.endswith(" ") and body != "-- ":
            pieces.append(body[:-1] if delsp else body)
        else:
            yield _quoted(depth, [*pieces, body])
            pieces = []
    if pieces:
        yield _quoted(open_depth, pieces)


def _quoted(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    if depth:
        return f"{'>' * depth} {text}"
    return f" {text}" if text.startswith(">") else text  # it was stuffed, so that it is no quote


def without_underlines(text: str) -> str:
    """With stars, of the same length, where plain text underlines words by lines that would else be letters of theirs.

    As in "I do _not_ agree" and "my user name is _jdoe_", but not in "snake_case_".
    """
    return _UNDERLINED.sub(_starred, text) if "_" in text else text


def _starred(underlined: re.Match[str]) -> str:
    stars = "*" * len(underlined["line"])
    return f"{stars}{underlined['words']}{stars}"
