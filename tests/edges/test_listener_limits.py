"""Clients that take too much: connections, time, memory."""

import asyncio
import contextlib

import pytest

from mailflow.edges.connection import Doing
from mailflow.edges.data import MAX_LINE
from mailflow.edges.inbound import MAX_COMMAND_LINE
from mailflow.edges.limits import Pace, Patience
from tests.edges.smtp_desk import WITH_TLS, Desk, in_loop, running, talking

SOON = 0.5  # seconds: longer than a busy machine lets a client wait between two commands


@pytest.mark.parametrize(
    ("limits", "reply"),
    [
        ({"max_connections": 2}, "421 4.3.2 Too many connections; try again later"),
        ({"max_connections_per_address": 2}, "421 4.7.0 Too many connections from your address"),
    ],
)
@in_loop
async def test_a_connection_too_many_is_told_so_and_closed(limits, reply):
    async with running(desk := Desk(**limits)), talking(desk), talking(desk) as second:
        async with talking(desk, greeted=False) as third:
            assert await third.reply() == reply
            assert await third.closed()
        assert desk.told("refused") == [{"remote": "127.0.0.1", "reply": reply}]
        await second.say("QUIT")
        await desk.until(lambda: len(desk.sessions) == 1)
        async with talking(desk) as fourth:
            assert (await fourth.say("NOOP")).startswith("250")


@in_loop
async def test_where_all_places_are_taken_the_client_that_was_silent_for_longest_gives_way():
    patience = Patience(session=60, idle=60, least_rate=0, spared=0)
    async with running(desk := Desk(patience, max_connections=2)), talking(desk) as one, talking(desk) as two:
        assert (await one.say("NOOP")).startswith("250")
        async with talking(desk) as three:
            assert await two.reply() == "421 4.3.2 Nothing heard, and others wait; try again later"
            assert await two.closed()
            assert (await three.begin_mail()).startswith("354")
            assert (await one.begin_mail()).startswith("354")
            async with talking(desk, greeted=False) as four:  # whoever sends a mail is let finish it
                assert await four.reply() == "421 4.3.2 Too many connections; try again later"
        assert len(desk.sessions) <= 2


@in_loop
async def test_nobody_gives_way_who_spoke_just_now():
    async with running(desk := Desk(max_connections=1)), talking(desk) as one:
        async with talking(desk, greeted=False) as two:
            assert await two.reply() == "421 4.3.2 Too many connections; try again later"
        assert (await one.say("NOOP")).startswith("250")


@in_loop
async def test_nobody_comes_in_while_it_stops():
    async with running(desk := Desk()):
        desk.listener._common.gate.closed = True
        async with talking(desk, greeted=False) as client:
            assert await client.reply() == "421 4.3.2 Service is shutting down"


@in_loop
async def test_a_silent_client_is_cut():
    patience = Patience(session=60, idle=SOON, least_rate=0)
    async with running(desk := Desk(patience)), talking(desk) as client:
        assert await client.reply() == "421 4.4.2 Nothing heard for too long"
        assert await client.closed()
        assert not desk.sessions


@in_loop
async def test_a_client_that_is_silent_within_a_mail_is_cut():
    patience = Patience(session=60, idle=SOON, least_rate=0)
    async with running(desk := Desk(patience)), talking(desk) as client:
        await client.begin_mail()
        client.send(b"Subject: Help\r\n")
        assert await client.reply() == "421 4.4.2 Nothing heard for too long"
        assert await client.closed()
    assert desk.mails == []
    assert desk.budget.used == 0


@in_loop
async def test_a_session_ends_however_busy_the_client_is():
    patience = Patience(session=SOON, idle=60, least_rate=0)
    async with running(desk := Desk(patience, max_commands=1_000_000)), talking(desk) as client:
        with contextlib.suppress(ConnectionError):  # what the client sends into a closed socket resets it
            while await client.begin_mail():
                await client.say(".")
        await desk.until(lambda: not desk.sessions)
    assert desk.told("rejected")[-1]["reply"] == "421 4.4.2 Session took too long"
    assert desk.mails


@in_loop
async def test_a_mail_that_drips_in_is_cut():
    patience = Patience(session=60, idle=60, least_rate=1_000_000, data_grace=SOON)
    async with running(desk := Desk(patience)), talking(desk) as client:
        await client.begin_mail()

        async def drip():
            while True:
                client.send(b"x")
                await asyncio.sleep(0)

        dripping = asyncio.ensure_future(drip())
        try:
            assert await client.reply() == "421 4.4.2 Mail comes in too slowly"
        finally:
            dripping.cancel()
        assert await client.closed()
    assert desk.mails == []


@in_loop
async def test_a_client_that_waits_for_us_is_not_cut():
    async with running(desk := Desk()), talking(desk) as client:
        commit = asyncio.Future()
        desk.answer = lambda: commit
        await client.begin_mail()
        client.send(b".\r\n")
        (session,) = desk.sessions
        await desk.until(lambda: session.doing is Doing.STORING)
        session._pace = Pace(Patience(session=0, idle=0, least_rate=0), session.loop.time())
        session._reset_timeout()
        await desk.until(lambda: session._timeout_handle is None)  # it has looked, and let it be
        commit.set_result(None)
        assert (await client.reply()).startswith("250")
        assert (await client.reply()).startswith("421 4.4.2")


async def flood(desk, client, piece: bytes, total: int) -> int:
    """Send much, and watch how much of it is held."""
    (session,) = desk.sessions
    most = 0
    for _ in range(total // len(piece)):
        client.send(piece)
        await client.writer.drain()
        await asyncio.sleep(0)
        most = max(most, session.buffered)
    return most


@pytest.mark.parametrize("secured", [False, True], ids=["in the clear", "over TLS"])
@in_loop
async def test_a_line_of_a_mail_that_never_ends_fills_no_memory(secured):
    desk = Desk(size_limit=10_000_000, bytes_in_flight=20_000_000, **(WITH_TLS if secured else {}))
    async with running(desk), talking(desk) as client:
        if secured:
            await client.say("STARTTLS")
            await client.start_tls()
        await client.begin_mail()
        most = await flood(desk, client, b"x" * 16_384, total=8_000_000)
        assert most < MAX_LINE + 2 * 262_144  # what asyncio reads at once
        assert desk.budget.used == 0
        assert (await client.say("\r\n.")).startswith("554 5.6.0")


@in_loop
async def test_a_mail_over_the_limit_is_read_to_its_end_and_not_kept():
    async with running(desk := Desk(size_limit=100_000)), talking(desk) as client:
        await client.begin_mail()
        most = await flood(desk, client, b"a line\r\n" * 2048, total=4_000_000)
        assert most < 100_000 + 2 * 262_144
        assert (await client.say(".")).startswith("552 5.3.4")
        assert (await client.say("NOOP")).startswith("250")


@in_loop
async def test_a_command_that_never_ends_fills_no_memory():
    patience = Patience(session=60, idle=60, least_rate=0)
    async with running(desk := Desk(patience)), talking(desk) as client:
        most = await flood(desk, client, b"x" * 16_384, total=4_000_000)
        assert most < 2 * 262_144
        assert (await client.say("")).startswith("500 5.5.2")
        assert (await client.say("NOOP")).startswith("250")


async def let_replies_pile_up(desk, client):
    """Commands whose replies the client does not read, until the session waits for that; how many."""
    (session,) = desk.sessions
    client.writer.transport.pause_reading()
    sent = 0
    while session._unread is None:
        client.send(b"EHLO client.example.org\r\n" * 100)
        sent += 100
        await asyncio.sleep(0)
    return sent


@in_loop
async def test_a_client_that_does_not_read_is_not_read_either_and_gets_all_replies_later():
    async with running(desk := Desk(max_commands=1_000_000)):
        desk.keep_little_in_the_kernel()
        async with talking(desk) as client:
            reply = await client.say("EHLO client.example.org")
            (session,) = desk.sessions
            piled = await let_replies_pile_up(desk, client)
            client.send((b"EHLO client.example.org" + b" " * 1000 + b"\r\n") * 1000)
            await desk.until(lambda: not session._raw.is_reading())
            assert session.buffered < 2 * MAX_COMMAND_LINE + 262_144  # what asyncio reads at once
            client.writer.transport.resume_reading()
            replies = f"{reply}\n".replace("\n", "\r\n").encode() * (piled + 1000)
            assert await client.reader.readexactly(len(replies)) == replies


@in_loop
async def test_a_client_that_reads_the_last_replies_late_gives_its_place_back():
    async with running(desk := Desk(max_commands=1_000_000, max_connections=1)):
        desk.keep_little_in_the_kernel()
        async with talking(desk) as client:
            (session,) = desk.sessions
            await let_replies_pile_up(desk, client)
            client.send(b"QUIT\r\n")
            client.writer.transport.resume_reading()
            assert (await client.reader.read()).endswith(b"\r\n221 2.0.0 Bye\r\n")
            await session.ended
        async with talking(desk) as another:
            assert (await another.say("NOOP")).startswith("250")


@in_loop
async def test_a_client_that_does_not_read_can_be_cut():
    async with running(desk := Desk(max_commands=1_000_000)):
        desk.keep_little_in_the_kernel()
        async with talking(desk) as client:
            (session,) = desk.sessions
            await let_replies_pile_up(desk, client)
            await desk.listener.stop(grace=0)
            assert not desk.sessions
            await desk.until(session._lost.done)
    assert desk.told("failed") == []


@in_loop
async def test_mails_of_many_clients_together_are_bounded():
    async with running(desk := Desk(bytes_in_flight=1000)), talking(desk) as first, talking(desk) as second:
        await first.begin_mail()
        first.send(b"x" * 900 + b"\r\n")
        await desk.until(lambda: desk.budget.used)
        await second.begin_mail()
        second.send(b"y" * 200 + b"\r\n")
        assert (await second.say(".")).startswith("452 4.3.1")
        assert (await first.say(".")).startswith("250")
        await second.begin_mail()
        second.send(b"y" * 200 + b"\r\n")
        assert (await second.say(".")).startswith("250")
    assert len(desk.mails) == 2


@in_loop
async def test_with_no_room_left_a_mail_is_not_even_asked_for():
    async with running(desk := Desk(bytes_in_flight=0)), talking(desk) as client:
        assert (await client.begin_mail()).startswith("452 4.3.1")


@in_loop
async def test_no_mail_is_begun_for_which_the_disk_has_no_room():
    low = "452 4.3.1 Too little disk space is left; try again later"
    async with running(desk := Desk()), talking(desk) as one, talking(desk) as two:
        for client in (one, two):
            await client.say("EHLO client.example.org")
        desk.space = 5000
        assert await one.say("MAIL FROM:<ann@example.org> SIZE=5001") == low
        assert (await one.say("MAIL FROM:<ann@example.org> SIZE=5000")).startswith("250")
        await one.say("RCPT TO:<desk@desk.example.org>")
        assert (await one.say("DATA")).startswith("354")
        one.send(b"x" * 998 + b"\r\n")
        await desk.until(lambda: desk.budget.used >= 900)
        assert await two.say("MAIL FROM:<ann@example.org> SIZE=4500") == low  # with what is on its way
        desk.space = -1
        assert await two.say("MAIL FROM:<ann@example.org>") == low
        assert (await one.say(".")).startswith("250")  # what was begun is finished
        desk.space = 5000
        assert (await two.say("MAIL FROM:<ann@example.org>")).startswith("250")
