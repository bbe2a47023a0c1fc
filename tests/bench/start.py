"""What starting costs: the CPU, the time and the memory of whole processes, imports and word lists included.

    python -m tests.bench.start [--runs N]

Beside each figure stands what a bare Python takes in the same run. "one mail" is `mailflow explain` of one, and
"run" is the time until the daemon tells that it is ready.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

# Little is imported here: what this process has held counts as its children's, too (getrusage(2), ru_maxrss).
REPOSITORY = Path(__file__).parents[2]
MAIL = REPOSITORY / "tests" / "mails" / "conversations" / "x001-phone-stolen-rambling" / "01-user.eml"


class Cost(NamedTuple):
    cpu: float  # seconds, user and system
    elapsed: float
    memory: float  # MB resident, at most


def cost(command: list[str], folder: Path) -> Cost:
    """Of a process from its start to its end."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command} failed"
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - begin, usage.ru_maxrss / 1024)


def until_ready(command: list[str], folder: Path) -> Cost:
    """Of a daemon from its start to its "READY=1" (sd_notify(3)); of its memory what it has then."""
    with notified(folder) as (told, environment):
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while b"READY=1" not in told.recv(1024):
            pass
        elapsed = time.perf_counter() - begin
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
        ticks = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
        process.send_signal(signal.SIGTERM)
        process.wait()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    cpu = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return Cost(cpu, elapsed, int(resident.split()[1]) / 1024)


@contextmanager
def notified(folder: Path) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    """A socket on which a daemon tells its state, and the environment that says so."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.settimeout(60)
        path = folder / "notify"
        told.bind(str(path))
        yield told, {**os.environ, "NOTIFY_SOCKET": str(path)}
        path.unlink()


def measured(folder: Path, runs: int) -> Iterator[str]:
    desk = [sys.executable, "-m", "mailflow", "--config", str(folder / "config.toml")]
    whole = {
        "python": [sys.executable, "-c", ""],
        "--version": [*desk, "--version"],
        "check-config": [*desk, "check-config"],
        "status": [*desk, "status"],
        "cases list": [*desk, "cases", "list"],
        "one mail": [*desk, "explain", str(MAIL)],
    }
    for name, command in whole.items():
        yield line(name, [cost(command, folder) for _ in range(runs)])
    yield line("run", [until_ready([*desk, "run"], folder) for _ in range(runs)])


def line(name: str, costs: list[Cost]) -> str:
    cpu, elapsed, memory = map(median, zip(*costs, strict=True))
    return f"{name:14}{cpu:8.2f} s{elapsed:9.2f} s{memory:9.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = max(5, parser.parse_args().runs)
    print(f"Starting, medians of {runs} runs\n{'':14}{'CPU':>10}{'elapsed':>11}{'memory':>12}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = (REPOSITORY / "config.toml").read_text("utf-8")
        (folder / "config.toml").write_text(settings.replace(":8025", ":0").replace(":8026", ":0"))
        cost([sys.executable, "-m", "mailflow", "--config", str(folder / "config.toml"), "init"], folder)
        for text in measured(folder, runs):
            print(text, flush=True)


if __name__ == "__main__":
    main()
