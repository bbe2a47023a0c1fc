"""Processes that are measured: started with what they print first, and the CPU that they took."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")


def cpu_of(pid: int, *, ended_children: bool = False) -> float:
    """Seconds of CPU of a process so far, user and system, those of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if ended_children else 13])) * _TICK


def cpu_of_all(pid: int) -> float:
    """The same with its children, those that run and those that have ended."""
    running = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return cpu_of(pid, ended_children=True) + sum(cpu_of(int(child)) for child in running)


def resident_of(pid: int) -> float:
    """MB that a process has resident now."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def largest_of(pid: int) -> float:
    """MB that a process had resident at most."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


@contextmanager
def module(name: str, *arguments: str) -> Iterator[tuple[int, str]]:
    """A module of the benchmarks in a process of its own: its id and the first line that it prints."""
    command = [sys.executable, "-m", name, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.pid, process.stdout.readline().strip()
        finally:
            process.terminate()
