"""A table of figures, each beside the mark it has to reach, and the machine that they were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, Protocol


class Figure(NamedTuple):
    name: str
    value: str
    mark: str = ""
    reached: bool | None = None  # None: there is no mark, or it was not measured


def at_least(name: str, value: float, mark: float, unit: str = " ×", digits: int = 2) -> Figure:
    return Figure(name, f"{value:.{digits}f}{unit}", f"≥ {mark:g}{unit}", value >= mark)


def at_most(name: str, value: float, mark: float, unit: str, digits: int = 2) -> Figure:
    return Figure(name, f"{value:.{digits}f}{unit}", f"≤ {mark:g}{unit}", value <= mark)


def plain(name: str, value: float, unit: str, digits: int = 2) -> Figure:
    """One that has no mark."""
    return Figure(name, f"{value:.{digits}f}{unit}")


def skipped(name: str, why: str) -> Figure:
    return Figure(name, f"skipped: {why}")


def table(figures: Iterable[Figure]) -> str:
    """In Markdown."""
    lines = ["| figure | measured | mark | |", "|---|---|---|---|"]
    for one in figures:
        verdict = {True: "reached", False: "**missed**", None: ""}[one.reached]
        lines.append(f"| {one.name} | {one.value} | {one.mark} | {verdict} |")
    return "\n".join(lines)


class Bench(Protocol):
    @property
    def stack(self) -> ExitStack: ...  # what a part of it has started


def show(parts: Iterable[Callable[[Any], Iterable[Figure]]], make_bench: Callable[[], Bench]) -> bool:
    """Measure each part on a bench of its own, print its figures as they come and the table at the end.

    Says whether any misses its mark.
    """
    figures: list[Figure] = []
    for part in parts:
        bench = make_bench()
        with bench.stack:
            for figure in part(bench):
                figures.append(figure)
                print(figure.name, figure.value, figure.mark, file=sys.stderr, flush=True)
    print(table(figures))
    return any(figure.reached is False for figure in figures)


def percentile(values: Sequence[float], percent: float) -> float:
    """The least of the values that so many percent of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median, and the least and the most beside it."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def machine() -> str:
    """What figures depend on, in a line."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    python = (
        f"Python {platform.python_version()} ({Path(sys.executable).resolve()})"  # builds differ by an eighth
    )
    return (
        f"{os.cpu_count()} cores of {model}; Linux {platform.release()}, {python}, "
        f"SQLite {sqlite3.sqlite_version}; load {os.getloadavg()[0]:.1f}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
