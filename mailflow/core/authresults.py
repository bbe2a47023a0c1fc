"""Reads Authentication-Results fields (RFC 8601, 2.2), in which a mail server says who it found a mail to be from.

Anybody can write such a field. Which of them is to be believed is for `core/authentication.py` to say. And servers repeat in
it what the sender chose: a domain of a signature such as `example.org(.evil.example`, which the DNS takes. So where a
value does not stand as the grammar has it, nothing passes by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailflow.core.comments import read_comment
from mailflow.core.domains import ascii_domain

FIELD = "authentication-results"
MOST_CHECKS = 30  # of one field; RFC 8601 sets no limit
_WORD_LIMIT = 255  # characters of a domain or a keyword that are kept

_PIECE = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[^"();\\]++|\\.|.', re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# `ptype.property=value`; a value may begin with a quoted local part, and hold "=" (RFC 8601, 2.2).
_PAIR = re.compile(
    r'(?<![A-Za-z0-9._/-])([A-Za-z0-9][A-Za-z0-9._/-]*+)\s*+=\s*+("(?:[^"\\]++|\\.)*+"?[^\s"]*|[^\s"]+)',
    re.DOTALL,
)
# What each result begins with, by the keywords of RFC 8601, 2.2; "none" stands where there are no results.
_RESULT = re.compile(r'[\w-]+(?:/[0-9]+)?\s*+=\s*+"?[\w-]+"?(?:\s|\Z)|(?:none)?\Z', re.IGNORECASE | re.ASCII)
_EMPTY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*=")  # as some write of a null sender
# What filters write beside dmarc=fail: `(p=reject dis=none)`, `(policy=reject)`; no RFC has it, nearly all write it.
_POLICY = re.compile(r"\b(?:p|sp|policy)=(none|quarantine|reject)\b", re.IGNORECASE)
_ASKED = {"none": 0, "quarantine": 1, "reject": 2}
# Where each method says whose result it is (RFC 8601, 2.7; RFC 7489, 11.1), the best first.
_WHOSE = {
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom",),
    "dmarc": ("header.from",),
}


@dataclass(frozen=True, slots=True)
class Check:
    """What one method found."""

    method: str  # "dkim", "spf" or "dmarc"
    result: str  # "pass", "fail", "none", "temperror" and kin, in lower case (RFC 8601, 2.7)
    domain: str = ""  # whose: of the signature, of MAIL FROM, of the From field; in ASCII and lower case
    # DMARC: what that domain asks for when it fails: "none", "quarantine", "reject"; "": not said.
    policy: str = ""


@dataclass(frozen=True, slots=True)
class AuthResults:
    """One field: who says so, and what."""

    authserv_id: str  # in lower case, unquoted
    checks: tuple[Check, ...]
    # Whether nothing of it may be lost or feigned: all comments and quotations close, each part is a result, and there are
    # no more than are read.
    whole: bool = True


@dataclass(slots=True)
class _Part:
    """What stands between two semicolons, its comments apart."""

    text: str = ""
    comment: str = ""
    torn: bool = False  # a comment begins in the midst of a value


def read_auth_results(value: str) -> AuthResults:
    """The unfolded value of a field, whatever it is: what cannot be read of it says nothing. Never raises."""
    (head, *parts), closed = _parts(value)
    words = head.text.split()
    authserv_id = _unquoted(words[0]).lower() if words else ""
    checks = tuple(check for part in parts[:MOST_CHECKS] if (check := _check(part)))
    whole = closed and len(parts) <= MOST_CHECKS and all(_RESULT.match(part.text) for part in parts)
    return AuthResults(authserv_id, checks, whole)


def _parts(value: str) -> tuple[list[_Part], bool]:
    """What stands between semicolons, and whether all comments and quotations close. Comments nest (RFC 5322, 3.2.2)."""
    parts, texts, closed, position = [_Part()], [""], True, 0
    while piece := _PIECE.match(value, position):
        position = piece.end()
        if piece[0] == "(":
            parts[-1].torn |= _ends_in_value(texts[-1])
            position, inside, ended = read_comment(value, position)
            parts[-1].comment += inside
            closed = closed and ended
            texts.append(" ")
        elif piece[0] == ";":
            parts[-1].text = "".join(texts).strip()
            parts.append(_Part())
            texts = [""]
        else:
            closed = closed and not _is_open(piece[0])
            texts.append(piece[0])
    parts[-1].text = "".join(texts).strip()
    return parts, closed


def _is_open(piece: str) -> bool:
    """Whether it is the end of a comment that nothing began, or a quotation without its end."""
    return piece == ")" or (piece.startswith('"') and not _QUOTED.fullmatch(piece))


def _ends_in_value(text: str) -> bool:
    """Whether it ends within the value of a property, as in `header.d=example.org`; `dmarc=pass` is none, and some write so."""
    word = text[-_WORD_LIMIT:].rpartition(" ")[2]
    return not text[-1:].isspace() and "." in word


def _check(part: _Part) -> Check | None:
    """`dkim=pass header.d=example.org`; of methods that say nothing of the From field, None."""
    pairs = [(name.lower(), _unquoted(value)) for name, value in _PAIR.findall(part.text)]
    if not pairs:
        return None
    method, result = pairs[0][0].partition("/")[0], pairs[0][1].lower()[:_WORD_LIMIT]
    if method not in _WHOSE:
        return None
    said = dict(reversed(pairs[1:]))  # of two that contradict each other, the first one
    whose = next((said[name] for name in _WHOSE[method] if name in said), "")
    if result == "pass" and (part.torn or not _is_of_pairs(part.text)):
        whose = ""
    domain = ascii_domain(whose.rpartition("@")[2][:_WORD_LIMIT])
    return Check(method, result, domain, _policy(said, part.comment) if method == "dmarc" else "")


def _is_of_pairs(text: str) -> bool:
    """Whether nothing else stands in it."""
    return all(_EMPTY.fullmatch(word) for word in _PAIR.sub(" ", text).split())


def _policy(said: dict[str, str], comment: str) -> str:
    """The strictest policy that is named: which of p and sp holds is not said."""
    told = said.get("policy.dmarc", "").lower()
    if told in _ASKED:
        return told
    return max((name.lower() for name in _POLICY.findall(comment)), key=_ASKED.__getitem__, default="")


def _unquoted(word: str) -> str:
    if not word.startswith('"'):
        return word
    inner, _, rest = word[1:].rpartition('"')
    return _ESCAPED.sub(r"\1", inner) + rest
