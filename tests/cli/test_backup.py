"""`mailflow backup` and `mailflow restore`, as the staff types them."""

import signal
import sqlite3
from contextlib import closing

import pytest

from mailflow.cli import backup as commands
from mailflow.cli import exits
from mailflow.store import Unavailable
from mailflow.store import backup as copies
from tests.world import COMPLETE, INCOMPLETE

MAIL = b"From: jo@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nI lost my phone\r\n"


@pytest.fixture
def database(config):
    return config.parent / "var" / "mailflow.db"


@pytest.fixture
def saved(shell, world, tmp_path):
    """A backup of a desk with two cases and a mail that waits; its path."""
    world.write(COMPLETE)
    world.write(INCOMPLETE, sender="kim@example.com")
    shell.good("init")
    shell.good("inject", "--sender", "jo@example.org", stdin=MAIL)
    path = tmp_path / "monday.db"
    said = shell.good("backup", str(path)).out
    assert said.startswith(f"saved {path.stat().st_size:,} bytes to {path}\nsave these too")
    for name in ("config.toml", "reply.key", "database.key"):
        assert name in said
    return path


def verbs(shell):
    return [entry["verb"] for entry in shell.good("audit", "list", "--json").objects]


def lose(database):
    """The machine is empty, but for what was saved beside the backup."""
    for file in database.parent.glob("mailflow.db*"):
        file.unlink()


def test_a_desk_goes_on_from_its_backup(shell, saved, database):
    before = shell.good("cases", "list").out
    lose(database)
    done = shell.good("restore", str(saved))
    assert f"restored {database} from {saved}, made at " in done.out
    assert shell.good("cases", "list").out == before
    assert verbs(shell) == ["restore", "backup"]
    assert shell.good("audit", "verify")
    assert "jdoe42" in shell.good("queue", "show", "mail:1").out


def test_what_is_there_is_never_overwritten(shell, saved, database):
    refused = shell("backup", str(saved))
    assert (refused.status, refused.out) == (exits.CANNOT_CREATE, "")
    refused = shell("restore", str(saved))
    assert refused.status == exits.CANNOT_CREATE
    assert "move it away, with its -wal and -shm" in refused.err
    assert verbs(shell) == ["backup"]


def test_where_there_is_no_database_nothing_is_saved_and_none_is_made(shell, database, tmp_path):
    """One that was lost is to be found lost, not saved as an empty one night after night."""
    refused = shell("backup", str(tmp_path / "monday.db"))
    assert (refused.status, refused.out) == (exits.CONFIG, "")
    assert f"there is no database {database} yet" in refused.err
    assert not database.exists()
    assert not (tmp_path / "monday.db").exists()


def test_what_is_no_database_of_a_desk_is_not_saved_as_one(shell, database, tmp_path):
    database.parent.mkdir()
    for statement in ("", "CREATE TABLE of_somebody_else (x)"):
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.executescript(statement)
        database.touch()
        refused = shell("backup", str(tmp_path / "monday.db"))
        assert (refused.status, refused.out) == (exits.CONFIG, "")
        assert "no database of a desk: there is nothing to save" in refused.err
        assert not (tmp_path / "monday.db").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_one_that_is_stopped_leaves_nothing(shell, world, tmp_path, monkeypatch, number):
    """systemd at the end of its patience, or a terminal that was closed."""
    world.write(INCOMPLETE)
    shell.good("init")
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setattr(copies, "_sync", lambda _draft: signal.raise_signal(number))
    stopped = shell("backup", str(folder / "monday.db"))
    assert (stopped.status, stopped.out) == (exits.INTERRUPTED, "")
    assert [*folder.iterdir()] == []
    assert signal.getsignal(number) is signal.SIG_DFL


def test_one_in_the_background_goes_on_when_its_terminal_is_closed(shell, world, tmp_path, monkeypatch):
    """As `nohup` starts it."""
    shell.good("init")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        monkeypatch.setattr(copies, "_sync", lambda _draft: signal.raise_signal(signal.SIGHUP))
        shell.good("backup", str(tmp_path / "monday.db"))
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def test_where_no_file_can_be_made_the_answer_names_the_one_that_was_asked_for(shell, tmp_path):
    shell.good("init")
    refused = shell("backup", str(tmp_path / "nowhere" / "monday.db"))
    assert refused.status == exits.CANNOT_CREATE
    assert (
        refused.err == f"mailflow: {tmp_path}/nowhere/monday.db cannot be made: No such file or directory\n"
    )
    assert verbs(shell) == []


def test_a_key_that_systemd_hands_over_is_saved_as_the_credential_that_it_is(
    shell, config, tmp_path, monkeypatch
):
    handed = tmp_path / "handed over"
    handed.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    text = config.read_text().replace('"var/reply.key"', '"credential:reply-key"')
    config.write_text(text.replace('"var/database.key"', '"credential:database-key"'))
    for name in ("reply-key", "database-key"):
        (handed / name).write_text("ab" * 32)
    shell.good("init")
    said = shell.good("backup", str(tmp_path / "monday.db")).out
    assert said.endswith(f"{config}, the credential reply-key, the credential database-key\n")


def test_a_database_that_init_made_is_taken_for_empty(shell, saved, database, config):
    lose(database)
    shell.good("init")
    shell.good("restore", str(saved))
    assert len(shell.good("cases", "list", "--json").objects) == 2


def test_nothing_is_restored_beside_a_desk_that_runs(shell, saved, database):
    lose(database)
    shell.good("init")
    with closing(sqlite3.connect(database)) as other:
        other.execute("SELECT 1 FROM mails").fetchone()
        refused = shell("restore", str(saved))
    assert refused.status == exits.TEMPORARY
    assert "is in use: stop the desk first" in refused.err


def test_nobody_is_blamed_for_mails_that_were_in_hand_when_it_was_saved(shell, world, database, tmp_path):
    world.write(INCOMPLETE)
    shell.good("init")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO in_hand VALUES (1, 'another run')")
    shell.good("backup", str(tmp_path / "monday.db"))
    lose(database)
    shell.good("restore", str(tmp_path / "monday.db"))
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM in_hand").fetchone() == (0,)


@pytest.mark.parametrize(
    ("name", "said"), [("database.key", "lacks the key"), ("reply.key", "desk.reply_key")]
)
def test_the_keys_have_to_be_there_first(shell, saved, database, name, said):
    lose(database)
    key = database.parent / name
    kept = key.read_text()
    key.unlink() if name == "reply.key" else key.write_text("00" * 32 + "\n")
    refused = shell("restore", str(saved))
    assert refused.status == exits.CONFIG
    assert said in refused.err
    assert not database.exists()
    key.write_text(kept)
    shell.good("restore", str(saved))


def test_a_backup_that_is_damaged_or_missing_is_refused(shell, saved, database, tmp_path):
    lose(database)
    assert shell("restore", str(tmp_path / "tuesday.db")).status == exits.NO_INPUT
    with saved.open("r+b") as file:
        file.truncate(saved.stat().st_size // 2)
    refused = shell("restore", str(saved))
    assert (refused.status, refused.out) == (exits.BAD_DATA, "")
    assert not database.exists()


def test_a_disk_that_takes_no_entry_is_saved_all_the_same(shell, world, tmp_path, monkeypatch):
    def full(_store):
        raise Unavailable("database or disk is full")

    world.write(INCOMPLETE)
    shell.good("init")
    monkeypatch.setattr(commands, "_add_entry", full)
    done = shell("backup", str(tmp_path / "monday.db"))
    assert done.status == exits.OK
    assert "no entry in the audit log: database or disk is full" in done.err
    assert (tmp_path / "monday.db").exists()


def test_a_database_of_an_earlier_version_is_saved_before_it_is_upgraded(shell, world, database, tmp_path):
    shell.good("init")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0005'")
        connection.execute("DROP TABLE audit")
    shell.good("backup", str(tmp_path / "monday.db"))


def test_a_damaged_database_tells_how_it_is_mended(shell, saved, database):
    lose(database)
    database.write_bytes(b"not a database " * 1000)
    for command in ("status", "backup /tmp/never.db"):
        refused = shell(*command.split())
        assert refused.status == exits.BAD_DATA
        assert "the database is damaged: file is not a database" in refused.err
        assert "`mailflow restore FILE`" in refused.err


def test_postgresql_is_saved_by_its_own_tools(shell, config, tmp_path):
    (tmp_path / "password").write_text("hunter2\n")
    head, _, rest = config.read_text().partition('url = "sqlite:///var/mailflow.db"')
    rest = rest.replace('password = ""', f'password = "{tmp_path}/password"', 1)
    config.write_text(f'{head}url = "postgresql+psycopg://desk@db.example.org/mailflow"{rest}')
    for command in ("backup", "restore"):
        refused = shell(command, str(tmp_path / "monday.db"))
        assert refused.status == exits.CONFIG
        assert "pg_dump --format=custom --exclude-table-data=in_hand --file=FILE" in refused.err
        assert "postgresql://desk@db.example.org/mailflow" in refused.err
        assert "hunter2" not in refused.err
