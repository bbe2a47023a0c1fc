"""Text to header fields of our own mail, and the check of a finished mail (RFC 5322, RFC 2047).

The only place that encodes header fields. Nothing that others wrote reaches a field except through here, and nothing
leaves without `check`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from mailflow.core.display import one_line

_FOLD = 76  # RFC 2047, 2: no longer line with encoded words in it; RFC 5322, 2.1.1 would take 78
_LINE_LIMIT = 998  # RFC 5322, 2.1.1: and must have no more
_TEXT_LIMIT = 400  # characters of a subject or a name
_WORD_LIMIT = 60  # a longer word is encoded, which makes it foldable
_ENCODED_BYTES = 39  # of UTF-8 in an encoded word: 64 characters of 75, so that it fits behind "Subject: "
_ID_LIMIT = 200
_MOST_IDS = 20
_IDS_LIMIT = 900  # characters of References in all

_ATOM_TEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\-"
_PLAIN_NAME = re.compile(rf"[{_ATOM_TEXT} ]+")
# RFC 5321, 4.1.2, without quoted local parts and address literals. Dots are taken anywhere: such addresses exist.
_ADDRESS = re.compile(rf"[{_ATOM_TEXT}.]{{1,64}}@(?:[A-Za-z0-9_-]{{1,63}}\.)*[A-Za-z0-9-]{{1,63}}")
_ADDRESS_LIMIT = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_LOOKS_ENCODED = "=?"
_SOUND_BYTES = b"\t\r\n" + bytes(range(0x20, 0x7F))
_FIELD = re.compile(rb"([!-9;-~]+): ([!-~](?:[ -~]*[!-~])?)")


def text_field(name: str, text: str) -> bytes:
    """An unstructured field such as Subject; the text may be anybody's."""
    return _field(name, _phrase(one_line(text, _TEXT_LIMIT)))


def address_field(name: str, mailboxes: Iterable[tuple[str, str]]) -> bytes:
    """A field of mailboxes: (display name or "", address). Raises `ValueError` on an address that is not plain."""
    words: list[str] = []
    for display_name, address in mailboxes:
        if words:
            words[-1] += ","
        words += _mailbox(display_name, address)
    return _field(name, words)


def ids_field(name: str, message_ids: Iterable[str]) -> bytes:
    return _field(name, [f"<{message_id}>" for message_id in message_ids])


def token_field(name: str, value: str) -> bytes:
    """A field of our own making, which is ASCII and short."""
    return _field(name, value.split())


def date_field(moment: datetime) -> bytes:
    return _date_field(moment.replace(microsecond=0))


@lru_cache(maxsize=1)  # letters that are written together have the same
def _date_field(second: datetime) -> bytes:
    return token_field("Date", format_datetime(second))


def plain_address(address: str) -> str:
    """The address if it can stand in a header field and in an envelope as it is; else raises `ValueError`."""
    if len(address) > _ADDRESS_LIMIT or not _ADDRESS.fullmatch(address) or _LOOKS_ENCODED in address:
        raise ValueError(f"not a plain address: {one_line(address, _ID_LIMIT)!r}")
    return address


def plain_ids(message_ids: Iterable[str]) -> tuple[str, ...]:
    """Those Message-IDs of others, without angle brackets, that can be repeated as they are; each once."""
    return tuple(dict.fromkeys(message_id for message_id in message_ids if _is_plain_id(message_id)))


def thread_ids(message_ids: Sequence[str]) -> tuple[str, ...]:
    """What References says: the mail that began it, and of the others the latest that fit (RFC 5322, 3.6.4)."""
    plain = plain_ids(message_ids)
    kept: list[str] = []
    room = _IDS_LIMIT - sum(len(message_id) + 3 for message_id in plain[:1])
    for message_id in reversed(plain[1:][1 - _MOST_IDS :]):
        room -= len(message_id) + 3
        if room < 0:
            break
        kept.append(message_id)
    return (*plain[:1], *reversed(kept))


def check(raw: bytes, names: Sequence[str], recipient: str) -> None:
    """Raise `ValueError` unless a finished mail has exactly these fields, in order, and one recipient, on sound lines.

    Knows nothing of how the mail was made. Sound: ASCII, CRLF alone ends a line, 998 octets at most.
    """
    if raw.translate(None, _SOUND_BYTES):
        raise ValueError("a byte that is neither printable ASCII nor white space")
    if not raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n"):
        raise ValueError("a bare CR or LF")
    if max(map(len, raw.split(b"\r\n"))) > _LINE_LIMIT or not raw.endswith(b"\r\n"):
        raise ValueError("a line without an end, or one that is too long")
    head, blank, _ = raw.partition(b"\r\n\r\n")
    if not blank:
        raise ValueError("no end of the header")
    fields = [_FIELD.fullmatch(field) for field in head.replace(b"\r\n ", b" ").split(b"\r\n")]
    found = [field[1].decode() if field else "" for field in fields]
    if found != [*names]:
        raise ValueError(f"the fields {found} instead of {[*names]}")
    to = next(
        (field[2].decode() for name, field in zip(found, fields, strict=True) if field and name == "To"), ""
    )
    if to != recipient:
        raise ValueError(f"to {to!r} instead of {recipient!r}")


def _field(name: str, words: Sequence[str]) -> bytes:
    """Folded at white space (RFC 5322, 2.2.3). No words, or other than ASCII: our own mistake, a `ValueError`."""
    if not words:
        raise ValueError(f"{name} is empty")
    lines = [f"{name}: {words[0]}"]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > _FOLD:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join((*lines, "")).encode("ascii")


def _phrase(text: str) -> list[str]:
    """The words of a field, encoded from the first that needs it to the last: white space between two is not shown."""
    words = text.split()
    if _is_plain_word(text) and words:  # all of them together are short enough
        return words
    odd = [place for place, word in enumerate(words) if not _is_plain_word(word)]
    if not odd:
        return words
    first, end = odd[0], odd[-1] + 1
    return [*words[:first], *_encoded(" ".join(words[first:end])), *words[end:]]


def _mailbox(name: str, address: str) -> list[str]:
    name, address = one_line(name, _TEXT_LIMIT), plain_address(address)
    if not name:
        return [address]
    if not all(map(_is_plain_word, name.split())):
        return [*_encoded(name), f"<{address}>"]
    if _PLAIN_NAME.fullmatch(name):
        return [*name.split(), f"<{address}>"]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return [*f'"{quoted}"'.split(), f"<{address}>"]


def _is_plain_word(word: str) -> bool:
    return word.isascii() and len(word) <= _WORD_LIMIT and _LOOKS_ENCODED not in word


def _encoded(text: str) -> list[str]:
    """Encoded words (RFC 2047, 2), none of which splits a character (section 5)."""
    pieces = [b""]
    for char in text:
        encoded = char.encode()
        if len(pieces[-1]) + len(encoded) > _ENCODED_BYTES:
            pieces.append(b"")
        pieces[-1] += encoded
    return [f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in pieces]


def _is_plain_id(message_id: str) -> bool:
    return (
        len(message_id) <= _ID_LIMIT and bool(_ID.fullmatch(message_id)) and _LOOKS_ENCODED not in message_id
    )
