"""Domains in the one form that every mail server takes: a name in any script has an ASCII form (IDNA 2008, RFC 5890)."""

from __future__ import annotations


def ascii_domain(domain: str) -> str:
    """In lower case, its labels as A-labels; one that has no such form stays as it was. Never raises."""
    if domain.isascii():
        return domain.lower()
    import idna  # noqa: PLC0415 -- its tables are large, and few domains need them

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:  # `idna.IDNAError` is one
        return domain.lower()


def upper_domain(domain: str) -> str:
    """The last two labels, in lower case: coarser than an organizational domain, and needs no list."""
    return ".".join(domain.lower().rstrip(".").split(".")[-2:])
