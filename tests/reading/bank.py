"""Banks of short texts with what a careful reader says of each: TOML files, a table an entry."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Entry = TypeVar("Entry")


def entries(
    folder: Path, table: str, make: Callable[[dict, str], Entry], files: tuple[Path, ...]
) -> list[Entry]:
    """The entries of `table` in `files`, or else in all files of `folder`; each with where it stands ("en-a-17")."""
    return [
        make(one, f"{file.stem}-{number}")
        for file in files or sorted(folder.glob("*.toml"))
        for number, one in enumerate(tomllib.loads(file.read_text("utf-8"))[table], start=1)
    ]


def options(about: str, shown: str) -> argparse.Namespace:
    """What the command line asks for: `files` to read, and whether to show (`verbose`) what is read wrongly."""
    parser = argparse.ArgumentParser(description=about.split("\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument(
        "-v", "--verbose", action="store_true", help=f"show each {shown} that is read wrongly"
    )
    return parser.parse_args()
