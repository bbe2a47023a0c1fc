"""Text that stands in another text as it was encoded to be sent: a file in uuencode, a part in base64.

People paste what a mail program could not show, or attach a mailbox whose mails are encoded. It is decoded to be searched for
secrets, and never shown.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_uu
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mailflow.core.decoding import decode_base64

_MOST = 64 * 1024  # characters of a text that are decoded of each kind
_FILES = 10  # that begin in it
_LEAST = 24  # characters of base64 in a line, but for the last one: less is a word

# POSIX, uuencode; the lines of a mail may be quoted. A line holds 45 bytes at most.
_UU = re.compile(r"^[> \t]{0,8}begin(?:-base64)? [0-7]{3,4} [^\n]{1,200}\n", re.MULTILINE)
_UU_END = re.compile(r"^[> \t]{0,8}end[ \t]*$", re.MULTILINE)
_UU_LINE = re.compile(r"[> \t]{0,8}([ -`]{1,62})[ \t]*")
_BASE64 = re.compile(
    rf"(?<![\w+/=])((?:[A-Za-z0-9+/]{{{_LEAST},}}={{0,2}}(?:\n[> \t]{{0,8}}(?=[A-Za-z0-9+/]))?)++)"
    rf"([A-Za-z0-9+/]{{1,{_LEAST - 1}}}={{0,2}})?(?![\w+/=])"
)
_RUN = re.compile(rf"[A-Za-z0-9+/]{{{_LEAST}}}")
_AROUND, _BEHIND = re.compile(r"[\s>]+"), "> \t\n"


class Encoded(NamedTuple):
    start: int  # characters in the text it was found in
    end: int
    text: str  # decoded


def may_hold_text(text: str, long_words: str) -> bool:
    """Whether a text may have any such block. `long_words`: its words of 24 characters and more, others too."""
    return "begin" in text or _RUN.search(long_words) is not None


def encoded_texts(text: str) -> Iterator[Encoded]:
    """The blocks of a text that hold another text, as many as are looked at. Takes linear time."""
    if "begin" in text:
        yield from _uuencoded(text)
    left = _MOST
    for found in _BASE64.finditer(text):
        left -= len(found[0])
        if left < 0:
            return
        if shown := _decoded(found[0]):
            yield Encoded(found.start(), found.end(), shown)
        elif found[2] and (shown := _decoded(found[1])):  # the last line is a word
            yield Encoded(found.start(), found.start() + len(found[1].rstrip(_BEHIND)), shown)


def _decoded(coded: str) -> str:
    return _text_in(decode_base64(_AROUND.sub("", coded).encode()))


def _uuencoded(text: str) -> Iterator[Encoded]:
    for begin in islice(_UU.finditer(text), _FILES):
        limit = begin.end() + _MOST // _FILES
        end = _UU_END.search(text, begin.end(), limit)
        lines = text[begin.end() : end.start() if end else limit].split("\n")
        if shown := _text_in(b"".join(map(_uu_line, lines))):
            yield Encoded(begin.start(), end.end() if end else min(len(text), limit), shown)


def _uu_line(line: str) -> bytes:
    found = _UU_LINE.fullmatch(line)
    try:
        return a2b_uu(found[1].encode()) if found else b""
    except Error:
        return b""


def _text_in(data: bytes) -> str:
    """The text in these bytes; "" if they are none."""
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return ""
    return text if text.translate({9: None, 10: None}).isprintable() else ""
