"""The same loads by Postfix's own generator, where it is installed: a second opinion on ours.

smtp-source makes mails that differ by their Message-ID alone, and keeps no time of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from time import monotonic

from tests.bench.load import Load, Outcome
from tests.bench.requests import DESK

PROGRAM = shutil.which("smtp-source", path=f"{os.environ['PATH']}:/usr/sbin")


def put(load: Load) -> Outcome:
    """On connections that are kept, or with one mail each."""
    kept = ["-d"] if not load.a_connection else []
    command = [PROGRAM, *kept, "-s", str(load.sessions), "-m", str(load.mails), "-l", str(load.size)]
    address = ["-f", "jo@example.org", "-t", DESK, f"127.0.0.1:{load.port}"]
    begun = monotonic()
    running = subprocess.Popen([*command, *address])
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, "smtp-source met a refusal"
    cpu = usage.ru_utime + usage.ru_stime
    return Outcome(begun=begun, seconds=monotonic() - begun, cpu=cpu, stored=load.mails)
