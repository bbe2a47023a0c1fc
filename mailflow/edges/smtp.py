"""What is said in an SMTP session: the command loop, STARTTLS and DATA; the other commands are aiosmtpd's.

aiosmtpd reads a mail line by line without bound, sends the text of a failure to the client and takes any number of
commands: that is replaced here. What the desk says to a sender, a recipient or a mail is in `reception.py`.
"""

# ruff: noqa: N802, ARG002 - aiosmtpd names these methods and says what they take
from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from aiosmtpd.smtp import SMTP

from mailflow.edges.commands import read_path, split_command
from mailflow.edges.connection import Common, Connection, Doing
from mailflow.edges.data import NO_ROOM, Content
from mailflow.edges.greeting import greeting
from mailflow.edges.limits import STOPPING

MAX_JUNK = 20  # errors and commands that lead to no mail, since the last mail

JUNK = frozenset(("NOOP", "RSET", "VRFY", "EXPN", "HELP"))
# What a web client says first. Somebody may have made one of this machine send a mail, as ours (`relays` trusts loopback).
FOREIGN = frozenset(("GET", "POST", "PUT", "HEAD", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"))

NO_WEB_SERVER = "421 4.7.0 This is no web server"
NOT_AWAITED = "421 4.5.0 Wait for 354 after DATA"


class Session(Connection):
    COMMANDS: ClassVar[dict[str, Callable[[Session, Any], Awaitable[None]]]]  # what is not in it is not known

    def __init__(self, mould: SMTP, common: Common) -> None:
        super().__init__(mould, common)
        self._commands = 0
        self._idle_commands = 0
        self._content: Content | None = None  # of the mail that is being read

    @property
    def offers_tls(self) -> bool:
        return self.tls_context is not None and not self.secured

    @property
    def buffered(self) -> int:
        """Bytes that wait in memory."""
        return len(self.inbound) + (self._content.buffered if self._content else 0)

    def data_received(self, data: bytes) -> None:
        if self._content is None or self._content.ended:
            super().data_received(data)
        else:
            self._feed(self._content, data)
            self.arrived()

    # The command loop

    async def converse(self) -> None:
        await self.push(f"220 {greeting(self.hostname)}")
        while True:
            await self._serve(await self._next_line())

    async def _next_line(self) -> bytes:
        """A line with its end; b"" stands for one that was too long and is gone."""
        if self.finishing:
            self.hang_up(STOPPING)
        self.doing = Doing.WAITING
        try:
            while True:
                if self.wire.is_closing():
                    raise EOFError
                if (line := self.inbound.line()) is not None:
                    return line
                await self.more()
        finally:
            self.doing = Doing.OBEYING

    async def _serve(self, line: bytes) -> None:
        """Obey one command. What fails in it is ours, and the client hears no word of it."""
        try:
            await self._obey(line)
        except (EOFError, ConnectionError):
            raise
        except Exception as error:  # whatever it is, the session answers 451
            if self.wire.is_closing():
                raise EOFError from error
            self.tell("failed", error=error)  # the log says of what type it is, and where it was raised
            await self.push("451 4.3.0 Something failed here; try again later")
            if self._content is not None:  # the rest of a mail must never be read as commands
                self.close()

    async def _obey(self, line: bytes) -> None:
        self._pace.heard(self.loop.time())
        self.common.heard(self)
        self._commands += 1
        if self._commands > self.common.max_commands:
            self.hang_up("421 4.7.0 Too many commands")
            return
        if self.errors + self._idle_commands > MAX_JUNK:
            self.hang_up("421 4.7.0 Too many errors or idle commands")
            return
        verb, argument = split_command(line)
        if verb in FOREIGN:
            self.hang_up(NO_WEB_SERVER)
            return
        self._idle_commands += verb in JUNK
        method = self.COMMANDS.get(verb)
        if method is None:
            await self.push(
                "500 5.5.1 Command not known" if verb else "500 5.5.2 No command line, or too long"
            )
        else:
            await method(self, argument)

    # Commands

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        return read_path(arg) or (None, None)

    async def smtp_VRFY(self, arg: str) -> None:
        await self.push("252 2.1.5 Send mail, and see")

    async def smtp_HELP(self, arg: str) -> None:
        await self.push("214 2.0.0 See RFC 5321")

    async def smtp_QUIT(self, arg: str) -> None:
        await self.push("221 2.0.0 Bye")
        self.close()

    async def smtp_STARTTLS(self, arg: str) -> None:
        if self.tls_context is None or self.secured:
            await self.push(
                "503 5.5.1 TLS is not available" if self.secured else "502 5.5.1 TLS is not available"
            )
            return
        if arg:
            await self.push("501 5.5.4 STARTTLS takes no argument")
            return
        await self.push("220 2.0.0 Go ahead")
        self.inbound.take()  # what came in the clear behind STARTTLS is never obeyed (RFC 3207, 4.2 and 5)
        self.doing = Doing.SHAKING_HANDS
        try:
            await self.secure(self.tls_context)
        except OSError as error:
            self.tell("tls_failed", error=type(error).__name__)
            raise ConnectionResetError from error
        finally:
            self.doing = Doing.OBEYING
        self.session = self._create_session()  # all that was said before is forgotten (RFC 3207, 4.2)
        self.envelope = self._create_envelope()

    async def smtp_DATA(self, arg: str) -> None:
        assert self.envelope is not None
        if self.inbound:  # DATA ends a group of commands (RFC 2920, 3.1): who goes on does not speak with us
            self.hang_up(NOT_AWAITED)
        elif not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Need RCPT first")
        elif arg:
            await self.push("501 5.5.4 DATA takes no argument")
        elif not self.common.budget.fits(1):
            await self.push(NO_ROOM)
        else:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self.push(await self._take_mail())

    async def _take_mail(self) -> str:
        """Read a mail, have it stored, and say what came of it."""
        content = self._content = Content(self.common.size_limit, self.common.budget)
        try:
            await self._read(content)
            self._content = None
            if content.refusal:
                return content.refusal
            self.doing = Doing.STORING
            reply: str = await self._call_handler_hook("DATA", content.mail())
            self.errors = self._idle_commands = 0
            return reply
        finally:
            self.doing = Doing.OBEYING
            self.envelope = self._create_envelope()
            content.release()
            self._pace.heard(self.loop.time())
            self._reset_timeout()

    async def _read(self, content: Content) -> None:
        self._pace.data_starts(self.loop.time())
        self._reset_timeout()
        self._feed(content, self.inbound.take())
        while not content.ended:
            await self.more()
            if self.wire.is_closing():
                raise EOFError
        self._pace.heard(self.loop.time())

    def _feed(self, content: Content, data: bytes) -> None:
        """Straight from the socket: a mail is never put together twice."""
        content.feed(data)
        self._pace.data_came(content.arrived, self.loop.time())
        if content.ended:
            self.inbound.feed(content.rest)  # commands may follow in the same packet (RFC 2920)


Session.COMMANDS = {
    "HELO": Session.smtp_HELO,
    "EHLO": Session.smtp_EHLO,
    "MAIL": Session.smtp_MAIL,
    "RCPT": Session.smtp_RCPT,
    "DATA": Session.smtp_DATA,
    "RSET": Session.smtp_RSET,
    "NOOP": Session.smtp_NOOP,
    "QUIT": Session.smtp_QUIT,
    "VRFY": Session.smtp_VRFY,
    "EXPN": Session.smtp_EXPN,
    "HELP": Session.smtp_HELP,
    "STARTTLS": Session.smtp_STARTTLS,
}
