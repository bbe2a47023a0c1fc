"""A clock of a process's own, which a test sets forth and back: libfaketime. Monotonic time stays what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)  # None: it is not installed


class FakeClock:
    """Of the processes that are started with its `environ`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.ahead = timedelta(0)
        self.set(timedelta(0))

    def set(self, ahead: timedelta) -> None:
        """Of the true time; behind it if less than nothing."""
        self.ahead = ahead
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{ahead.total_seconds():+.0f}\n")
        draft.rename(self._file)

    @property
    def environ(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
