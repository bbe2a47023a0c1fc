"""A smarthost and a desk for the tests of the real process; nothing of them is left behind."""

import pytest

from tests.daemon.desk import Desk
from tests.daemon.smarthost import Smarthost


@pytest.fixture
def smarthost():
    smarthost = Smarthost()
    yield smarthost
    smarthost.close()


@pytest.fixture
def make_desk(tmp_path):
    """Makes a desk from settings, `section__key`; whatever it has started is gone after the test."""
    desks = []

    def make(**settings):
        folder = tmp_path / f"desk{len(desks)}"
        folder.mkdir()
        desks.append(Desk(folder, **settings))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()
