"""What commands print: for people nothing that could act on a terminal, for programs JSON in ASCII."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import click

from mailflow.core.display import columns, one_line, visible, wrap
from mailflow.edges.notify import is_journal

WIDTH: Final = 80  # of prose, on a terminal that is no narrower
_LEAST = 8  # columns of a cell that is folded
_GAP = "  "
_HANGING = " " * 6  # lines stand in by 2 or 6: with this what is wrapped stands where none begins


def show_json(value: Mapping[str, Any]) -> None:
    """One object on one line, in ASCII: nothing that people wrote can act on a terminal."""
    click.echo(json.dumps(value, default=datetime.isoformat))


def title(text: str) -> None:
    _print(one_line(text), bold=True)


def section(text: str) -> None:
    click.echo()
    title(text)


def text(words: str, margin: str = "", *, hanging: str | None = None, dim: bool = False) -> None:
    """Text of any kind, each of its lines visible and wrapped.

    `hanging`: the margin of what is wrapped. It is the same where the margin has a sign, and else deeper: no words of
    anybody's may look like a line of ours.
    """
    if hanging is None:
        hanging = f"{margin}{_HANGING}" if margin.isspace() else margin
    room = min(WIDTH, _terminal())
    for line in words.splitlines() or [""]:
        seen = visible(line)
        widest = (
            columns(margin)
            if columns(margin) + columns(seen) <= room
            else max(map(columns, (margin, hanging)))
        )
        for number, part in enumerate(wrap(seen, max(room - widest, _LEAST)).split("\n")):
            _print(f"{hanging if number else margin}{part}".rstrip(), dim=dim)


def facts(rows: Iterable[tuple[str, object]], margin: str = "  ") -> None:
    """Names and values, the values below each other."""
    shown = [(one_line(name), one_line(str(value))) for name, value in rows]
    widest = max((columns(name) for name, _ in shown), default=0)
    width = max(min(WIDTH, _terminal()) - len(margin) - widest - len(_GAP), _LEAST)
    for name, value in shown:
        for number, part in enumerate(wrap(value, width).split("\n")):
            _print(f"{margin}{_padded('' if number else name, widest)}{_GAP}{part}".rstrip())


def table(names: Sequence[str], rows: Sequence[Sequence[object]], notes: Sequence[str] = ()) -> None:
    """Rows below their names, each with its note below it. Where a terminal is too narrow, each row is a list."""
    cells = [[one_line(str(cell)) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(names, *cells, strict=True)]
    room = len(_GAP) * (len(widths) - 1) + sum(widths)
    listed = on_terminal() and room > _terminal()
    if not listed:
        _print(_row(names, widths), bold=True)
    for number, row in enumerate(cells):
        if listed:
            title(row[0])
            facts([(name, cell) for name, cell in zip(names[1:], row[1:], strict=True) if cell])
        else:
            _print(_row(row, widths))
        if number < len(notes) and notes[number]:
            text(f"! {notes[number]}", "  ", hanging="    ")


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(_padded(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns(cell))


def on_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()  # None: it was closed


def _terminal() -> int:
    return shutil.get_terminal_size().columns


def _print(line: str, *, bold: bool = False, dim: bool = False) -> None:
    click.echo(click.style(line, bold=bold or None, dim=dim or None) if bold or dim else line)


def say(words: str) -> None:
    """What came of a command, in one line."""
    click.echo(one_line(words))


def complain(words: str) -> None:
    error = (
        "<3>" if is_journal(sys.stderr) else ""
    )  # sd-daemon(3); else `journalctl -p err` would not show it
    click.echo("\n".join(f"{error}{visible(line)}" for line in words.splitlines()), err=True)


def ask(question: str) -> str:
    """What somebody types. Raises `UsageError` where nobody is there to be asked."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("nobody is there to be asked: add --yes")
    return str(click.prompt(question, default="", show_default=False)).strip()


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    return "" if moment is None else span(now - moment)


def span(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    for size, unit in ((1440, "day"), (60, "hour")):
        if abs(minutes) >= size:
            count = minutes // size
            return f"{count} {unit}{'s' if abs(count) != 1 else ''}"
    return f"{minutes} min"
