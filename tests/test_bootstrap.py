"""What is made where it is missing, what is refused, and what an id looks like."""

import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from mailflow import bootstrap
from mailflow.bootstrap import (
    NotReady,
    check_letters,
    make_key,
    new_id,
    open_desk,
    prepare,
    read_keyring,
    read_keys,
    upgrade_tables,
)
from mailflow.edges.maildir import MaildirRelay
from mailflow.store.engine import make_engine
from mailflow.store.migrations import fits
from tests.world import INCOMPLETE, World, configured

KEY = "ab" * 32


@pytest.fixture
def config(tmp_path):
    return configured(tmp_path)


def current(config):
    engine = make_engine(config.database)
    try:
        return fits(engine)
    finally:
        engine.dispose()


# ------------------------------------------------------------------------------------------------ prepare


def test_the_key_and_the_tables_are_made_where_they_are_missing(config):
    made = prepare(config)
    assert made == [
        "the tables of the database",
        f"the key of the database in {config.database.encryption_key}",
        f"the key of the reply addresses in {config.desk.reply_key}",
    ]
    for path in (config.desk.reply_key, config.database.encryption_key):
        assert path.stat().st_mode & 0o777 == 0o600
        (key,) = read_keys(path)
        assert len(key) == 32
    assert current(config)


def test_what_is_there_stays(config):
    prepare(config)
    key = config.desk.reply_key.read_text()
    assert prepare(config) == []
    assert config.desk.reply_key.read_text() == key


def test_a_reply_key_that_is_gone_is_not_replaced_while_letters_need_it(tmp_path):
    world = World(tmp_path)
    key = world.config.desk.reply_key
    key.unlink()
    assert prepare(world.config) == [f"the key of the reply addresses in {key}"]
    world.write(INCOMPLETE)
    key.unlink()
    with pytest.raises(
        NotReady, match=r"desk\.reply_key .* is not there, .*: put it back, or take the file of another"
    ):
        prepare(world.config)
    assert not key.exists()
    world.close()


def test_a_node_without_the_key_of_the_database_makes_no_reply_key(config, tmp_path):
    prepare(config)
    other = tmp_path / "other"
    other.mkdir()
    node = replace(
        config,
        desk=replace(config.desk, reply_key=other / "reply.key"),
        database=replace(config.database, encryption_key=other / "database.key"),
    )
    with pytest.raises(NotReady, match="take both key files of another node"):
        prepare(node)
    assert list(other.iterdir()) == []


def test_nothing_but_the_key_is_left_in_its_folder(config, tmp_path):
    prepare(config)
    assert {file.name for file in tmp_path.iterdir()} == {"reply.key", "database.key", "mailflow.db"}


def test_nodes_that_start_together_get_one_key_and_one_schema(config):
    with ThreadPoolExecutor(8) as pool:
        made = [thing for things in pool.map(prepare, [config] * 8) for thing in things]
    assert sum("key" in thing for thing in made) == 2
    assert len(read_keyring(config).ids) == 1
    assert len(read_keys(config.desk.reply_key)) == 1
    assert current(config)


def test_a_node_that_was_a_little_later_takes_the_key_of_the_first(config, monkeypatch):
    key = config.desk.reply_key

    def slow(number):
        key.write_text(KEY)  # the other node is done first
        return secrets.token_bytes(number).hex()

    monkeypatch.setattr(bootstrap.secrets, "token_hex", slow)
    assert prepare(config) == [
        "the tables of the database",
        f"the key of the database in {config.database.encryption_key}",
    ]
    assert read_keys(key) == (bytes.fromhex(KEY),)


def test_a_key_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    key = tmp_path / "file" / "reply.key"
    with pytest.raises(NotReady, match="is not there and cannot be made"):
        make_key(key)


def test_a_database_of_a_version_that_is_not_known_is_left_alone(config):
    prepare(config)
    engine = make_engine(config.database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE schema_admits SET oldest = '9998'"))
    engine.dispose()
    for way in (prepare, upgrade_tables):
        with pytest.raises(NotReady, match="of a version that this mailflow does not know"):
            way(config)
    assert not current(config)


# ------------------------------------------------------------------------------------------------ keys


def test_each_line_is_a_key_and_the_first_one_signs(tmp_path):
    file = tmp_path / "reply.key"
    file.write_text(f"{'cd' * 40}\n\n{KEY}\r\n")
    assert read_keys(file) == (bytes.fromhex("cd" * 40), bytes.fromhex(KEY))


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"ab" * 31, b"ab" * 32 + b"\nabcd", b"xy" * 32, b"\xff\xfe", "ключ".encode()]
)
def test_a_file_that_holds_no_key_is_refused_without_showing_it(content, tmp_path):
    file = tmp_path / "reply.key"
    file.write_bytes(content)
    with pytest.raises(NotReady, match="each line is a key of at least 64 hex digits") as refused:
        read_keys(file)
    assert str(refused.value).startswith(f"desk.reply_key {file}: ")


def test_a_key_that_cannot_be_read(tmp_path):
    with pytest.raises(NotReady, match="No such file or directory"):
        read_keys(tmp_path / "reply.key")
    with pytest.raises(NotReady, match="Is a directory"):
        read_keys(tmp_path)


# ------------------------------------------------------------------------------------------------ a desk


def test_a_desk_is_opened(config):
    prepare(config)
    desk = open_desk(config)
    try:
        assert desk.app.config is config
        assert isinstance(desk.app.relay, MaildirRelay)
        assert desk.app.clock().tzinfo is not None
        with desk.app.read() as uow:
            assert uow.mails.parked() == []
    finally:
        desk.store.close()


def test_a_desk_without_a_database_says_how_to_make_one_and_makes_none(config, tmp_path):
    with pytest.raises(NotReady, match=r"there is no database .* yet: `mailflow init` makes it"):
        open_desk(config)
    assert not (tmp_path / "mailflow.db").exists()


def test_a_desk_without_tables_is_not_opened(config):
    make_engine(config.database).dispose()
    with pytest.raises(NotReady, match="run `mailflow db upgrade`"):
        open_desk(config)


def test_letters_are_tried_before_one_is_due(config, tmp_path):
    check_letters(config)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "denied.txt").write_text("no subject\n")
    with pytest.raises(NotReady, match=r"templates\.folder.*: letters/denied\.txt does not begin with"):
        check_letters(replace(config, templates=tmp_path))


# ------------------------------------------------------------------------------------------------ ids


def test_an_id_is_that_of_rfc_9562_and_sorts_by_time(monkeypatch):
    made = [new_id() for _ in range(100)]
    assert len(set(made)) == 100
    for one in made:
        assert re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", one)
    assert abs(int(made[0][:12], 16) / 1000 - time.time()) < 60

    monkeypatch.setattr(bootstrap.time, "time_ns", lambda: 1_000_000)
    first = new_id()
    monkeypatch.setattr(bootstrap.time, "time_ns", lambda: 2_000_000)
    assert first < new_id()
    monkeypatch.setattr(bootstrap.secrets, "randbits", lambda _bits: (1 << 74) - 1)
    assert new_id() == "0000000000027fffbfffffffffffffff"
