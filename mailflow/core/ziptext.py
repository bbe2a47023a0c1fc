"""The texts in a ZIP file, and so in the documents of word processors and spreadsheets, as they are searched for secrets.

Only the local headers are read (PKWARE's APPNOTE, 4.3.7), from the first on: of a large file the end, where its directory
stands, is not looked at. What comes out is bounded, whatever the file says of itself.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from struct import Struct

from mailflow.core.decoding import decode
from mailflow.core.markup import unescape

SIGNATURE = b"PK\x03\x04"

_MOST = 50  # files in it
_HEADER = Struct("<4x4xH8xI4xHH")  # method, compressed size, length of the name and of the extra field
_STORED, _DEFLATED = 0, 8
# Documents hold their words in few of their files (ECMA-376; OpenDocument 1.3); the others say how they look.
_TOLD = re.compile(
    r"(?:^content|document|comments|notes|header\d*|footer\d*|sharedstrings|sheet\d*|slide\d*)\.xml$"
    r"|\.(?:txt|csv|tsv|json|md|html?|log|ini|cfg|conf|toml|ya?ml|env|pem|key|sh|py|eml)$|(?:^|/)\.?[a-z]*$",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"</(?:w:p|w:tr|text:p|text:h|a:p|si|row|table:table-row)>|<(?:w:br|w:cr|text:line-break)\b[^>]{0,100}>"
)
_CELL = re.compile(
    r"(?:</w:p>)?</w:tc>|(?:</text:p>)?</table:table-cell>|</c>|<(?:w:tab|text:tab)\b[^>]{0,100}>"
)
_TAG = re.compile(r"<[^<>]*>")


def zip_to_text(data: bytes, limit: int) -> str:
    """At most `limit` characters."""
    texts: list[str] = []
    for name, content in _files(data, limit):
        text, _ = decode(content)
        texts.append(_shown(text) if name.lower().endswith(".xml") else text)
    return "\n".join(texts)


def _files(data: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    at, left = 0, limit
    for _ in range(_MOST):
        at = data.find(SIGNATURE, at)
        if at < 0 or left <= 0 or len(data) < at + _HEADER.size:
            return
        method, size, length, extra = _HEADER.unpack_from(data, at)
        begin = at + _HEADER.size
        name = data[begin : begin + length].decode("utf-8", "replace")
        begin += length + extra
        at += len(SIGNATURE)
        if _TOLD.search(name) and (content := _content(data, begin, method, size, left)):
            left -= len(content)
            yield name, content


def _content(data: bytes, begin: int, method: int, size: int, limit: int) -> bytes:
    if method == _STORED:
        return data[begin : begin + min(size, limit)]
    if method != _DEFLATED:
        return b""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(memoryview(data)[begin:], limit)
    except zlib.error:
        return b""


def _shown(source: str) -> str:
    return unescape(_TAG.sub("", _BREAK.sub("\n", _CELL.sub("\t", source))))
