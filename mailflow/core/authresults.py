"""Reads Authentication-Results fields (RFC 8601, 2.2), in which a mail server says who it found a mail to be from.

Anybody can write such a field. Which of them is to be believed is for `core/authentication.py` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailflow.core.domains import ascii_domain

FIELD = "authentication-results"
MOST_CHECKS = 30  # of one field; RFC 8601 sets no limit
_WORD_LIMIT = 255  # characters of a domain or a keyword that are kept

_PIECE = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[^"();\\]++|\\.|.', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# `ptype.property=value`; a value may begin with a quoted local part, and hold "=" (RFC 8601, 2.2).
_PAIR = re.compile(r'([A-Za-z0-9][A-Za-z0-9._/-]*)\s*=\s*("(?:[^"\\]++|\\.)*+"?[^\s"]*|[^\s"]+)', re.DOTALL)
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


def read_auth_results(value: str) -> AuthResults:
    """The unfolded value of a field, whatever it is: what cannot be read of it says nothing. Never raises."""
    (head, _), *parts = _parts(value)
    words = head.split()
    authserv_id = _unquoted(words[0]).lower() if words else ""
    checks = (check for text, comment in parts[:MOST_CHECKS] if (check := _check(text, comment)))
    return AuthResults(authserv_id, tuple(checks))


def _parts(value: str) -> list[tuple[str, str]]:
    """What stands between semicolons, each with its comments apart. Comments nest (RFC 5322, 3.2.2)."""
    parts: list[tuple[list[str], list[str]]] = [([], [])]
    depth = 0
    for piece in _pieces(value):
        text, comment = parts[-1]
        if piece == "(" or (depth and piece == ")"):
            depth += 1 if piece == "(" else -1
            text.append(" ")
        elif depth:
            comment.append(piece)
        elif piece == ";":
            parts.append(([], []))
        else:
            text.append(piece)
    return [("".join(text).strip(), "".join(comment)) for text, comment in parts]


def _pieces(value: str) -> Iterator[str]:
    return (match[0] for match in _PIECE.finditer(value))


def _check(text: str, comment: str) -> Check | None:
    """`dkim=pass header.d=example.org`; of methods that say nothing of the From field, None."""
    pairs = [(name.lower(), _unquoted(value)) for name, value in _PAIR.findall(text)]
    if not pairs:
        return None
    method, result = pairs[0][0].partition("/")[0], pairs[0][1].lower()[:_WORD_LIMIT]
    if method not in _WHOSE:
        return None
    said = dict(reversed(pairs[1:]))  # of two that contradict each other, the first one
    whose = next((said[name] for name in _WHOSE[method] if name in said), "")
    domain = ascii_domain(whose.rpartition("@")[2][:_WORD_LIMIT])
    return Check(method, result, domain, _policy(said, comment) if method == "dmarc" else "")


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
