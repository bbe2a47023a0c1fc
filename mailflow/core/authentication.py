"""Who wrote a mail, as far as its domain vouches for it, and what a desk may do about a mail whose writer is not proven.

The verdict comes from a mail server of ours (`found_by_server`) or is computed (`judged`), and it is about the domain of
the one unambiguous From field alone. That the domain's own users are who they say is for that domain to see to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mailflow.core.authresults import FIELD, AuthResults, Check, read_auth_results
from mailflow.core.dmarc import Organizational, is_aligned, speaks_for
from mailflow.core.domains import ascii_domain
from mailflow.core.relaying import Fields
from mailflow.core.signatures import FIELD as SIGNATURE
from mailflow.core.signatures import covered_fields, left_open, repeated_fields, tags_of

COMPUTED = "computed"


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 -- no password
    NONE = "none"  # it cannot be told
    FAIL = "fail"  # the domain asks that such mail be rejected or put into quarantine


@dataclass(frozen=True, slots=True)
class Authentication:
    """What was found of who wrote a mail. It is kept with the mail."""

    verdict: Verdict = Verdict.NONE
    domain: str = ""  # of From; "" unless it names exactly one mailbox
    source: str = ""  # the authserv-id of the server that said so, or COMPUTED; "": nobody checked
    checks: tuple[Check, ...] = ()
    oddities: tuple[str, ...] = ()  # in plain ASCII words: how the sender looks like somebody else


class Handling(StrEnum):
    """What a mail may lead to."""

    FULL = "full"  # everything; letters repeat what it says
    GUARDED = "guarded"  # everything, but the letters hold nothing of what it says
    STAFF = "staff"  # nothing: it is filed for the staff to see


@dataclass(frozen=True)
class SenderPolicy:
    """What a site makes of each verdict."""

    on_pass: Handling
    on_none: Handling
    on_fail: Handling
    # Whether a mail that is not to a case's reply address has to pass to change the case.
    untagged_needs_pass: bool


def handling_of(
    verdict: Verdict, policy: SenderPolicy, *, in_case: bool, at_reply_address: bool = False
) -> Handling:
    """What a mail of a case's party, or of somebody without a case, may lead to.

    The reply address proves that its writer reads the party's mail, so it outweighs that nothing else can be told. It
    does not outweigh a failure: a letter that was passed on has shown it to others.
    """
    if verdict is Verdict.FAIL:
        return Handling.STAFF if in_case and not at_reply_address else policy.on_fail
    if at_reply_address:
        return Handling.FULL
    if verdict is Verdict.PASS:
        return policy.on_pass
    return Handling.STAFF if in_case and policy.untagged_needs_pass else policy.on_none


def found_by_server(
    ours: Fields, authserv_ids: frozenset[str], domain: str, organizational: Organizational
) -> Authentication | None:
    """What the topmost field of a trusted server says; None where there is none.

    `ours`: the fields that our servers can have written (`relaying.way_of`). Those of a trusted name that came from
    outside the server has to remove (RFC 8601, 5), which mailflow cannot do for it: so only the topmost one counts.
    """
    for name, value in ours:
        if name == FIELD:
            said = read_auth_results(value)
            if said.authserv_id in authserv_ids:
                found = judged(domain, said.authserv_id, said.checks, organizational)
                return _as_it_stands(found, said, organizational)
    return None


def _as_it_stands(found: Authentication, said: AuthResults, organizational: Organizational) -> Authentication:
    """What was found, unless its sender has made our server and us read different things: then it is not believed.

    Servers repeat in the field what the sender chose, and there are many ways to read a From field.
    """
    others = (check.domain for check in said.checks if check.method == "dmarc" and "." in check.domain)
    other = next((one for one in others if not is_aligned(one, found.domain, organizational)), "")
    if not found.domain or (said.whole and not other):
        return found
    told = f"{_plain(said.authserv_id)} took it for one from {_plain(other)}" if other else _BROKEN
    return replace(found, verdict=Verdict.FAIL, oddities=(*found.oddities, told))


_BROKEN = "what our mail server says of who wrote it has signs that its sender put there, and cannot be read"


def judged(
    domain: str, source: str, checks: Sequence[Check], organizational: Organizational
) -> Authentication:
    """The verdict on a mail from `domain`: that of DMARC, or else whether anything that passes speaks for the domain."""
    verdict = Verdict.NONE
    if domain:
        told = [check for check in checks if check.method == "dmarc" and check.domain == domain]
        verdict = _by_dmarc(told) or _by_alignment(checks, domain, organizational)
    return Authentication(verdict, domain, source, tuple(checks))


def as_it_is_read(
    found: Authentication, fields: Fields, organizational: Organizational, *, header_read: bool
) -> Authentication:
    """What was found, as far as its domain vouches for all that is read of a mail with these `fields`.

    `header_read`: whether these are all that it has.

    Whoever got a signed mail can put another subject on top of its own, or more text below one that is signed in part. The
    signature passes all the same (RFC 6376, 8.2 and 8.15), and a mail server may not have looked for that.
    """
    if found.verdict is not Verdict.PASS:
        return found
    told = [] if header_read else ["not all of its header can be read, and its domain may vouch for the rest"]
    told += [
        f"it has more than one {name} field, and its domain vouches for one of them"
        for name in repeated_fields(name for name, _ in fields)
    ]
    if what := _left_open(found, fields, organizational):
        told.append(f"its domain vouches for it, but not for {what}")
    return replace(found, verdict=Verdict.NONE, oddities=(*found.oddities, *told)) if told else found


def _left_open(found: Authentication, fields: Fields, organizational: Organizational) -> str:
    """What the signatures leave to others to write; "" where the domain's own servers handed the mail over.

    Which of several signatures has passed a server does not always say, so that each has to cover all. Of those that are
    verified here only such ones pass.
    """
    if found.source == COMPUTED:
        return ""
    names = {name for name, _ in fields}
    open_ = (left_open(tags, names) for tags in _signatures(found, fields, organizational))
    return next(filter(None, open_), "")


def is_sealed(found: Authentication, fields: Fields, organizational: Organizational, name: str) -> bool:
    """Whether nobody but its domain can have written this field of a mail that passes, so that nobody sends it again with another."""
    return all(name in covered_fields(tags) for tags in _signatures(found, fields, organizational))


def _signatures(
    found: Authentication, fields: Fields, organizational: Organizational
) -> list[Mapping[str, str]]:
    """The tags of the signatures by which it may have passed; none where the domain's own servers handed the mail over."""
    spoken = [check for check in found.checks if check.method == "spf"]
    if speaks_for(spoken, found.domain, None, organizational):
        return []
    signatures = (tags_of(value) for name, value in fields if name == SIGNATURE)
    return [
        tags
        for tags in signatures
        if is_aligned(ascii_domain(tags.get("d", "")), found.domain, organizational)
    ]


def _by_dmarc(told: Sequence[Check]) -> Verdict | None:
    """None where DMARC has nothing to say. Of two results that contradict each other, the worse one."""
    failed = [check for check in told if check.result == "fail"]
    if failed:
        # A policy that is not said is taken for a strict one: the staff sees the mail either way.
        return Verdict.NONE if all(check.policy == "none" for check in failed) else Verdict.FAIL
    return Verdict.PASS if any(check.result == "pass" for check in told) else None


def _by_alignment(checks: Sequence[Check], domain: str, organizational: Organizational) -> Verdict:
    return Verdict.PASS if speaks_for(checks, domain, None, organizational) else Verdict.NONE


def in_words(found: Authentication | None) -> str:
    """One line for the staff, in ASCII."""
    if found is None or not found.source:
        return "cannot be told: nothing was checked"
    by = "" if found.source == COMPUTED else f", says {_plain(found.source)}"
    if not found.domain:
        return "cannot be told: From does not name exactly one mailbox"
    domain = _plain(found.domain)
    if found.verdict is Verdict.PASS:
        return f"{domain} vouches for it ({_results(found)}{by})"
    if found.verdict is Verdict.FAIL:
        asks = f", which asks to {_asks(found)} such mail" if _fails_dmarc(found) else ", as it seems"
        return f"not from {domain}{asks} ({_results(found)}{by})"
    return f"cannot be told: nothing speaks for {domain} ({_results(found)}{by})"


def why_not_believed(found: Authentication) -> str:
    """Why a mail is filed for the staff, as its row and the digest say it."""
    if found.verdict is Verdict.FAIL:
        if not _fails_dmarc(found):
            return f"who wrote it is not proven: it seems not to be from {_plain(found.domain)}"
        return f"who wrote it is not proven: it fails DMARC of {_plain(found.domain)}"
    return "who wrote it is not proven, and this desk asks for that"


def _fails_dmarc(found: Authentication) -> bool:
    return any(check.method == "dmarc" and check.result == "fail" for check in found.checks)


def _asks(found: Authentication) -> str:
    policies = [check.policy for check in found.checks if check.method == "dmarc"]
    return "quarantine" if "quarantine" in policies else "reject"


def _results(found: Authentication) -> str:
    said = (
        f"{check.method} {_plain(check.result)}{f' of {_plain(check.domain)}' if check.domain else ''}"
        for check in found.checks
    )
    return ", ".join(said) or "no results"


def _plain(text: str) -> str:
    """Whatever a domain or a result holds, in ASCII: what cannot be seen cannot deceive."""
    return text[:255].encode("ascii", "backslashreplace").decode()
