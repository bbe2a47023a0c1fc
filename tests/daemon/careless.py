"""`mailflow`, broken on purpose: `python careless.py VARIANT …`, where no zygote is to fork it. See `broken.py`."""

from __future__ import annotations

import sys
from pathlib import Path

SOUND = ("-m", "mailflow")


def program(broken: str) -> tuple[str, ...]:
    """What Python is to run."""
    return (__file__, broken) if broken else SOUND


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[2])
    from mailflow.cli import main
    from tests.daemon.broken import VARIANTS

    VARIANTS[sys.argv.pop(1)]()
    main()
