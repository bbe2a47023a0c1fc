"""A real file system in an image, and copies of the image as a power cut would leave it, taken while it is in use.

The image lies on an XFS, in an image too, which copies a file by reference (`cp --reflink`): as one moment, however much is being
written. What the file system has not given to its device by then is lost, as it is when the power goes. Only root can make one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_OUTER, _INNER = 2 << 30, 320 << 20  # bytes, of sparse files
_MAKE = {"ext4": ("mkfs.ext4", "-q", "-F"), "xfs": ("mkfs.xfs", "-q")}


class NoLoop(Exception):
    """None can be made here."""


class LoopDisk:
    def __init__(self, store: Path, image: Path, folder: Path) -> None:
        self._store, self._image = store, image
        self.folder = folder  # where it is mounted

    def cut(self) -> Path:
        """The image as it is now."""
        copy = self._store / "cut.img"
        _run("cp", "--reflink=always", str(self._image), str(copy))
        return copy

    @contextmanager
    def left(self, cut: Path) -> Iterator[Path]:
        """What is found after such a cut, once the file system has recovered."""
        with _mounted(cut, cut.with_name("left"), "nouuid" if self._is_xfs else "") as folder:
            yield folder

    @property
    def _is_xfs(self) -> bool:
        return self._image.name.startswith("xfs")


@contextmanager
def loop_disk(folder: Path, kind: str) -> Iterator[LoopDisk]:
    """Of a `kind` of file system: ext4 or xfs."""
    if os.geteuid() or not all(map(shutil.which, ("mount", "mkfs.xfs", _MAKE[kind][0]))):
        raise NoLoop("no file system can be made in an image here")
    with ExitStack() as stack:
        try:
            outer = _image(folder / "outer.img", _OUTER, "xfs")
            store = stack.enter_context(_mounted(outer, folder / "outer"))
            image = _image(store / f"{kind}.img", _INNER, kind)
            yield LoopDisk(store, image, stack.enter_context(_mounted(image, folder / "disk")))
        except subprocess.CalledProcessError as error:
            raise NoLoop(f"{error.cmd[0]}: {error.stderr.decode().strip()}") from error


def _image(path: Path, size: int, kind: str) -> Path:
    path.touch()
    os.truncate(path, size)
    _run(*_MAKE[kind], str(path))
    return path


@contextmanager
def _mounted(image: Path, folder: Path, options: str = "") -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    _run("mount", "-o", ",".join(filter(None, ("loop", options))), str(image), str(folder))
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
