"""A smarthost and a desk for the tests of the real process; nothing of them is left behind."""

from contextlib import closing, suppress

import pytest
from sqlalchemy import make_url

from tests.daemon.desk import Desk
from tests.daemon.disk import Disk, NoCompiler, compiled
from tests.daemon.smarthost import Smarthost
from tests.daemon.zygote import Zygote


@pytest.fixture
def smarthost():
    smarthost = Smarthost()
    yield smarthost
    smarthost.close()


@pytest.fixture
def smarthost_settings(smarthost):
    return {"smarthost__host": "127.0.0.1", "smarthost__port": smarthost.port, "smarthost__tls": "off"}


@pytest.fixture
def postgresql_url(postgres_server):
    """An empty database without a table; the server asks for no password, so the URL needs none."""
    name = postgres_server.make()
    yield make_url(postgres_server.url(name))._replace(password=None).render_as_string()
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def disk_library(tmp_path_factory):
    """None where it cannot be made."""
    with suppress(NoCompiler):
        return compiled(tmp_path_factory.mktemp("disk"))


@pytest.fixture(scope="session")
def zygote(disk_library):
    """What it forks has a disk of its own if its environment says so."""
    with closing(Zygote(disk_library)) as zygote:
        yield zygote


@pytest.fixture
def make_disk(disk_library):
    """A disk for the database of a desk, which fails when told to."""

    def make(desk):
        if disk_library is None:
            pytest.skip("there is no C compiler that works")
        return Disk(desk.folder, desk.folder / "var" / "mailflow.db", disk_library)

    return make


@pytest.fixture
def make_desk(tmp_path, zygote):
    """Makes a desk from settings, `section__key`; whatever it has started is gone after the test."""
    desks = []

    def make(**settings):
        folder = tmp_path / f"desk{len(desks)}"
        folder.mkdir()
        desks.append(Desk(folder, zygote=zygote, **settings))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()
