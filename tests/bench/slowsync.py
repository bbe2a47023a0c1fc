"""A slower disk: what a process must be started with so that each of its fsyncs takes longer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
_TRY = "import os, time; began = time.monotonic(); os.fsync(os.open('.', 0)); print(time.monotonic() - began)"


def slow_disk(folder: Path, seconds: float) -> dict[str, str] | None:
    """The environment for that; None where no C compiler is, or the linker does not do it."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "slowsync.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE], check=True)
    environ = {"LD_PRELOAD": str(library), "MICROSECONDS": str(int(seconds * 1e6))}
    tried = subprocess.run(
        [sys.executable, "-c", _TRY],
        env={**os.environ, **environ},
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return environ if float(tried.stdout) >= seconds else None
