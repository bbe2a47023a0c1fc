"""While writes or syncs fail with EIO nothing is acknowledged and nothing lost; afterwards the desk goes on by itself."""

import signal
import smtplib
import sqlite3
from contextlib import closing

import pytest

from tests.daemon.desk import get, mail, send
from tests.daemon.disk import ALWAYS

FAILURES = [{"writes": ALWAYS}, {"syncs": ALWAYS}]


@pytest.mark.parametrize("failing", FAILURES, ids=["writes", "syncs"])
def test_mail_is_turned_away_until_the_disk_works_again(
    make_desk, make_disk, smarthost, smarthost_settings, failing
):
    desk = make_desk(**smarthost_settings)
    disk = make_disk(desk)
    process = desk.start(environ=disk.environ)
    port, healthz = process.port, f"{process.monitoring}/healthz"
    send(port, mail(sender="ann@example.org"))
    smarthost.letter("ann@example.org")

    disk.fail(**failing)
    again = mail(sender="jo@example.org")
    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            send(port, again)
        assert refusal.value.smtp_code == 451
    assert get(healthz)[0] == 503
    disk.fail()
    send(port, again)
    smarthost.letter("jo@example.org")
    process.wait_as_often("database_back", "database_lost")
    process.wait_until_well()
    assert process.stop() == 0

    assert "disk I/O error" in process.told("store_failed")[0]["error"]
    assert desk.scalars("SELECT party FROM cases") == ["ann@example.org", "jo@example.org"]
    assert desk.scalars("PRAGMA integrity_check") == ["ok"]


@pytest.mark.parametrize("failing", FAILURES, ids=["writes", "syncs"])
def test_what_was_taken_is_handled_once_the_disk_works_again(
    make_desk, make_disk, smarthost, smarthost_settings, failing
):
    desk = make_desk(**smarthost_settings)
    disk = make_disk(desk)
    door = desk.start("--role", "receive")
    port = door.port
    worker = desk.start("--role", "handle, deliver", environ=disk.environ)
    worker.wait_for("ready")

    disk.fail(**failing)
    send(port, mail(sender="jo@example.org"))
    worker.wait_for("database_lost")
    assert smarthost.arrived == []
    disk.fail()
    smarthost.letter("jo@example.org")
    worker.wait_as_often("database_back", "database_lost")
    assert [worker.stop(), door.stop()] == [0, 0]

    assert desk.scalars("SELECT state, attempts FROM mails") == ["handled"]
    assert desk.scalars("SELECT attempts FROM mails") == [0]  # it was not the mail's fault
    assert len(desk.scalars("SELECT id FROM cases")) == len(smarthost.arrived) == 1


@pytest.mark.parametrize("failing", FAILURES, ids=["writes", "syncs"])
def test_a_letter_that_was_sent_is_settled_once_the_disk_works_again(
    make_desk, make_disk, smarthost, smarthost_settings, failing
):
    """Long before its lease ends, and it would be sent again."""
    desk = make_desk(**smarthost_settings)
    disk = make_disk(desk)
    process = desk.start(environ=disk.environ)
    smarthost.hold()
    send(process.port, mail(sender="jo@example.org"))
    smarthost.wait_held()
    disk.fail(**failing)
    smarthost.release()
    smarthost.letter("jo@example.org")
    process.wait_for("database_lost")
    disk.fail()
    process.wait_for("letter_sent")
    assert process.stop() == 0
    assert desk.scalars("SELECT state FROM outbox") == ["sent"]


def test_a_desk_that_stops_settles_what_was_sent_before_it_ends(make_desk, smarthost, smarthost_settings):
    desk = make_desk(**smarthost_settings, database__busy_timeout="1 second")
    process = desk.start()
    smarthost.hold()
    send(process.port, mail(sender="jo@example.org"))
    smarthost.wait_held()
    with closing(sqlite3.connect(desk.folder / "var" / "mailflow.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        smarthost.release()
        smarthost.letter("jo@example.org")
        process.signal(signal.SIGTERM)
        process.wait_for("letters_unsettled")
    assert process.wait() == 0
    assert process.events[-1]["unfinished"] == 0
    assert desk.scalars("SELECT state FROM outbox") == ["sent"]
