"""People whose mail servers try each mail until it is taken, as a real one does, and a ledger of what was taken."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.policy import SMTP
from itertools import count
from queue import SimpleQueue
from threading import Event, Lock, Semaphore, Thread

from tests.daemon.desk import PATIENCE, mail

AGAIN_AFTER = 0.02  # seconds; a mail server waits for minutes


@dataclass(frozen=True)
class Promised:
    """A mail that was answered 250."""

    message_id: str  # without brackets
    sender: str
    tries: int
    place: int = 0  # in what the disk was told, when the 250 came


class Clients:
    """`number` of them, each in a thread. Each mail is another person's, so that each must get one letter.

    `doors` gives the ports where a desk listens now; none while it is down.
    """

    def __init__(
        self, doors: Callable[[], list[int]], number: int = 8, place: Callable[[], int] = lambda: 0
    ) -> None:
        self.ledger: list[Promised] = []
        self._doors = doors
        self._place = place
        self._acknowledged = Semaphore(0)
        self._written = count(1)
        self._lock = Lock()
        self._mails: SimpleQueue[str | None] = SimpleQueue()
        self._given_up = Event()
        self._threads = [Thread(target=self._work, args=(number,)) for number in range(number)]
        for thread in self._threads:
            thread.start()

    def write(self, number: int) -> None:
        for _ in range(number):
            self._mails.put(f"person{next(self._written)}@example.org")

    def wait_acknowledged(self, number: int) -> None:
        for _ in range(number):
            assert self._acknowledged.acquire(timeout=PATIENCE), "no mail was taken"

    def finish(self) -> None:
        """All mails that were written are taken by now, or the desk takes none."""
        for _ in self._threads:
            self._mails.put(None)
        for thread in self._threads:
            thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in self._threads), "a mail was not taken"

    def close(self) -> None:
        self._given_up.set()
        self.finish()

    def _work(self, client: int) -> None:
        while sender := self._mails.get():
            written = mail(sender=sender).as_bytes(policy=SMTP)
            message_id = written.partition(b"Message-ID: <")[2].partition(b">")[0].decode()
            tries = 1
            while not self._taken(client, sender, _passed_on(written, tries)):
                tries += 1
                if self._given_up.wait(AGAIN_AFTER):
                    return
            promised = Promised(message_id, sender, tries, self._place())
            with self._lock:
                self.ledger.append(promised)
            self._acknowledged.release()

    def _taken(self, client: int, sender: str, written: bytes) -> bool:
        doors = self._doors()
        if not doors:
            return False
        port = doors[(client + len(self.ledger)) % len(doors)]
        try:
            with smtplib.SMTP("127.0.0.1", port, "client.example.org", PATIENCE) as smtp:
                smtp.sendmail(sender, ["recovery@pypi.example"], written)
        except (OSError, smtplib.SMTPException):
            return False
        return True


def _passed_on(written: bytes, tries: int) -> bytes:
    """A server that tries again may say so in a trace field; the mail is the same (RFC 5321, 4.4)."""
    return b"Received: by client.example.org id %d\r\n%s" % (tries, written)
