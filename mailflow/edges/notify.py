"""Tells systemd how the daemon is (sd_notify(3)), and knows its journal; without $NOTIFY_SOCKET nothing happens.

Nothing here raises: a supervisor that cannot be told is no reason to stop taking mail.
"""

from __future__ import annotations

import os
import socket
import time
from typing import TextIO


def is_journal(stream: TextIO) -> bool:
    """Whether `stream` is the one systemd connected to the journal (systemd.exec(5), $JOURNAL_STREAM)."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def ready() -> None:
    _notify("READY=1", "STATUS=ready")


def reloading() -> None:
    """To be followed by `ready`, whether the new configuration was taken or not."""
    _notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def stopping() -> None:
    _notify("STOPPING=1", "STATUS=stopping")


def watchdog() -> None:
    _notify("WATCHDOG=1")


def status(text: str) -> None:
    """One line for `systemctl status`."""
    _notify(f"STATUS={' '.join(text.split())}")


def watchdog_every() -> float | None:
    """Seconds between two calls of `watchdog`, half of what systemd allows; None when it does not watch us."""
    allowed = os.environ.get("WATCHDOG_USEC", "")
    watched = os.environ.get("WATCHDOG_PID", "") or str(os.getpid())
    if not (allowed.isascii() and allowed.isdigit()) or watched != str(os.getpid()):
        return None
    return int(allowed) / 2_000_000 or None


def _notify(*lines: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # unix(7): the abstract namespace
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.settimeout(1)
            sock.sendto("\n".join(lines).encode("utf-8", "replace"), address)
    except (OSError, ValueError):
        return
