"""A load of mail on an SMTP server: many sessions in one process, each of which waits for every reply.

    python -m tests.bench.load PORT [--mails N] [--sessions N] [--size BYTES] [--a-connection N] [--rate N]

One thread over epoll and a generator for each session, so that the load costs far less than what it is put on; its own
share of a core is told with the rest, so that nobody has to believe it. Without a rate a session sends its next mail as
soon as the last one was answered. With one, mails are due at even intervals whether or not the server keeps up, and a
mail's time counts from when it was due.
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Generator
from dataclasses import asdict, dataclass, field, fields
from time import monotonic, process_time
from typing import Any, Final, NamedTuple

from tests.bench.requests import DESK, request, sender

PATIENCE: Final = 60.0  # seconds without a word of the server
_CHUNK: Final = 1 << 16
WAIT, CONNECT = object(), object()  # what a session may ask for beside saying something: a mail, a connection
Talk = Generator[Any, Any, None]


@dataclass(frozen=True)
class Load:
    port: int
    mails: int = 5000
    sessions: int = 50
    size: int = 2048  # bytes of a mail
    a_connection: int = 0  # mails; 0: all of a session's
    rate: float = 0.0  # mails a second in all; 0: as fast as they are answered
    run: str = "0"  # names these mails: no two runs of one name may meet in one database

    def put(self) -> Outcome:
        return self.start().outcome()

    def start(self) -> Running:
        """In a process of its own."""
        command = [sys.executable, "-m", "tests.bench.load", str(self.port)]
        for option in fields(self)[1:]:
            command += [f"--{option.name.replace('_', '-')}", str(getattr(self, option.name))]
        return Running(subprocess.Popen(command, stdout=subprocess.PIPE))


@dataclass
class Outcome:
    begun: float = 0.0  # by the monotonic clock: mails are due from then on
    seconds: float = 0.0  # from the first connection to the last answer
    cpu: float = 0.0  # seconds of the load itself
    stored: int = 0  # mails that were answered 250
    refused: int = 0
    reply: str = ""  # to the first mail that was refused
    times: list[float] = field(
        default_factory=list
    )  # seconds of each stored mail, from when it was due to its 250
    answers: list[float] = field(default_factory=list)  # the same from its final dot on

    @property
    def rate(self) -> float:
        return self.stored / self.seconds

    @property
    def share(self) -> float:
        """Of one core, that the load itself took."""
        return self.cpu / self.seconds


class Running(NamedTuple):
    process: subprocess.Popen[bytes]

    def outcome(self) -> Outcome:
        """Once it is done."""
        told, _ = self.process.communicate()
        assert self.process.returncode == 0, "the load came to no end"
        return Outcome(**json.loads(told))


class Mail(NamedTuple):
    number: int
    due: float  # by the monotonic clock


class Sender:
    """Puts a load on a server, and notes what came of it."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.outcome = Outcome()
        self._taken = 0
        self._idle: deque[Session] = deque()
        self._epoll = select.epoll()
        self._talking: dict[int, Session] = {}
        self._begun = monotonic()

    def run(self) -> Outcome:
        cpu = process_time()
        for _ in range(min(self.load.sessions, self.load.mails)):
            Session(self).go_on(None)
        while self.outcome.stored + self.outcome.refused < self.load.mails:
            for fd, _ in self._ready():
                self._talking[fd].ready()
            while self._idle and self._is_due():
                self._idle.popleft().go_on(self.take())
        self.outcome.begun = self._begun
        self.outcome.seconds = monotonic() - self._begun
        self.outcome.cpu = process_time() - cpu
        return self.outcome

    def take(self) -> Mail:
        mail = Mail(self._taken, self._due_at() if self.load.rate else monotonic())
        self._taken += 1
        return mail

    def rest(self, session: Session) -> None:
        """Until a mail is due."""
        self._idle.append(session)

    def watch(self, session: Session, events: int) -> None:
        self._talking[session.fd] = session
        self._epoll.register(session.fd, events)

    def watch_for(self, session: Session, events: int) -> None:
        self._epoll.modify(session.fd, events)

    def forget(self, session: Session) -> None:
        del self._talking[session.fd]

    def _ready(self) -> list[tuple[int, int]]:
        if self._idle and self._taken < self.load.mails:
            left = max(0.0, self._due_at() - monotonic())
            select.select([self._epoll], [], [], left)  # epoll_wait itself counts whole milliseconds
            return self._epoll.poll(0)
        ready = self._epoll.poll(PATIENCE)
        if not ready:
            raise SystemExit(f"not a word for {PATIENCE} s")
        return ready

    def _due_at(self) -> float:
        return self._begun + self._taken / self.load.rate if self.load.rate else 0.0

    def _is_due(self) -> bool:
        return self._taken < self.load.mails and self._due_at() <= monotonic()


class Session:
    """One client: a connection after the other, and what is said on it."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._talk = self._said()
        self._unsent = memoryview(b"")
        self._heard = b""
        self._sent_at = 0.0

    @property
    def fd(self) -> int:
        return self._socket.fileno()

    def go_on(self, answer: bytes | Mail | None) -> None:
        wish = self._talk.send(answer)
        if wish is CONNECT:
            self._connect()
        elif wish is WAIT:
            self._sender.rest(self)
        else:
            self._unsent = memoryview(wish)
            self._send()
            if self._unsent:
                self._sender.watch_for(self, select.EPOLLOUT)

    def ready(self) -> None:
        if self._unsent:
            self._send()
            if not self._unsent:
                self._sender.watch_for(self, select.EPOLLIN)
            return
        came = self._socket.recv(_CHUNK)
        if not came:
            raise SystemExit(f"the server hung up: {self._heard!r}")
        self._heard += came
        last = self._heard.rfind(b"\r\n", 0, -2) + 2 if self._heard.count(b"\r\n") > 1 else 0
        if self._heard.endswith(b"\r\n") and self._heard[last + 3 : last + 4] == b" ":
            heard, self._heard = self._heard, b""
            self.go_on(heard)

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._sender.load.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._sender.watch(self, select.EPOLLIN)

    def _send(self) -> None:
        self._unsent = self._unsent[self._socket.send(self._unsent) :]
        self._sent_at = monotonic()

    def _said(self) -> Talk:
        limit, sent = self._sender.load.a_connection, 0
        if not limit:
            yield from self._hello()
        while True:
            mail = yield WAIT
            if limit and sent % limit == 0:
                yield from self._hello()
            yield from self._mail(mail)
            sent += 1
            if limit and sent % limit == 0:
                yield b"QUIT\r\n"
                self._sender.forget(self)
                self._socket.close()

    def _hello(self) -> Talk:
        greeting = yield CONNECT
        if not greeting.startswith(b"220"):
            raise SystemExit(f"no greeting: {greeting!r}")
        yield b"EHLO client.example.org\r\n"

    def _mail(self, mail: Mail) -> Talk:
        load, outcome = self._sender.load, self._sender.outcome
        for command in (f"MAIL FROM:<{sender(mail.number, load.run)}>", f"RCPT TO:<{DESK}>", "DATA"):
            reply = yield command.encode() + b"\r\n"
            if reply[:1] not in b"23":
                break
        else:
            reply = yield request(mail.number, load.run, load.size)
        if reply.startswith(b"250"):
            now = monotonic()
            outcome.stored += 1
            outcome.times.append(now - mail.due)
            outcome.answers.append(now - self._sent_at)
        else:
            outcome.refused += 1
            outcome.reply = outcome.reply or reply.decode("ascii", "replace")
            yield b"RSET\r\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("port", type=int)
    for option in fields(Load)[1:]:
        kind = type(option.default)
        parser.add_argument(f"--{option.name.replace('_', '-')}", type=kind, default=option.default)
    json.dump(asdict(Sender(Load(**vars(parser.parse_args()))).run()), sys.stdout)


if __name__ == "__main__":
    main()
