"""Folders and files that nobody but their owner reads, whatever the umask says: mail, letters, keys, exports."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

FOLDER: Final = 0o700
FILE: Final = 0o600


def make_folder(path: Path) -> None:
    """The folder and whatever is missing above it. What is there stays as it is: it may be the site's choice."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):  # another process was quicker
            folder.mkdir(mode=FOLDER)
            folder.chmod(FOLDER)


def create(path: Path) -> int:
    """A new file to write to, as a descriptor; raises `FileExistsError` also where a link stands."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE)
    os.fchmod(descriptor, FILE)
    return descriptor


def publish(draft: Path, path: Path) -> None:
    """Give a finished file its name, for good. Raises `FileExistsError`: what is there is never replaced."""
    try:
        path.hardlink_to(draft)
    except OSError as error:
        if isinstance(error, FileExistsError) or os.path.lexists(path):
            raise FileExistsError(f"{path} is there already") from error
        draft.rename(path)  # a file system without links
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """What was made, named or removed in it outlasts a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private(path: Path) -> None:
    """A file that is there is for its owner alone from now on; another user's keeps its mode.

    It is not opened: to close a file again would take SQLite's locks on it from all of this process (fcntl(2)).
    """
    if path.stat().st_uid == os.geteuid():
        path.chmod(FILE)
