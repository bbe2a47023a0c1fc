"""Nobody waits for whoever reads the log; what was written is whole and in order, and what was lost is told."""

import fcntl
import io
import os
import re
import socket
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from mailflow.edges import logsink
from mailflow.edges.logsink import Sink
from tests.daemon.desk import PATIENCE

LINES = 20_000  # far more than is kept


class Reader:
    """A pipe or a socket, of which one end is the log and the other is read when `text` is asked for."""

    def __init__(self, kind):
        if kind == "socket":
            ours, theirs = socket.socketpair()
            self._ours, end = ours.detach(), theirs.detach()
        elif kind == "terminal":
            self._ours, end = os.openpty()
        else:
            self._ours, end = os.pipe()
        self.stream = os.fdopen(end, "w")

    def text(self, until):
        """What is read until a line matches."""
        found = b""
        while not re.search(until, found):
            found += os.read(self._ours, 65_536)
        return found.decode().replace("\r\n", "\n")

    def close(self):
        os.close(self._ours)
        self.stream.close()


@pytest.fixture(params=["pipe", "pipe of somebody else", "socket", "terminal"])
def reader(request, monkeypatch):
    if request.param == "pipe of somebody else":

        def refused(*_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(logsink.os, "open", refused)
    with closing(Reader(request.param)) as reader:
        yield reader


def line(number):
    return f"{number:06} {'x' * 200}\n"


def test_a_log_that_nobody_reads_keeps_nobody_waiting(reader):
    lost = []

    def tell(lines):
        lost.append(lines)
        sink.put("lost\n")

    sink = Sink(reader.stream, tell)
    assert sink.waits_for() == 0
    for number in range(LINES):
        sink.put(line(number))
    assert sink.waits_for() > 0
    read = reader.text(rb"lost\r?\n").splitlines(keepends=True)
    there = LINES - lost[0]
    assert 1_000_000 / len(line(0)) - 1 < there < LINES
    assert read == [*map(line, range(there)), "lost\n"]
    sink.finish()
    assert sink.waits_for() == 0
    sink.put("and it goes on\n")
    assert reader.text(rb"goes on\r?\n") == "and it goes on\n"


def test_what_was_kept_goes_before_what_comes_later(reader):
    sink = Sink(reader.stream, lambda _: None)
    number = 0
    while not sink.waits_for():
        sink.put(line(number))
        number += 1
    writer = Thread(target=lambda: [sink.put(line(number + more)) for more in range(500)])
    writer.start()
    read = reader.text(f"{number + 499:06} x+\r?\n".encode())
    writer.join()
    assert read == "".join(map(line, range(number + 500)))


def test_what_others_have_open_too_stays_as_it_is(reader):
    """With O_NONBLOCK a shell, or another desk, would lose what it writes there."""
    Sink(reader.stream, lambda _: None).put("a line\n")
    assert not fcntl.fcntl(reader.stream, fcntl.F_GETFL) & os.O_NONBLOCK


def test_a_reader_that_goes_away_ends_the_waiting(reader):
    sink = Sink(reader.stream, lambda _: None)
    for number in range(LINES):
        sink.put(line(number))
    thread = sink._thread
    reader.close()
    reader.close = lambda: None
    thread.join(PATIENCE)
    assert not thread.is_alive()
    sink.put("nobody hears that\n")


def test_at_the_end_nobody_waits_for_long(reader, monkeypatch):
    monkeypatch.setattr(logsink, "_NOT_LONGER_AT_END", 0.01)
    sink = Sink(reader.stream, lambda _: None)
    for number in range(LINES):
        sink.put(line(number))
    sink.finish()
    assert sink.waits_for() > 0


def test_where_no_thread_is_to_be_had_the_next_line_asks_again(reader, monkeypatch):
    class NoThread:
        def __init__(self, **_):
            pass

        def start(self):
            raise RuntimeError("can't start new thread")

    sink = Sink(reader.stream, lambda _: None)
    number = 0
    with monkeypatch.context() as patch:
        patch.setattr(logsink, "Thread", NoThread)
        while not sink.waits_for():
            sink.put(line(number))
            number += 1
    sink.put(line(number))
    assert reader.text(f"{number:06} x+\r?\n".encode()) == "".join(map(line, range(number + 1)))


def test_a_file_takes_each_line_at_once(tmp_path):
    with (tmp_path / "log").open("w") as stream:
        sink = Sink(stream, lambda _: None)
        sink.put("Jürgen\n")
        assert (tmp_path / "log").read_text() == "Jürgen\n"
    sink.put("its own descriptor is open yet\n")  # no other file may have its number meanwhile
    assert "its own" in (tmp_path / "log").read_text()


def test_a_full_disk_stops_nothing():
    with Path("/dev/full").open("w") as stream:
        sink = Sink(stream, lambda _: None)
        sink.put("a line\n")
    assert sink.waits_for() == 0


def test_a_stream_in_memory_is_written_to():
    stream = io.StringIO()
    Sink(stream, lambda _: None).put("a line\n")
    assert stream.getvalue() == "a line\n"
