"""The SMTP listener: sockets, TLS, and the sessions that are open. All asyncio of receiving mail is behind it."""

from __future__ import annotations

import asyncio
import ssl

from aiosmtpd.smtp import SMTP

from mailflow.config import Smtp
from mailflow.edges import sockets
from mailflow.edges.connection import Common, OnEvent
from mailflow.edges.limits import Budget, Gate, Patience
from mailflow.edges.reception import Accepts, HasSpace, Reception, Submit
from mailflow.edges.smtp import Session


class Listener:
    """`on_event(name, **facts)` is told, for log and counters:

    connected   remote
    refused     remote, reply: at connect
    received    remote, helo, sender, recipients (reply addresses without their tags), size, tls: stored, 250 follows
    rejected    remote, reply: every later 4xx and 5xx
    failed      remote, error: its type and place; the client got 451
    tls_failed  remote, error: its type
    """

    def __init__(
        self,
        settings: Smtp,
        accepts: Accepts,
        has_space: HasSpace,
        submit: Submit,
        on_event: OnEvent,
        patience: Patience | None = None,
    ) -> None:
        self._settings = settings
        budget = Budget(settings.bytes_in_flight)
        self._common = Common(
            Gate(settings.max_connections, settings.max_connections_per_address),
            budget,
            patience or Patience.from_settings(settings),
            settings.size_limit,
            settings.max_commands,
            on_event,
        )
        self._reception = Reception(settings, accepts, has_space, submit, budget, on_event)
        self._mould: SMTP | None = None
        self._servers: list[asyncio.Server] = []

    async def start(self) -> None:
        """Take connections from now on. Raises `OSError` where an address or a certificate cannot be had."""
        loop = asyncio.get_running_loop()
        mould = self._mould = SMTP(
            self._reception,
            hostname=self._settings.hostname,
            data_size_limit=None,  # ours is counted while reading
            enable_SMTPUTF8=True,
            tls_context=_tls_context(self._settings),
            loop=loop,
        )
        opened = sockets.handed_over() if self._settings.from_systemd else sockets.bind(self._settings.listen)
        for listening in opened:
            server = await loop.create_server(
                lambda: Session(mould, self._common), sock=listening, backlog=sockets.BACKLOG
            )
            self._servers.append(server)

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each socket, as bound."""
        return [
            (name[0], name[1])
            for server in self._servers
            for name in (listening.getsockname() for listening in server.sockets)
        ]

    def reload_certificate(self) -> None:
        """Read the certificate files again, for sessions to come. Raises `OSError`, and keeps what it has."""
        assert self._mould is not None
        self._mould.tls_context = _tls_context(self._settings)

    async def stop(self, grace: float) -> None:
        """Take no more connections, let mails that are on their way be finished within `grace` seconds, cut the rest."""
        self._common.gate.closed = True
        for server in self._servers:
            server.close()
        sessions = tuple(self._common.sessions)
        for session in sessions:
            session.finish()
        if sessions:
            await asyncio.wait([session.ended for session in sessions], timeout=grace)
            for session in tuple(self._common.sessions):
                session.cut()
        await asyncio.sleep(0)  # sockets are closed by the loop, one turn after their transports
        for server in self._servers:
            await server.wait_closed()


def _tls_context(settings: Smtp) -> ssl.SSLContext | None:
    if settings.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    return context
