"""Letters on their way to a smarthost with faults: the real outbox, relay and log; only the clock is the test's."""

from __future__ import annotations

import io
import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

from mailflow.config import Log
from mailflow.config import Smarthost as Settings
from mailflow.core.letters import Rendered
from mailflow.edges import log, logresults
from mailflow.edges.relay import SmarthostRelay
from mailflow.steps.app import App
from mailflow.steps.deliver import deliver_due
from mailflow.steps.hold import Hold
from mailflow.steps.settle import Delivery
from mailflow.store import Store
from tests.core.given import NOW, POLICY
from tests.smarthost.faulty import FaultySmarthost

RETRY = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1))
GIVE_UP_AFTER = timedelta(days=5)
BATCH = 20
SECOND = timedelta(seconds=1)
_ROWS = "SELECT recipient, state, attempts, error FROM outbox"


@dataclass(frozen=True)
class Row:
    """A letter as it stands in the database."""

    state: str
    attempts: int
    error: str | None


class Post(AbstractContextManager["Post"]):
    """One node, as the daemon's loop drives it. `timeout` is in real seconds; all other time passes when a test says so."""

    def __init__(
        self,
        store: Store,
        smarthost: FaultySmarthost,
        *,
        node: str = "one",
        timeout: float = 30.0,
        chance: float = 0.5,
        **changes: object,
    ) -> None:
        self.store, self.smarthost, self.node = store, smarthost, node
        self.now = NOW
        self.told: list[Delivery] = []
        self.hold = Hold(self._seconds, lambda: chance)
        given: dict[str, object] = {
            "host": "127.0.0.1",
            "port": smarthost.port,
            "tls": "off",
            "user": "",
            "password": "",
            "timeout": timedelta(seconds=timeout),
            "final_timeout": timedelta(seconds=timeout),
            "maildir": None,
            "connections": 1,
            "retry": RETRY,
            "give_up_after": GIVE_UP_AFTER,
        }
        settings = Settings(**given | changes)
        self.relay = SmarthostRelay(settings, "desk.example.org")
        self.app = App(
            config=SimpleNamespace(smarthost=settings, policy=POLICY),
            clock=lambda: self.now,
            new_id=lambda: "e" * 32,
            addresses=None,
            renderer=None,
            relay=self.relay,
            begin=store.begin,
            claim=store.claim,
            read=store.read,
        )

    def __exit__(self, *_: object) -> None:
        self.relay.close()

    def _seconds(self) -> float:
        return self.now.timestamp()

    def put(self, *recipients: str, case_id: str | None = None) -> None:
        with self.store.begin() as uow:
            for recipient in recipients:
                uow.outbox.put(_letter(recipient, case_id), self.now)

    def deliver(self) -> int:
        """One turn of the loop: whatever can be done now."""
        return deliver_due(self.app, self.node, limit=BATCH, tell=self.told.append, hold=self.hold)

    def pass_time(self, span: timedelta, step: timedelta = SECOND) -> None:
        """The loop looks every `step`; the daemon's does every second."""
        until = self.now + span
        while self.now < until:
            while self.deliver():
                pass
            self.now += step

    def drain(self) -> None:
        """Until no letter waits, from one moment at which something happens to the next."""
        while True:
            self.pass_time(SECOND)
            with self.store.read() as uow:
                due = uow.outbox.next_due()
            if due is None:
                return
            self.now = max(self.now, due)

    def rows(self) -> dict[str, Row]:
        """All letters, by their recipients."""
        with self.store._engine.connect() as connection:
            found = connection.exec_driver_sql(_ROWS).all()
        return {row.recipient: Row(row.state, row.attempts, row.error) for row in found}

    def lines(self) -> list[dict]:
        """What the log says of what was told."""
        stream = io.StringIO()
        log.configure(Log(format="json", level="debug"), stream)
        for delivery in self.told:
            logresults.log_letter(delivery)
        return [json.loads(line) for line in stream.getvalue().splitlines()]


def _letter(recipient: str, case_id: str | None) -> Rendered:
    message_id = f"{recipient.partition('@')[0]}@desk.example.org"
    return Rendered(
        message_id=message_id,
        kind="missing",
        case_id=case_id,
        envelope_sender="bounces@desk.example.org",
        recipient=recipient,
        reply_to="",
        subject="Your request",
        text="Hello",
        raw=f"Message-ID: <{message_id}>\r\n\r\nHello {recipient}\r\n".encode(),
    )
