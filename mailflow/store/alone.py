"""Lets one process at a time have mails of an SQLite file in hand, which knows no locks of rows.

Else another one would take what this one is reading for what a process left that has ended.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailflow.store.engine import Unavailable
from mailflow.store.private import FILE


class Alone:
    """A lock of the kernel's (flock(2)), on a file of its own: it ends with the process, however that ends."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f".{database.name}.handling")

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Whether it is held for the block: not while another process holds it, or another claim of this one."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self._path, flags, FILE)
        except OSError as error:
            raise Unavailable(f"{self._path}: {error.strerror}") from error
        try:
            yield _taken(descriptor)
        finally:
            os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
