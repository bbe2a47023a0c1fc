"""While the database cannot be written to, no mail is taken; then the desk goes on by itself."""

import smtplib
import sqlite3
from contextlib import closing

import pytest

from tests.daemon.desk import get, mail, send


def test_a_locked_database_turns_mail_away_until_it_is_released(make_desk, smarthost):
    desk = make_desk(
        smarthost__host="127.0.0.1",
        smarthost__port=smarthost.port,
        smarthost__tls="off",
        database__busy_timeout="1 second",
    )
    process = desk.start()
    port, healthz = process.port, f"{process.monitoring}/healthz"
    with closing(sqlite3.connect(desk.folder / "var" / "mailflow.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(port, mail(sender="jo@example.org"))
        assert refused.value.smtp_code == 451
        status, page = get(healthz)
        assert status == 503
        assert "could not be stored" in page
        process.wait_for("database_lost")

    send(port, mail(sender="jo@example.org"))
    smarthost.letter("jo@example.org")
    process.wait_as_often("database_back", "database_lost")  # each loop that lost it finds it again by itself
    assert get(healthz) == (200, '{"status": "ok"}\n')
    assert desk.scalars("SELECT state FROM mails") == ["handled"]
    assert process.stop() == 0
