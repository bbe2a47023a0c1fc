"""What a shell, a script or systemd learns from the exit status; and that nobody is shown a traceback for trouble."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mailflow.cli import desk, inject, status
from tests.world import COMPLETE

LOCKED = "database is locked"


def mailflow(config, *words, **how):
    """A process of its own."""
    command = [sys.executable, "-m", "mailflow", "--config", str(config), *words]
    return subprocess.run(command, stderr=subprocess.PIPE, check=False, **how)


def test_good_is_0(shell, world):
    assert shell("status").status == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["stauts"], "No such command 'stauts'. Did you mean status?"),
        (["cases", "lst"], "No such command 'lst'. Did you mean list?"),
        (["xyz"], "No such command 'xyz'.\n"),
        (["cases", "list", "--status", "lost"], "lost"),
        (["cases", "list", "--limit", "0"], "0"),
        (["cases", "list", "--limit", "many"], "many"),
        (["cases", "show"], "REFERENCE"),
        (["cases", "close", "7KQ2-M9XD", "duplicate"], "duplicate"),
        (["cases", "close", "7KQ2-M9XD", "denied", " "], "the text is empty"),
        (["cases", "ask", "7KQ2-M9XD"], "the question is empty"),
        (["cases", "note", "7KQ2-M9XD", "\u202e\x07"], "the note is empty"),
        (["cases", "note", "7KQ2-M9XD", "a" * 10_001], "longer than"),
        (["run", "--role", "receive,cook"], "no such role: cook"),
        (["queue", "retry", "mail:7"], "letter:12"),
        (["queue", "drop", "7"], "letter:12 or mail:12"),
        (["queue", "replay", "mail:" + "9" * 30], "mail:12"),
        (["queue", "show", "\u0663"], "mail:12"),
        (["queue", "retry"], "ID"),
        (["explain"], "FILE"),
        (["--config"], "argument"),
        (["cases"], "Usage"),
        ([], "Usage"),
    ],
)
def test_a_command_that_is_not_understood_is_64(shell, world, words, says):
    done = shell(*words)
    assert (done.status, done.out) == (64, "")
    assert says in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["cases", "show", "7KQ2-M9XD"], "there is no case 7KQ2-M9XD"),
        (["cases", "show", "nonsense \x1b[31m" * 9], "there is no case nonsense"),
        (["cases", "export", ""], "there is no case"),
        (["cases", "close", "7KQ2-M9XD", "recovered"], "there is no case"),
        (["cases", "merge", "7KQ2-M9XD", "AAAA-BBBB"], "there is no case"),
        (["queue", "retry", "letter:12"], "there is no letter:12"),
        (["queue", "retry", "12"], "there is no letter:12"),
        (["queue", "replay", "mail:12"], "there is no mail:12"),
        (["queue", "drop", "mail:12"], "there is no mail:12"),
        (["queue", "show", "mail:12"], "there is no mail:12"),
    ],
)
def test_what_is_not_there_is_65(shell, world, words, says):
    done = shell(*words)
    assert (done.status, done.out) == (65, "")
    assert done.err.startswith("mailflow: ")
    assert says in done.err
    assert len(done.err.splitlines()) == 1
    assert done.err.strip().isprintable()


def test_a_file_that_cannot_be_read_is_66(shell, tmp_path):
    for name in (tmp_path / "nowhere.eml", tmp_path, "nul\0"):
        done = shell("explain", str(name))
        assert (done.status, done.out) == (66, "")
        assert "cannot be read" in done.err


@pytest.mark.parametrize(
    "words", [["status"], ["cases", "list"], ["queue", "list"], ["digest"], ["purge"], ["cases", "show", "X"]]
)
def test_a_desk_that_was_never_set_up_is_78_and_nothing_is_made_by_looking(shell, config, words):
    done = shell(*words)
    assert done.status == 78
    assert "`mailflow init` makes it" in done.err
    assert list(config.parent.iterdir()) == [config]


def test_a_configuration_with_errors_is_78_and_all_of_them_are_told(shell, config):
    config.write_text(config.read_text().replace("max_received", "max_recieved").replace('"10 MB"', '"ten"'))
    done = shell("status")
    assert done.status == 78
    assert "smtp.max_recieved: unknown key" in done.err
    assert "smtp.size_limit" in done.err


def test_no_configuration_at_that_place_is_78(shell, config, tmp_path):
    for path in (tmp_path / "no.toml", tmp_path):
        shell.config = path
        done = shell("status")
        assert done.status == 78
        assert str(path) in done.err


def test_a_key_that_cannot_be_read_is_78(shell, world):
    (world.config.desk.reply_key).write_text("short\n")
    done = shell("digest")
    assert done.status == 78
    assert "desk.reply_key" in done.err


@pytest.mark.parametrize("spoil", [lambda _: "", lambda key: key[:-10] + "\n"], ids=["empty", "cut short"])
def test_check_config_finds_keys_that_would_stop_the_desk(shell, config, monkeypatch, spoil):
    monkeypatch.setattr("mailflow.edges.log.configure", lambda *_: None)
    shell.good("init")
    keys = [config.parent / "var" / name for name in ("reply.key", "database.key")]
    for key in keys:
        whole = key.read_text()
        key.write_text(spoil(whole))
        checked, ran = shell("check-config"), shell("run")
        assert (checked.status, checked.out) == (78, "")
        assert checked.err in ran.err
        assert str(key) in checked.err
        key.write_text(whole)
    for key in keys:
        key.write_text("")
    said = shell("check-config").err  # both at once
    assert all(str(key) in said for key in keys)


def test_check_config_finds_that_there_is_no_dns_to_ask(shell, config, monkeypatch):
    def no_dns(*_):
        raise OSError("there is no server to ask")

    config.write_text(config.read_text().replace("compute = false", "compute = true"))
    monkeypatch.setattr("mailflow.edges.sendercheck.DnsSenderCheck", no_dns)
    checked = shell("check-config")
    assert checked.status == 78
    assert "authentication.dns_servers: there is no server to ask" in checked.err


def test_a_template_that_cannot_work_is_78(shell, config, tmp_path):
    letters = tmp_path / "ours" / "letters"
    letters.mkdir(parents=True)
    (letters / "recovered.txt").write_text("Subject: hello\n\n{{ nobody_knows_this }}\n")
    config.write_text(config.read_text().replace('folder = ""', 'folder = "ours"'))
    assert shell("init").status == 0
    for command in ("check-config", "run"):
        done = shell(command)
        assert done.status == 78
        assert "recovered.txt" in done.err


def test_tables_of_another_version_are_78(shell, world):
    with sqlite3.connect(world.folder / "mailflow.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    done = shell("cases", "list")
    assert done.status == 78
    assert "mailflow db upgrade" in done.err


def test_a_locked_database_is_75(shell, world):
    world.write(COMPLETE)
    other = sqlite3.connect(world.folder / "mailflow.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = shell("cases", "note", world.case().reference, "hello")
    other.close()
    assert done.status == 75
    assert LOCKED in done.err


def test_looking_does_not_wait_for_a_writer(shell, world):
    world.write(COMPLETE)
    other = sqlite3.connect(world.folder / "mailflow.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert shell.good("cases", "show", world.case().reference)
    other.close()


def test_a_file_that_is_no_database_is_65(shell, world):
    world.close()
    (world.folder / "mailflow.db").write_bytes(b"no database at all" * 100)
    done = shell("status")
    assert done.status == 65
    assert "not a database" in done.err


def test_a_fault_of_ours_is_70_and_shown_whole_but_harmless(shell, world, monkeypatch):
    def broken():
        raise RuntimeError("\x1b[31mred")

    monkeypatch.setattr(status, "utc_now", broken)
    done = shell("status")
    assert done.status == 70
    assert "RuntimeError: [31mred" in done.err
    assert "please report it" in done.err
    assert "\x1b" not in done.err


def test_an_output_that_takes_nothing_is_75(world, config):
    with Path("/dev/full").open("wb") as full:
        done = mailflow(config, "status", stdout=full)
    assert (done.returncode, done.stderr) == (75, b"mailflow: [Errno 28] No space left on device\n")


def test_a_reader_that_has_seen_enough_is_no_trouble(world, config):
    reading, writing = os.pipe()
    os.close(reading)
    done = mailflow(config, "status", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_control_c_is_130(shell, world, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(inject, "_read", interrupted)
    done = shell("inject")
    assert (done.status, done.out, done.err) == (130, "", "\nmailflow: stopped\n")


def test_without_standard_input_and_output_nothing_breaks(world, config):
    command = f"exec {sys.executable} -m mailflow --config {config} $0 <&- >&-"
    for word, given in (("status", 0), ("inject", 64)):
        done = subprocess.run(["sh", "-c", command, word], stderr=subprocess.PIPE, check=False)
        assert done.returncode == given
        assert b"Traceback" not in done.stderr


def test_a_terminal_without_unicode_is_no_trouble(world, config):
    world.write(COMPLETE)
    western = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    words = ("cases", "show", world.case().reference)
    done = mailflow(config, *words, env=western, stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u201cjdoe42\\u201d" in done.stdout


def test_run_gives_the_status_of_the_daemon(shell, world, monkeypatch):
    monkeypatch.setattr(desk.asyncio, "run", lambda daemon: daemon.close() or 0)
    monkeypatch.setattr("mailflow.edges.log.configure", lambda *_: None)
    assert shell("run").status == 0


@pytest.mark.parametrize("ours", [True, False])
def test_what_is_told_in_the_journal_is_an_error_there(tmp_path, ours):
    """The unit fails at its start: `journalctl -p err` has to say why."""
    path = tmp_path / "journal"
    with path.open("wb") as journal:
        status = os.fstat(journal.fileno())
        environment = os.environ | {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino if ours else 1}"}
        words = [sys.executable, "-m", "mailflow", "--config", str(tmp_path / "none.toml"), "run"]
        done = subprocess.run(words, stderr=journal, env=environment, timeout=60, check=False)
    assert done.returncode == 78
    lines = path.read_text().splitlines()
    assert lines
    assert all(line.startswith("<3>") is ours for line in lines)
