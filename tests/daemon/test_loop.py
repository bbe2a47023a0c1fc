"""A loop: it works while there is more, waits to be woken, outlives whatever its work raises, and can be stopped."""

import json
from io import StringIO
from queue import SimpleQueue
from threading import Event, current_thread

import pytest

from mailflow import loop as loops
from mailflow.config.settings import Log
from mailflow.edges import log
from mailflow.loop import DATABASE, Loop
from mailflow.store.engine import Unavailable

PATIENCE = 20
NEVER = 3600.0


class Work:
    """Does what the test says next; tells of each turn."""

    def __init__(self):
        self.turns = 0
        self._outcomes = SimpleQueue()
        self._began = SimpleQueue()

    def __call__(self):
        self._began.put(current_thread())
        outcome = self._outcomes.get(timeout=PATIENCE)
        self.turns += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def turn(self, outcome):
        """Wait for a turn to begin, and say how it ends."""
        thread = self._began.get(timeout=PATIENCE)
        self._outcomes.put(outcome)
        return thread


@pytest.fixture
def stream():
    """Where the log goes."""
    stream = StringIO()
    log.configure(Log(format="json", level="info"), stream)
    return stream


def events(stream):
    return [json.loads(line)["event"] for line in stream.getvalue().splitlines()]


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def make_loop(work):
    made = []

    def make(pause=NEVER, patience=NEVER, **options):
        made.append(Loop("handle", work, pause=pause, patience=patience, **options))
        made[-1].start()
        return made[-1]

    yield make
    for loop in made:
        loop.stop()
        work._outcomes.put(False)  # should it be in a turn
        loop.join(PATIENCE)
        assert not loop.is_alive()


@pytest.fixture
def quick(monkeypatch):
    """No wait after a failure."""
    monkeypatch.setattr(loops, "_BACKOFF", (0.0,))


def test_it_goes_on_at_once_while_there_is_more(make_loop, work):
    make_loop()
    for outcome in (True, True, False):
        work.turn(outcome)


def test_it_looks_again_when_it_is_woken(make_loop, work):
    loop = make_loop()
    work.turn(False)
    loop.wake()
    work.turn(False)


def test_a_call_during_its_work_is_not_lost(make_loop, work):
    loop = make_loop()
    work._began.get(timeout=PATIENCE)
    loop.wake()
    work._outcomes.put(False)
    work.turn(False)


def test_it_looks_by_itself_after_its_pause(make_loop, work):
    make_loop(pause=0.0)
    work.turn(False)
    work.turn(False)


def test_what_comes_together_is_done_in_one_turn(work):
    waited = []

    class Stopped(Event):
        def wait(self, timeout=None):
            waited.append(timeout)
            loop.wake()  # by what comes meanwhile
            return self.is_set()

    loop = Loop("handle", work, pause=NEVER, gather=0.5, patience=NEVER)
    loop._stopped = Stopped()
    loop.start()
    work.turn(False)
    loop.wake()
    work.turn(True)
    work.turn(False)
    loop.stop()
    loop.join(PATIENCE)
    assert (waited[0], work.turns) == (0.5, 3)


@pytest.mark.usefixtures("quick")
def test_what_its_work_raises_is_said_once_and_does_not_end_it(make_loop, work, stream):
    loop = make_loop(pause=0.0)
    work.turn(ValueError("a person's words"))
    work.turn(ValueError("a person's words"))
    work._began.get(timeout=PATIENCE)
    assert loop.ill == "handle: ValueError"
    work._outcomes.put(False)
    work.turn(False)
    assert loop.ill == ""
    assert events(stream) == ["crashed"]
    assert "person" not in stream.getvalue()


@pytest.mark.usefixtures("quick")
def test_a_database_that_is_away_is_said_once_and_so_is_its_return(make_loop, work, stream):
    loop = make_loop(pause=0.0)
    work.turn(Unavailable("gone, says jo@example.org\nDETAIL: a person's words"))
    work.turn(Unavailable("gone"))
    work._began.get(timeout=PATIENCE)
    assert loop.ill == f"handle: {DATABASE}"
    work._outcomes.put(False)
    work.turn(False)
    work.turn(False)
    assert events(stream) == ["database_lost", "database_back"]
    assert json.loads(stream.getvalue().splitlines()[0])["reason"] == "gone, says <address>"
    assert "person" not in stream.getvalue()


@pytest.mark.usefixtures("quick")
def test_whoever_reads_the_log_finds_its_health_to_agree(make_loop, work):
    told = SimpleQueue()
    loop = make_loop(pause=0.0)

    def observe(event):
        told.put((event, loop.ill))

    log.observe(observe)
    try:
        for outcome in (Unavailable("gone"), False, ValueError(), False):
            work.turn(outcome)
        work._began.get(timeout=PATIENCE)
    finally:
        log.forget(observe)
    assert [told.get_nowait() for _ in range(3)] == [
        ("database_lost", f"handle: {DATABASE}"),
        ("database_back", ""),
        ("crashed", "handle: ValueError"),
    ]


def test_failures_in_a_row_are_tried_less_and_less_often(work, stream):
    waits = SimpleQueue()

    class Woken(Event):
        def wait(self, timeout=None):
            waits.put(timeout)
            return True

    loop = Loop("handle", work, pause=7.0, patience=NEVER)
    loop._woken = Woken()
    loop.start()
    for outcome in (*[ValueError()] * 5, False):
        work.turn(outcome)
    work._began.get(timeout=PATIENCE)
    loop.stop()
    work._outcomes.put(False)
    loop.join(PATIENCE)
    assert [waits.get_nowait() for _ in range(6)] == [1.0, 2.0, 5.0, 15.0, 15.0, 7.0]
    assert events(stream) == ["crashed"]


def test_it_ends_while_it_waits_and_does_its_last_thing_in_its_own_thread(make_loop, work):
    ended = SimpleQueue()
    loop = make_loop(at_end=lambda: ended.put(current_thread()))
    assert work.turn(False) is loop
    loop.stop()
    assert ended.get(timeout=PATIENCE) is loop
    loop.join(PATIENCE)
    assert not loop.is_alive()
    assert work.turns == 1


def test_work_that_takes_long_can_ask_whether_to_stop(work):
    loop = Loop("handle", work, pause=NEVER, patience=NEVER)
    assert not loop.must_stop()
    loop.stop()
    assert loop.must_stop()


def test_a_turn_that_takes_too_long_is_stuck(make_loop, work):
    loop = make_loop(patience=-1.0)
    work._began.get(timeout=PATIENCE)
    assert loop.stuck
    assert loop.ill == "handle: no turn for -1 seconds"
    loop.patience = NEVER
    assert not loop.stuck
    assert loop.ill == ""
    work._outcomes.put(False)


def test_one_that_is_not_running_is_stuck(work):
    loop = Loop("handle", work, pause=NEVER, patience=NEVER)
    assert loop.stuck
    assert loop.ill == "handle: is not running"
