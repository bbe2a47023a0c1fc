"""A smarthost that works, apart from the faults it is told to have: a thread a session, on a real socket.

It notes each connection and each letter that it took, with the connection that brought it.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from time import monotonic

from tests.daemon.smarthost import Arrived

# What a fault does at its stage, other than to say something.
CLOSE = "close"  # hangs up
RESET = "reset"  # hangs up rudely
SILENT = "silent"  # says nothing more
DRIP = "drip"  # a byte now and then, and never a whole line
ENDLESS_LINE = "endless line"
ENDLESS_REPLY = "endless reply"
TWICE = "twice"  # says its usual reply two times
LATE = "late"  # says its usual reply after a while
LATER = "later"  # keeps its reply, and says it before the next one

STAGES = (
    "connect",  # before the greeting, which it stands for
    "ehlo",
    "starttls",
    "handshake",
    "auth",
    "mail",
    "rcpt",
    "data",
    "content",  # in the middle of the letter
    "dot",  # the whole letter is there, and is not taken
    "taken",  # the letter is taken, and what is said to it is another matter
    "rest",  # after the reply to the letter
    "rset",
)
PATIENCE = 30.0  # seconds; whoever waits longer is a test that failed


@dataclass
class Fault:
    stage: str
    does: str  # one of the above, or the lines that it says in place of its usual reply
    times: float = 1  # how often, and never again
    after: int = 0  # not the first so many times that it comes to the stage
    recipient: str = ""  # of this letter alone

    def strikes(self, stage: str, recipient: str) -> bool:
        if stage != self.stage or (self.recipient and recipient != self.recipient) or self.times < 1:
            return False
        if self.after:
            self.after -= 1
            return False
        self.times -= 1
        return True


@dataclass(frozen=True)
class Taken:
    recipient: str
    message_id: str
    raw: bytes
    connection: int
    at: float  # of `time.monotonic`


class _HungUp(Exception):
    """Either side has."""


@dataclass
class _Session:
    """What one connection has said; `owed` is a reply that comes before the next one."""

    number: int
    peer: socket.socket
    heard: bytes = b""
    has_mail: bool = False
    recipient: str = ""
    owed: bytes = b""


@dataclass
class FaultySmarthost:
    faults: list[Fault] = field(default_factory=list)
    offers: tuple[str, ...] = ("8BITMIME", "PIPELINING")
    tls: ssl.SSLContext | None = None
    taken: list[Taken] = field(default_factory=list)
    connected_at: list[float] = field(default_factory=list)  # of each connection, `time.monotonic`
    most_at_once: int = 0
    late: float = 1.0  # seconds
    commands: list[tuple[int, str]] = field(default_factory=list)  # connection and verb
    ended: set[int] = field(default_factory=set)  # the connections that were ended by QUIT
    cut: dict[int, float] = field(default_factory=dict)  # when the others ended

    def __post_init__(self) -> None:
        self._changed = Condition()
        self._ending = Event()
        self._open: dict[int, socket.socket] = {}
        self._listening: socket.socket | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        """Listen, on the same port as before; nothing happens if it does."""
        if self._listening:
            return
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=128, reuse_port=False)
        self.port = self._listening.getsockname()[1]
        Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def stop(self) -> None:
        """Nothing listens any more, and all connections are gone."""
        listening, self._listening = self._listening, None
        if listening:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        for peer in list(self._open.values()):
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._ending.set()
        self.stop()

    @property
    def recipients(self) -> list[str]:
        """Of the letters in the order in which they came."""
        return [letter.recipient for letter in self.taken]

    @property
    def arrived(self) -> list[Arrived]:
        """As the other smarthost of the tests shows them."""
        return [Arrived("", one.recipient, one.raw, one.connection, one.at) for one in [*self.taken]]

    def wait_taken(self, number: int, patience: float = PATIENCE) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.taken) >= number, patience), len(self.taken)

    def wait_connected(self, number: int, patience: float = PATIENCE) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.connected_at) >= number, patience)

    # ------------------------------------------------------------------------------------------------ sessions

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            # Replies to pipelined commands leave one by one: else each waits until the one before it is acknowledged.
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                self.connected_at.append(monotonic())
                session = _Session(len(self.connected_at), peer)
                self._open[session.number] = peer
                self.most_at_once = max(self.most_at_once, len(self._open))
                self._changed.notify_all()
            Thread(target=self._serve, args=(session,), daemon=True).start()

    def _serve(self, session: _Session) -> None:
        session.peer.settimeout(PATIENCE)
        try:
            self._reply(session, "connect", "220 smarthost.example.org")
            while True:
                self._obey(session, self._line(session))
        except (OSError, _HungUp):
            pass
        finally:
            with self._changed:
                if session.number not in self.ended:
                    self.cut[session.number] = monotonic()
                del self._open[session.number]
            session.peer.close()

    def _obey(self, session: _Session, line: str) -> None:
        verb, _, rest = line.partition(" ")
        self.commands.append((session.number, verb.upper()))
        obey = getattr(self, f"_{verb.lower()}", None)
        if obey is None:
            self._say(session, "502 5.5.1 what?")
        else:
            obey(session, rest)

    def _ehlo(self, session: _Session, _: str) -> None:
        offers = [*self.offers, *(["STARTTLS"] if self._can_encrypt(session) else [])]
        lines = [f"250-{word}" for word in ("smarthost.example.org", *offers)]
        self._reply(session, "ehlo", "\r\n".join([*lines, "250 SIZE 1000000"]))

    def _starttls(self, session: _Session, _: str) -> None:
        if self._reply(session, "starttls", "220 go ahead"):
            self._encrypt(session)

    def _auth(self, session: _Session, _: str) -> None:
        self._reply(session, "auth", "235 2.7.0 welcome")

    def _mail(self, session: _Session, _: str) -> None:
        session.recipient = ""
        session.has_mail = self._reply(session, "mail", "250 2.1.0 ok")

    def _rcpt(self, session: _Session, rest: str) -> None:
        if not session.has_mail:
            self._say(session, "503 5.5.1 MAIL first")
            return
        session.recipient = found[1] if (found := re.search("<([^>]*)>", rest)) else ""
        if not self._reply(session, "rcpt", "250 2.1.5 ok"):
            session.recipient = ""

    def _data(self, session: _Session, _: str) -> None:
        if not session.recipient:
            self._say(session, "554 5.5.1 no valid recipients")
        elif self._reply(session, "data", "354 go on"):
            self._letter(session)

    def _rset(self, session: _Session, _: str) -> None:
        session.has_mail, session.recipient = False, ""
        self._reply(session, "rset", "250 2.0.0 ok")

    def _quit(self, session: _Session, _: str) -> None:
        self.ended.add(session.number)
        self._say(session, "221 2.0.0 bye")
        raise _HungUp

    def _letter(self, session: _Session) -> None:
        if self._strike(session, "content"):
            self._until(session, b"\r\n")
            raise _HungUp
        raw = self._until(session, b"\r\n.\r\n") + b"\r\n"
        session.has_mail = False
        if (does := self._strike(session, "dot")) is not None:
            self._do(session, does, "250 2.0.0 taken")
            return
        self._take(session, raw.replace(b"\r\n..", b"\r\n."))
        self._reply(session, "taken", "250 2.0.0 taken")
        if (does := self._strike(session, "rest")) is not None:
            self._do(session, does, "")

    def _take(self, session: _Session, raw: bytes) -> None:
        found = re.search(rb"^Message-ID: <([^>]*)>", raw, re.MULTILINE | re.IGNORECASE)
        message_id = found[1].decode() if found else ""
        with self._changed:
            self.taken.append(Taken(session.recipient, message_id, raw, session.number, monotonic()))
            self._changed.notify_all()

    # ------------------------------------------------------------------------------------------------ faults

    def _strike(self, session: _Session, stage: str) -> str | None:
        """What the fault of this stage does, if there is one now."""
        with self._changed:
            for fault in self.faults:
                if fault.strikes(stage, session.recipient):
                    return fault.does
        return None

    def _reply(self, session: _Session, stage: str, usual: str) -> bool:
        """Whether it said the usual thing."""
        does = self._strike(session, stage)
        if does is None:
            self._say(session, usual)
            return True
        return self._do(session, does, usual)

    def _do(self, session: _Session, does: str, usual: str) -> bool:
        match does:
            case "close":
                raise _HungUp
            case "reset":
                session.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                raise _HungUp
            case "silent":
                self._send_on(session, [])
            case "drip":
                self._send_on(session, [b"2"] * 10_000, every=0.02)
            case "endless line":
                self._send_on(session, [b"250-" + b"x" * 1000, *[b"x" * 1000] * 10_000])
            case "endless reply":
                self._send_on(session, [b"250-and so on\r\n"] * 1_000_000)
            case "twice" | "late":
                self._ending.wait(self.late if does == LATE else 0)
                self._say(session, f"{usual}\r\n{usual}" if does == TWICE else usual)
                return True
            case "later":
                session.owed = usual.encode() + b"\r\n"
            case said:
                self._say(session, said)
                if said.startswith("421"):
                    raise _HungUp
        return False

    def _say(self, session: _Session, text: str) -> None:
        owed, session.owed = session.owed, b""
        session.peer.sendall(owed + text.encode("latin-1") + b"\r\n")

    def _send_on(self, session: _Session, pieces: Iterable[bytes], every: float = 0.0) -> None:
        """Until the other side hangs up, which ends the session."""
        for piece in pieces:
            session.peer.sendall(piece)
            if every and self._ending.wait(every):
                break
        while session.peer.recv(65536):
            pass
        raise _HungUp

    # ------------------------------------------------------------------------------------------------ the wire

    def _can_encrypt(self, session: _Session) -> bool:
        return self.tls is not None and not isinstance(session.peer, ssl.SSLSocket)

    def _encrypt(self, session: _Session) -> None:
        assert self.tls is not None
        if (does := self._strike(session, "handshake")) is not None:
            session.peer.recv(65_536)  # its first words: what comes before them, it must not read
            self._do(session, does, "no TLS")
        encrypted = self.tls.wrap_socket(session.peer, server_side=True)
        with self._changed:
            session.peer = self._open[session.number] = encrypted

    def _line(self, session: _Session) -> str:
        return self._until(session, b"\r\n").decode("utf-8", "replace")

    def _until(self, session: _Session, end: bytes) -> bytes:
        while end not in session.heard:
            heard = session.peer.recv(65536)
            if not heard:
                raise _HungUp
            session.heard += heard
        found, _, session.heard = session.heard.partition(end)
        return found
