"""Who acts: the member of the staff at the keyboard."""

from __future__ import annotations

import getpass
import os


def who() -> str:
    """The member of the staff at the keyboard, for the history of the case and the audit log."""
    name = os.environ.get("SUDO_USER")
    if name:
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return str(os.getuid())


def staff() -> str:
    """The same as the audit log has it."""
    return f"staff:{who()}"
