"""A smarthost that says what a script tells it to say, and checks what it hears.

    connect        the next connection comes in
    s: TEXT        says a line
    c: TEXT        hears a line; * stands for anything
    nothing more   has heard no more than that
    data           hears the letter, up to its final dot
    starttls       a TLS handshake, with a certificate for localhost
    distrust       a TLS handshake, with the same certificate, that the other side breaks off
    break          a TLS handshake that comes to nothing
    close          hangs up
    silence        says nothing until the other side hangs up
    drip           says a byte now and then, never a whole line, until the other side hangs up
    hello, letter  the usual course of a session's beginning, of a letter

After the script the other side may say QUIT, and nothing else.
"""

import contextlib
import re
import socket
import ssl
from threading import Thread

PATIENCE = 5
VERBS = {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "QUIT"}  # in any case

SENDER, RECIPIENT = "bounces+1@desk.example.org", "jane@example.net"
LETTER = b"Subject: Your request\r\n\r\nHello Jane,\r\n.\r\n..two dots\r\nThe desk\r\n"

USUAL = {
    "hello": ("connect", "s: 220 mx", "c: EHLO desk.example.org", "s: 250-mx", "s: 250-SIZE 1000000"),
    "letter": (
        f"c: MAIL FROM:<{SENDER}>*",
        "s: 250 2.1.0 ok",
        f"c: RCPT TO:<{RECIPIENT}>",
        "s: 250 2.1.5 ok",
        "c: DATA",
        "s: 354 go on",
        "data",
        "s: 250 2.0.0 queued",
    ),
}


class Smarthost:
    def __init__(self, script, tls=None):
        self.letters = []  # as they came over the wire, without the final dot
        self.trouble = None
        self._steps = [step for line in script for step in USUAL.get(line, (line,))]
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(PATIENCE)
        self.port = self._listening.getsockname()[1]
        self._peer = None
        self._heard = b""
        self._thread = Thread(target=self._play)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._thread.join(PATIENCE)
        if kind is None and self.trouble:
            raise self.trouble

    def _play(self):
        try:
            for step in self._steps:
                self._do(step)
            self._hear_the_end()
        except (OSError, AssertionError) as error:
            self.trouble = AssertionError(f"smarthost: {type(error).__name__}: {error}")
        finally:
            self._hang_up()
            self._listening.close()

    def _do(self, step):
        verb, _, text = step.partition(": ")
        getattr(self, f"_do_{verb.replace(' ', '_')}")(*([text] if text else []))

    def _do_connect(self):
        self._hang_up()
        self._peer, _ = self._listening.accept()
        self._peer.settimeout(PATIENCE)

    def _do_s(self, text):
        self._peer.sendall(text.encode() + b"\r\n")

    def _do_c(self, text):
        verb, space, rest = self._until(b"\r\n").decode().partition(" ")
        heard = f"{verb.upper() if verb.upper() in VERBS else verb}{space}{rest}"
        expected = ".*".join(map(re.escape, text.split("*")))
        assert re.fullmatch(expected, heard), f"heard {heard!r} instead of {text!r}"

    def _do_nothing_more(self):
        assert self._heard == b"", f"heard {self._heard!r} too soon"

    def _do_data(self):
        self.letters.append(self._until(b"\r\n.\r\n") + b"\r\n")

    def _do_starttls(self):
        self._peer = self._tls.wrap_socket(self._peer, server_side=True)

    def _do_distrust(self):
        with contextlib.suppress(OSError):
            self._do_starttls()
        self._peer = None

    def _do_break(self):
        self._until(b"")
        self._peer.sendall(b"this is no TLS\r\n")

    def _do_close(self):
        self._hang_up()

    def _do_silence(self):
        assert self._until(None) == b""

    def _do_drip(self):
        self._peer.settimeout(0.01)
        while True:
            try:
                assert not self._peer.recv(100)
            except TimeoutError:
                self._peer.sendall(b"2")
            except ConnectionError:
                return
            else:
                return

    def _until(self, end):
        """What was heard up to `end`; b"" takes what is there, None all until the other side hangs up."""
        while end is None or end not in self._heard or not self._heard:
            heard = self._peer.recv(65536)
            if not heard:
                assert end is None, f"the other side hung up after {self._heard!r}"
                break
            self._heard += heard
        if not end:
            heard, self._heard = self._heard, b""
            return heard
        heard, _, self._heard = self._heard.partition(end)
        return heard

    def _hear_the_end(self):
        if self._peer is None:
            return
        rest = b""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while heard := self._peer.recv(65536):
                rest += heard
                if rest.upper() == b"QUIT\r\n":
                    self._peer.sendall(b"221 bye\r\n")
        assert rest.upper() in {b"", b"QUIT\r\n"}, f"heard {rest!r} after the end"

    def _hang_up(self):
        if self._peer is not None:
            self._peer.close()
            self._peer = None
            self._heard = b""
