"""How a line of the log is made and where it goes: JSON or for a terminal, with the journal's priorities.

Every value is made visible text of bounded length, so that no mail can forge a line or drive a terminal.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import PurePath
from threading import Lock
from typing import Any, TextIO

import structlog

from mailflow.config import Log
from mailflow.core.display import one_line

_ADDRESS = re.compile(r"[^\s<>\"'(),;:]{1,64}@[^\s<>\"'(),;:]{1,255}")
_LONGEST = 300  # characters of a value
_READ = 2000  # characters of it that are looked at
_MOST = 10  # values of a list
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}  # sd-daemon(3)


@dataclass
class _Output:
    """Where lines go. Until `configure` says so, nowhere."""

    logger: Any = None
    observers: list[Callable[[str], None]] = field(default_factory=list)


_output = _Output()


def configure(settings: Log, stream: TextIO | None = None) -> None:
    """Send the log to `stream` (standard error); may be called again. Warnings of libraries go the same way."""
    stream = sys.stderr if stream is None else stream
    terminal = stream.isatty()
    console = settings.format == "console" or (settings.format == "auto" and terminal)
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _clean,
        structlog.dev.ConsoleRenderer(colors=terminal, timestamp_key="time")
        if console
        else structlog.processors.JSONRenderer(_json),
    ]
    if _is_journal(stream):
        processors.append(_with_priority)
    _output.logger = structlog.wrap_logger(
        _Lines(stream),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
    ).bind()  # once, not for each line
    _take_over_stdlib()


def observe(observer: Callable[[str], None]) -> None:
    """Have `observer` called with the name of every event, whatever the level of the log; for counters."""
    _output.observers.append(observer)


def forget(observer: Callable[[str], None]) -> None:
    _output.observers.remove(observer)


def event(level: str, name: str, **facts: object) -> None:
    for observer in _output.observers:
        observer(name)
    _write(level, name, facts)


def _write(level: str, name: str, facts: Mapping[str, object]) -> None:
    if _output.logger is not None:
        getattr(_output.logger, level)(name, **facts)


class _Lines:
    """Writes whole lines; a log that cannot be written never stops a mail."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = Lock()

    def _line(self, line: str) -> None:
        with self._lock:
            try:
                self._write(line + "\n")
            except (OSError, ValueError):  # a full disk, a closed pipe
                return

    debug = info = warning = error = critical = _line

    def _write(self, line: str) -> None:
        try:
            self._stream.write(line)
        except UnicodeEncodeError:  # an ASCII terminal
            self._stream.write(line.encode("ascii", "backslashreplace").decode())
        self._stream.flush()


def _clean(_: object, __: str, facts: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Make every value printable and put what is always there first."""
    first = {key: facts.pop(key) for key in ("time", "level", "event")}
    return first | {key: _plain(value) for key, value in facts.items() if value not in (None, "")}


_encode = json.JSONEncoder().encode  # `dumps` would make one for each line


def _json(facts: Mapping[str, Any], **_: object) -> str:
    """All that `_clean` has left is JSON's own."""
    return _encode(facts)


def _plain(value: object) -> object:
    if type(value) is str:  # most are
        return one_line(value[:_READ], _LONGEST)
    match value:
        case Enum():
            plain: object = _plain(value.value)
        case bool() | int() | float() | None:
            plain = value
        case datetime():
            plain = value.isoformat()
        case timedelta():
            plain = value.total_seconds()
        case list() | tuple():
            plain = [_plain(each) for each in value[:_MOST]] + ["…"] * (len(value) > _MOST)
        case _:
            plain = one_line(str(value)[:_READ], _LONGEST)
    return plain


def _with_priority(_: object, level: str, line: str) -> str:
    return f"<{_PRIORITIES.get(level, 6)}>{line}"


def _is_journal(stream: TextIO) -> bool:
    """Whether `stream` is the one systemd connected to the journal (systemd.exec(5), $JOURNAL_STREAM)."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def trouble(error: BaseException | str) -> dict[str, object]:
    """An exception by its type and where it came from: its words, after the first colon, may quote the mail."""
    if isinstance(error, str):
        return {"error": error.partition(":")[0]}
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "at": " > ".join(places)}


# -------------------------------------------------------------------------------------------------- libraries


class _Libraries(logging.Handler):
    """Warnings of libraries as lines of ours; addresses are masked, and aiosmtpd's arguments left out."""

    def emit(self, record: logging.LogRecord) -> None:
        # "mail.log" is aiosmtpd's: its arguments are addresses, commands and bodies.
        text = str(record.msg) if record.name.startswith("mail.") else _formatted(record)
        facts: dict[str, object] = {"logger": record.name, "text": _ADDRESS.sub("<address>", text[:_READ])}
        if record.exc_info and record.exc_info[1]:
            facts |= trouble(record.exc_info[1])
        _write(record.levelname.lower(), "library", facts)


def _formatted(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def _take_over_stdlib() -> None:
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Libraries)]:
        root.removeHandler(handler)
    root.addHandler(_Libraries(logging.WARNING))
    root.setLevel(logging.WARNING)
    for name in ("mail.log", "mail.debug", "sqlalchemy", "apscheduler", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
