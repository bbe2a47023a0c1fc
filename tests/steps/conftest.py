from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def make_node(tmp_path, world):
    """Makes other nodes on the same database, each with the time as it is then."""
    nodes = []

    def make():
        nodes.append(World(tmp_path))
        nodes[-1].now = world.now
        return nodes[-1]

    yield make
    for node in nodes:
        node.close()


@pytest.fixture
def node(make_node):
    """A second node on the same database."""
    return make_node()
