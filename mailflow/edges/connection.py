"""One SMTP connection: how it begins, how long it may last, how it ends, and how replies leave.

It stands between aiosmtpd and what is said in a session (`smtp.py`): a client that hangs up never cancels a commit, a
client that wastes time is told so and cut. A session is a coroutine without a task: it goes on where bytes come in, not a turn
of the event loop later.
"""

# ruff: noqa: ARG002 - aiosmtpd says what its methods take
from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from types import coroutine
from typing import AnyStr, cast

from aiosmtpd.smtp import SMTP

from mailflow.edges.inbound import Inbound
from mailflow.edges.limits import BUSY, PLACE_NEEDED, STOPPING, Budget, Gate, Pace, Patience, plain_address

logging.getLogger("mail.log").disabled = True  # aiosmtpd writes addresses and bodies there

LINGER = 5.0  # seconds for the last reply and TLS's goodbye

OnEvent = Callable[..., None]  # on_event(name, **facts): no body and no secret among them


class Doing(Enum):
    WAITING = "for a command"
    OBEYING = "a command"
    SHAKING_HANDS = "TLS"
    STORING = "a mail"


@dataclass
class Common:
    """What all sessions of a listener share."""

    gate: Gate
    budget: Budget
    patience: Patience
    size_limit: int
    max_commands: int
    on_event: OnEvent
    # The one not heard for longest comes first.
    sessions: dict[Connection, None] = field(default_factory=dict)
    spoken: list[Connection] = field(default_factory=list)  # those with replies that are not sent yet

    def heard(self, session: Connection) -> None:
        if session in self.sessions:
            del self.sessions[session]
            self.sessions[session] = None

    def has_spoken(self, session: Connection) -> None:
        """Have its replies sent at the end of this turn of the event loop, with those of the others.

        A `send` wakes who waits for it, which may take longer than a command; who is awake is not woken again.
        """
        if not self.spoken:
            session.loop.call_soon(self._send)
        self.spoken.append(session)

    def _send(self) -> None:
        spoken, self.spoken = self.spoken, []
        for session in spoken:
            session.send()

    def make_room(self, now: float) -> bool:
        """Cut the client that has said nothing for longest, so that many that say nothing keep nobody out."""
        silent = (one for one in self.sessions if one.doing is Doing.WAITING)
        session = next(silent, None)
        if session is None or not session.gives_way(now):
            return False
        session.hang_up(PLACE_NEEDED)
        session.leave()
        return True


class Connection(SMTP):
    def __init__(self, mould: SMTP, common: Common) -> None:
        # aiosmtpd's own __init__ inspects the handler and itself, which takes longer than a mail. What it finds is the
        # same for all sessions, so it is taken from one that was made once.
        vars(self).update(vars(mould))
        self.common = common
        self.inbound = Inbound()
        self.client = ""  # its IP address
        self.wire: asyncio.Transport  # over TLS once there is TLS; `_raw` is what is under it
        self.secured = False  # by TLS
        self.errors = 0  # replies of 5xx
        self._unsent = b""  # replies that were said in this turn of the event loop
        self._unread: asyncio.Future[None] | None = None  # done once the client reads our replies again
        self.doing = Doing.OBEYING
        self.finishing = False
        self.ended: asyncio.Future[None] = mould.loop.create_future()
        self._lost: asyncio.Future[None] = mould.loop.create_future()  # the connection is no more
        self._life = self._live()
        self._wants_input = False

    # Beginning and end

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        peer = transport.get_extra_info("peername")
        self.client = plain_address(peer[0]) if peer else ""
        refusal = self.common.gate.enter(self.client)
        if refusal == BUSY and self.common.make_room(self.loop.time()):
            refusal = self.common.gate.enter(self.client)
        if refusal:
            self.tell("refused", reply=refusal)
            transport.write(refusal.encode() + b"\r\n")
            transport.close()
            self._life.close()
            return
        self.wire = self._raw = self.inbound.transport = transport
        self.session = self._create_session()
        self.envelope = self._create_envelope()
        self._pace = Pace(self.common.patience, self.loop.time())
        self._reset_timeout()
        self.common.sessions[self] = None
        self.tell("connected")
        self._go_on()

    def data_received(self, data: bytes) -> None:
        self.inbound.feed(data)
        self.arrived()

    def eof_received(self) -> bool | None:
        # Not aiosmtpd's, which cancels the session: a client may close its side at once and still wait for the reply.
        self.inbound.ended = True
        self.arrived()
        return not self.secured  # TLS has no half of a connection

    def connection_lost(self, error: Exception | None) -> None:
        # The same: the session sees the end of its input after the commit that it may wait for.
        self.inbound.ended = True
        self._lost.set_result(None)
        self.resume_writing()
        self.arrived()

    def arrived(self) -> None:
        """Bytes, or the end of them."""
        if self._wants_input:
            self._go_on()

    async def more(self) -> None:
        """Wait until something comes. Raises `EOFError` when nothing will."""
        if self.inbound.ended:
            raise EOFError
        await _input()

    def _go_on(self, _awaited: object = None) -> None:
        """Run the session until it waits: for input, or for a future."""
        if self.ended.done():  # it was cut meanwhile
            return
        self._wants_input = False
        try:
            awaited = self._life.send(None)
        except StopIteration:
            return
        if awaited is None:
            self._wants_input = True
        else:
            awaited.add_done_callback(self._go_on)

    async def secure(self, context: ssl.SSLContext) -> None:
        """Go on over TLS. Raises `OSError` when the other side does not."""
        self.send()
        transport = await self.loop.start_tls(self._raw, self, context, server_side=True)
        if transport is None:
            raise ConnectionResetError
        self.wire = self.inbound.transport = transport
        self.secured = True

    def gives_way(self, now: float) -> bool:
        return self._pace.gives_way(now)

    def leave(self) -> None:
        """Give the place back; twice does no harm."""
        if self in self.common.sessions:
            del self.common.sessions[self]
            self.common.gate.leave(self.client)

    def finish(self) -> None:
        """Say goodbye before the next command; a mail that is on its way is still taken."""
        self.finishing = True
        if self.doing is Doing.WAITING:
            self.hang_up(STOPPING)

    def cut(self) -> None:
        self._abort()
        self._life.close()

    def hang_up(self, reply: str) -> None:
        """Say why, and close. In the middle of a TLS handshake nothing can be said."""
        if self.doing is Doing.SHAKING_HANDS:
            self._abort()
        elif not self.wire.is_closing():
            self.tell("rejected", reply=reply)
            self._unsent += reply.encode() + b"\r\n"
            self.close()
            self.loop.call_later(LINGER, self._abort)

    def _abort(self) -> None:
        """Unless it is gone already: asyncio's transport raises then, if it had been closed with bytes still to be sent."""
        if not self._lost.done():
            self._raw.abort()

    async def _live(self) -> None:
        try:
            with suppress(EOFError, OSError):  # the client hung up
                await self.converse()
            await self._close()
        finally:
            self._abort()
            if self._timeout_handle is not None:
                self._timeout_handle.cancel()
            self.leave()
            self.ended.set_result(None)

    async def converse(self) -> None:
        """The whole session. Ends by raising `EOFError` or `OSError` when the connection does."""
        raise NotImplementedError

    async def _close(self) -> None:
        """Close, and wait a little for what is still to be sent."""
        self.close()
        if self.secured or self._raw.get_write_buffer_size():
            late = self.loop.call_later(LINGER, self._abort)
            await self._lost
            late.cancel()

    # Replies

    async def push(self, status: AnyStr) -> None:
        """Say one line of a reply. It leaves with all that is said in this turn of the event loop, to whomever."""
        reply = status if isinstance(status, bytes) else status.encode()
        if reply[0] in b"45":
            self.errors += reply[0] == ord("5")
            self.tell("rejected", reply=reply.decode())
        if not self._unsent:
            self.common.has_spoken(self)
        self._unsent += reply + b"\r\n"
        if self._unread is not None:
            await self._unread

    def send(self) -> None:
        """All that was said."""
        if self._unsent:
            said, self._unsent = self._unsent, b""
            self.wire.write(said)

    def close(self) -> None:
        self.send()
        self.wire.close()

    def pause_writing(self) -> None:
        self._unread = self.loop.create_future()

    def resume_writing(self) -> None:
        unread, self._unread = self._unread, None
        if unread is not None:
            unread.set_result(None)

    def tell(self, event: str, **facts: object) -> None:
        self.common.on_event(event, remote=self.client, **facts)

    # Time

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Have the timer look when the session may be due; it is moved only to an earlier moment."""
        when, _ = self._pace.cut()
        timer = self._timeout_handle
        if timer is None or when < timer.when():
            if timer is not None:
                timer.cancel()
            self._timeout_handle = self.loop.call_at(when, self._timeout_cb)

    def _timeout_cb(self) -> None:
        self._timeout_handle = None
        when, reply = self._pace.cut()
        if self.doing is Doing.STORING:  # the client waits for us; the timer is set again when that is done
            return
        if when > self.loop.time():
            self._reset_timeout()
        else:
            self.hang_up(reply)


@coroutine
def _input() -> Generator[None]:
    """What a session awaits that wants input."""
    yield
