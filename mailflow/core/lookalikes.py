r"""How a sender may look like somebody else: signs that the staff is told, as they read names with their eyes.

None of them decides anything. What is told is ASCII: a label as an A-label (RFC 5890), other characters as \u escapes.
Compared are skeletons (Unicode TR #39, section 4), to which all that look alike are reduced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

_SHOWN = 100  # characters of a display name
_AN_ADDRESS = re.compile(r"[^\s<>@\"'(),:;\[\]]{1,64}@[^\s<>@\"'(),:;\[\]]{1,255}")
# Scripts that one language writes beside each other (TR #39, 5.2: highly restrictive), as the library names them.
_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)
_ANY_SCRIPT = frozenset({"COMMON", "INHERITED", "UNKNOWN"})
_JOINERS = "\u200c\u200d"
# What looks alike within ASCII, in many typefaces; the two letters first, as they hold others.
_ALIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"))


def oddities_of(sender: str | None, name: str, known: Iterable[str]) -> tuple[str, ...]:
    """What is odd of a From field: its address, its decoded display name.

    `known`: domains and addresses that a sender may want to be taken for, those of the desk and of the case.
    """
    found = [*_of_name(name, sender or "")]
    if sender:
        found += _of_address(sender, known)
    return tuple(dict.fromkeys(found))


def in_ascii(text: str) -> str:
    """A text with all beyond printable ASCII as escapes, so that nothing in it can hide or pass for something else."""
    plain = text if text.isascii() else text.encode("ascii", "backslashreplace").decode()
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in plain)


@lru_cache(maxsize=1000)  # the desk's own are asked for with each mail
def skeleton(text: str) -> str:
    """What a text looks like: two that look alike have the same. It is to be compared, not shown."""
    lowered = unicodedata.normalize("NFKD", text).casefold()
    seen = "".join(_lookalike(char) for char in lowered if not _is_unseen(char))
    for looks, like in _ALIKE:
        seen = seen.replace(looks, like)
    return seen


def _of_name(name: str, sender: str) -> Iterator[str]:
    if name.isascii() and name.isprintable() and "@" not in name:  # as most are
        return
    if _hides_something(name):
        yield f'its display name has characters that cannot be seen: "{in_ascii(name[:_SHOWN])}"'
    seen = "".join(char for char in unicodedata.normalize("NFKC", name) if not _is_unseen(char))
    others = [one for one in _AN_ADDRESS.findall(seen) if one.lower() != sender.lower()]
    if others:
        yield f'its display name holds another address: "{in_ascii(others[0][:_SHOWN])}"'


def _of_address(sender: str, known: Iterable[str]) -> Iterator[str]:
    local, _, domain = sender.rpartition("@")
    if not local.isascii():
        yield f"its address is not ASCII: {in_ascii(local)}@{in_ascii(domain)}"
    written = _as_written(domain)
    if any(_mixes_scripts(label) for label in written.split(".")):
        yield f"its domain mixes scripts: {in_ascii(domain)}"
    looks = skeleton(written)
    for other in dict.fromkeys(one.rpartition("@")[2].lower() for one in known):
        if other and other != domain and skeleton(_as_written(other)) == looks:
            yield f"its domain {in_ascii(domain)} looks like {in_ascii(other)}"


def _as_written(domain: str) -> str:
    """A domain with its A-labels as people see them; one that is no such label stays as it is."""
    return ".".join(map(_label, domain.split(".")))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _mixes_scripts(label: str) -> bool:
    if label.isascii():
        return False
    from confusable_homoglyphs.categories import unique_aliases  # noqa: PLC0415 -- its tables are large, and rarely needed

    scripts = unique_aliases(label) - _ANY_SCRIPT
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _lookalike(char: str) -> str:
    """What of ASCII a character looks like, or the character."""
    if char.isascii():
        return char
    from confusable_homoglyphs.confusables import confusables_data  # noqa: PLC0415 -- as above

    alike = (found["c"].casefold() for found in confusables_data.get(char, ()))
    return min((one for one in alike if one.isascii() and one.isalnum()), key=len, default=char)


def _is_unseen(char: str) -> bool:
    """A mark on another character, or nothing to see at all."""
    return unicodedata.category(char) in {"Mn", "Me", "Cf", "Cc"}


def _hides_something(name: str) -> bool:
    """Zero width, direction and kin. A joiner is left to the scripts and emoji that need it (RFC 5892, A.1 and A.2)."""
    return any(
        unicodedata.category(char) in {"Cf", "Cc", "Co", "Zl", "Zp"}
        and not (char in _JOINERS and place and not name[place - 1].isascii())
        for place, char in enumerate(name)
    )
