"""A smarthost that takes every letter: a real SMTP server in a thread of the test."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Condition, Thread
from time import monotonic

from aiosmtpd.smtp import SMTP

from tests.daemon.desk import PATIENCE


@dataclass(frozen=True)
class Arrived:
    envelope_sender: str
    recipient: str
    raw: bytes
    session: int = 0  # in which connection it came, counted from 1
    at: float = 0.0  # of `time.monotonic`

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"]).strip("<>")

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)

    @property
    def text(self) -> str:
        return self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")

    @property
    def reference(self) -> str:
        return re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", str(self.message["Subject"])).group()


class _Session(SMTP):
    def connection_lost(self, error) -> None:
        self.event_handler.lost(self)
        super().connection_lost(error)


class Smarthost:
    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.held = 0  # letters that it has read and not answered
        self.cut: dict[
            int, float
        ] = {}  # when the sessions that did not end by QUIT were lost, of `time.monotonic`
        self.refusals: dict[str, str] = {}  # what is said to a letter instead of 250, by its recipient
        self._changed = Condition()
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._open.set()
        self._sessions: list[SMTP] = []
        self._quit: set[int] = set()
        self._server = self._loop.run_until_complete(self._loop.create_server(self._session, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()

    def hold(self) -> None:
        """Read letters from now on, and say nothing to them."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def release(self) -> None:
        """Take those that are held, if their clients are still there, and all to come."""
        self._loop.call_soon_threadsafe(self._open.set)

    def letters(self, recipient: str, number: int = 1) -> list[Arrived]:
        """All that have come to an address, once there are so many."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._to(recipient)) >= number, PATIENCE)
            found = self._to(recipient)
        assert len(found) >= number, f"{len(found)} letters to {recipient}, not {number}"
        return found

    def letter(self, recipient: str, number: int = 1) -> Arrived:
        """The nth letter to an address, once it has come."""
        return self.letters(recipient, number)[number - 1]

    def wait_held(self, number: int = 1) -> None:
        """Until so many letters are held."""
        with self._changed:
            held = self._changed.wait_for(lambda: self.held >= number, PATIENCE)
        assert held, f"{self.held} letters are held, not {number}"

    def wait_recipients(self, recipients: set[str]) -> None:
        """Until each of them has a letter."""
        with self._changed:
            self._changed.wait_for(lambda: recipients <= {one.recipient for one in self.arrived}, PATIENCE)
            without = recipients - {one.recipient for one in self.arrived}
        assert not without, f"{len(without)} people have no letter: {sorted(without)[:5]}"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for session in self._sessions:
            if session.transport is not None:
                session.transport.abort()
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _to(self, recipient: str) -> list[Arrived]:
        return [one for one in self.arrived if one.recipient == recipient]

    def _session(self) -> SMTP:
        session = _Session(self, hostname="smarthost.example.org", loop=self._loop)
        self._sessions.append(session)
        return session

    async def handle_QUIT(self, server, _session, _envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self._quit.add(self._number_of(server))
        return "221 2.0.0 bye"

    def lost(self, session: SMTP) -> None:
        """Its connection is gone."""
        number = self._number_of(session)
        if number not in self._quit:
            self.cut[number] = monotonic()

    def _number_of(self, server) -> int:
        return self._sessions.index(server) + 1

    async def handle_DATA(self, server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if not self._open.is_set():
            with self._changed:
                self.held += 1
                self._changed.notify_all()
            await self._open.wait()
        if (refusal := self.refusals.get(envelope.rcpt_tos[0])) is not None:
            return refusal
        with self._changed:
            number = self._number_of(server)
            self.arrived += [
                Arrived(envelope.mail_from, one, envelope.content, number, monotonic())
                for one in envelope.rcpt_tos
            ]
            self._changed.notify_all()
        return "250 2.0.0 taken"
