"""While the database cannot be written to, no mail is taken; then the desk goes on by itself."""

import smtplib
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import make_url

from tests.daemon.away import crash, hanging
from tests.daemon.clients import Clients
from tests.daemon.desk import get, mail, send
from tests.daemon.killing import settings
from tests.daemon.ledger import audit
from tests.postgres import postgres_server


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
    process.wait_until_well()
    assert desk.scalars("SELECT state FROM mails") == ["handled"]
    assert process.stop() == 0


@pytest.fixture
def on_postgresql(make_desk, smarthost_settings, postgresql_url):
    return make_desk(**smarthost_settings, database__url=postgresql_url, database__busy_timeout="1 second")


@pytest.fixture
def tell(request, on_postgresql):
    """Say something to the server about the database of the desk, with all that were connected to it cut off, or not."""
    server = request.getfixturevalue("postgres_server")
    name = make_url(on_postgresql.config.database.url).database

    def tell(said, *, cut=True):
        server.execute(f"ALTER DATABASE {name} {said}")
        if cut:
            server.execute(
                f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
            )

    return tell


def turned_away(port, written):
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(port, written)
    assert refused.value.smtp_code == 451


def taken_at_last(port, written, tries=20):
    """As a mail server does, which tries again."""
    for left in reversed(range(tries)):
        try:
            send(port, written)
            break
        except smtplib.SMTPDataError:
            if not left:
                raise


def test_a_server_that_takes_no_connections_turns_mail_away(on_postgresql, tell, smarthost):
    process = on_postgresql.start()
    port = process.port
    tell("ALLOW_CONNECTIONS false")
    turned_away(port, mail(sender="jo@example.org"))
    process.wait_for("database_lost")
    tell("ALLOW_CONNECTIONS true")
    taken_at_last(port, mail(sender="jo@example.org"))
    smarthost.letter("jo@example.org")
    process.wait_as_often("database_back", "database_lost")
    assert process.stop() == 0


def test_a_desk_that_was_led_to_a_standby_finds_back_to_the_primary(on_postgresql, tell, smarthost):
    """Its connections to the standby stay open, and would be read-only for ever."""
    process = on_postgresql.start()
    port = process.port
    tell("SET default_transaction_read_only = on")
    turned_away(port, mail(sender="jo@example.org"))
    process.wait_for("database_lost")
    tell("RESET default_transaction_read_only", cut=False)
    taken_at_last(port, mail(sender="jo@example.org"))
    smarthost.letter("jo@example.org")
    process.wait_as_often("database_back", "database_lost")
    process.wait_until_well()
    assert process.stop() == 0


def test_a_server_that_hangs_turns_mail_away_in_time_and_is_left_for_another_connection(
    on_postgresql, smarthost
):
    on_postgresql.configure(database__statement_timeout="1 second")
    process = on_postgresql.start()
    port = process.port
    send(port, mail(sender="ann@example.org"))
    smarthost.letter("ann@example.org")
    with hanging(make_url(on_postgresql.config.database.url), whole=True):
        turned_away(port, mail(sender="jo@example.org"))
        process.wait_for("database_lost")
    taken_at_last(port, mail(sender="jo@example.org"))
    smarthost.letter("jo@example.org")
    process.wait_as_often("database_back", "database_lost")
    assert process.stop() == 0


def test_a_server_that_crashes_and_comes_back_loses_nothing(make_desk, smarthost, tmp_path):
    with postgres_server(tmp_path) as server:
        url = make_url(server.url(server.make()))._replace(password=None)
        desk = make_desk(
            **settings(smarthost), database__url=url.render_as_string(), database__busy_timeout="1 second"
        )
        process = desk.start()
        with closing(Clients(lambda: [process.port])) as clients:
            for _ in range(2):
                clients.write(40)
                clients.wait_acknowledged(20)
                crash(url)
                clients.wait_acknowledged(20)
        smarthost.wait_recipients({one.sender for one in clients.ledger})
        desk.wait_until_nothing_waits()
        process.wait_as_often("database_back", "database_lost")
        assert process.stop() == 0
        assert audit(desk.config, smarthost, clients.ledger).breaches == []
