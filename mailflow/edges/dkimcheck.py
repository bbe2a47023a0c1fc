"""Verifies the DKIM signatures of a mail (RFC 6376) that can speak for its From field, by dkimpy, within bounds.

What dkimpy leaves open is settled here. It takes a signature that does not cover From, or only a part of the body, one
made with SHA-1, and one of a key that is being tested. It needs minutes for a body with a long run of spaces, and for a
key of some thousand bits with an exponent as long.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from mailflow.core.authresults import Check
from mailflow.core.dmarc import Organizational, is_aligned
from mailflow.core.domains import ascii_domain
from mailflow.core.signatures import covered_fields, left_open, repeated_fields
from mailflow.edges.resolving import NotAnsweredError, Questions

MOST_SIGNATURES = 5  # that are verified
_MOST_BYTES = 20_000_000  # of body for all of them: one takes dkimpy 0.1 s of CPU a megabyte
_MAIL_LIMIT = 50_000_000  # bytes; a larger one has no signature that counts
_HEADER_LIMIT = 64 * 1024  # bytes, as `core/mime.py` reads
_FIELD_LIMIT = 4 * 1024  # bytes of a signature's field: dkimpy is quadratic in the spaces of b=
_KEY_LIMIT = 1100  # bytes of a key's record: RSA with 4096 bits takes 740
_LEAST_KEY = 1024  # bits (RFC 8301, 3.2)
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_SPACES = re.compile(rb"[\t ]+")
_SILENT = logging.Logger("dkimpy", level=logging.CRITICAL + 1)  # noqa: LOG001 -- dkimpy logs what the mail holds: nowhere

Tags = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class _Signature:
    place: int  # among the DKIM-Signature fields
    tags: Tags
    domain: str


def check_signatures(
    raw: bytes, author: str, organizational: Organizational, questions: Questions
) -> list[Check]:
    """The results of the signatures that are aligned with the domain of From, `author`, up to one that passes. Raises nothing.

    Others could not speak for it, so nothing is asked about them. `policy`: what it is cannot count here (RFC 8601,
    2.7.1); `temperror`: its key could not be fetched now.
    """
    end = _END_OF_HEADER.search(raw, 0, _HEADER_LIMIT) if len(raw) <= _MAIL_LIMIT else None
    try:
        signer = dkim.DKIM(raw, logger=_SILENT, minkey=_LEAST_KEY) if end else None
    except Exception:  # noqa: BLE001 -- dkimpy raises what it likes on a header that is none
        signer = None
    if signer is None:
        return [Check("dkim", "permerror")]
    body, names = signer.body, [name.decode("latin-1").lower() for name, _ in signer.headers]
    aligned = [one for one in _signatures(signer) if is_aligned(one.domain, author, organizational)]
    checks = []
    for one in aligned[: max(1, min(MOST_SIGNATURES, _MOST_BYTES // (len(body) + 1)))]:
        signer.body = _relaxed(body) if _is_relaxed(one.tags) else body
        checks.append(Check("dkim", _result(signer, one, names, questions), one.domain))
        if checks[-1].result == "pass":
            break
    return checks or [Check("dkim", "none")]


def _signatures(signer: dkim.DKIM) -> Iterator[_Signature]:
    fields = (value for name, value in signer.headers if name.lower() == b"dkim-signature")
    for place, value in enumerate(fields):
        if len(value) > _FIELD_LIMIT:
            continue
        try:
            tags = parse_tag_value(value)
        except InvalidTagValueList:
            continue
        yield _Signature(place, tags, ascii_domain(tags.get(b"d", b"").decode("utf-8", "replace")))


def _result(signer: dkim.DKIM, signature: _Signature, names: Sequence[str], questions: Questions) -> str:
    if _is_unacceptable(signature.tags) or _lets_others_speak(signature.tags, names):
        return "policy"
    key = _Key(signature.tags, questions)
    try:
        valid = signer.verify(signature.place, dnsfunc=key.fetch)
    except dkim.ValidationError:
        valid = False
    except Exception:  # noqa: BLE001 -- as above; whatever is wrong with it, it is no proof
        return key.trouble or "permerror"
    return key.trouble or ("pass" if valid else "fail")


def _is_unacceptable(tags: Tags) -> bool:
    """It does not cover From (RFC 6376, 5.4), or its hash is broken (RFC 8301, 3.1)."""
    return "from" not in covered_fields(_as_text(tags)) or tags.get(b"a", b"").lower() != b"rsa-sha256"


def _lets_others_speak(tags: Tags, names: Sequence[str]) -> bool:
    """Whether what is read may be another's. `names`: those of the mail's fields, in lower case."""
    return bool(left_open(_as_text(tags), names) or repeated_fields(names))


def _as_text(tags: Tags) -> Mapping[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in tags.items()}


class _Key:
    """The key of a signature; `trouble` is why it gave none."""

    def __init__(self, tags: Tags, questions: Questions) -> None:
        self._tags = tags
        self._questions = questions
        self.trouble = ""

    def fetch(self, name: bytes, timeout: float = 0) -> bytes | None:  # noqa: ARG002 -- what dkimpy calls
        try:
            records = self._questions.texts(name.decode("ascii"))
            tags = parse_tag_value(records[0]) if len(records) == 1 else None
        except NotAnsweredError:
            self.trouble = "temperror"
            return None
        except (UnicodeError, InvalidTagValueList):
            tags = None
        if tags is None or len(records[0]) > _KEY_LIMIT or not self._allows(tags):
            self.trouble = "permerror"
            return None
        return records[0]

    def _allows(self, tags: Tags) -> bool:
        """A key that is being tested signs nothing; one may be for its domain alone (RFC 6376, 3.6.1: t=y, t=s)."""
        flags = {flag.strip() for flag in tags.get(b"t", b"").split(b":")}
        identity = self._tags.get(b"i", b"@" + self._tags.get(b"d", b""))
        exact = identity.rpartition(b"@")[2].lower() == self._tags.get(b"d", b"").lower()
        return b"y" not in flags and (exact or b"s" not in flags)


def _is_relaxed(tags: Tags) -> bool:
    return tags.get(b"c", b"").partition(b"/")[2] == b"relaxed"


def _relaxed(body: bytes) -> bytes:
    """The body's white space as `relaxed` has it (RFC 6376, 3.4.4), in linear time: dkimpy finds nothing left to do."""
    return _SPACES.sub(b" ", body).replace(b" \r\n", b"\r\n")
