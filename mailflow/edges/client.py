"""One SMTP connection to the smarthost: smtplib's, with an end to how long and how much the other side may say."""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailflow import faults

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LOST = (OSError, smtplib.SMTPException)  # whatever it is, this connection is of no more use
_LONGEST_LINE = 4096  # bytes; RFC 5321, 4.5.3.1.5 asks for 512
_MOST_LINES = 100
_IS_REPLY = re.compile(rb"[2-5][0-9][0-9](?:[- \r]|$)")  # RFC 5321, 4.2.1


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    text: str

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 300

    @property
    def negative_for_good(self) -> bool:
        return 500 <= self.code < 600


class Client(smtplib.SMTP):
    """smtplib connects, greets and does STARTTLS; every reply is read here.

    Each operation ends within `timeout` seconds, or what `wait_until` says, and all of them by `deadline` (of `time.monotonic`): else
    the connection is closed and `SMTPServerDisconnected` raised, as it is when the other side closes it or says 421.
    """

    in_transaction = False  # MAIL was taken, and neither a letter nor RSET has ended it
    greeting = b""  # what the other side said first, its code apart
    _unread = b""

    def __init__(self, host: str, port: int, hostname: str, timeout: float, deadline: float) -> None:
        self.deadline = deadline
        self._wait_until = deadline
        super().__init__(host, port, local_hostname=hostname, timeout=timeout)

    def connect(
        self, host: str = "localhost", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        code, self.greeting = super().connect(host, port, source_address)
        return code, self.greeting

    @property
    def encrypted(self) -> bool:
        return isinstance(self.sock, ssl.SSLSocket)

    @property
    def peer(self) -> str:
        """The IP address of the other side."""
        assert self.sock is not None, "connected"
        return str(self.sock.getpeername()[0]).partition("%")[0]

    @property
    def descriptor(self) -> int:
        assert self.sock is not None, "connected"
        return self.sock.fileno()

    @property
    def patience(self) -> float:
        """Seconds for which the next reply is waited for; none are left when it is late."""
        return min(self.deadline, self._wait_until) - time.monotonic()

    def wait_until(self, moment: float) -> None:
        """For the next reply, of `time.monotonic`, whatever the timeout and the deadline are."""
        self.deadline = self._wait_until = moment

    def ask(self, command: str, *, success: int = 2) -> Reply:
        self.command_encoding = "utf-8"  # with SMTPUTF8; else every command is ASCII anyway
        self.putcmd(command)
        return self.reply(success=success)

    def reply(self, *, success: int = 2) -> Reply:
        """`success`: the first digit of a yes to what was asked. Another one answers something else."""
        code, words = self.getreply()
        self._ask()  # where commands were pipelined
        text = _shown(words)
        if code // 100 not in {success, 4, 5}:
            raise self._lost(f"its replies are out of step: {code} {text}")
        return Reply(code, text)

    def send(self, s: ReadableBuffer | str) -> None:
        # An answer to nothing would be taken for the answer to this; before TLS it may be an intruder's (CVE-2011-0411).
        if self._unread:
            raise self._lost("said more than it was asked")
        if self.sock is None:
            raise self._lost("closed the connection")
        faults.reached(faults.BEFORE_SENDING)
        self._ask()
        try:
            self.sock.settimeout(self._patience())
            self.sock.sendall(s.encode(self.command_encoding) if isinstance(s, str) else s)
        except OSError as error:
            raise self._lost_by(error) from error

    def _ask(self) -> None:
        """The next reply has all of its time."""
        self._wait_until = time.monotonic() + float(self.timeout)

    def getreply(self) -> tuple[int, bytes]:
        lines: list[bytes] = []
        while len(lines) < _MOST_LINES:
            line = self._line()
            if not _IS_REPLY.match(line):
                raise self._lost("its reply is not one of SMTP")
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                faults.reached(faults.AFTER_REPLY)
                if line.startswith(b"421"):  # it leaves, whatever it was asked
                    raise self._lost(_shown(line[:3] + b" " + b" ".join(lines)))
                return int(line[:3]), b"\n".join(lines)
        raise self._lost("its reply does not end")

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > _LONGEST_LINE:
                raise self._lost("its reply does not end")
            self._unread += self._received()
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _received(self) -> bytes:
        if self.sock is None:
            raise self._lost("closed the connection")
        try:
            # What is there is read however late we are: it may be the yes to a letter, which would be sent again.
            self.sock.settimeout(max(self.patience, 0.0))
            received = self.sock.recv(_LONGEST_LINE)
        except OSError as error:
            raise self._lost_by(error) from error
        if not received:
            raise self._lost("closed the connection")
        return received

    def _patience(self) -> float:
        patience = self.patience
        if patience <= 0:
            raise TimeoutError
        return patience

    def _lost_by(self, error: OSError) -> smtplib.SMTPServerDisconnected:
        late = isinstance(error, (TimeoutError, BlockingIOError, ssl.SSLWantReadError))
        return self._lost("no answer in time" if late else error.strerror or str(error))

    def _lost(self, why: str) -> smtplib.SMTPServerDisconnected:
        self.close()
        return smtplib.SMTPServerDisconnected(why)


def _shown(words: bytes) -> str:
    return " ".join(words.decode("utf-8", "replace").split())
