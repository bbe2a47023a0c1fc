"""What a sync that fails may cost, step by step, in a process on a `Disk`: `python failed_sync.py DATABASE-URL [VARIANT]`."""

import os
import struct
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailflow.config import Database
from mailflow.core.envelope import Envelope
from mailflow.store import Store, Unavailable, make_engine
from mailflow.store.mails import Arrival, content_digest
from mailflow.store.migrations import upgrade
from tests.daemon.broken import VARIANTS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FAILED, PROMISED = "failed@example.org", "promised@example.org"


class Stop(Exception):
    """A transaction is given up."""


def put(store, sender):
    raw = f"Message-ID: <{sender}>\r\n\r\nHello\r\n".encode()
    with store.begin() as uow:
        uow.mails.put([Arrival(Envelope(sender, ()), raw, NOW, content_digest(raw))])


def main(url, *faults):
    for fault in faults:
        VARIANTS[fault]()
    engine = make_engine(Database(url, timedelta(seconds=5)))
    upgrade(engine)
    _others = engine.connect()  # with the last connection SQLite would close the journal too
    store = Store(engine)
    put(store, "first@example.org")
    with suppress(Stop), store.claim(NOW, 1):  # that the mail is in hand is committed, and not synced
        raise Stop
    Path(os.environ["DISK_FAULTS"]).write_bytes(struct.pack("=ii", 0, 1))
    try:
        put(store, FAILED)
    except Unavailable:
        put(store, PROMISED)
        os._exit(0)  # the power is cut: nothing is closed
    sys.exit("the sync did not fail")


if __name__ == "__main__":
    main(*sys.argv[1:])
