"""Account names beside a secret that was masked: the one is told by the other ("login: jdoe / [password removed]")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.form import Field
from mailflow.core.reading.claim import Claim
from mailflow.core.reading.fresh import Fresh
from mailflow.core.reading.namelike import NAME, STRONG
from mailflow.core.reading.terms import Terms
from mailflow.core.secretkind import SecretKind
from mailflow.core.secrets import MASKS
from mailflow.core.secrettokens import inner

_PASSWORD = MASKS[SecretKind.PASSWORD]
_SCHEME = "otpauth://"
_BESIDE = re.compile(
    rf"(?:(?<![\w@/.:-])({NAME})[ \t]{{0,8}}[/|][ \t]{{0,8}}|(?<=-u )({NAME})(?::| -p ))['\"]?{re.escape(_PASSWORD)}",
    re.ASCII,
)
_LABEL = re.compile(rf"{_SCHEME}[a-z]{{4}}/([\w.-]{{1,40}})(?::|%3A)({NAME})\?", re.ASCII | re.IGNORECASE)


def named_beside(fresh: Fresh, terms: Terms, field: Field) -> Iterator[Claim]:
    """The name of a pair, and that of the seed of an authenticator which is one for the service."""
    for found in _BESIDE.finditer(fresh.text) if _PASSWORD in fresh.text else ():
        start, end = inner(found)
        if not (fresh.within(start, end) or terms.common(fresh.low[start:end])):
            yield Claim(field.key, fresh.text[start:end], "name of a password", STRONG, start, end)
    for found in _LABEL.finditer(fresh.text) if _SCHEME in fresh.low else ():
        if terms.is_service(found[1].lower()):
            yield Claim(field.key, found[2], "name of a seed", STRONG, *found.span(2))
