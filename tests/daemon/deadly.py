"""`mailflow`, but a mail with certain words kills its process while it is handled, as a fault of the machine would."""

import os
import signal
from datetime import timedelta

from mailflow.cli import main
from mailflow.steps import handle

DEADLY = "these words kill"
parse = handle.parse


def parse_or_die(raw, envelope):
    if DEADLY.encode() in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(raw, envelope)


if __name__ == "__main__":
    handle.parse = parse_or_die
    handle.RETRY_WAITS = (timedelta(0),) * len(handle.RETRY_WAITS)
    main()
