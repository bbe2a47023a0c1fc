"""SIGTERM: nothing more is taken, what is in hand is finished, the rest stays queued, and the exit status is 0."""

import contextlib
import signal
import socket
from time import monotonic

import pytest

from mailflow import daemon
from tests.daemon.desk import ADDRESS, PATIENCE, mail, send

# The real program, which waits less long for what hangs.
HURRIED = """
import mailflow.daemon
mailflow.daemon.STOP_WITHIN = 1.0
from mailflow.cli import main
main()
"""


@pytest.fixture
def desk(make_desk, smarthost):
    return make_desk(smarthost__host="127.0.0.1", smarthost__port=smarthost.port, smarthost__tls="off")


class Client:
    """Says one line at a time."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._file = self._socket.makefile("rb")

    def __enter__(self):
        assert self.hears() == "220"
        return self

    def __exit__(self, *_):
        self._file.close()
        self._socket.close()

    def says(self, line):
        self._socket.sendall(line.encode() + b"\r\n")

    def hears(self):
        """The code of a reply; "" once the connection is closed."""
        while line := self._file.readline().decode():
            if line[3:4] != "-":
                return line[:3]
        return ""


def wait_refused(port):
    """Until nobody listens any more; at most a session that is still accepted is told to go."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        try:
            with (
                contextlib.suppress(ConnectionResetError),  # also while it connects
                socket.create_connection(("127.0.0.1", port), PATIENCE) as late,
            ):
                assert late.recv(100)[:3] in {b"421", b"220", b""}
        except ConnectionRefusedError:
            return
    raise AssertionError("still listening")


def test_a_mail_that_is_being_sent_is_still_taken(desk):
    process = desk.start()
    with Client(process.port) as client:
        for line in (
            "EHLO client.example.org",
            "MAIL FROM:<late@example.org>",
            f"RCPT TO:<{ADDRESS}>",
            "DATA",
        ):
            client.says(line)
            assert client.hears() in {"250", "354"}
        client.says("From: late@example.org")

        process.signal(signal.SIGTERM)
        process.wait_for("stopping", signal="SIGTERM")
        wait_refused(process.port)

        client.says("Message-ID: <late@mail.example.org>\r\n\r\nI lost my phone.\r\n.")
        assert client.hears() == "250"
        assert client.hears() == "421"
    while not process.has_ended(within=0.005):  # to ask again, at any moment, changes nothing
        process.signal(signal.SIGTERM)
        process.signal(signal.SIGHUP)
    assert process.wait() == 0
    assert (process.events[-1]["event"], process.events[-1]["unfinished"]) == ("stopped", 0)
    assert len(process.told("stopping")) == 1
    assert desk.scalars("SELECT count(*) FROM mails") == [1]


def test_a_letter_that_is_being_sent_is_finished(desk, smarthost):
    process = desk.start()
    smarthost.hold()
    send(process.port, mail(sender="jo@example.org"))
    smarthost.wait_held()

    process.signal(signal.SIGTERM)
    process.wait_for("stopping")
    wait_refused(process.port)
    smarthost.release()

    assert process.wait() == 0
    assert process.events[-1]["unfinished"] == 0
    smarthost.letter("jo@example.org")
    assert desk.scalars("SELECT state FROM outbox") == ["sent"]


def test_a_smarthost_that_hangs_holds_nobody_up_and_the_letter_is_sent_later(desk, smarthost):
    process = desk.launch(program=("-c", HURRIED))
    smarthost.hold()
    send(process.port, mail(sender="jo@example.org"))
    smarthost.wait_held()

    asked_at = monotonic()
    assert process.stop() == 0
    assert monotonic() - asked_at < 1.0 + 10
    assert (process.events[-1]["event"], process.events[-1]["unfinished"]) == ("stopped", 1)
    assert desk.scalars("SELECT state FROM outbox") == ["waiting"]

    desk.execute("UPDATE outbox SET lease_until = 0")  # minutes later
    smarthost.release()
    process = desk.start()
    (letter,) = smarthost.letters("jo@example.org")
    assert letter.message["Message-ID"] == f"<{desk.scalars('SELECT message_id FROM outbox')[0]}>"
    assert process.stop() == 0


def test_it_stops_well_within_what_is_promised():
    assert daemon.STOP_WITHIN <= 18
