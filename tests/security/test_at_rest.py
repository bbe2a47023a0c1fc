"""What lies on the disk: who may read the files, and what stands in them."""

import os
import stat

import pytest

from mailflow.bootstrap import make_relay, prepare
from mailflow.store import private
from tests.world import INCOMPLETE, World, configured


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
