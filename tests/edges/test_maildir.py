import errno
import mailbox
import os
import stat

import pytest

from mailflow.edges.maildir import MaildirRelay
from mailflow.steps.app import SmarthostDown

LETTER = b"Subject: Your request\r\n\r\nHello\r\n.\r\n"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "var" / "maildir"


def test_a_letter_reads_like_a_local_delivery(folder):
    MaildirRelay(folder).send("bounces+1@desk.example.org", "jane@example.net", LETTER)

    (letter,) = mailbox.Maildir(folder, create=False)
    assert letter["Return-Path"] == "<bounces+1@desk.example.org>"
    assert letter["X-Original-To"] == letter["Delivered-To"] == "jane@example.net"
    assert letter["Subject"] == "Your request"
    assert letter.get_payload() == "Hello\n.\n"
    assert letter.get_subdir() == "new"


def test_the_null_sender_has_an_empty_return_path(folder):
    MaildirRelay(folder).send("", "jane@example.net", LETTER)
    (letter,) = mailbox.Maildir(folder, create=False)
    assert letter["Return-Path"] == "<>"


def test_no_address_adds_a_header_field(folder):
    MaildirRelay(folder).send("a\r\nBcc: x@example.net", "b\nBcc: y@example.net\udcff", LETTER)
    (letter,) = mailbox.Maildir(folder, create=False)
    assert letter["Bcc"] is None


def test_nobody_else_may_read_it(folder):
    before = os.umask(0)
    try:
        MaildirRelay(folder).send("", "jane@example.net", LETTER)
    finally:
        os.umask(before)
    (letter,) = (folder / "new").iterdir()
    assert stat.S_IMODE(letter.stat().st_mode) == 0o600
    for path in (folder, folder / "tmp", folder / "new", folder / "cur"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_each_letter_has_a_name_of_its_own(folder, monkeypatch):
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_000_000_000)
    monkeypatch.setattr("socket.gethostname", lambda: "a/b:c")
    relay = MaildirRelay(folder)
    for _ in range(3):
        relay.send("", "jane@example.net", LETTER)
    names = {path.name for path in (folder / "new").iterdir()}
    assert names == {f"1700000000.M0P{os.getpid()}Q{n}.a\\057b\\072c" for n in range(3)}


def test_a_full_disk_leaves_nothing_and_is_worth_another_try(folder, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    relay = MaildirRelay(folder)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SmarthostDown, match="No space left on device"):
            relay.send("", "jane@example.net", LETTER)
    assert not list((folder / "tmp").iterdir())
    assert not list((folder / "new").iterdir())

    relay.send("", "jane@example.net", LETTER)
    assert len(list((folder / "new").iterdir())) == 1


def test_it_is_on_the_disk_before_it_has_its_name_and_so_is_the_name(folder, monkeypatch):
    relay = MaildirRelay(folder)
    relay.send("", "first@example.net", LETTER)
    synced = []

    def fsync(descriptor):
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        synced.append((kind, len(list((folder / "new").iterdir()))))

    monkeypatch.setattr(os, "fsync", fsync)
    relay.send("", "second@example.net", LETTER)
    assert synced == [("file", 1), ("folder", 2)]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SmarthostDown, match="Not a directory"):
        MaildirRelay(tmp_path / "file" / "maildir").send("", "jane@example.net", LETTER)


def test_closing_needs_nothing(folder):
    relay = MaildirRelay(folder)
    relay.close_if_idle()
    relay.close()
    assert not folder.exists()
