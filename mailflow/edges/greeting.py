"""What a desk says first to its clients, and how one that is itself the client knows it again.

A desk takes mail for its own addresses alone: as a smarthost it would refuse each letter for good, as one to nobody.
"""

from __future__ import annotations

from typing import Final

_BY: Final = "mailflow ESMTP"


def greeting(hostname: str) -> str:
    return f"{hostname} {_BY}"


def is_of_a_desk(words: bytes) -> bool:
    """Not by the host's name: a real smarthost on the same machine may have the same one."""
    return words.decode("ascii", "replace").split()[1:] == _BY.split()
