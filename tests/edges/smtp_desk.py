"""A listener on loopback with an intake that only remembers, and a client that talks to it."""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from mailflow.config import Smtp
from mailflow.core.envelope import Envelope
from mailflow.edges.limits import Patience
from mailflow.edges.listener import Listener

TLS = Path(__file__).parent / "tls"
PATIENT = Patience(session=60, idle=60, least_rate=0)
SETTINGS = Smtp(
    listen=(("127.0.0.1", 0),),
    from_systemd=False,
    hostname="mx.example.org",
    tls_certificate=None,
    tls_key=None,
    size_limit=100_000,
    max_connections=50,
    max_connections_per_address=50,
    max_recipients=3,
    max_commands=100,
    max_received=50,
    session_deadline=timedelta(minutes=1),
    idle_timeout=timedelta(minutes=1),
    least_rate=0,
    bytes_in_flight=1_000_000,
)
WITH_TLS = {"tls_certificate": TLS / "mx.pem", "tls_key": TLS / "mx.key"}


def accepts(address: str) -> bool:
    if address == "broken@desk.example.org":
        raise RuntimeError("the secret reason")
    local, _, domain = address.partition("@")
    return address == "postmaster" or (
        domain == "desk.example.org" and local.split("+")[0] in {"desk", "müller"}
    )


def done(error: Exception | None = None) -> asyncio.Future[bool]:
    future = asyncio.get_running_loop().create_future()
    if error is None:
        future.set_result(False)
    else:
        future.set_exception(error)
    return future


class Desk:
    """What the listener was connected with. `answer` is what the intake says to the next mails."""

    def __init__(self, patience: Patience = PATIENT, **changes: object) -> None:
        self.mails: list[tuple[Envelope, bytes]] = []
        self.events: list[tuple[str, dict[str, object]]] = []
        self.answer = done
        self.space = 10**9  # bytes that are free
        settings = replace(SETTINGS, **changes)
        self.listener = Listener(settings, accepts, self.has_space, self.submit, self.on_event, patience)

    def has_space(self, coming: int) -> bool:
        return coming <= self.space

    def submit(self, envelope: Envelope, raw: bytes) -> asyncio.Future[bool]:
        self.mails.append((envelope, raw))
        return self.answer()

    def on_event(self, name: str, **facts: object) -> None:
        self.events.append((name, facts))

    def told(self, name: str) -> list[dict[str, object]]:
        return [facts for event, facts in self.events if event == name]

    @property
    def sessions(self):
        return self.listener._common.sessions

    @property
    def budget(self):
        return self.listener._common.budget

    def keep_little_in_the_kernel(self) -> None:
        """Of what a client does not read: else it is megabytes, and how many depends on the machine and the moment."""
        for server in self.listener._servers:
            for listening in server.sockets:  # the connections that it takes have what it has
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)

    async def until(self, condition) -> None:
        """Let the loop turn until something holds."""
        while not condition():  # noqa: ASYNC110 - conditions of every kind, and it never takes long
            await asyncio.sleep(0)


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def line(self) -> str:
        """One line of a reply; "" once the connection is closed."""
        return (await self.reader.readline()).decode().removesuffix("\r\n")

    async def reply(self) -> str:
        """All lines of a reply."""
        lines = [await self.line()]
        while lines[-1][3:4] == "-":
            lines.append(await self.line())
        return "\n".join(lines)

    async def say(self, command: str) -> str:
        self.send(command.encode() + b"\r\n")
        return await self.reply()

    async def begin_mail(self, sender: str = "ann@example.org") -> str:
        """Everything up to the reply to DATA."""
        await self.say("EHLO client.example.org")
        await self.say(f"MAIL FROM:<{sender}>")
        await self.say("RCPT TO:<desk@desk.example.org>")
        return await self.say("DATA")

    async def start_tls(self) -> None:
        context = ssl.create_default_context(cafile=TLS / "mx.pem")
        await self.writer.start_tls(context, server_hostname="mx.example.org")

    async def closed(self) -> bool:
        try:
            return await self.reader.read() == b""
        except ConnectionResetError:  # what was still under way met a closed socket
            return True

    def close(self) -> None:
        self.writer.close()


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[Desk]:
    await desk.listener.start()
    try:
        yield desk
    finally:
        await desk.listener.stop(0)


@asynccontextmanager
async def talking(desk: Desk, *, greeted: bool = True) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection(*desk.listener.addresses[0])
    client = Client(reader, writer)
    try:
        if greeted:
            assert (await client.reply()).startswith("220 ")
        yield client
    finally:
        client.close()
        with suppress(OSError):
            await writer.wait_closed()


def in_loop(test):
    """Run an async test; nothing in it may take long."""

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), timeout=20))

    return run
