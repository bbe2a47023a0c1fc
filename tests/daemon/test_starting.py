"""What keeps the desk from starting is said in words, with an exit status of sysexits.h."""

import os
import socket
import sqlite3
from contextlib import closing

import pytest

from mailflow.bootstrap import prepare


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def fails(desk, status, *words, program=False):
    """`program`: it is started as an operator does it."""
    process = desk.launch() if program else desk.start()
    assert process.wait() == status, process.text
    assert "Traceback" not in process.text
    said = "\n".join(line for line in process.lines if not line.startswith("{"))
    for word in words:
        assert word in said
    return process


def test_a_port_that_is_taken(make_desk, taken):
    process = fails(
        make_desk(smtp__listen=[f"127.0.0.1:{taken}"]),
        os.EX_TEMPFAIL,
        f"mailflow: cannot listen on 127.0.0.1:{taken}: Address already in use",
    )
    assert [line["event"] for line in process.events] == ["made", "starting", "stopped"]


def test_a_port_for_monitoring_that_is_taken(make_desk, taken):
    words = f"mailflow: cannot listen on 127.0.0.1:{taken}: Address already in use (monitoring.listen)"
    fails(make_desk(monitoring__listen=f"127.0.0.1:{taken}"), os.EX_TEMPFAIL, words)


# The real program, on a machine that has no thread left for the intake.
WITHOUT_A_THREAD = """
from threading import Thread
start = Thread.start
def start_unless_intake(thread):
    if thread.name == "intake":
        raise RuntimeError("can't start new thread")
    start(thread)
Thread.start = start_unless_intake
from mailflow.cli import main
main()
"""


def test_a_machine_without_a_thread_for_the_intake(make_desk):
    """Else mail would be taken that nobody ever stores."""
    process = make_desk().launch(program=("-c", WITHOUT_A_THREAD))
    assert process.wait() == os.EX_TEMPFAIL, process.text
    assert "mailflow: the intake: can't start new thread" in process.lines
    assert [line["event"] for line in process.events] == ["made", "starting", "stopped"]


def test_faults_of_the_configuration_are_said_all_at_once(make_desk):
    desk = make_desk(case__close_after="soon", digest__at="25:00")
    fails(desk, os.EX_CONFIG, str(desk.path), "case.close_after", "digest.at", program=True)


def test_a_desk_whose_database_is_gone_does_not_begin_anew_without_a_word(make_desk):
    desk = make_desk()
    process = desk.start()
    assert len(process.wait_for("made")["what"]) == 3
    process.wait_for("ready")
    assert process.stop() == 0
    process = desk.start()
    process.wait_for("ready")
    assert process.told("made") == []
    assert process.stop() == 0
    for file in (desk.folder / "var").glob("mailflow.db*"):
        file.unlink()
    told = desk.start().wait_for("made")
    assert (told["level"], told["what"]) == ("warning", ["the tables of the database"])


def test_a_key_that_is_none(make_desk):
    desk = make_desk()
    desk.config.desk.reply_key.parent.mkdir()
    desk.config.desk.reply_key.write_text("too short\n")
    fails(desk, os.EX_CONFIG, "desk.reply_key", "each line is a key")


def test_a_database_of_a_later_version(make_desk):
    desk = make_desk()
    prepare(desk.config)
    desk.execute("UPDATE alembic_version SET version_num = '9999'")
    desk.execute("UPDATE schema_admits SET oldest = '9998'")
    fails(desk, os.EX_CONFIG, "the database is of a version that this mailflow does not know")
    assert desk.scalars("SELECT version_num FROM alembic_version") == ["9999"]


def test_a_database_of_a_later_version_that_admits_this_one_is_told_of(make_desk):
    desk = make_desk()
    prepare(desk.config)
    desk.execute("UPDATE alembic_version SET version_num = '9999'")
    process = desk.start()
    told = process.wait_for("later_schema")
    assert (told["level"], told["version"]) == ("warning", "9999")
    process.wait_for("ready")


def test_a_file_that_is_no_database(make_desk):
    desk = make_desk()
    folder = desk.folder / "var"
    folder.mkdir()
    (folder / "mailflow.db").write_bytes(b"not a database " * 100)
    fails(desk, os.EX_DATAERR, "file is not a database", "put back the last backup: `mailflow restore FILE`")


@pytest.mark.parametrize("harm", ["header", "half", "page"])
def test_a_database_that_is_damaged_says_how_it_is_restored(make_desk, harm):
    desk = make_desk()
    prepare(desk.config)
    path = desk.folder / "var" / "mailflow.db"
    whole = path.read_bytes()
    harmed = {
        "header": b"x" * 100 + whole[100:],
        "half": whole[: len(whole) // 2],
        "page": whole[:4096] + b"\xff" * 4096 + whole[8192:],  # of the first table: the version of the schema
    }
    path.write_bytes(harmed[harm])
    fails(desk, os.EX_DATAERR, "mailflow: the database is damaged: ", "`mailflow restore FILE`")
    assert path.read_bytes() == harmed[harm]


def test_the_database_of_another_program_stays_as_it_is(make_desk):
    desk = make_desk()
    folder = desk.folder / "var"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "mailflow.db")) as other, other:
        other.execute("CREATE TABLE accounts (name)")
    fails(desk, os.EX_CONFIG, "database.url: ", "is the database of another program")
    assert desk.scalars("SELECT name FROM sqlite_master") == ["accounts"]


def test_a_letter_that_cannot_be_written(make_desk):
    desk = make_desk(templates__folder="own")
    (desk.folder / "own" / "letters").mkdir(parents=True)
    (desk.folder / "own" / "letters" / "denied.txt").write_text("Subject: x\n\n{% if %}\n")
    fails(desk, os.EX_CONFIG, "templates.folder", "letters/denied.txt, line 3", program=True)
