"""The key of the database on the command line: whether there is one, and how a newer one takes its place."""

import secrets
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from mailflow.cli import exits
from mailflow.store.seal import key_id
from tests.world import INCOMPLETE


@pytest.fixture
def clear(config):
    """The desk keeps mail in the clear."""
    text = config.read_text().replace('"var/database.key"', '""')
    config.write_text(text)


def key_of(world):
    return world.config.database.encryption_key


def execute(world, statement):
    with closing(sqlite3.connect(world.folder / "mailflow.db")) as connection, connection:
        connection.execute(statement)


def test_check_config_says_that_mail_is_in_the_clear(shell, clear):
    assert "mail is stored in the clear" in shell.good("check-config").out


def test_check_config_says_nothing_of_it_where_there_is_a_key(shell):
    assert "in the clear" not in shell.good("check-config").out


def test_a_desk_without_a_key_works(shell, clear, config):
    shell.good("init")
    assert not (config.parent / "var" / "database.key").exists()
    shell.good("inject", "--sender", "jo@example.org", stdin=b"From: jo@example.org\r\n\r\nhello\r\n")
    refused = shell("db", "reencrypt")
    assert (refused.status, refused.out) == (exits.CONFIG, "")
    assert "there is no key to encrypt with" in refused.err


def test_a_newer_key_takes_over(shell, world):
    world.write(INCOMPLETE)
    shell.good("init")
    path = key_of(world)
    old = path.read_text()
    said = shell.good("db", "reencrypt").out
    known = key_id(bytes.fromhex(old))
    assert said.startswith(
        "encrypted anew: 0 mails, 0 letters\n"
        f"key {known}, which everything is encrypted with from now on: 1 mails, 1 letters\n"
        "no other key was read. "
    )
    assert "removed" not in said
    new = secrets.token_hex(32) + "\n"
    path.write_text(new + old)
    said = shell.good("db", "reencrypt").out
    assert said == (
        "encrypted anew: 1 mails, 1 letters\n"
        f"key {key_id(bytes.fromhex(new))}, which everything is encrypted with from now on: 1 mails, 1 letters\n"
        f"key {known}: 0 mails, 0 letters\n"
        f"nothing needs another key any more; these may be removed: {known}\n"
    )
    path.write_text(new)
    assert "jdoe42" in shell.good("queue", "show", "mail:1").out
    path.write_text(old)
    refused = shell("status")
    assert refused.status == exits.CONFIG
    assert "lacks the key" in refused.err


def test_what_cannot_be_read_is_named(shell, world):
    world.write(INCOMPLETE)
    shell.good("init")
    known = key_id(bytes.fromhex(key_of(world).read_text()))
    key_of(world).write_text(secrets.token_hex(32) + "\n" + key_of(world).read_text())
    execute(world, "UPDATE outbox SET raw = x'00'")
    done = shell("db", "reencrypt")
    assert done.status == exits.BAD_DATA
    assert "the older keys are still needed; these cannot be read: letter:1" in done.err
    assert f"\nkey {known}: 0 mails, 1 letters\n" in done.out
    shown = shell("queue", "show", "letter:1")
    assert shown.status == exits.BAD_DATA
    assert shown.err.startswith("mailflow: letter:1 cannot be read: ")
    assert "is not there" in shown.err or "was changed" in shown.err


def test_what_is_deleted_is_not_shown_as_empty(shell, world):
    world.write(INCOMPLETE)
    world.now = datetime.now(UTC)
    execute(world, "UPDATE mails SET received_at = 0")
    assert "the bytes of 1 more mails and letters" in shell.good("purge").out
    shown = shell("queue", "show", "mail:1")
    assert shown.status == exits.BAD_DATA
    assert "older than case.keep_raw" in shown.err
