"""What lies on the disk: who may read the files, and what stands in them."""

import os
import secrets
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from mailflow.bootstrap import NotReady, make_relay, open_store, prepare, read_keyring, take_keys
from mailflow.core.case import Outcome
from mailflow.core.events import StaffClosed
from mailflow.steps.operate import act
from mailflow.steps.periodic import purge_now
from mailflow.steps.reencrypt import reencrypt
from mailflow.store import private
from tests.world import COMPLETE, INCOMPLETE, World, configured, in_the_clear

WORDS = "heliotrope umbrella"  # nobody writes them but the person


@pytest.fixture
def umask():
    before = os.umask(0)
    yield os.umask
    os.umask(before)


def others_may(folder):
    """What anybody but the owner could read or write, of everything below a folder."""
    return [path for path in folder.rglob("*") if stat.S_IMODE(path.lstat().st_mode) & 0o077]


# ------------------------------------------------------------------------------------------------ who may read


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o022])
def test_nobody_else_reads_what_a_desk_keeps(tmp_path, umask, mask):
    umask(mask)
    config = configured(tmp_path / "var" / "desk")
    prepare(config)
    world = World(tmp_path / "var" / "desk", config)
    world.relay.send = make_relay(config).send
    world.write(INCOMPLETE)
    names = {path.name for path in tmp_path.rglob("*")}
    assert {"reply.key", "mailflow.db", "mailflow.db-wal", "mailflow.db-shm", "maildir", "new"} <= names
    assert others_may(tmp_path) == []
    world.close()


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o750)
    private.make_folder(tmp_path / "shared" / "desk" / "var")
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o750
    assert others_may(tmp_path / "shared") == []


def test_a_link_is_not_written_through(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        private.create(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_nobody_else_changes_a_configuration_that_init_has_made(tmp_path, umask):
    from mailflow.cli import mailflow
    from mailflow.cli.exits import run

    path = tmp_path / "config.toml"
    assert run(mailflow, ["--config", str(path), "init"]) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert others_may(tmp_path / "var") == []


# ------------------------------------------------------------------------------------------------ what stands in them


def files_of(world):
    found = sorted(world.folder.glob("mailflow.db*"))
    assert [path.name for path in found] == ["mailflow.db", "mailflow.db-shm", "mailflow.db-wal"]
    return b"".join(path.read_bytes() for path in found)


def new_key(world, *, above):
    """A new key in the file, first or last."""
    path = world.config.database.encryption_key
    old, new = path.read_text(), secrets.token_hex(32) + "\n"
    path.write_text(new + old if above else old + new)
    return path, old, new


def reload(world):
    take_keys(world.store, world.config)


def test_who_has_the_database_alone_reads_nothing_that_a_person_wrote_or_was_written(world):
    world.receive(world.mail(f"{INCOMPLETE}\n\n{WORDS}"), "jo@example.org")
    assert WORDS.encode() not in files_of(world)
    (letter,) = world.run()
    said = max(letter.text.splitlines(), key=len).encode()
    everything = files_of(world)
    assert WORDS.encode() not in everything
    assert said not in everything
    assert world.stored(1).fresh.endswith(WORDS)


def test_the_key_is_needed_and_none_is_made_in_its_place(world):
    prepare(world.config)
    world.config.database.encryption_key.unlink()
    with pytest.raises(NotReady, match="lacks the key"):
        prepare(world.config)
    assert not world.config.database.encryption_key.exists()
    with pytest.raises(NotReady, match="cannot be read"):
        open_store(world.config)


@pytest.mark.parametrize("key", ["another", None])
def test_a_node_with_another_key_or_none_does_not_start(world, key):
    prepare(world.config)
    path = world.folder / "another.key" if key else None
    other = replace(world.config, database=replace(world.config.database, encryption_key=path))
    if path:
        path.write_text(secrets.token_hex(32))
    with pytest.raises(NotReady, match="with which mail in the database is encrypted"):
        prepare(other)


@pytest.mark.parametrize("line", ["ab" * 31, "ab" * 33, "no key", ""])
def test_what_is_no_key_is_refused(world, line):
    world.config.database.encryption_key.write_text(line)
    with pytest.raises(NotReady, match=r"database.encryption_key .* each line is a key of"):
        read_keyring(world.config)


def test_a_desk_that_was_in_the_clear_is_encrypted(tmp_path):
    config = configured(tmp_path)
    world = World(tmp_path, in_the_clear(config))
    world.write(f"{INCOMPLETE}\n\n{WORDS}")
    assert WORDS.encode() in files_of(world)
    take_keys(world.store, config)
    assert reencrypt(world.store.begin).done == {"mail": 1, "letter": 1}
    assert world.store.scrub(masked=True)
    assert WORDS.encode() not in files_of(world)
    assert world.stored(1).fresh.endswith(WORDS)
    world.close()


def test_a_new_key_takes_the_place_of_the_old_one_while_the_desk_runs(world):
    prepare(world.config)
    (letter,) = world.write(INCOMPLETE)
    path, old, new = new_key(world, above=True)
    reload(world)
    world.answer(letter, f"I agree. {WORDS}")
    told = []
    result = reencrypt(world.store.begin, lambda kind, done: told.append((kind, done)))
    assert result.done == {"mail": 1, "letter": 1}
    assert told == [("mail", 1), ("letter", 1)]
    assert result.complete
    path.write_text(new)
    reload(world)
    assert WORDS in world.stored(2).fresh
    assert INCOMPLETE.encode() in world.stored(1).raw
    path.write_text(old)
    with pytest.raises(NotReady, match="lacks the key"):
        reload(world)
    assert WORDS in world.stored(2).fresh, "the keys it had stay"


def test_the_old_key_is_needed_while_anything_is_left(world):
    prepare(world.config)
    world.write(INCOMPLETE)
    path, _, new = new_key(world, above=True)
    reload(world)
    with closing(sqlite3.connect(world.folder / "mailflow.db")) as connection, connection:
        connection.execute("UPDATE mails SET raw = x'00'")
    result = reencrypt(world.store.begin)
    assert (result.complete, result.left, result.unreadable) == (False, 1, ("mail:1",))
    path.write_text(new)
    with pytest.raises(NotReady, match="lacks the key"):
        open_store(world.config)


def test_a_mail_that_was_changed_is_parked_and_the_next_one_is_handled(world):
    world.receive(world.mail(INCOMPLETE), "jo@example.org")
    world.receive(world.mail(INCOMPLETE, sender="kim@example.com"), "kim@example.com")
    with closing(sqlite3.connect(world.folder / "mailflow.db")) as connection, connection:
        (raw,) = connection.execute("SELECT raw FROM mails WHERE id = 1").fetchone()
        connection.execute("UPDATE mails SET raw = ? WHERE id = 1", (raw[:-1] + bytes([raw[-1] ^ 1]),))
    world.run()
    world.wait(timedelta(hours=1), timedelta(minutes=1))
    assert not [letter for letter in world.sent if letter.recipient == "jo@example.org"]
    assert [letter for letter in world.sent if letter.recipient == "kim@example.com"]
    with world.store.read() as uow:
        (parked,) = uow.mails.parked()
    assert parked.id == 1
    assert parked.error.startswith("Unreadable in seal.py")


def test_a_letter_is_not_sent_to_whom_the_database_was_made_to_say(world):
    world.receive(world.mail(INCOMPLETE), "jo@example.org")
    deliver, world.relay.fault = world.relay.fault, lambda _recipient: ConnectionError("later")
    world.run()
    with closing(sqlite3.connect(world.folder / "mailflow.db")) as connection, connection:
        connection.execute("UPDATE outbox SET recipient = 'eve@example.net'")
    world.relay.fault = deliver
    world.wait(timedelta(hours=12))
    assert [letter.recipient for letter in world.sent if letter.recipient != world.config.desk.staff[0]] == []


# ------------------------------------------------------------------------------------------------ how long


def test_mails_are_kept_as_they_came_for_a_time_and_the_case_longer(world):
    world.write(f"{COMPLETE}\n{WORDS}")
    act(world.app, world.case().reference, StaffClosed(Outcome.RECOVERED), "kim")
    world.run()
    world.now += world.config.case.keep_raw
    assert purge_now(world.app, "time").raws == 0
    world.now += timedelta(microseconds=1)
    purged = purge_now(world.app, "time")
    assert (purged.rows, purged.raws) == (0, 3)
    assert (world.stored(1).raw, world.stored(1).fresh.endswith(WORDS)) == (b"", True)
    assert world.case().answers["username"].value == "jdoe42"
    world.now += world.config.case.keep_closed
    assert purge_now(world.app, "time").rows > 0
    assert world.stored(1) is None


def test_nothing_of_what_was_deleted_is_left_in_the_files(tmp_path):
    config = configured(tmp_path)
    world = World(tmp_path, in_the_clear(config))
    world.write(INCOMPLETE, X_Mark=WORDS)
    assert WORDS.encode() in files_of(world)
    world.now += world.config.case.keep_raw + timedelta(days=1)
    assert purge_now(world.app, "time").raws > 0
    assert world.store.scrub(masked=False, deleted=True)
    assert WORDS.encode() not in files_of(world)
    world.close()
