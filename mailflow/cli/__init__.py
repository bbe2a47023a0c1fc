"""The commands. Each is short: it loads the configuration, lets a step do the work, and shows what came of it.

A command's module is imported when the command is asked for, so that `mailflow status` waits for nothing it does not need.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from mailflow.cli.command import mailflow
from mailflow.cli.exits import run

__all__ = ["mailflow", "main"]


def main() -> NoReturn:
    sys.exit(run(mailflow))
