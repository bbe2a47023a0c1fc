"""How a line of the log is made and where it goes: JSON or for a terminal, with the journal's priorities.

Every value is made visible text of bounded length, so that no mail can forge a line or drive a terminal.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any, TextIO

from mailflow.config import Log
from mailflow.core.display import one_line
from mailflow.edges.logsink import Sink
from mailflow.edges.notify import is_journal

_ADDRESS = re.compile(r"[^\s<>\"'(),;:]{1,64}@[^\s<>\"'(),;:]{1,255}")
_LONGEST = 300  # characters of a value
_READ = 2000  # characters of it that are looked at
_MOST = 10  # values of a list
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}  # sd-daemon(3)


Render = Callable[[Mapping[str, Any]], str]


@dataclass
class _Output:
    """Where lines go. Until `configure` says so, nowhere."""

    lines: _Lines | None = None
    observers: list[Callable[[str], None]] = field(default_factory=list)


_output = _Output()


def configure(settings: Log, stream: TextIO | None = None) -> None:
    """Send the log to `stream` (standard error); may be called again. Warnings of libraries go the same way."""
    stream = sys.stderr if stream is None else stream
    terminal = stream.isatty()
    console = settings.format == "console" or (settings.format == "auto" and terminal)
    render = _on_console(colors=terminal) if console else _in_json
    before = _output.lines.sink if _output.lines else None
    sink = before if before and before.stream is stream else Sink(stream, _tell_lost)
    _output.lines = _Lines(sink, render, _PRIORITIES[settings.level])
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


def unread_for() -> float:
    """For how many seconds nobody has read the lines that are there."""
    return _output.lines.sink.waits_for() if _output.lines else 0.0


def finish() -> None:
    """At the end of the process: lines that wait to be read have a moment to go."""
    if _output.lines:
        _output.lines.sink.finish()


def _tell_lost(lines: int) -> None:
    event("warning", "log_lost", lines=lines)


def _write(level: str, name: str, facts: Mapping[str, object]) -> None:
    if _output.lines is not None:
        _output.lines.write(level, name, facts)


class _Lines:
    """Writes whole lines; a log that cannot be written never stops a mail."""

    def __init__(self, sink: Sink, render: Render, least: int) -> None:
        """`least`: the priority that a line must have at least; the less the number, the higher it is."""
        self.sink = sink
        self._render = render
        self._least = least
        self._is_journal = is_journal(sink.stream)

    def write(self, level: str, name: str, facts: Mapping[str, object]) -> None:
        priority = _PRIORITIES.get(level, _PRIORITIES["info"])
        if priority > self._least:
            return
        line = self._render({"time": _now(), "level": level, "event": name, **_clean(facts)})
        self.sink.put(f"<{priority}>{line}\n" if self._is_journal else f"{line}\n")


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _clean(facts: Mapping[str, object]) -> Mapping[str, object]:
    """Every value printable; those that say nothing are left out."""
    return {key: _plain(value) for key, value in facts.items() if value not in (None, "")}


_in_json: Render = json.JSONEncoder().encode  # `dumps` would make one for each line


def _on_console(*, colors: bool) -> Render:
    from structlog.dev import ConsoleRenderer  # noqa: PLC0415 - a tenth of a second, which a service need not wait for

    renderer = ConsoleRenderer(colors=colors, timestamp_key="time")
    return lambda facts: renderer(None, facts["level"], dict(facts))


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


def trouble(error: BaseException | str) -> dict[str, object]:
    """An exception by its type and where it came from: its words, after the first colon, may quote the mail."""
    if isinstance(error, str):
        return {"error": error.partition(":")[0]}
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "at": " > ".join(places)}


def first_line(words: str) -> str:
    """What they begin with, addresses masked."""
    return _ADDRESS.sub("<address>", words[:_READ].partition("\n")[0])


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
