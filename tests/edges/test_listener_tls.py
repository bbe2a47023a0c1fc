"""STARTTLS (RFC 3207)."""

import asyncio
import shutil
import ssl

import pytest

from mailflow.edges.limits import Patience
from tests.edges.smtp_desk import TLS, WITH_TLS, Desk, in_loop, running, talking


@in_loop
async def test_a_mail_is_taken_over_tls():
    async with running(desk := Desk(**WITH_TLS)), talking(desk) as client:
        assert "250 STARTTLS" in await client.say("EHLO client.example.org")
        assert (await client.say("STARTTLS")).startswith("220 2.0.0")
        await client.start_tls()
        offers = await client.say("EHLO client.example.org")
        assert "STARTTLS" not in offers
        assert "AUTH" not in offers
        await client.begin_mail()
        client.send(b"Subject: Help\r\n")
        assert (await client.say(".")).startswith("250 2.0.0")
        assert await client.say("QUIT") == "221 2.0.0 Bye"
        assert await client.closed()
    assert desk.told("received")[0]["tls"] is True


@in_loop
async def test_a_client_that_hangs_up_over_tls_is_no_event_for_asyncio(caplog):
    async with running(desk := Desk(**WITH_TLS)):
        async with talking(desk) as client:
            await client.say("STARTTLS")
            await client.start_tls()
            await client.begin_mail()
        await desk.until(lambda: not desk.sessions)
    assert caplog.records == []


@in_loop
async def test_what_was_said_before_tls_is_forgotten():
    async with running(desk := Desk(**WITH_TLS)), talking(desk) as client:
        await client.say("EHLO client.example.org")
        await client.say("MAIL FROM:<ann@example.org>")
        await client.say("STARTTLS")
        await client.start_tls()
        assert (await client.say("RCPT TO:<desk@desk.example.org>")).startswith("503")
        assert (await client.say("MAIL FROM:<ann@example.org>")).startswith("503")


@in_loop
async def test_commands_sneaked_in_behind_starttls_are_dropped():
    async with running(desk := Desk(**WITH_TLS)), talking(desk) as client:
        await client.say("EHLO client.example.org")
        client.send(b"STARTTLS\r\nEHLO evil.example.org\r\nMAIL FROM:<evil@example.org>\r\n")
        assert (await client.reply()).startswith("220")
        await client.start_tls()
        assert (await client.say("NOOP")) == "250 OK"  # and no reply to an EHLO before it
        assert (await client.say("MAIL FROM:<ann@example.org>")).startswith("503")


@pytest.mark.parametrize(
    ("command", "reply"), [("STARTTLS now", "501 5.5.4"), ("STARTTLS", "220 2.0.0")], ids=str
)
@in_loop
async def test_starttls_takes_no_argument(command, reply):
    async with running(desk := Desk(**WITH_TLS)), talking(desk) as client:
        assert (await client.say(command)).startswith(reply)


@in_loop
async def test_tls_within_tls_is_refused():
    async with running(desk := Desk(**WITH_TLS)), talking(desk) as client:
        await client.say("STARTTLS")
        await client.start_tls()
        assert (await client.say("STARTTLS")).startswith("503 5.5.1")


@in_loop
async def test_tls_below_1_2_is_refused():
    async with running(desk := Desk(**WITH_TLS)), talking(desk) as client:
        await client.say("STARTTLS")
        context = ssl.create_default_context(cafile=TLS / "mx.pem")
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, OSError)):
            await client.writer.start_tls(context, server_hostname="mx.example.org")
        await desk.until(lambda: not desk.sessions)
    assert desk.told("tls_failed")


@pytest.mark.parametrize("instead", [b"EHLO plain.example.org\r\n", b"", b"\x16\x03\x01"])
@in_loop
async def test_a_handshake_that_fails_gives_its_place_back(instead):
    async with running(desk := Desk(max_connections=1, **WITH_TLS)):
        async with talking(desk) as client:
            await client.say("STARTTLS")
            client.send(instead)
        await desk.until(lambda: not desk.sessions)
        async with talking(desk) as client:
            assert (await client.say("NOOP")).startswith("250")


@in_loop
async def test_a_handshake_that_never_ends_is_cut():
    patience = Patience(session=60, idle=0.05, least_rate=0)
    async with running(desk := Desk(patience, **WITH_TLS)), talking(desk) as client:
        await client.say("STARTTLS")
        assert await client.closed()
        await desk.until(lambda: not desk.sessions)


@in_loop
async def test_stopping_says_goodbye_over_tls_and_waits_for_no_silent_client():
    async with running(desk := Desk(**WITH_TLS)), talking(desk) as client:
        await client.say("STARTTLS")
        await client.start_tls()
        await client.say("NOOP")
        client.writer.transport.pause_reading()
        await asyncio.wait_for(desk.listener.stop(grace=0.05), timeout=5)
        client.writer.transport.resume_reading()
        assert await client.reply() == "421 4.3.2 Service is shutting down"


@in_loop
async def test_a_renewed_certificate_is_taken_and_a_broken_one_is_not(tmp_path):
    certificate, key = tmp_path / "mx.pem", tmp_path / "mx.key"
    shutil.copy(TLS / "mx.pem", certificate)
    shutil.copy(TLS / "mx.key", key)
    async with running(desk := Desk(tls_certificate=certificate, tls_key=key)):
        desk.listener.reload_certificate()
        certificate.write_text("nonsense")
        with pytest.raises(OSError, match="PEM"):
            desk.listener.reload_certificate()
        async with talking(desk) as client:
            await client.say("STARTTLS")
            await client.start_tls()
            assert (await client.say("NOOP")).startswith("250")


@in_loop
async def test_a_certificate_that_is_missing_stops_the_start(tmp_path):
    with pytest.raises(FileNotFoundError):
        await Desk(tls_certificate=tmp_path / "none.pem").listener.start()
