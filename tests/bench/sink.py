"""A smarthost that takes every letter, and says when it came.

    python -m tests.bench.sink

Prints the port, and serves until it is ended with SIGTERM. To whoever connects and says STAT instead of EHLO it tells in
a line of JSON how many letters came, the CPU it took, and when the first letter to each recipient did, by the monotonic
clock that all processes of a machine share; FORGET begins anew.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from dataclasses import asdict, dataclass, field
from time import monotonic, process_time

_END = b"\r\n.\r\n"


@dataclass
class Tally:
    letters: int = 0
    cpu: float = 0.0
    last: float = 0.0  # when the last one came
    came: dict[str, float] = field(default_factory=dict)  # by recipient

    def take(self, recipients: list[str]) -> None:
        self.letters += 1
        self.last = monotonic()
        for recipient in recipients:
            self.came.setdefault(recipient, self.last)


def ask(port: int, word: str = "STAT") -> Tally:
    """What the sink on this port has taken."""
    with socket.create_connection(("127.0.0.1", port)) as client, client.makefile("rwb") as stream:
        stream.readline()
        stream.write(word.encode() + b"\r\n")
        stream.flush()
        return Tally(**json.loads(stream.readline()))


class Session(asyncio.Protocol):
    """Just what a client needs that says nothing wrong; commands may come many at once (RFC 2920)."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._came = b""
        self._reading_mail = self._quitting = False
        self._recipients: list[str] = []

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        transport.write(b"220 sink.example.org ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._came += data
        replies = []
        while (reply := self._next()) is not None:
            replies.append(reply)
        self._transport.write(b"".join(replies))
        if self._quitting:
            self._transport.close()

    def _next(self) -> bytes | None:
        """The reply to what came first; None when the rest of it has not come yet."""
        mark = _END if self._reading_mail else b"\r\n"
        head, found, rest = self._came.partition(mark)
        if not found:
            return None
        self._came = rest
        if self._reading_mail:
            self._reading_mail = False
            self._tally.take(self._recipients)
            return b"250 2.0.0 Ok\r\n"
        return self._obey(head)

    def _obey(self, line: bytes) -> bytes:
        match line[:4].upper():
            case b"EHLO":
                return b"250-sink.example.org\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
            case b"MAIL" | b"RSET":
                self._recipients = []
            case b"RCPT":
                self._recipients.append(line.partition(b"<")[2].partition(b">")[0].decode())
            case b"DATA":
                self._reading_mail = True
                return b"354 Go ahead\r\n"
            case b"QUIT":
                self._quitting = True
            case b"STAT":
                self._tally.cpu = process_time()
                return json.dumps(asdict(self._tally)).encode() + b"\r\n"
            case b"FORG":
                self._tally.letters, self._tally.came = 0, {}
                return json.dumps(asdict(self._tally)).encode() + b"\r\n"
        return b"250 2.0.0 Ok\r\n"


async def serve() -> None:
    loop = asyncio.get_running_loop()
    tally = Tally()
    server = await loop.create_server(lambda: Session(tally), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve())
