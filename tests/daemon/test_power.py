"""Nothing that was promised is lost by a power cut, nor by one that follows a sync that failed."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from random import Random

import pytest

from tests.daemon import failed_sync
from tests.daemon.desk import PATIENCE
from tests.daemon.disk import ends, power_cuts
from tests.daemon.killing import settings
from tests.daemon.power import DATABASE, Watchful, audit_cuts, load, running, senders
from tests.world import REPOSITORY

MAILS, CUTS = 60, 100


@pytest.fixture
def smarthost():
    with closing(Watchful()) as smarthost:
        yield smarthost


@pytest.fixture
def desk(make_desk, smarthost):
    return make_desk(**settings(smarthost))


@pytest.fixture
def disk(desk, smarthost, make_disk):
    smarthost.disk = make_disk(desk)
    return smarthost.disk


def cut(desk, disk, smarthost, broken=""):
    with running(desk, disk, broken) as clients:
        load(clients, smarthost, MAILS)
    return audit_cuts(disk, clients, smarthost, CUTS, Random(1), desk.folder / "left")


def test_a_power_cut_loses_nothing_that_was_promised(desk, disk, smarthost):
    found = cut(desk, disk, smarthost)
    assert found.breaches == []
    assert found.counts["mails"] == MAILS


def test_commits_that_are_not_synced_are_found(desk, disk, smarthost):
    assert cut(desk, disk, smarthost, "commits_are_not_synced").counts["lost"] > 0


@pytest.mark.parametrize("fault", [[], ["journal_is_trusted"]], ids=["sound", "broken"])
def test_a_sync_that_failed_is_not_made_up_for_by_the_next(desk, disk, fault):
    """What was not synced before it is gone from the disk, for all that the next sync says."""
    folder = desk.folder / "var"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, failed_sync.__file__, f"sqlite:///{folder / DATABASE}", *fault],
        env={**os.environ, **disk.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    at_the_end = [ends(disk.log)[-1]] * 20  # as far as the process got: its connections are open still
    kept = 0
    for _ in power_cuts(disk.log, at_the_end, Random(1), desk.folder / "left"):
        with closing(sqlite3.connect(desk.folder / "left" / DATABASE)) as left:
            assert left.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            kept += failed_sync.PROMISED in senders(left)
    assert kept == (0 if fault else 20)
