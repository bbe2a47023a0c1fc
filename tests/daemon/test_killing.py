"""kill -9 under load: what was acknowledged is handled exactly once, and nobody is written to twice."""

import random
import smtplib
from collections import Counter
from itertools import count
from queue import SimpleQueue
from threading import Event, Semaphore, Thread

from tests.daemon.desk import PATIENCE, mail, send

ROUNDS = 3
MAILS = 40  # of one round
CLIENTS = 4


class Clients:
    """People whose mail servers try each mail until it is taken, and who keep a ledger of what was."""

    def __init__(self):
        self.port = None  # where the desk listens now
        self.up = Event()
        self.ledger = set()
        self.acknowledged = Semaphore(0)
        self._mails = SimpleQueue()
        self._numbers = count(1)
        self._threads = [Thread(target=self._work) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def write(self, number):
        for _ in range(number):
            self._mails.put(f"person{next(self._numbers)}@example.org")

    def wait_acknowledged(self, number):
        for _ in range(number):
            assert self.acknowledged.acquire(timeout=PATIENCE)

    def close(self):
        self.up.set()
        for _ in self._threads:
            self._mails.put(None)
        for thread in self._threads:
            thread.join(PATIENCE)

    def _work(self):
        while sender := self._mails.get():
            written = mail(sender=sender)
            while not self._taken(written):
                pass
            self.ledger.add(sender)
            self.acknowledged.release()

    def _taken(self, written):
        assert self.up.wait(PATIENCE)
        try:
            send(self.port, written)
        except (OSError, smtplib.SMTPException):
            return False
        return True


def test_each_acknowledged_mail_is_handled_once_however_often_the_process_is_killed(make_desk, smarthost):
    desk = make_desk(
        smarthost__host="127.0.0.1",
        smarthost__port=smarthost.port,
        smarthost__tls="off",
        smarthost__timeout="1 second",
    )
    dice, clients = random.Random(1), Clients()
    try:
        for _ in range(ROUNDS):
            process = desk.start()
            clients.port = process.port
            clients.up.set()
            clients.write(MAILS)
            clients.wait_acknowledged(dice.randint(1, MAILS))
            # Some kills meet mails that are being stored, the others mails in hand and letters on their way.
            Event().wait(dice.choice((0.0, dice.random() / 5)))
            clients.up.clear()
            process.kill()
        process = desk.start()
        clients.port = process.port
        clients.up.set()
    finally:
        clients.close()

    people = {f"person{number}@example.org" for number in range(1, ROUNDS * MAILS + 1)}
    assert clients.ledger == people
    smarthost.wait_recipients(people)
    assert process.stop() == 0

    assert desk.scalars("SELECT DISTINCT state FROM mails") == ["handled"]
    assert Counter(desk.scalars("SELECT sender FROM mails")) == Counter(people)
    assert Counter(desk.scalars("SELECT party FROM cases")) == Counter(people)
    assert Counter(desk.scalars("SELECT recipient FROM outbox")) == Counter(people)
    sent = {(one.recipient, one.message["Message-ID"]) for one in smarthost.arrived}
    assert len(sent) == len(people), "somebody got two different letters"
