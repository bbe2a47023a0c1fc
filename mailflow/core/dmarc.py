"""DMARC (RFC 7489): what a domain asks to be done with mail in its name that it did not send, and what speaks for it.

Nothing is looked up here: `edges/sendercheck.py` fetches records, and the public suffix list is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mailflow.core.authresults import Check

# A domain to the one below the public suffix that it belongs to: `mail.example.co.uk` to `example.co.uk` (3.2).
Organizational = Callable[[str], str]

POLICIES = ("none", "quarantine", "reject")  # each milder than the next
_RECORD_LIMIT = 2000  # characters


@dataclass(frozen=True, slots=True)
class Record:
    """What a domain has published at `_dmarc.` (RFC 7489, 6.3)."""

    policy: str  # of the domain itself
    subdomains: str  # of those below it
    strict_dkim: bool = False
    strict_spf: bool = False

    def asks(self, *, below: bool) -> str:
        """The policy for the domain that has the record, or for one `below` it."""
        return self.subdomains if below else self.policy


def record_of(texts: Iterable[str]) -> Record | None:
    """The one DMARC record among a name's TXT records; None without one, or with several (RFC 7489, 6.6.3)."""
    records = [text for text in texts if text.replace(" ", "").lower().startswith("v=dmarc1;")]
    records += [text for text in texts if text.replace(" ", "").lower() == "v=dmarc1"]
    return _record(_tags(records[0])) if len(records) == 1 else None


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text[:_RECORD_LIMIT].split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


def _record(tags: Mapping[str, str]) -> Record | None:
    """Without a policy that can be told it is treated as `p=none` where reports are asked for, else as none at all."""
    policy = tags.get("p", "")
    if policy not in POLICIES:
        if "rua" not in tags:
            return None
        policy = "none"
    below = tags.get("sp", policy)
    return Record(
        policy=_tried_out(policy, tags),
        subdomains=_tried_out(below if below in POLICIES else policy, tags),
        strict_dkim=tags.get("adkim") == "s",
        strict_spf=tags.get("aspf") == "s",
    )


def _tried_out(policy: str, tags: Mapping[str, str]) -> str:
    """A domain that tries its policy out gets the next milder one (RFC 7489, 6.6.4: pct=0)."""
    trying = tags.get("pct") == "0" or tags.get("t") == "y"
    return POLICIES[max(0, POLICIES.index(policy) - 1)] if trying else policy


def is_aligned(domain: str, author: str, organizational: Organizational, *, strict: bool = False) -> bool:
    """Whether what speaks for `domain` speaks for the From field's domain too (RFC 7489, 3.1)."""
    if domain == author:
        return bool(domain)
    return not strict and bool(domain) and organizational(domain) == organizational(author)


def speaks_for(
    checks: Iterable[Check], author: str, record: Record | None, organizational: Organizational
) -> bool:
    """Whether a DKIM signature or SPF that passes is aligned with the From field's domain (RFC 7489, 6.6.2).

    Alignment is relaxed where no record says otherwise.
    """
    strict = {"dkim": record.strict_dkim, "spf": record.strict_spf} if record else {}
    return any(
        check.method != "dmarc"
        and check.result == "pass"
        and is_aligned(check.domain, author, organizational, strict=strict.get(check.method, False))
        for check in checks
    )
