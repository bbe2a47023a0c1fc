"""`mailflow run` as it is measured: in a process of its own, with its log in a file, as the shipped configuration has it.

Its environment is what the unit for systemd adds. What a load from one address needs is set otherwise: connections from one address, commands of one session.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.daemon.desk import Desk
from tests.world import REPOSITORY

FOR_A_LOAD = {"smtp__max_connections_per_address": 500, "smtp__max_commands": 100_000}


@dataclass(frozen=True)
class Daemon:
    pid: int
    port: int  # of SMTP
    desk: Desk


@contextmanager
def running(
    folder: Path, *arguments: str, environ: Mapping[str, str] | None = None, **settings: object
) -> Iterator[Daemon]:
    """A desk of its own in a folder, once it is ready; `arguments` are those of `mailflow run`."""
    folder.mkdir()
    desk = Desk(folder, **FOR_A_LOAD, **settings)
    log = folder / "log"
    mailflow = [sys.executable, "-m", "mailflow", "--config", str(desk.path)]
    subprocess.run([*mailflow, "init"], check=True, stdout=subprocess.DEVNULL)
    command = [*mailflow, "run", *arguments]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, log.open("wb") as errors:
        told.settimeout(1)
        told.bind(str(folder / "notify"))
        notify = {"NOTIFY_SOCKET": str(folder / "notify")}
        environment = {**os.environ, **_of_unit(), **(environ or {}), **notify}
        with subprocess.Popen(command, stderr=errors, env=environment) as process:
            try:
                _wait_until_ready(told, process, log)
                yield Daemon(process.pid, _port(log), desk)
            finally:
                process.terminate()


def _of_unit() -> dict[str, str]:
    """What the unit adds to the environment, but for where it finds mailflow."""
    unit = (REPOSITORY / "systemd" / "mailflow.service").read_text()
    return {
        name: value for name, value in re.findall(r"(?m)^Environment=(\w+)=(.*)$", unit) if name != "PATH"
    }


def _wait_until_ready(told: socket.socket, process: subprocess.Popen[bytes], log: Path) -> None:
    while process.poll() is None:
        with suppress(TimeoutError):
            if b"READY=1" in told.recv(1024):
                return
    raise SystemExit(f"mailflow did not start:\n{log.read_text()}")


def _port(log: Path) -> int:
    """Where it listens for SMTP, if it does."""
    lines = (json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
    address = next((line["address"] for line in lines if line["event"] == "listening"), ":0")
    return int(address.rpartition(":")[2])
