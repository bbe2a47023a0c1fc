"""Several connections at once, where the smarthost takes its time."""

import contextlib
import socketserver
from threading import Barrier, Event, Thread

import pytest

from mailflow.edges import relay as relay_module
from mailflow.edges.relay import SmarthostRelay
from mailflow.steps.app import Outgoing
from tests.edges.relaying import send_all, settings
from tests.edges.smarthost import LETTER, PATIENCE, RECIPIENT, SENDER


class Session(socketserver.StreamRequestHandler):
    """Says yes to everything; `before_the_answer` of the server is called before that to a letter."""

    def handle(self):
        number = self.server.admitted()
        if number > self.server.places:
            self.say("421 4.7.0 too many connections")
            return
        self.say("220 mx")
        while line := self.rfile.readline():
            self.obey(line.decode().strip())

    def obey(self, command):
        if command == "DATA":
            self.say("354 go on")
            while self.rfile.readline() != b".\r\n":
                pass
            self.server.before_the_answer()
            self.server.letters += 1
        self.say("250 ok")

    def say(self, line):
        with contextlib.suppress(OSError):
            self.wfile.write(line.encode() + b"\r\n")


class Smarthost(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, places, before_the_answer):
        super().__init__(("127.0.0.1", 0), Session)
        self.places, self.before_the_answer = places, before_the_answer
        self.connections = self.letters = 0
        self.asked_for_another = Event()

    def admitted(self):
        self.connections += 1
        if self.connections == 2:
            self.asked_for_another.set()
        return self.connections


@pytest.fixture
def smarthost_of():
    """Starts a smarthost with so many places, and gives it with a relay to it."""
    with contextlib.ExitStack() as stack:

        def start(places, before_the_answer, connections=2):
            smarthost = stack.enter_context(Smarthost(places, before_the_answer))
            thread = Thread(target=smarthost.serve_forever, args=(0.01,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(smarthost.shutdown)
            relay = SmarthostRelay(settings(smarthost.server_address[1], connections), "desk.example.org")
            stack.callback(relay.close)
            return smarthost, relay

        yield start


def letters(count):
    return [Outgoing(number, SENDER, RECIPIENT, LETTER) for number in range(count)]


def test_letters_do_not_wait_for_a_slow_smarthost_one_after_the_other(smarthost_of):
    together = Barrier(2, timeout=PATIENCE)
    smarthost, relay = smarthost_of(places=2, before_the_answer=together.wait)
    outcomes = send_all(relay, letters(6))
    assert sorted(outcomes) == [(number, "sent") for number in range(6)]
    assert smarthost.connections == 2


def test_a_quick_smarthost_gets_all_letters_over_one_connection(smarthost_of, monkeypatch):
    monkeypatch.setattr(relay_module, "_SLOW", PATIENCE)
    smarthost, relay = smarthost_of(places=2, before_the_answer=lambda: None)
    assert send_all(relay, letters(6)) == [(number, "sent") for number in range(6)]
    assert smarthost.connections == 1


def test_a_further_connection_that_is_not_to_be_had_is_no_letters_failure(smarthost_of):
    smarthost, relay = smarthost_of(places=1, before_the_answer=lambda: None)
    smarthost.before_the_answer = lambda: smarthost.asked_for_another.wait(PATIENCE)
    assert send_all(relay, letters(4)) == [(number, "sent") for number in range(4)]
    assert (smarthost.connections, smarthost.letters) == (2, 4)


def test_no_more_connections_than_set(smarthost_of, monkeypatch):
    monkeypatch.setattr(relay_module, "_SLOW", 0)
    smarthost, relay = smarthost_of(places=9, before_the_answer=lambda: None, connections=3)
    assert len(send_all(relay, letters(60))) == 60
    assert smarthost.connections <= 3


def test_while_the_smarthost_takes_its_time_others_get_a_turn(smarthost_of):
    told = Barrier(2, timeout=PATIENCE)
    _, relay = smarthost_of(places=1, before_the_answer=told.wait, connections=1)
    outcomes = relay.send_all(letters(1))
    assert next(outcomes) is None  # it does not answer before this came back
    told.wait()
    assert [one for one in outcomes if one] == [(letters(1)[0], None)]


def test_who_stops_listening_leaves_no_connection_in_the_middle_of_a_letter(smarthost_of):
    told = Barrier(2, timeout=PATIENCE)
    smarthost, relay = smarthost_of(places=9, before_the_answer=told.wait, connections=1)
    outcomes = relay.send_all(letters(1))
    assert next(outcomes) is None
    outcomes.close()
    told.wait()
    smarthost.before_the_answer = lambda: None
    assert send_all(relay, letters(1)) == [(0, "sent")]
    assert smarthost.connections == 2
