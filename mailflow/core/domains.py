"""Domains and addresses in the one form by which they are compared: a name in any script has an ASCII form (IDNA 2008, RFC 5890)."""

from __future__ import annotations

import re


def ascii_domain(domain: str) -> str:
    """In lower case, its labels as A-labels; one that has no such form stays as it was. Never raises."""
    if domain.isascii():
        return domain.lower()
    import idna  # noqa: PLC0415 -- its tables are large, and few domains need them

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:  # `idna.IDNAError` is one
        return domain.lower()


def native_domain(domain: str) -> str:
    """With its A-labels in the script that they stand for, as people write it; else as it was. Never raises."""
    if "xn--" not in domain.lower():
        return domain
    import idna  # noqa: PLC0415 -- as above

    try:
        return idna.decode(domain)
    except UnicodeError:
        return domain


def forms_of(address: str) -> tuple[str, ...]:
    """An address as it is kept, its domain in ASCII, and as people may write it; each once."""
    local, _, domain = address.rpartition("@")
    plain = ascii_domain(domain)
    return tuple(dict.fromkeys((f"{local}@{plain}", f"{local}@{native_domain(plain)}")))


# Providers of which it is known how one mailbox is written in many ways: names for one domain, and what makes no difference
# in a local part there.
_ONE_DOMAIN = {
    "googlemail.com": "gmail.com",
    "protonmail.com": "proton.me",
    "protonmail.ch": "proton.me",
    "pm.me": "proton.me",
}
_IGNORED = {"gmail.com": ".", "proton.me": "._-"}
_YAHOO = re.compile(r"(?:yahoo\.(?!co\.jp$)[a-z.]+|ymail\.com|rocketmail\.com|myyahoo\.com)", re.ASCII)
_FASTMAIL = re.compile(r"(?:.*\.)?([^.]+)\.(fastmail\.[a-z.]+)", re.ASCII)


def mailbox_of(address: str) -> str:
    """The mailbox that an address with a tag (RFC 5233, 2) leads to, with all others of it; "" where nothing shows such.

    Whose addresses at a domain of their own lead to one mailbox does not show.
    """
    local, _, domain = address.lower().rpartition("@")
    plain, domain = local.partition("+")[0], _ONE_DOMAIN.get(domain, domain)
    if _YAHOO.fullmatch(domain):  # no name of a mailbox has a "-" there: what follows it is a tag
        plain = plain.partition("-")[0]
    elif below := _FASTMAIL.fullmatch(domain):  # tag@name.fastmail.com
        plain, domain = below.groups()
    plain = plain.translate(str.maketrans("", "", _IGNORED.get(domain, "")))
    mailbox = f"{plain}@{domain}"
    return "" if mailbox == address.lower() else mailbox


# Below a country's domain these are no organization's own, but where organizations register: example.co.uk, example.com.br.
_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "ne", "net", "nom", "or", "org", "sch"}
)


def upper_domain(domain: str) -> str:
    """About what an organization registered, in lower case: the last two labels, or three as in `example.co.uk`.

    Coarser than an organizational domain (RFC 7489, 3.2), whose list takes tens of megabytes.
    """
    labels = domain.lower().rstrip(".").split(".")
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3 if deep else -2 :])
