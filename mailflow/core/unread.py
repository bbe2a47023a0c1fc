"""What a mail holds beside the text that is read: other versions of it, header fields, markup, and what stands around parts.

Nobody is shown any of it, but it is kept, so it is searched for secrets. Where a person wrote it, as a text; the rest
only for tokens, which show by their form what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailflow.core.decoding import decode_words
from mailflow.core.markup import unescape
from mailflow.core.mime import Fields, Part
from mailflow.core.secrettokens import LEAST_TOKEN

_OUTSIDE_LIMIT = 256 * 1024  # bytes around the parts of a mail, of which no more are looked at

_RUN = re.compile(rf"[\w.~%+/=:&?$-]{{{LEAST_TOKEN},}}", re.ASCII)
_MARKUP = re.compile(r"<style[^<>]*>[^<]*|<[^<>]*>", re.IGNORECASE)
_BRACKETS = re.compile(r"<[^<>]*>")
_LEAST_WORD = 6  # characters of a word that may be a secret
_MARKS = "<>()[]{}*_.,:;!?\"'"

# Fields in which people write, names beside addresses included. Of Subject the first one is read with the text.
_PEOPLES = frozenset({
    "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "comments", "keywords", "organization", "summary",
})  # fmt: skip
# Fields that programs write: long, in base64, and of no person.
_PROGRAMS = (
    "received", "x-received", "dkim-", "domainkey-", "arc-", "authentication-", "x-google-", "x-gm-", "x-ms-", "x-microsoft-",
    "content-t", "mime-", "date",
)  # fmt: skip


def says_more(source: str, shown: str) -> bool:
    """Whether the source of a text, with markup or not, has a word that may be a secret and stands nowhere in `shown`."""
    words = set(without_markup(source).split()).difference(shown.split())
    bare = (word.strip(_MARKS) for word in words if len(word) >= _LEAST_WORD)
    return any(len(word) >= _LEAST_WORD and word not in shown for word in bare)


def without_markup(source: str) -> str:
    """All of its text, with what is hidden or struck out."""
    return unescape(_MARKUP.sub(" ", source))


def written_in(fields: Fields) -> Iterator[str]:
    """What people wrote into header fields that may be more than names."""
    for name, value in fields:
        if name in _PEOPLES and _beyond_names(text := decode_words(value)):
            yield text


def _beyond_names(text: str) -> bool:
    """Whether there is a digit outside of addresses."""
    words = _BRACKETS.sub("", text).split()
    return any(any(map(str.isdigit, word)) for word in words if "@" not in word)


def long_runs(texts: Iterable[str]) -> str:
    """All that is long enough for a token and has nothing between that none has, each once, a line each."""
    long = [word for word in "\n".join(texts).split() if len(word) >= LEAST_TOKEN]  # to split is far cheaper
    return "\n".join(dict.fromkeys(_RUN.findall("\n".join(long))))


def field_texts(fields: Fields) -> Iterator[str]:
    return (decode_words(value) for name, value in fields if not name.startswith(_PROGRAMS))


def outside(root: Part) -> str:
    """What stands before, between and behind parts, with the header of each; and what could not be split."""
    spans = (root.raw[start:end] for part in root.walk() for start, end in part.outside)
    return b"\n".join(spans)[:_OUTSIDE_LIMIT].decode("latin-1")
