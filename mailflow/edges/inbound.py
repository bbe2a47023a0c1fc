"""What a client has sent and its session has not read yet.

asyncio's StreamReader does more than a session needs, and each line through it costs as much as the command in it.
"""

from __future__ import annotations

import asyncio

MAX_COMMAND_LINE = 2048  # bytes; RFC 5321, 4.5.3.1.4 asks for 512, and more for each extension


class Inbound:
    """The transport is not read while twice the longest line waits here."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.ended = False  # the client will send no more
        self._held = bytearray()
        self._paused = False
        self._too_long = False  # a line of which the beginning is gone already

    def __len__(self) -> int:
        return len(self._held)

    def feed(self, data: bytes) -> None:
        self._held += data
        if len(self._held) > 2 * MAX_COMMAND_LINE and self.transport and not self._paused:
            self._paused = True
            self.transport.pause_reading()

    def line(self) -> bytes | None:
        """The next line with its end, once all of it is there; b"" stands for one that was too long and is gone."""
        end = self._held.find(b"\n") + 1
        if not end:
            if len(self._held) > MAX_COMMAND_LINE:
                self._too_long = True
                self.take()
            return None
        line = b"" if self._too_long or end > MAX_COMMAND_LINE else bytes(self._held[:end])
        self._too_long = False
        del self._held[:end]
        self._go_on()
        return line

    def take(self) -> bytes:
        """All of it."""
        taken = bytes(self._held)
        self._held.clear()
        self._go_on()
        return taken

    def _go_on(self) -> None:
        if self._paused and self.transport and len(self._held) <= MAX_COMMAND_LINE:
            self._paused = False
            self.transport.resume_reading()
