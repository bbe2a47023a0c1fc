import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from mailflow.edges import relay as relay_module
from mailflow.edges import session as session_module
from mailflow.edges.relay import SmarthostRelay
from tests.edges.relaying import relay_to, send, settings
from tests.edges.smarthost import LETTER, SENDER

DIALOGUES = Path(__file__).parent / "dialogues"
SETTINGS = ("tls", "host", "user", "password", "timeout")
HELLO = ("hello", "s: 250 8BITMIME")


@dataclass
class Certificates:
    server: object  # an SSLContext with a certificate for localhost
    trusted: Path  # its authority


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    trusted = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    return Certificates(server, trusted)


@pytest.fixture(autouse=True)
def trust(certificates, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted))


def unescaped(line):
    line = line.replace("{long}", "x" * 9000).replace("{long-ish}", "x" * 500)
    line = line.replace("{many}", "\\r\\n".join(["", *["220-and"] * 200]))
    return line.encode().decode("unicode_escape").encode("latin-1").decode()


@pytest.mark.parametrize("path", sorted(DIALOGUES.glob("*.txt")), ids=lambda path: path.stem)
def test_a_dialogue_goes_as_written(path, certificates):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    changes = dict(line.split(": ") for line in lines if line.startswith(SETTINGS))
    expected = [line[2:] for line in lines if line.startswith("= ")]
    script = [unescaped(line) for line in lines if not line.startswith(("= ", *SETTINGS))]

    with relay_to(script, certificates, **changes) as (relay, smarthost):
        outcomes = [send(relay) for _ in expected]

    for outcome, pattern in zip(outcomes, expected, strict=True):
        assert re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), outcome), outcome
    assert len(smarthost.letters) >= outcomes.count("sent")
    on_the_wire = LETTER.replace(b"\r\n.", b"\r\n..")
    assert all(letter == on_the_wire for letter in smarthost.letters)


def test_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert send(SmarthostRelay(settings(port))) == f"down: 127.0.0.1:{port}: Connection refused"


def test_a_name_that_is_not_found(monkeypatch):
    def nobody(*_args, **_more):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    relay = SmarthostRelay(settings(25, host="smarthost.invalid"))
    assert send(relay) == "down: smarthost.invalid:25: Name or service not known"


def test_a_name_that_is_none():
    assert send(SmarthostRelay(settings(25, host="mx..example"))).startswith("down: mx..example:25: ")


def test_no_letter_takes_longer_than_its_timeouts(monkeypatch):
    monkeypatch.setattr(relay_module, "TIMEOUTS_A_LETTER", 0)
    with relay_to(["connect", "silence"]) as (relay, _):
        assert send(relay).endswith("no answer in time")


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
def test_every_line_end_becomes_crlf(line_end):
    with relay_to([*HELLO, "letter"]) as (relay, smarthost):
        assert send(relay, letter=line_end.join([b"Subject: x", b"", b".", b"body"])) == "sent"
    assert smarthost.letters == [b"Subject: x\r\n\r\n..\r\nbody\r\n"]


def test_no_line_end_hides_an_end_of_the_letter():
    smuggled = b"Subject: x\r\n\r\none\n.\nMAIL FROM:<evil@example.net>\r.\r\r\n"
    with relay_to([*HELLO, "letter"]) as (relay, smarthost):
        assert send(relay, letter=smuggled) == "sent"
    (letter,) = smarthost.letters
    assert b"\r\n.\r\n" not in letter
    assert letter.count(b"\r\n") == letter.count(b"\r") == letter.count(b"\n")


def test_an_empty_letter_ends_with_a_dot():
    with relay_to([*HELLO, "letter"]) as (relay, smarthost):
        assert send(relay, letter=b".") == "sent"
    assert smarthost.letters == [b"..\r\n"]


@pytest.mark.parametrize(
    ("offered", "parameters"), [("8BITMIME", " SIZE=12 BODY=8BITMIME"), ("PIPELINING", " SIZE=12")]
)
def test_eight_bits_are_announced_where_that_is_offered(offered, parameters):
    letter = "a: b\r\n\r\né\r\n".encode()
    script = ["hello", f"s: 250 {offered}", f"c: MAIL FROM:<{SENDER}>{parameters}", "s: 250 ok", "c: RCPT*"]
    script += ["s: 250 ok", "c: DATA", "s: 354 go", "data", "s: 250 ok"]
    with relay_to(script) as (relay, smarthost):
        assert send(relay, letter=letter) == "sent"
    assert smarthost.letters == [letter]


def test_an_address_outside_ascii_needs_smtputf8():
    script = [
        "hello",
        "s: 250 SMTPUTF8",
        f"c: MAIL FROM:<{SENDER}>* SMTPUTF8",
        "s: 250 ok",
        "c: RCPT TO:<jürgen@example.net>",
        "s: 250 ok",
        "c: DATA",
        "s: 354 go",
        "data",
        "s: 250 ok",
    ]
    with relay_to(script) as (relay, _):
        assert send(relay, "jürgen@example.net") == "sent"
    with relay_to(HELLO) as (relay, _):
        assert send(relay, "jürgen@example.net").startswith("permanent: 550 5.6.7 ")


@pytest.mark.parametrize(
    "recipient", ["", "a b@example.net", "a@example.net>\r\nDATA", "a@b>", "\x00", "\udcff@b"]
)
def test_an_address_that_would_break_the_command_is_refused_before_a_connection_is_made(recipient):
    relay = SmarthostRelay(settings(1))
    assert send(relay, recipient).startswith("permanent: no SMTP command can hold this address:")
    if recipient:
        assert send(relay, sender=recipient).startswith("temporary: ")


def test_the_null_sender_is_said_as_it_is():
    script = [*HELLO, "c: MAIL FROM:<>*", "s: 250 ok", "c: RCPT*", "s: 550 no"]
    with relay_to(script) as (relay, _):
        assert send(relay, sender="").startswith("permanent: ")


def test_a_password_is_not_sent_in_the_clear_over_a_network(monkeypatch):
    monkeypatch.setattr(session_module, "_is_loopback", lambda _: False)
    script = ["hello", "s: 250 AUTH PLAIN"]
    with relay_to(script, user="desk", password="secret", tls="opportunistic") as (relay, _):
        assert send(relay).endswith(": offers no STARTTLS; the password is not sent in the clear")


def test_a_password_is_not_shown_to_somebody_with_a_wrong_certificate(monkeypatch, certificates):
    monkeypatch.setattr(session_module, "_is_loopback", lambda _: False)
    script = ["hello", "s: 250 STARTTLS", "c: STARTTLS", "s: 220 go", "distrust"]
    with relay_to(script, certificates, user="desk", password="secret", tls="opportunistic") as (relay, _):
        assert "TLS failed: IP address mismatch" in send(relay)


def test_a_connection_at_rest_for_long_is_given_back(monkeypatch):
    monkeypatch.setattr(relay_module, "KEPT_FOR", -1)
    with relay_to([*HELLO, "letter", "c: QUIT", "s: 221 bye"]) as (relay, _):
        assert send(relay) == "sent"
        relay.close_if_idle()
        relay.close_if_idle()


def test_a_letter_after_a_long_rest_gets_a_new_connection(monkeypatch):
    script = [*HELLO, "letter", "c: QUIT", "s: 221 bye", *HELLO, "letter"]
    with relay_to(script) as (relay, _):
        assert send(relay) == "sent"
        monkeypatch.setattr(relay_module, "KEPT_FOR", -1)
        assert send(relay) == "sent"


def test_closing_does_not_wait_for_a_smarthost_that_says_no_goodbye(monkeypatch):
    monkeypatch.setattr(relay_module, "_QUIT_WITHIN", 0.01)
    with relay_to([*HELLO, "letter", "c: QUIT", "silence"]) as (relay, _):
        assert send(relay) == "sent"
        relay.close()


def test_no_password_is_in_what_the_settings_show():
    assert "secret" not in repr(settings(25, user="desk", password="secret"))
