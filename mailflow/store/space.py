"""How much is free where SQLite keeps its files, so that mail is turned away before the disk is full.

What is kept free is for the mail that was taken already: it has to be handled, and its letters written.
"""

from __future__ import annotations

import os
from typing import Final

from sqlalchemy import make_url

from mailflow.config import Database

_COPIES: Final = 2  # of a mail, for a while: in the journal and in the database


class Space:
    def __init__(self, database: Database) -> None:
        url = make_url(database.url)
        self._file = url.database if url.get_backend_name() == "sqlite" else None

    def free(self) -> int | None:
        """Bytes that this user may still write; 0 when the file is gone. None: PostgreSQL's disk is not seen from here."""
        if self._file is None:
            return None
        try:
            found = os.statvfs(self._file)
        except OSError:
            return 0
        return found.f_bavail * found.f_frsize

    def suffices(self, least: int, coming: int = 0) -> bool:
        """Whether `least` bytes stay free once `coming` bytes of mail are stored; 0 asks for nothing."""
        free = self.free() if least else None
        return free is None or free - _COPIES * coming >= least
