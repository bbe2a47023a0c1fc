"""A mail's bytes taken apart: header fields and MIME parts (RFC 5322, RFC 2045, RFC 2046).

Every cap is applied before anything is read, and every step is linear: the standard library's parsers take seconds
and gigabytes for mails made to hurt them. Nothing raises; what was capped or mended is said in `problems`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote_to_bytes

from mailflow.core.decoding import decode, decode_transfer, decode_words

HEADER_LIMIT = 64 * 1024  # bytes of a header block
PART_HEADER_LIMIT = 4 * 1024  # the same of a part, of which no more than these are read:
_PART_FIELDS = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})
FIELD_LIMIT = 8 * 1024  # bytes of a field
PARAMETER_LIMIT = 100
PART_LIMIT = 200
DEPTH_LIMIT = 50
ID_LENGTH_LIMIT = 500  # characters
_DASHED_LIMIT = 5_000  # lines that may be boundaries
_SHORT = 255  # characters of a parameter that is only shown

# What is kept of a field that is too long: its beginning, but
_KEPT = {
    "references": slice(-FIELD_LIMIT, None),  # the latest mail of a thread, which may be ours, stands last
    "from": slice(0),  # half an address may be another address
}
# Fields that are not cut: who signs a mail often makes our server write much, and that it failed may stand last; and white
# space may be put into a signature, so that what it leaves open stands past the rest.
_WHOLE = frozenset({"authentication-results", "dkim-signature"})

Fields = tuple[tuple[str, str], ...]

_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*")
_PLAIN_FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_DASHED_LINE = re.compile(rb"\n--([^\r\n]{1,200})")
_CONTENT_TYPE = re.compile(r"\s*([^\s;/()]{1,100})/([^\s;/()]{1,100})")
_PARAMETER = re.compile(r';\s*+([^\s=;]{1,100})\s*+=\s*+(?:"((?:[^"\\]++|\\.)*+)|([^;]*+))', re.DOTALL)
_BRACKETED = re.compile(r"<([^<>]+)>")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
# What must stand in no field (RFC 5322, 2.2): one reader drops it, for another the field ends there. Korean and Japanese mail
# has others, where it is not encoded (RFC 1557, RFC 1468).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x10-\x1a\x1c-\x1f\x7f]")


def clean_value(text: str) -> str:
    """One line without control characters, directions and lone surrogates; white space stays single."""
    if not text.isascii() or not text.isprintable():
        text = _CONTROLS.sub(" ", text)
    return " ".join(text.split()) if "  " in text else text.strip()


def read_fields(
    raw: bytes,
    start: int,
    end: int,
    problems: list[str],
    limit: int = HEADER_LIMIT,
    only: Collection[str] | None = None,
) -> tuple[Fields, int]:
    """The header fields at `start`, lower-case name and unfolded, undecoded value, and where the body begins.

    A line that is no field ends the header and begins the body, as it does for the MTA that took the mail.
    """
    # An mbox's or a pipe's envelope line, and no field with a space before its colon.
    if raw[start : start + 5] == b"From " and not _FIELD.match(raw, start):
        start = raw.find(b"\n", start, end) + 1 or end
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return (), raw.index(b"\n", start) + 1
    blank = _BLANK_LINE.search(raw, start, end)
    stop, body = (blank.start(), blank.end()) if blank else (end, end)
    cut = stop - start > limit
    if cut:
        problems.append(f"header block cut to {limit // 1024} KB")
        stop = (
            raw.rfind(b"\n", start, start + limit) if b"\n" in raw[start : start + limit] else start + limit
        )
    elif (plain := _plain_fields(raw[start:stop])) is not None:
        return tuple(
            (name, _cleaned(name, value)) for name, value in plain if only is None or name in only
        ), body
    fields, junk = _split_fields(raw[start:stop])
    if junk is not None:
        problems.append("a line in the header that is no field")
        body = start + junk
    elif cut:
        fields = fields[:-1]  # half an address may be another address
    wanted = fields if only is None else [found for found in fields if found[0] in only]
    return tuple((name, _value(name, lines, problems)) for name, lines in wanted), body


def is_header_read(raw: bytes, body: int) -> bool:
    """Whether all of a mail's header was read; `body`: where the body begins by `read_fields`."""
    blank = _BLANK_LINE.search(raw, 0, HEADER_LIMIT + 4)
    return body == blank.end() if blank else len(raw) <= HEADER_LIMIT and body == len(raw)


def _plain_fields(head: bytes) -> list[tuple[str, str]] | None:
    """The fields of a header of plain ASCII, small enough and without a line that is no field, as most are; else None."""
    if len(head) > FIELD_LIMIT or not head.isascii():
        return None
    text = head.removesuffix(b"\r").decode("ascii").replace("\r\n", "\n")
    found = _PLAIN_FIELD.findall(text)
    lines = len(found) + sum(value.count("\n") for _, value in found)
    if "\r" in text or lines != text.count("\n") + 1:
        return None
    return [(name.lower(), value.replace("\n", "")) for name, value in found]


def _split_fields(head: bytes) -> tuple[list[tuple[str, list[bytes]]], int | None]:
    """Each field's name and its lines; and where the first line that is none of them begins."""
    fields: list[tuple[str, list[bytes]]] = []
    at = 0
    for line in head.split(b"\n"):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line)
        elif match := _FIELD.match(line):
            fields.append((match[1].decode("ascii").lower(), [line[match.end() :]]))
        elif line.strip():
            return fields, at
        at += len(line) + 1
    return fields, None


def _value(name: str, lines: list[bytes], problems: list[str]) -> str:
    data = b"".join(lines).replace(b"\r", b"")
    if len(data) > FIELD_LIMIT and name not in _WHOLE:
        problems.append(f"field {name[:60]} cut to {FIELD_LIMIT // 1024} KB")
        data = data[_KEPT.get(name, slice(FIELD_LIMIT))]
    return _cleaned(name, data.decode("ascii") if data.isascii() else decode(data)[0])


def _cleaned(name: str, text: str) -> str:
    """Of a From field that two readers may read differently nothing is kept."""
    return "" if name == "from" and _FORBIDDEN.search(text) else clean_value(text)


def first_field(fields: Fields, name: str) -> str:
    return next((value for key, value in fields if key == name), "")


def message_ids(value: str) -> list[str]:
    """Message-IDs without angle brackets; odd ones as they are, without white space (RFC 5322, 3.6.4)."""
    found = _BRACKETED.findall(value) or [word for word in value.split() if "@" in word]
    ids = ("".join(message_id.split())[:ID_LENGTH_LIMIT] for message_id in found)
    return [message_id for message_id in ids if message_id]


def read_parameters(value: str, problems: list[str]) -> dict[str, str]:
    """The parameters behind a field's first semicolon, RFC 2231's continuations and charsets put together."""
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(value)):
        if count == PARAMETER_LIMIT:
            problems.append(f"more than {PARAMETER_LIMIT} parameters")
            break
        name, star, rest = match[1].lower().partition("*")
        text = match[3].strip() if match[2] is None else _ESCAPED.sub(r"\1", match[2])
        if star:
            number = rest.rstrip("*")
            if len(number) < 4 and (number.isdecimal() or not number):
                pieces.setdefault(name, []).append((int(number or 0), match[1].endswith("*"), text))
        else:
            plain.setdefault(name, text)
    return plain | {name: _joined(found) for name, found in pieces.items()}


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    """The value of a parameter in pieces (RFC 2231, 3 and 4)."""
    pieces.sort(key=lambda piece: piece[0])
    charset = ""
    if pieces[0][1] and pieces[0][2].count("'") >= 2:
        charset, _, first = pieces[0][2].split("'", 2)
        pieces[0] = (0, True, first)
    data = b"".join(
        unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace") for _, encoded, text in pieces
    )
    return decode(data, charset)[0]


@dataclass(slots=True)
class Part:
    """A MIME part; `children` only where it could be split."""

    fields: Fields
    content_type: str  # lower-case, "type/subtype"
    parameters: dict[str, str]  # of Content-Type
    raw: bytes = field(repr=False)  # of the whole mail
    start: int  # of the body
    end: int
    children: list[Part] = field(default_factory=list)
    disposition: str = ""  # lower-case: "inline", "attachment", …
    filename: str = ""
    # Of a multipart: what is in none of its parts.
    outside: list[tuple[int, int]] = field(default_factory=list)

    def walk(self) -> Iterator[Part]:
        """The part and those in it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def content(self, problems: list[str], limit: int) -> bytes:
        """The body without its transfer encoding; of it no more than `limit` bytes, as encoded, are read."""
        if self.end - self.start > limit:
            problems.append(f"a {self.content_type[:60]} part cut to {limit // 1024} KB")
        encoding = first_field(self.fields, "content-transfer-encoding").partition("(")[0].strip().lower()
        data, problem = decode_transfer(self.raw[self.start : min(self.end, self.start + limit)], encoding)
        problems += [problem] if problem else []
        return data


@dataclass(slots=True)
class _Splitter:
    raw: bytes
    problems: list[str]
    parts: int = 0
    dashed: list[tuple[int, str]] | None = None

    def split(self, start: int, end: int, default: str, depth: int) -> Part:
        self.parts += 1
        limits = (PART_HEADER_LIMIT, _PART_FIELDS) if depth else (HEADER_LIMIT, None)
        fields, body = read_fields(self.raw, start, end, self.problems, *limits)
        part = self._part(fields, body, end, default)
        if not part.content_type.startswith("multipart/"):
            return part
        if depth >= DEPTH_LIMIT:
            self.problems.append(f"parts nested deeper than {DEPTH_LIMIT}")
            part.outside.append((part.start, part.end))
            return part
        inner = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        outside = part.start
        for child_start, child_end in self._ranges(part):
            if self.parts >= PART_LIMIT:
                self.problems.append(f"more than {PART_LIMIT} parts")
                break
            child = self.split(child_start, child_end, inner, depth + 1)
            part.children.append(child)
            part.outside.append((outside, child.start))
            outside = child.end
        part.outside.append((outside, part.end))
        return part

    def _part(self, fields: Fields, start: int, end: int, default: str) -> Part:
        value = first_field(fields, "content-type")
        match = _CONTENT_TYPE.match(value)
        content_type = f"{match[1]}/{match[2]}".lower() if match else ("text/plain" if value else default)
        parameters = read_parameters(value, self.problems) if ";" in value else {}
        part = Part(fields, content_type, parameters, self.raw, start, end)
        disposition = first_field(fields, "content-disposition")
        if disposition:
            part.disposition = disposition.partition(";")[0].strip().lower()
        shown = read_parameters(disposition, self.problems) if ";" in disposition else {}
        if name := shown.get("filename") or parameters.get("name"):
            part.filename = clean_value(decode_words(name[: 4 * _SHORT]))[:_SHORT]
        return part

    def _ranges(self, part: Part) -> Iterator[tuple[int, int]]:
        """Where the parts of a multipart begin and end, without the line end before a boundary (RFC 2046, 5.1.1)."""
        boundary = part.parameters.get("boundary", "").rstrip()
        start = -1
        for at, line in self._dashed_lines(part) if boundary else ():
            if line != boundary and (line != f"{boundary}--" or start < 0):
                continue
            if start >= 0:
                yield start, max(start, at - (self.raw[at - 1] == 13))
            if line != boundary:
                return
            start = self.raw.find(b"\n", at + 1, part.end) + 1 or part.end
        if start >= 0:
            self.problems.append(f"{part.content_type[:60]} does not end with its boundary")
            yield start, part.end
        else:
            self.problems.append(f"{part.content_type[:60]} without its boundary")

    def _dashed_lines(self, part: Part) -> list[tuple[int, str]]:
        """The lines of a part that may be boundaries: where the line end before each stands, and what follows "--"."""
        if self.dashed is None:
            found = islice(_DASHED_LINE.finditer(self.raw), _DASHED_LIMIT)
            self.dashed = [(match.start(), match[1].decode("utf-8", "replace").rstrip()) for match in found]
            if len(self.dashed) == _DASHED_LIMIT:
                self.problems.append(f"{_DASHED_LIMIT} lines begin with --, later ones end no part")
        first = bisect_left(self.dashed, (part.start - 1, ""))
        return self.dashed[first : bisect_left(self.dashed, (part.end, ""))]


def split_parts(raw: bytes, problems: list[str]) -> Part:
    """The whole mail as a part."""
    return _Splitter(raw, problems).split(0, len(raw), "text/plain", 0)
