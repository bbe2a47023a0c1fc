from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def node(tmp_path, world):
    """A second node on the same database."""
    second = World(tmp_path)
    second.now = world.now
    yield second
    second.close()
