"""What is free on the disk of the database, and when that is too little."""

import os
from datetime import timedelta

import pytest

from mailflow.config import Database
from mailflow.store.space import Space

WAIT = timedelta(seconds=1)


@pytest.fixture
def space(tmp_path):
    (tmp_path / "mailflow.db").touch()
    return Space(Database(f"sqlite:///{tmp_path}/mailflow.db", WAIT))


def test_what_is_free_is_what_this_user_may_write(space, tmp_path, monkeypatch):
    found = os.statvfs_result((4096, 1000, 900, 300, 200, 0, 0, 0, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda path: {str(tmp_path / "mailflow.db"): found}[path])
    assert space.free() == 200 * 1000


@pytest.mark.parametrize(
    ("least", "coming", "suffices"),
    [(1000, 0, True), (1001, 0, False), (800, 100, True), (800, 101, False), (0, 10**12, True)],
)
def test_a_mail_needs_room_beside_what_has_to_stay_free(space, monkeypatch, least, coming, suffices):
    """It stands twice on the disk for a while: in the journal and in the database."""
    monkeypatch.setattr(space, "free", lambda: 1000)
    assert space.suffices(least, coming) is suffices


def test_nothing_is_free_where_the_file_is_gone(space, tmp_path):
    assert space.free() > 0
    (tmp_path / "mailflow.db").unlink()
    assert space.free() == 0
    assert not space.suffices(1)


def test_the_disk_of_postgresql_is_not_looked_at():
    space = Space(Database("postgresql+psycopg://mailflow@db.example.org/mailflow", WAIT))
    assert space.free() is None
    assert space.suffices(10**15, 10**15)
