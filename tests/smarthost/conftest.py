import logging

import pytest

from mailflow.edges import logline
from mailflow.store import Store, make_engine
from tests.smarthost.faulty import FaultySmarthost


@pytest.fixture
def store(sqlite_database):
    engine = make_engine(sqlite_database)
    yield Store(engine)
    engine.dispose()


@pytest.fixture
def make_smarthost():
    made = []

    def make(*faults, **more):
        made.append(FaultySmarthost([*faults], **more))
        return made[-1]

    yield make
    for smarthost in made:
        smarthost.close()


@pytest.fixture(autouse=True)
def unchanged_log():
    """What configuring the log changes for the whole process is put back."""
    root = logging.getLogger()
    handlers, level, lines = root.handlers[:], root.level, logline._output.lines
    yield
    root.handlers[:], logline._output.lines = handlers, lines
    root.setLevel(level)
