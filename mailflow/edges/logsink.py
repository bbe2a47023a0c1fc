"""Where the lines of the log go: nobody ever waits for whoever reads them. A log that is not read must not stop the desk.

A line is written at once where that needs no waiting, so that none is lost with a process that dies. What a pipe, a
terminal or the journal does not take now is kept, within bounds, for a thread that waits for it.
"""

from __future__ import annotations

import os
import select
import socket
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock, Thread
from typing import Final, TextIO
from weakref import finalize

_MOST_KEPT: Final = 1_000_000  # bytes; some thousand lines
_PIECE: Final = 65_536  # bytes that are written at once of what was kept
_NOT_LONGER_AT_END: Final = 1.0  # seconds

Write = Callable[[bytes], int]  # how many bytes were taken; `BlockingIOError`: none now


class Sink:
    """For several threads. What cannot be written at all, as on a full disk, is gone."""

    def __init__(self, stream: TextIO, tell_lost: Callable[[int], None]) -> None:
        """`tell_lost` is called with the number of lines for which there was no room, once the log is read again."""
        with suppress(OSError, ValueError):
            stream.flush()
        self.stream = stream
        self._encoding = stream.encoding or "utf-8"
        way = _way_into(stream)
        self._descriptor, self._write = way.descriptor, way.write
        finalize(self, way.close).atexit = False  # the last line is written after that
        self._tell_lost = tell_lost
        self._lock = Lock()
        self._kept = bytearray()
        self._lost = 0
        self._waits_since = 0.0
        self._thread: Thread | None = None

    def put(self, line: str) -> None:
        data = line.encode(self._encoding, "backslashreplace")
        with self._lock:
            if not self._kept:
                written = self._write_now(data)
                if written < len(data):
                    self._waits_since = time.monotonic()
                    self._keep(data[written:])
            elif len(self._kept) + len(data) <= _MOST_KEPT:
                self._keep(data)
            else:
                self._lost += 1

    def waits_for(self) -> float:
        """For how many seconds nobody has read what is there."""
        return time.monotonic() - self._waits_since if self._kept else 0.0

    def finish(self) -> None:
        """At the end of the process: what is kept has a moment to go."""
        if thread := self._thread:
            thread.join(_NOT_LONGER_AT_END)

    def _write_now(self, data: bytes) -> int:
        try:
            return self._write(data)
        except BlockingIOError:
            return 0
        except (OSError, ValueError):  # a full disk, a closed pipe
            return len(data)

    def _keep(self, data: bytes) -> None:
        self._kept += data
        if self._thread is None:
            thread = Thread(target=self._write_kept, name="log", daemon=True)
            with suppress(RuntimeError):  # no thread is to be had: the next line asks again
                thread.start()
                self._thread = thread

    def _write_kept(self) -> None:
        assert self._descriptor is not None, "what has none takes everything at once"
        ready = select.poll()
        ready.register(self._descriptor, select.POLLOUT)
        lost = None
        while lost is None:
            ready.poll()
            with self._lock:
                del self._kept[: self._write_now(bytes(self._kept[:_PIECE]))]
                self._waits_since = time.monotonic()
                if not self._kept:
                    lost, self._lost, self._thread = self._lost, 0, None
        if lost:
            self._tell_lost(lost)


@dataclass(frozen=True, slots=True)
class _Way:
    """How to write to a stream; `descriptor` is our own, and none where the stream has none, as in memory."""

    descriptor: int | None
    write: Write
    close: Callable[[], object]


def _way_into(stream: TextIO) -> _Way:
    try:
        number = stream.fileno()
        mode = os.fstat(number).st_mode
    except (OSError, ValueError):
        return _into_memory(stream)
    if stat.S_ISSOCK(mode):
        return _to_socket(number)
    if stat.S_ISFIFO(mode) or os.isatty(number):
        return _to_reader(number)
    own = os.dup(number)
    return _Way(own, partial(os.write, own), partial(os.close, own))


def _into_memory(stream: TextIO) -> _Way:
    def write(data: bytes) -> int:
        stream.write(data.decode(stream.encoding or "utf-8"))
        return len(data)

    return _Way(None, write, lambda: None)


def _to_socket(number: int) -> _Way:
    """As the journal's is."""
    own = socket.socket(fileno=os.dup(number))
    return _Way(own.fileno(), lambda data: own.send(data, socket.MSG_DONTWAIT), own.close)


def _to_reader(number: int) -> _Way:
    """A pipe or a terminal, opened anew: O_NONBLOCK on what others have open too would be theirs as well."""
    try:
        own = os.open(f"/proc/self/fd/{number}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:  # no /proc, or a pipe that another user made
        return _to_shared_reader(number)
    return _Way(own, partial(os.write, own), partial(os.close, own))


def _to_shared_reader(number: int) -> _Way:
    own, ready = os.dup(number), select.poll()
    ready.register(own, select.POLLOUT)

    def write(data: bytes) -> int:
        return os.write(own, data[: select.PIPE_BUF]) if ready.poll(0) else 0

    return _Way(own, write, partial(os.close, own))
