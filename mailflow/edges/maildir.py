"""The way out where no smarthost is configured: each letter becomes a file of a maildir, as a local delivery would.

A letter is in `new/` whole and on the disk, or not at all; a crash leaves at most a file in `tmp/`, which maildir
readers ignore and remove.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import time
from collections.abc import Generator, Iterable
from pathlib import Path

from mailflow.core.display import one_line
from mailflow.steps.app import Outgoing, SmarthostDown, Told, one_by_one
from mailflow.store import private


class MaildirRelay:
    """Any number of threads and processes may write into one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = itertools.count()
        # https://cr.yp.to/proto/maildir.html: the host's name without what cannot stand in a file's name
        self._host = socket.gethostname().replace("/", r"\057").replace(":", r"\072")

    def send_all(self, letters: Iterable[Outgoing | None]) -> Generator[Told]:
        return one_by_one(self.send, letters)

    def send(self, envelope_sender: str, recipient: str, raw: bytes) -> None:
        """Raises `SmarthostDown` when the file system does not take it: the next letter would fare no better."""
        try:
            self._deliver(_as_delivered(envelope_sender, recipient, raw))
        except OSError as error:
            raise SmarthostDown(
                one_line(f"maildir {self._folder}: {error.strerror or error}", 300)
            ) from error

    def close_if_idle(self) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """Nothing is kept open."""

    def _deliver(self, letter: bytes) -> None:
        for name in ("tmp", "new", "cur"):
            private.make_folder(self._folder / name)
        name = self._unique_name()
        temporary = self._folder / "tmp" / name
        try:
            _write(temporary, letter)
            temporary.rename(self._folder / "new" / name)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        private.sync_folder(self._folder / "new")

    def _unique_name(self) -> str:
        seconds, rest = divmod(time.time_ns(), 1_000_000_000)
        return f"{seconds}.M{rest // 1000}P{os.getpid()}Q{next(self._count)}.{self._host}"


def _as_delivered(envelope_sender: str, recipient: str, raw: bytes) -> bytes:
    """The letter with the envelope in front (RFC 5321, 4.4) and the line ends of files."""
    sender, recipient = one_line(envelope_sender), one_line(recipient)
    envelope = f"Return-Path: <{sender}>\nX-Original-To: {recipient}\nDelivered-To: {recipient}\n"
    return envelope.encode("utf-8", "replace") + raw.replace(b"\r\n", b"\n")


def _write(path: Path, letter: bytes) -> None:
    with os.fdopen(private.create(path), "wb") as file:
        file.write(letter)
        file.flush()
        os.fsync(file.fileno())
