"""While less than database.min_free is free, mail is turned away; what was taken is handled, letters leave."""

import os
import signal
import smtplib

import pytest

from tests.daemon.desk import get, mail, send
from tests.daemon.smalldisk import NoDisk, empty, fill, small_disk

LOW = "receive: less than database.min_free is free, and no mail is taken"
SIZE = 24_000_000  # bytes of a small disk
FREE = 8_000_000  # bytes that have to stay free on it


def refused(port, written):
    with pytest.raises(smtplib.SMTPSenderRefused) as refusal:
        send(port, written)
    assert refusal.value.smtp_code == 452
    assert b"4.3.1" in refusal.value.smtp_error


def test_mail_is_turned_away_while_too_little_is_free(make_desk, smarthost, smarthost_settings):
    desk = make_desk(**smarthost_settings)
    process = desk.start()
    port, healthz = process.port, f"{process.monitoring}/healthz"
    send(port, mail(sender="ann@example.org"))

    desk.configure(database__min_free="1000000 GB")  # no disk has that
    process.signal(signal.SIGHUP)
    told = process.wait_for("disk_low")
    assert told["free"] < told["least"] == 10**15
    refused(port, mail(sender="jo@example.org"))
    assert LOW in get(healthz)[1]
    assert "mailflow_disk_free_bytes" in get(f"{process.monitoring}/metrics")[1]
    assert "! less than database.min_free is free: no mail is taken" in desk.command("status").stdout
    piped = desk.command("inject", "--sender", "jo@example.org", stdin="From: jo@example.org\n\nhello\n")
    assert (piped.returncode, piped.stdout) == (os.EX_TEMPFAIL, "")
    smarthost.letter("ann@example.org")

    desk.configure(database__min_free="0 B")
    process.signal(signal.SIGHUP)
    process.wait_for("disk_back")
    send(port, mail(sender="jo@example.org"))
    smarthost.letter("jo@example.org")
    process.wait_until_well()
    assert [len(process.told(event)) for event in ("disk_low", "disk_back")] == [1, 1]
    assert process.stop() == 0


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path):
    try:
        with small_disk(tmp_path, SIZE) as disk:
            yield disk
    except NoDisk as error:
        pytest.skip(str(error))


def send_until_refused(port):
    """The senders of the mails that were taken; what the journal has room for from before may still be."""
    acknowledged = set()
    for number in range(200):
        sender = f"person{number}@example.org"
        try:
            send(port, mail("I lost my phone.\n" * 6000, sender=sender))
        except smtplib.SMTPDataError as refusal:
            assert refusal.smtp_code == 451  # noqa: PT017 - before it, some may pass
            return acknowledged
        acknowledged.add(sender)
    pytest.fail("all were taken")


def test_a_disk_that_fills_up_takes_no_mail_and_keeps_what_it_has(
    make_desk, small_disk, smarthost, smarthost_settings
):
    settings = {"database__min_free": f"{FREE} B", "database__url": f"sqlite:///{small_disk}/mailflow.db"}
    desk = make_desk(**smarthost_settings, **settings)
    process = desk.start()
    send(process.port, mail(sender="ann@example.org"))
    fill(small_disk, FREE - 1_000_000)
    refused(process.port, mail(sender="jo@example.org"))
    process.wait_for("disk_low")
    smarthost.letter("ann@example.org")
    empty(small_disk)
    process.wait_for("disk_back")
    send(process.port, mail(sender="jo@example.org"))
    smarthost.letter("jo@example.org")
    assert process.stop() == 0


def test_a_disk_that_is_full_acknowledges_nothing(make_desk, small_disk, smarthost, smarthost_settings):
    settings = {"database__min_free": "0 B", "database__url": f"sqlite:///{small_disk}/mailflow.db"}
    desk = make_desk(**smarthost_settings, **settings)
    process = desk.start()
    port, healthz = process.port, f"{process.monitoring}/healthz"
    fill(small_disk, 0)
    acknowledged = send_until_refused(port)
    assert get(healthz)[0] == 503
    empty(small_disk)
    send(port, mail(sender="jo@example.org"))
    smarthost.wait_recipients({*acknowledged, "jo@example.org"})
    process.wait_until_well()
    assert process.stop() == 0
    assert desk.scalars("PRAGMA integrity_check") == ["ok"]
    assert {*desk.scalars("SELECT sender FROM mails")} == {*acknowledged, "jo@example.org"}
