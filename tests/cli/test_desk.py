"""The commands for the desk as a whole."""

import re
import socket
import sqlite3
import threading
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailflow import __version__
from mailflow.bootstrap import read_keys
from mailflow.cli import command, desk
from mailflow.cli.command import Site
from mailflow.cli.show import ago, span
from mailflow.config import shipped
from mailflow.edges.monitoring import Gauges, Monitoring
from mailflow.steps.handle import handle_waiting
from tests.world import COMPLETE

MINUTE = timedelta(minutes=1)


def test_init_makes_what_is_missing_and_says_so(shell, config):
    done = shell.good("init")
    assert done.out.startswith("made the tables of the database, the key of the database in ")
    assert "the key of the reply addresses in" in done.out
    assert read_keys(config.parent / "var" / "reply.key")
    assert shell.good("init").out == "nothing was missing\n"
    assert shell.good("status")


def test_check_config_says_that_it_is_good(shell, config):
    assert shell.good("check-config").out.startswith(f"{config}: good. The desk is recovery@pypi.example")
    assert list(config.parent.iterdir()) == [config]


def test_the_configuration_is_found_where_one_looks(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "PLACES", (Path("config.toml"), tmp_path / "etc.toml"))
    assert Site(None).source.absolute() == config
    assert Site(Path("other.toml")).source == Path("other.toml")
    config.rename(tmp_path / "etc.toml")
    assert Site(None).source == tmp_path / "etc.toml"
    (tmp_path / "etc.toml").unlink()
    assert Site(None).source == shipped("config.toml")


def test_status_counts(shell, world):
    world.write(COMPLETE)
    world.write("I lost my phone", sender="kim@example.com")
    shown = shell.good("status").out
    assert "recovery@pypi.example" in shown
    assert "cases in review" in shown
    (facts,) = shell.good("status", "--json").objects
    assert facts.pop("disk_free") > 0
    assert facts == {
        "desk": "recovery@pypi.example",
        "runs": None,
        "problems": [],
        "cases": {"awaiting_answers": 1, "in_review": 1, "awaiting_requester": 0, "closed": 0},
        "cases_unreadable": [],
        "mails_waiting": 0,
        "mails_parked": 0,
        "letters_waiting": 0,
        "letters_failed_today": 0,
        "oldest_mail": None,
        "oldest_letter": None,
    }
    assert "!" not in shown


@pytest.fixture
def listen(monkeypatch):
    """Puts a place where the desk would answer into the configuration."""

    def to(address):
        load = command.load
        monkeypatch.setattr(command, "load", lambda path: replace(load(path), monitoring=address))

    return to


@pytest.mark.parametrize("wrong", [(), ("handle: no turn for 60 seconds",)])
def test_status_says_whether_the_desk_runs_and_what_is_wrong_with_it(shell, world, listen, wrong):
    monitoring = Monitoring(("127.0.0.1", 0), Gauges, lambda: wrong)
    monitoring.start()
    listen(monitoring.address)
    try:
        (facts,) = shell.good("status", "--json").objects
        shown = shell.good("status").out
    finally:
        monitoring.stop()
    assert (facts["runs"], facts["problems"]) == (True, list(wrong))
    assert re.search(r"^the desk +runs$", shown, re.MULTILINE)
    assert re.findall(r"^! (.*)$", shown, re.MULTILINE) == list(wrong)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "Connection refused"),
        (b"220 mail.example.org ESMTP\r\n", "something else answers there"),
        (b"HTTP/1.0 200 OK\r\n\r\n[1]", "something else answers there"),
        (b"", "something else answers there"),
    ],
)
def test_status_says_that_no_desk_runs(shell, world, listen, answer, said):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()[:2]
        listen(address)
        if answer is None:
            server.close()
        else:
            threading.Thread(target=answer_all, args=(server, answer), daemon=True).start()
        shown = shell.good("status").out
    assert re.search(r"^the desk +does not run$", shown, re.MULTILINE)
    assert f"! no desk answers on 127.0.0.1:{address[1]} (monitoring.listen): {said}" in " ".join(
        shown.split()
    )


def answer_all(server, answer):
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)


def test_a_desk_that_listens_nowhere_known_cannot_be_asked(shell, world, listen):
    listen(("127.0.0.1", 0))
    assert re.search(r"^the desk +cannot be asked$", shell.good("status").out, re.MULTILINE)


def test_status_says_what_is_overdue(shell, world):
    world.receive(b"From: jo@example.org\n\nhello", "jo@example.org")
    assert "! a mail has been waiting to be handled for 3 days" in shell.good("status").out
    handle_waiting(world.app, 10)
    said = "! a letter has been waiting to be sent for 3 days: see `mailflow queue list`"
    assert said in shell.good("status").out


def test_the_digest_is_shown_and_not_sent(shell, world):
    world.write(COMPLETE)
    shown = shell.good("digest").out
    assert "WAITING FOR US" in shown
    assert "jdoe42" in shown
    assert world.run() == []
    html = shell.good("digest", "--html").out
    assert html.startswith("<!DOCTYPE html>")
    assert "jdoe42" in html


def test_purge_deletes_what_is_kept_no_longer(shell, world):
    world.now -= timedelta(days=500)
    world.write(COMPLETE)
    shell.good("cases", "close", world.case().reference, "recovered")
    world.now = datetime.now(UTC)
    world.run()
    assert (
        shell.good("purge").out
        == "deleted 0 cases, mails and letters, and the bytes of 2 more mails and letters\n"
    )
    with sqlite3.connect(world.folder / "mailflow.db") as connection:
        connection.execute("UPDATE cases SET closed_at = 1")
    connection.close()
    assert (
        shell.good("purge").out
        == "deleted 1 cases, mails and letters, and the bytes of 0 more mails and letters\n"
    )
    assert shell.good("cases", "list", "--json").out == ""


def test_db_upgrade_brings_the_tables(shell, config):
    assert shell.good("db", "upgrade").out == "the tables are up to date now\n"
    assert shell.good("db", "upgrade").out == "the tables were up to date\n"
    with closing(sqlite3.connect(config.parent / "var" / "mailflow.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert shell.good("db", "upgrade").out.startswith(
        "the tables are of a later version (9999) than this mailflow ("
    )


def test_version_and_help_need_no_configuration(shell):
    shell.config = "nowhere.toml"
    assert shell.good("--version").out == f"mailflow {__version__}\n"
    for words in (
        ["--help"],
        ["-h"],
        ["cases", "--help"],
        ["cases", "show", "-h"],
        ["queue", "-h"],
        ["db", "-h"],
    ):
        assert "Usage: " in shell.good(*words).out


def test_every_line_of_help_fits(shell):
    for group in ([], ["cases"], ["queue"], ["db"]):
        shown = shell.good(*group, "--help").out
        assert "..." not in shown.partition("Commands:")[2]
        assert max(map(len, shown.splitlines())) <= 80


def test_run_takes_roles_and_the_nodes_name(shell, world, monkeypatch):
    seen = {}

    class Daemon:
        def __init__(self, _desk, *, roles, node):
            seen.update(roles=roles, node=node)

        async def run(self):
            return 0

    monkeypatch.setattr("mailflow.daemon.Daemon", Daemon)
    monkeypatch.setattr("mailflow.edges.log.configure", lambda *_: None)
    monkeypatch.setattr(desk.os, "umask", lambda _: None)
    shell.good("run", "--role", "receive, handle", "--node", "north")
    assert seen["roles"] == ["receive", "handle"]
    assert seen["node"].startswith("north:")


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(0), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47), "1 day"),
        (timedelta(days=2), "2 days"),
        (timedelta(hours=-2), "-2 hours"),
    ],
)
def test_spans_are_told_in_the_largest_unit(time, said):
    assert span(time) == said


def test_nothing_was_no_time_ago():
    assert ago(None, datetime.now(UTC)) == ""
