"""A small file system of its own, which only root can make, and something else that takes its room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class NoDisk(Exception):
    """None can be mounted here."""


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Of `size` bytes, mounted in a folder."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        raise NoDisk("no file system can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path, leave: int) -> None:
    """Something else takes the room, beside a daemon that writes too."""
    with suppress(OSError), (disk / "other").open("ab", buffering=0) as other:
        while os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize > leave:
            other.write(bytes(4096))


def empty(disk: Path) -> None:
    (disk / "other").unlink(missing_ok=True)


@contextmanager
def taken(disk: Path, leave: int) -> Iterator[None]:
    """While it lasts, no more than so many bytes are free."""
    fill(disk, leave)
    try:
        yield
    finally:
        empty(disk)
