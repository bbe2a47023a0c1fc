"""What a hostile client can do to the listener: smuggle mail, inject commands before TLS, fill memory, hold places."""

from __future__ import annotations

import socket
from itertools import product
from pathlib import Path
from time import perf_counter

import pytest

from mailflow.edges.limits import Patience
from tests.daemon.conftest import disk_library, make_desk, zygote  # noqa: F401 - the fixtures
from tests.daemon.desk import ADDRESS, REQUEST, mail, send
from tests.edges.smtp_desk import WITH_TLS, Desk, in_loop, running, talking

# Every line end that some server takes for one, around every dot, as long as the standard's does not come of it.
LINE_ENDS = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\r\n",
    b"\n\r",
    b"\0\r\n",
    b"\r\n\0",
    b"\x85",
    b"\x0b",
    b"\xe2\x80\xa8",
]
ENDS_OF_DATA = [
    end
    for before, after in product(LINE_ENDS, LINE_ENDS)
    if b"\r\n.\r\n" not in (end := before + b"." + after)
]
SMUGGLED = b"MAIL FROM:<admin@example.org>\r\nRCPT TO:<desk@desk.example.org>\r\nDATA\r\nsmuggled\r\n.\r\n"


@pytest.mark.parametrize("end", ENDS_OF_DATA, ids=repr)
@in_loop
async def test_no_other_end_of_data_makes_a_second_mail(end):
    """SMTP smuggling: what another server takes for the end of a mail is part of it here, or makes it unfit."""
    async with running(desk := Desk()), talking(desk) as client:
        await client.begin_mail()
        client.send(b"first" + end + SMUGGLED)
        await client.reply()
    assert len(desk.mails) <= 1
    assert {envelope.sender for envelope, _ in desk.mails} <= {"ann@example.org"}
    for _, raw in desk.mails:
        assert b"smuggled" in raw
        assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize("bare", [b"\r", b"\n"], ids=repr)
@pytest.mark.parametrize("text", [b"a%sb\r\n", b"%s\r\n", b"a\r\n%sb\r\n", b"a\r\n%s"], ids=repr)
@in_loop
async def test_a_bare_line_end_is_refused_wherever_it_stands(bare, text):
    async with running(desk := Desk()), talking(desk) as client:
        await client.begin_mail()
        client.send(text % bare + b"\r\n.\r\n")
        assert (await client.reply()).startswith("550 5.6.11")
    assert desk.mails == []


@pytest.mark.parametrize(
    "injected", [b"MAIL FROM:<eve@example.org>\r\n", b"EHLO eve\r\n", b"NOOP\r\nRSET\r\n", b"junk"]
)
@in_loop
async def test_what_is_injected_before_tls_is_dropped(injected):
    """STARTTLS injection: whatever came in the clear behind the command is never obeyed (RFC 3207, 5)."""
    async with running(desk := Desk(**WITH_TLS)), talking(desk) as client:
        await client.say("EHLO client.example.org")
        client.send(b"STARTTLS\r\n" + injected)
        assert (await client.reply()).startswith("220")
        await client.start_tls()
        assert (await client.say("RCPT TO:<desk@desk.example.org>")).startswith("503")
        assert (await client.say("EHLO client.example.org")).startswith("250")


def resident(pid: int) -> int:
    """Megabytes of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_line_without_end_moves_the_memory_of_the_process_by_less_than_16_megabytes(make_desk):  # noqa: F811
    """32 MB go in; a server that reads by line would hold them all."""
    desk = make_desk()
    process = desk.start()
    send(process.port, mail(REQUEST, sender="jo@example.org"))
    process.wait_for("handled")
    before = resident(process.pid)
    with socket.create_connection(("127.0.0.1", process.port)) as flood:
        for command in ("", "EHLO eve", "MAIL FROM:<eve@example.org>", f"RCPT TO:<{ADDRESS}>", "DATA"):
            assert say(flood, command.encode() + b"\r\n" * bool(command))[:1] in b"23"
        for _ in range(512):
            flood.sendall(b"x" * 65_536)
        assert say(flood, b"\r\n.\r\n").startswith(b"554 5.6.0")
    assert resident(process.pid) - before < 16


def say(client: socket.socket, command: bytes) -> bytes:
    client.sendall(command)
    return client.recv(65_536)


@in_loop
async def test_clients_that_say_nothing_keep_nobody_out():
    """They hold all places; whoever comes and speaks is let in at once."""
    patience = Patience(session=60, idle=60, least_rate=0, spared=0)
    async with running(desk := Desk(patience, max_connections=10)):
        host, port = desk.listener.addresses[0]
        silent = [socket.create_connection((host, port)) for _ in range(10)]
        await desk.until(lambda: len(desk.sessions) == 10)
        began = perf_counter()
        async with talking(desk) as client:
            await client.begin_mail()
            client.send(b"Subject: hello\r\n\r\nhello\r\n.\r\n")
            assert (await client.reply()).startswith("250")
        assert perf_counter() - began < 20
        for one in silent:
            one.close()
    assert len(desk.mails) == 1
