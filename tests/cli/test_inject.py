"""Mail from a pipe: the exit status is all that the mail system in front hears."""

import sqlite3
import subprocess
import sys

import pytest

from tests.world import COMPLETE

MAIL = f"From: Jo Doe <jo@example.org>\nTo: recovery@pypi.example\nSubject: help\n\n{COMPLETE}".encode()
DESK = "recovery@pypi.example"


def stored(world):
    with world.store.read() as uow:
        return [uow.mails.get(number + 1) for number in range(uow.views.queues().mails_waiting)]


def with_fields(*fields):
    return "".join(f"{field}\n" for field in fields).encode() + MAIL


def test_a_mail_is_stored_whole_and_answered_by_the_desk(shell, world):
    done = shell.good("inject", stdin=MAIL)
    assert done.out == ""
    (mail,) = stored(world)
    assert (mail.raw, mail.envelope.sender, mail.envelope.recipients) == (MAIL, "jo@example.org", (DESK,))
    world.now = mail.received_at
    (letter,) = world.run()
    assert letter.recipient == "jo@example.org"


def test_from_a_real_pipe(world, config):
    command = [sys.executable, "-m", "mailflow", "--config", str(config), "inject"]
    done = subprocess.run(command, input=MAIL, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert len(stored(world)) == 1


def test_the_same_mail_twice_is_stored_once(shell, world):
    shell.good("inject", stdin=with_fields("Received: by one", "Message-ID: <a@example.org>"))
    shell.good("inject", stdin=with_fields("Received: by two", "Message-ID: <a@example.org>"))
    assert len(stored(world)) == 1


@pytest.mark.parametrize(
    ("fields", "words", "sender"),
    [
        ([], [], "jo@example.org"),
        (["Return-Path: <bounces@example.org>"], [], "bounces@example.org"),
        (["Return-Path: <>"], [], ""),
        (["Return-Path: <bounces@example.org>"], ["--sender", "other@example.org"], "other@example.org"),
        ([], ["--sender="], ""),
        ([], ["--sender", "<>"], ""),
        ([], ["--sender", "<jo@example.net>"], "jo@example.net"),
    ],
)
def test_the_envelope_sender(shell, world, fields, words, sender):
    shell.good("inject", *words, stdin=with_fields(*fields))
    assert stored(world)[0].envelope.sender == sender


@pytest.mark.parametrize(
    ("fields", "words", "recipients"),
    [
        (["Delivered-To: recovery+x@pypi.example"], [], ("recovery+x@pypi.example",)),
        (
            ["X-Original-To: recovery+y@pypi.example", "Delivered-To: unix-user"],
            [],
            ("recovery+y@pypi.example",),
        ),
        (["Delivered-To: unix-user@localhost"], [], (DESK,)),
        (["Delivered-To: recovery+x@pypi.example"], [DESK], (DESK,)),
    ],
)
def test_the_envelope_recipients(shell, world, fields, words, recipients):
    shell.good("inject", *words, stdin=with_fields(*fields))
    assert stored(world)[0].envelope.recipients == recipients


def test_a_mail_that_names_us_nowhere_was_piped_to_us_all_the_same(shell, world):
    shell.good("inject", stdin=MAIL.replace(b"recovery@pypi", b"somebody@pypi"))
    assert stored(world)[0].envelope.recipients == (DESK,)


def test_the_line_that_separates_mails_in_a_mailbox_is_left_out(shell, world):
    shell.good("inject", stdin=b"From jo@example.org Mon Mar  2 09:00:00 2026\n" + MAIL)
    assert stored(world)[0].raw == MAIL


@pytest.mark.parametrize(
    ("words", "mail", "status", "says"),
    [
        (["somebody@pypi.example"], MAIL, 67, "not an address of this desk"),
        ([DESK, "somebody@example.org"], MAIL, 67, "not an address of this desk"),
        ([], b"", 65, "no mail"),
        ([], b" \r\n\r\n", 65, "no mail"),
        ([], MAIL + b"x" * 20_000, 69, "larger than smtp.size_limit"),
        ([], b"Received: by x\n" * 51 + MAIL, 69, "going round"),
        ([], None, 64, "on standard input"),
        (["--sender"], MAIL, 64, "argument"),
    ],
)
def test_what_is_refused_for_good(shell, world, config, words, mail, status, says):
    config.write_text(config.read_text().replace('"10 MB"', '"20 KB"'))
    done = shell("inject", *words, stdin=mail)
    assert (done.status, done.out) == (status, "")
    assert says in done.err
    assert stored(world) == []


def test_somebody_who_types_is_told_how(shell, world):
    done = shell("inject", tty=True)
    assert done.status == 64
    assert "mailflow inject < mail.eml" in done.err


def test_what_is_not_the_mails_fault_is_to_be_tried_again(shell, world, config, monkeypatch):
    writer = sqlite3.connect(world.folder / "mailflow.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert shell("inject", stdin=MAIL).status == 75
    writer.close()
    with monkeypatch.context() as patch:
        patch.setattr("mailflow.cli.inject.parse", lambda *_: 1 / 0)
        assert shell("inject", stdin=MAIL).status == 75
    key = world.config.desk.reply_key
    key.rename(key.with_suffix(".away"))
    assert shell("inject", stdin=MAIL).status == 75
    key.with_suffix(".away").rename(key)
    config.write_text("this is no TOML")
    assert shell("inject", stdin=MAIL).status == 75
    assert stored(world) == []


def test_before_the_desk_was_set_up_mail_waits_outside(shell, config):
    assert shell("inject", stdin=MAIL).status == 75
