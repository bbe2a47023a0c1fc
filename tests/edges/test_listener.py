"""What the listener promises about a mail, and how it stops."""

import asyncio
import os
import socket
from types import SimpleNamespace

import pytest

from mailflow.edges.listener import Listener
from mailflow.edges.logline import trouble
from mailflow.steps.app import PermanentFailure, TemporaryFailure
from mailflow.steps.receive import MailLoop
from tests.edges.smtp_desk import SETTINGS, Desk, accepts, done, in_loop, running, talking

MAIL = b"Subject: Help\r\n\r\nhello\r\n"


@in_loop
async def test_250_is_said_only_after_the_commit():
    commit = asyncio.Future()
    async with running(desk := Desk()), talking(desk) as client:
        desk.answer = lambda: commit
        await client.begin_mail()
        client.send(MAIL + b".\r\n")
        reply = asyncio.ensure_future(client.reply())
        await desk.until(lambda: desk.mails)
        await asyncio.sleep(0)
        assert not reply.done()
        assert desk.told("received") == []
        commit.set_result(None)
        assert (await reply).startswith("250 2.0.0 ")


@in_loop
async def test_commands_that_came_together_are_answered_together():
    """RFC 2920, section 3.2."""
    async with running(desk := Desk()), talking(desk) as client:
        (session,) = desk.sessions
        sent: list[bytes] = []
        session.wire = SimpleNamespace(is_closing=lambda: False, write=sent.append, close=session.wire.close)
        session.data_received(
            b"EHLO client.example.org\r\nMAIL FROM:<>\r\nRCPT TO:<desk@desk.example.org>\r\nDATA\r\n"
        )
        await desk.until(lambda: sent)
        (replies,) = sent
        assert [line[:4] for line in replies.splitlines()][-4:] == [b"250 ", b"250 ", b"250 ", b"354 "]
        client.close()


@pytest.mark.parametrize(
    ("failure", "reply"),
    [
        (TemporaryFailure("disk full at /var/lib"), "451 4.3.0 Mail cannot be stored now; try again later"),
        (MailLoop("51"), "554 5.4.6 Too many Received fields: this mail goes round in a loop"),
        (PermanentFailure("no"), "554 5.0.0 Mail cannot be taken"),
        (ValueError("secret"), "451 4.3.0 Something failed here; try again later"),
    ],
)
@in_loop
async def test_a_mail_that_is_not_stored_is_not_acknowledged_and_the_session_goes_on(failure, reply):
    async with running(desk := Desk()), talking(desk) as client:
        desk.answer = lambda: done(failure)
        await client.begin_mail()
        client.send(MAIL)
        assert await client.say(".") == reply
        assert await client.say("DATA") == "503 5.5.1 Need RCPT first"
        desk.answer = done
        await client.begin_mail()
        assert (await client.say(".")).startswith("250")
    assert desk.budget.used == 0


@in_loop
async def test_an_intake_that_raises_is_a_451_too():
    def refuse() -> asyncio.Future:
        raise TemporaryFailure

    async with running(desk := Desk()), talking(desk) as client:
        desk.answer = refuse
        await client.begin_mail()
        assert (await client.say(".")).startswith("451 4.3.0 Mail cannot be stored now")


@in_loop
async def test_a_failure_tells_the_client_and_the_log_nothing_but_its_place():
    async with running(desk := Desk()), talking(desk) as client:
        await client.say("HELO client.example.org")
        await client.say("MAIL FROM:<ann@example.org>")
        assert "secret" not in await client.say("RCPT TO:<broken@desk.example.org>")
    (failed,) = desk.told("failed")
    assert trouble(failed["error"])["error"] == "RuntimeError"
    assert "smtp_desk.py:" in trouble(failed["error"])["at"].rpartition(" > ")[2]


@in_loop
async def test_after_a_failure_inside_a_mail_the_rest_of_it_is_not_read_as_commands(monkeypatch):
    def fail(*_args):
        raise RuntimeError

    monkeypatch.setattr("mailflow.edges.smtp.Content.feed", fail)
    async with running(desk := Desk()), talking(desk) as client:
        await client.begin_mail()
        client.send(b"first line\r\nMAIL FROM:<admin@example.org>\r\n")
        assert (await client.reply()).startswith("451 4.3.0")
        assert await client.closed()
    assert desk.budget.used == 0


@in_loop
async def test_a_client_that_hangs_up_in_the_middle_of_a_mail_leaves_nothing():
    async with running(desk := Desk()):
        async with talking(desk) as client:
            await client.begin_mail()
            client.send(MAIL)
            await desk.until(lambda: desk.budget.used)
        await desk.until(lambda: not desk.sessions)
        assert desk.mails == []
        assert desk.budget.used == 0


@in_loop
async def test_a_client_that_hangs_up_before_the_reply_does_not_stop_the_commit():
    commit = asyncio.Future()
    async with running(desk := Desk()):
        desk.answer = lambda: commit
        async with talking(desk) as client:
            await client.begin_mail()
            client.send(MAIL + b".\r\n")
            await desk.until(lambda: desk.mails)
        (session,) = desk.sessions
        await desk.until(lambda: session.wire.is_closing() or session.inbound.ended)
        assert not commit.cancelled()
        commit.set_result(None)
        await desk.until(lambda: not desk.sessions)
        assert len(desk.told("received")) == 1


@in_loop
async def test_a_client_that_resets_the_connection_is_no_error():
    async with running(desk := Desk()), talking(desk) as client:
        linger = b"\1\0\0\0\0\0\0\0"
        client.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        await client.begin_mail()
        client.writer.transport.abort()
        await desk.until(lambda: not desk.sessions)
    assert desk.told("failed") == []


@in_loop
async def test_a_client_that_closes_its_side_still_gets_its_reply():
    async with running(desk := Desk()), talking(desk) as client:
        await client.begin_mail()
        client.send(MAIL + b".\r\n")
        client.writer.write_eof()
        assert (await client.reply()).startswith("250")
        assert await client.closed()
    assert len(desk.mails) == 1


@in_loop
async def test_the_envelope_says_who_sent_what_to_whom_from_where():
    async with running(desk := Desk()), talking(desk) as client:
        await client.begin_mail()
        client.send(MAIL)
        await client.say(".")
    envelope, raw = desk.mails[0]
    assert (envelope.sender, envelope.recipients) == ("ann@example.org", ("desk@desk.example.org",))
    assert (envelope.remote, envelope.helo) == ("127.0.0.1", "client.example.org")
    assert raw == MAIL


@in_loop
async def test_events_tell_what_happened_and_no_tag_of_a_reply_address():
    async with running(desk := Desk()), talking(desk) as client:
        await client.say("HELO client.example.org")
        await client.say("MAIL FROM:<ann@example.org>")
        await client.say("RCPT TO:<nobody@desk.example.org>")
        await client.say("RCPT TO:<desk+K3PQ-7XMV.mfrggzdfmztwq2lk@desk.example.org>")
        await client.say("DATA")
        client.send(MAIL)
        await client.say(".")
        await client.say("QUIT")
    assert desk.events == [
        ("connected", {"remote": "127.0.0.1"}),
        ("rejected", {"remote": "127.0.0.1", "reply": "550 5.1.1 No such mailbox here"}),
        (
            "received",
            {
                "remote": "127.0.0.1",
                "helo": "client.example.org",
                "sender": "ann@example.org",
                "recipients": ("desk+…@desk.example.org",),
                "size": len(MAIL),
                "tls": False,
            },
        ),
    ]


@in_loop
async def test_aiosmtpd_logs_neither_address_nor_body(caplog):
    caplog.set_level("DEBUG")
    async with running(desk := Desk()), talking(desk) as client:
        await client.begin_mail()
        client.send(MAIL)
        await client.say(".")
        await client.say("VRFY ann@example.org")
    assert not [record for record in caplog.records if record.name == "mail.log"]


# Start and stop


@in_loop
async def test_it_listens_on_every_address():
    async with running(desk := Desk(listen=(("127.0.0.1", 0), ("127.0.0.1", 0)))):
        ports = {port for _, port in desk.listener.addresses}
        assert len(ports) == 2
        for port in ports:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert (await reader.readline()).startswith(b"220 ")
            writer.close()
            await writer.wait_closed()


@in_loop
async def test_an_address_that_is_taken_is_named():
    async with running(desk := Desk()):
        taken = desk.listener.addresses[0]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{taken[1]}: "):
            await Desk(listen=(taken,)).listener.start()


@in_loop
async def test_it_listens_on_sockets_that_systemd_hands_over(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as passed:
        monkeypatch.setattr("mailflow.edges.sockets.FIRST_FD", os.dup(passed.fileno()))
        monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
        monkeypatch.setenv("LISTEN_FDS", "1")
        async with running(desk := Desk(listen=(), from_systemd=True)):
            assert desk.listener.addresses == [passed.getsockname()]
            async with talking(desk) as client:
                assert (await client.say("NOOP")).startswith("250")


@in_loop
async def test_stopping_says_goodbye_to_sessions_that_wait():
    async with running(desk := Desk()), talking(desk) as client:
        await client.say("EHLO client.example.org")
        await client.say("MAIL FROM:<ann@example.org>")
        await desk.listener.stop(grace=5)
        assert await client.reply() == "421 4.3.2 Service is shutting down"
        assert await client.closed()


@in_loop
async def test_stopping_lets_a_mail_that_is_on_its_way_be_finished():
    async with running(desk := Desk()), talking(desk) as client:
        await client.begin_mail()
        client.send(MAIL)
        stopped = asyncio.ensure_future(desk.listener.stop(grace=5))
        await asyncio.sleep(0)
        client.send(b".\r\nMAIL FROM:<ben@example.org>\r\n")
        assert (await client.reply()).startswith("250 2.0.0")
        assert await client.reply() == "421 4.3.2 Service is shutting down"
        assert await client.closed()
        await stopped
    assert len(desk.mails) == 1


@in_loop
async def test_stopping_cuts_what_is_not_finished_in_time():
    async with running(desk := Desk()), talking(desk) as client:
        await client.begin_mail()
        client.send(MAIL)
        await desk.until(lambda: desk.budget.used)
        await desk.listener.stop(grace=0.01)
        assert not desk.sessions
        assert desk.listener.addresses == []
        assert desk.listener._common.gate.enter("192.0.2.1")  # who was on the way in hears it too
        assert desk.budget.used == 0
    assert desk.mails == []


@in_loop
async def test_a_session_that_is_cut_does_not_take_its_commit_along():
    commit = asyncio.Future()
    async with running(desk := Desk()), talking(desk) as client:
        desk.answer = lambda: commit
        await client.begin_mail()
        client.send(MAIL + b".\r\n")
        await desk.until(lambda: desk.mails)
        await desk.listener.stop(grace=0.01)
        assert not commit.cancelled()
        commit.set_exception(TemporaryFailure())


@in_loop
async def test_a_listener_that_never_started_can_be_stopped():
    await Listener(SETTINGS, accepts, bool, done, lambda _name, **_facts: None).stop(grace=1)
