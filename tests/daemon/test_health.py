"""What /healthz says that no process has to be run for."""

from datetime import timedelta

import pytest

from mailflow.bootstrap import Desk
from mailflow.daemon import Daemon
from tests.world import COMPLETE, World

WAITS = "handle: a mail has waited for 10 minutes"


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def test_a_mail_that_is_not_handled_for_long_is_told(world):
    daemon = Daemon(Desk(world.app, world.store), node="test")
    world.receive(world.mail(COMPLETE), "jo@example.org")
    world.now += timedelta(minutes=9)
    assert WAITS not in daemon.health()
    world.now += timedelta(minutes=1)
    assert WAITS in daemon.health()
    elsewhere = Daemon(Desk(world.app, world.store), roles=["receive"], node="test")
    world.now += timedelta(minutes=10)
    assert not [problem for problem in elsewhere.health() if "waited" in problem]


def test_a_mail_that_waited_while_no_desk_ran_is_no_fault_of_the_one_that_begins(world):
    world.receive(world.mail(COMPLETE), "jo@example.org")
    world.now += timedelta(days=1)
    daemon = Daemon(Desk(world.app, world.store), node="test")
    assert WAITS not in daemon.health()
    world.now += timedelta(minutes=10)
    assert WAITS in daemon.health()
