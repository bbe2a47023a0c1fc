"""A disk that fails when told to, and that can lose its power: the files of a database as they may be afterwards.

`disk.c` is preloaded into the daemon and keeps what it writes. `power_cuts` plays that back into pages, of which a cut leaves
whatever POSIX allows: what was synced, and of the rest any part, in any order, pages torn at sectors. After a sync that failed,
Linux takes the pages that it did not write for clean: they never reach the disk unless they are written again.
"""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

PAGE = 4096
SECTOR = 512
ALWAYS = -1
_SOURCE = Path(__file__).with_name("disk.c")
_HEAD = struct.Struct("=cHqq")  # kind, length of the name, place, length of the data


class NoCompiler(Exception):
    """The disk cannot be made here."""


class Disk:
    """That of an SQLite database; what belongs to it is made in `folder`, and the library too unless it is given."""

    def __init__(self, folder: Path, database: Path, library: Path | None = None) -> None:
        self.log = folder / "disk.log"
        faults = folder / "disk.faults"
        self.log.touch()
        faults.write_bytes(bytes(8))
        with faults.open("r+b") as file:
            self._faults = mmap.mmap(file.fileno(), 8)
        self.environ = {
            "LD_PRELOAD": str(library or compiled(folder)),
            "DISK_DATABASE": str(database),
            "DISK_LOG": str(self.log),
            "DISK_FAULTS": str(faults),
        }

    def fail(self, *, writes: int = 0, syncs: int = 0) -> None:
        """So many fail with EIO from now on; `ALWAYS` for all, 0 for none."""
        self._faults[:] = struct.pack("=ii", writes, syncs)

    @property
    def to_fail(self) -> tuple[int, int]:
        """Writes and syncs that are still to fail."""
        writes, syncs = struct.unpack("=ii", self._faults[:])
        return writes, syncs

    @property
    def place(self) -> int:
        """Of the next operation: what is done by now stands before it."""
        return self.log.stat().st_size


def compiled(folder: Path) -> Path:
    """The library, made in a folder. Raises `NoCompiler`."""
    compiler, library = shutil.which("cc"), folder / "disk.so"
    if compiler is None:
        raise NoCompiler("there is no C compiler")
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", library, _SOURCE, "-ldl", "-lpthread"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoCompiler(done.stderr)
    return library


@dataclass
class _File:
    """What the kernel holds of a file, and what of that is on the disk."""

    held: bytearray = field(default_factory=bytearray)
    stored: bytearray = field(default_factory=bytearray)
    dirty: set[int] = field(default_factory=set)  # the numbers of pages that the next sync writes
    named: bool = False  # for good: its folder was synced

    def write(self, place: int, data: bytes) -> None:
        end = place + len(data)
        self.held.extend(bytes(max(0, end - len(self.held))))
        self.held[place:end] = data
        self.dirty.update(range(place // PAGE, (end - 1) // PAGE + 1))

    def cut(self, size: int) -> None:
        del self.held[size:]
        self.held.extend(bytes(size - len(self.held)))
        self.dirty = {page for page in self.dirty if page * PAGE < size}

    def sync(self) -> None:
        for page in self.dirty:
            self._store(self.stored, page * PAGE, PAGE)
        self._resize(self.stored, len(self.held))
        self.dirty.clear()

    def lose(self) -> None:
        """A sync failed."""
        self.dirty.clear()

    def after_cut(self, dice: Random) -> bytes:
        left = bytearray(self.stored)
        part = dice.choice((0.0, 0.2, 0.5, 0.8, 1.0))  # of what was not synced
        for page in self.dirty:
            if dice.random() < part:
                torn = dice.random() < 0.2
                for place in range(page * PAGE, (page + 1) * PAGE, SECTOR):
                    if not torn or dice.random() < 0.5:
                        self._store(left, place, SECTOR)
        if dice.random() < 0.5:
            self._resize(left, len(self.held))
        return bytes(left)

    def _store(self, where: bytearray, place: int, length: int) -> None:
        data = self.held[place : place + length]
        where.extend(bytes(max(0, place + len(data) - len(where))))
        where[place : place + len(data)] = data

    @staticmethod
    def _resize(what: bytearray, size: int) -> None:
        del what[size:]
        what.extend(bytes(size - len(what)))


class _Folder:
    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._removed: dict[str, _File] = {}  # and not for good yet

    def do(self, kind: bytes, name: str, place: int, data: bytes) -> None:
        if name == ".":
            if kind == b"S":
                self._removed.clear()
                for file in self._files.values():
                    file.named = True
            return
        if kind == b"U":
            if name in self._files:
                self._removed[name] = self._files.pop(name)
            return
        file = self._files.setdefault(name, _File())
        match kind:
            case b"W":
                file.write(place, data)
            case b"T":
                file.cut(place)
            case b"S":
                file.sync()
            case b"F":
                file.lose()

    def after_cut(self, dice: Random) -> dict[str, bytes]:
        left = {name: file.after_cut(dice) for name, file in self._removed.items() if dice.random() < 0.5}
        for name, file in self._files.items():
            if file.named or dice.random() < 0.5:
                left[name] = file.after_cut(dice)
        return left


def power_cuts(log: Path, places: Iterable[int], dice: Random, folder: Path) -> Iterator[int]:
    """Makes `folder` what is left of the files when the power is cut at each place of the log, from the first to the last."""
    state, data, here = _Folder(), log.read_bytes(), 0
    for place in sorted(places):
        while here < place:
            kind, named, where, length = _HEAD.unpack_from(data, here)
            begin = here + _HEAD.size + named
            name = data[here + _HEAD.size : begin].decode()
            here = begin + length
            state.do(kind, name, where, data[begin:here])
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, content in state.after_cut(dice).items():
            (folder / name).write_bytes(content)
        yield place


def ends(log: Path) -> list[int]:
    """The places between the operations of a log."""
    data, here, found = log.read_bytes(), 0, []
    while here < len(data):
        _, named, _, length = _HEAD.unpack_from(data, here)
        here += _HEAD.size + named + length
        found.append(here)
    return found
