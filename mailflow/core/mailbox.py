"""Mailboxes in address fields (RFC 5322, 3.4), read so that nobody can be taken for somebody else.

Where two readers could find different mailboxes, none is certain: `admin@pypi.org <x@evil.example>` has no sender.
Everything is linear in the field's length, which the caller has capped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailflow.core.comments import read_comment
from mailflow.core.decoding import decode_words
from mailflow.core.domains import ascii_domain

# What may not stand there rather than what may, as `re` takes 20 ms to compile a class up to U+10FFFF.
_ATOM = r"[^\x00-\x20\"(),.:;<>@\[\\\]\x7f]+"
# Letters and digits: first without "-" and "_", then with them.
_OUTER, _INNER = (
    r"[^\x00-/:-@\[-`{-\x7f]",
    r"[^\x00-,./:-@\[-^`{-\x7f]",
)
_LABEL = rf"{_OUTER}(?:{_INNER}{{0,61}}{_OUTER})?"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})*)")
_LOCAL_LIMIT, _ADDRESS_LIMIT = 64, 254  # octets (RFC 5321, 4.5.3.1.1 and 4.5.3.1.3 less the angle brackets)

_PIECE = re.compile(
    r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'  # a quoted string
    r"|<[^<>]*+>?"
    r"|=\?[^?\s<>@\"]{1,80}\?[BbQq]\?[^?\s<>@\"]*+\?="  # commas stand in encoded words, though they should not
    r"|[(),;:]"
    r'|[^"(),;:<=]++'
    r"|.",
    re.DOTALL,
)
# As almost every mail program writes one; it reads as `_read_any` would read it.
_PLAIN_ATOM = r"[^\"(),:;<=>\\\s]"
_PLAIN = re.compile(rf"([^\"(),:;<=>@\\]*)<({_PLAIN_ATOM}+)>\s*|\s*({_PLAIN_ATOM}+@{_PLAIN_ATOM}+)\s*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mailbox:
    name: str  # decoded; may be anything
    address: str  # sound, with a lower-case domain in ASCII


@dataclass(frozen=True, slots=True)
class Mailboxes:
    found: tuple[Mailbox, ...]
    certain: bool  # no reader could find others


def sound_address(text: str) -> str | None:
    """The address with its domain in lower case and in ASCII, if it is one (RFC 5321, 4.1.2; RFC 6531), unquoted.

    A domain that has no form in ASCII stays as it is.
    """
    if len(text) > _ADDRESS_LIMIT or not (match := _ADDRESS.fullmatch(text)):
        return None
    if not text.isascii() and not _is_letters(text):
        return None
    if len(match[1].encode()) > _LOCAL_LIMIT or len(text.encode()) > _ADDRESS_LIMIT:
        return None
    address = f"{match[1]}@{ascii_domain(match[2])}"
    return address if len(address.encode()) <= _ADDRESS_LIMIT else f"{match[1]}@{match[2].lower()}"


def _is_letters(text: str) -> bool:
    """Whether all beyond ASCII are letters, marks or digits, in the form in which they look like no others."""
    plain = unicodedata.normalize("NFKC", text) == text
    return plain and all(char.isascii() or unicodedata.category(char)[0] in "LMN" for char in text)


@dataclass(slots=True)
class _Item:
    """What stands between two commas."""

    words: list[str] = field(default_factory=list)  # unquoted
    phrase: list[str] = field(default_factory=list)  # quoted or not
    comments: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    trailing: bool = False  # the brackets do not close, or something other than a comment follows
    open_comment: bool = False  # a comment that does not close: another reader may find text in it

    def add(self, piece: str) -> None:
        if piece.startswith("("):
            self.comments.append(piece[1:].removesuffix(")"))
            self.open_comment = not piece.endswith(")")
            return
        if piece.startswith("<"):
            self.trailing = bool(self.angles) or not piece.endswith(">")
            self.angles.append(piece.strip("<>").strip())
            return
        self.trailing = self.trailing or (bool(self.angles) and not piece.isspace())
        if piece.startswith('"'):
            self.phrase.append(_ESCAPED.sub(r"\1", piece[1:].removesuffix('"')))
        else:
            self.words.append(piece)
            self.phrase.append(piece)

    def mailbox(self) -> tuple[Mailbox | None, bool]:
        """The mailbox, and whether it is certain that there is no other."""
        bare, words = "".join(self.words).strip(), "".join(self.phrase).strip()
        if not self.angles:
            address = sound_address(bare) if bare == words else None
            if address is None:
                return None, "@" not in decode_words(words)
            return Mailbox(decode_words(" ".join(self.comments)), address), not self.open_comment
        address = sound_address(self.angles[0])
        if address is None or self.trailing:
            return None, False
        same = "@" not in bare or decode_words(bare).casefold() == self.angles[0].casefold()
        return Mailbox(
            decode_words(words or " ".join(self.comments)), address
        ), same and not self.open_comment


def read_mailboxes(value: str, limit: int = 100) -> Mailboxes:
    """The mailboxes of an address field's unfolded value; where there are more than `limit`, nothing is certain."""
    if plain := _PLAIN.fullmatch(value):
        address = sound_address(plain[2] or plain[3])
        found = (Mailbox((plain[1] or "").strip(), address),) if address else ()
        return Mailboxes(found, certain=address is not None)
    return _read_any(value, limit)


def _read_any(value: str, limit: int) -> Mailboxes:
    found: list[Mailbox] = []
    certain = True
    item = _Item()
    for piece in _split(value):
        if piece not in (",", ";", ":"):
            item.add(piece)
            continue
        mailbox, alone = (None, False) if piece == ":" else item.mailbox()  # a colon ends the name of a group
        certain = certain and alone
        if mailbox and len(found) == limit:
            return Mailboxes(tuple(found), certain=False)
        found += [mailbox] if mailbox else []
        item = _Item()
    return Mailboxes(tuple(found), certain)


def _split(value: str) -> Iterator[str]:
    """The pieces, a comment being "(", its text and ")" if it closes, with a comma behind the last."""
    position = 0
    while match := _PIECE.match(value, position):
        position = match.end()
        if match[0] == "(":
            position, comment, closed = read_comment(value, position)
            yield f"({comment}{')' if closed else ' '}"  # which is no end, whatever its last character is
        else:
            yield match[0]
    yield ","
