"""An attachment that is text, as it is searched for secrets: people attach their list of codes, or an export."""

from __future__ import annotations

import csv
import re
from itertools import islice

from mailflow.core.decoding import decode
from mailflow.core.htmltext import html_to_text
from mailflow.core.mime import Part
from mailflow.core.plaintext import clean_text
from mailflow.core.rtftext import SIGNATURE, rtf_to_text
from mailflow.core.ziptext import SIGNATURE as ZIP
from mailflow.core.ziptext import zip_to_text

ATTACHED_LIMIT = 256 * 1024  # bytes of all of a mail, as encoded

_NO_TEXTS = ("image/", "audio/", "video/", "font/", "model/", "multipart/")
_SVG = "image/svg+xml"  # a picture that is text
_SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # as Windows marks what it saves as "Unicode"
_NAME_SIGNS = re.compile(r"[-_.+]+")
_LOOKED_AT = 200  # bytes
_ROWS = 1000
_CELLS = 50


def may_be_text(part: Part) -> bool:
    """What it says of itself: keys, settings and scripts come as types of many names. Its bytes tell (`text_of`)."""
    return part.content_type == _SVG or not (
        part.content_type.startswith(_NO_TEXTS) or part.content_type in _SIGNATURES
    )


def text_of(part: Part, charset: str, problems: list[str], limit: int) -> str:
    """Its name and its text, "" if it is none. What a list of codes is of is often said by the file's name alone."""
    data = part.content(problems, limit)
    if data.startswith(_UTF_16) and not charset:
        charset = "utf-16"
    elif b"\0" in data and not part.content_type.startswith("text/"):
        charset = _utf_16(data)
        if not (charset or data.startswith(ZIP)):
            return ""
    text, _ = decode(data, charset)
    if data.startswith(ZIP):
        text = zip_to_text(data, limit)
    elif data.startswith(SIGNATURE):
        text = rtf_to_text(text)
    elif part.content_type == "text/html":
        text = html_to_text(text)
    elif part.content_type.endswith("/csv") or part.filename.lower().endswith(".csv"):
        text += _named_cells(text)
    return clean_text(f"{_NAME_SIGNS.sub(' ', part.filename)}:\n{text}")


def _utf_16(data: bytes) -> str:
    """The charset of what is not marked as UTF-16, where most of its first characters are ASCII; "" if it is none."""
    zeros = [data[start:_LOOKED_AT:2].count(0) for start in (0, 1)]
    if min(zeros) or max(zeros) <= len(data[:_LOOKED_AT]) * 3 // 8:
        return ""
    return "utf-16-le" if zeros[1] else "utf-16-be"


def _named_cells(text: str) -> str:
    """Each cell of a table with the name of its column, which is too far away to say what it is."""
    rows = islice(csv.reader(text.splitlines()), _ROWS)
    try:
        names = next(rows, [])[:_CELLS]
        named = [f"{name}: {cell}" for row in rows for name, cell in zip(names, row, strict=False)]
    except csv.Error:  # a cell without end
        return ""
    return "\n".join(["", *named, ""])
