"""What a DKIM signature leaves to others to write, though it is sound (RFC 6376, 8.2 and 8.15).

Whether it verifies is for `edges/dkimcheck.py` or a mail server to say. That it does says nothing of what it does not cover.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

FIELD = "dkim-signature"
# Fields that stand once in a mail (RFC 5322, 3.6; RFC 2045, 3), and of which the first one is read. A signature is about the last.
_ONCE = frozenset(
    {"subject", "message-id", "in-reply-to", "references", "content-type", "content-transfer-encoding"}
)


def tags_of(value: str) -> dict[str, str]:
    """The tags of an unfolded field (3.2), without white space. Of two of one name the first: such a field is not valid."""
    pairs = (part.partition("=") for part in value.split(";"))
    tags: dict[str, str] = {}
    for name, _, text in pairs:
        tags.setdefault(name.strip(), "".join(text.split()))
    return tags


def covered_fields(tags: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in tags.get("h", "").split(":"))


def left_open(tags: Mapping[str, str], names: Collection[str]) -> str:
    """What of that which is read it does not cover, in words; "" if it covers all. `names`: of the mail's fields."""
    if "l" in tags:
        return "a part of its text"
    if "subject" in names and "subject" not in covered_fields(tags):
        return "its subject"
    return ""


def repeated_fields(names: Iterable[str]) -> tuple[str, ...]:
    """Of a header's field names, in lower case, those that may stand once and do not, in order.

    Whoever vouches for the mail may have seen another one than is read.
    """
    counted = Counter(name for name in names if name in _ONCE)
    return tuple(sorted(name for name, times in counted.items() if times > 1))
