"""Moments at which a test makes something happen, mostly the end of the process: around each commit and each reply.

As with SQLite's sqlite3FaultSim() and PostgreSQL's INJECTION_POINT(), the code only says where it is. What that does is up to
whoever has set `act`, and nothing in mailflow does: no setting, no variable of the environment and no mail leads here, only a
program that imports this module and then runs the desk itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

# `what` is the name of the transaction, and empty for the smarthost's.
BEFORE_COMMIT: Final = "before commit"
AFTER_COMMIT: Final = "after commit"
BEFORE_SENDING: Final = "before sending"  # anything to the smarthost
AFTER_REPLY: Final = "after reply"  # of the smarthost

act: Callable[[str, str], None] | None = None


def reached(moment: str, what: str = "") -> None:
    if act is not None:
        act(moment, what)
