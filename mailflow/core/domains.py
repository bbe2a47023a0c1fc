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
