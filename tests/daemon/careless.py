"""`mailflow`, broken on purpose: `python careless.py FAULT …`. What a test promises must be found broken with it."""

import sys

from mailflow.cli import main
from mailflow.store import engine
from mailflow.store.unit import Store

UNSYNCED = "unsynced"  # commits are in the kernel's memory alone
TRUSTING = "trusting"  # goes on after a failed sync as if nothing had been


def break_it(fault):
    if fault == UNSYNCED:
        engine.PRAGMAS["synchronous"] = 0
    elif fault == TRUSTING:
        Store._begin_new_journal = lambda self: setattr(self, "_journal_is_doubtful", False)
    else:
        raise ValueError(fault)


if __name__ == "__main__":
    break_it(sys.argv.pop(1))
    main()
