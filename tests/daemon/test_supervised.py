"""Under systemd: a socket that it hands over, and what it is told."""

import fcntl
import os
import select
import signal
import socket
import subprocess
import sys

import pytest

from tests.daemon.desk import PATIENCE, mail, send

# What systemd does before it starts a service with a socket (sd_listen_fds(3)).
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "smtp"}
os.execvp(sys.argv[2], sys.argv[2:])
"""


class Supervisor:
    """systemd's end of $NOTIFY_SOCKET."""

    def __init__(self):
        self.address = f"@mailflow-test-{os.getpid()}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address.replace("@", "\0", 1))
        self._socket.settimeout(PATIENCE)

    def wait_for(self, word):
        """What was told before it, and the message that begins with it."""
        heard = [self._hear()]
        while not heard[-1].startswith(word):
            heard.append(self._hear())
        return heard

    def _hear(self):
        return self._socket.recv(4096).decode()

    def close(self):
        self._socket.close()


@pytest.fixture
def supervisor():
    supervisor = Supervisor()
    yield supervisor
    supervisor.close()


@pytest.fixture
def handed_over():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_systemd_hands_over_the_socket_and_hears_how_the_daemon_is(make_desk, supervisor, handed_over):
    desk = make_desk(smtp__listen="systemd")
    process = desk.launch(
        prefix=(sys.executable, "-c", HAND_OVER, str(handed_over.fileno())),
        environ={"NOTIFY_SOCKET": supervisor.address, "WATCHDOG_USEC": "200000"},
        pass_fds=(handed_over.fileno(),),
    )
    address, port = handed_over.getsockname()
    supervisor.wait_for("READY=1")
    assert process.wait_for("listening")["address"] == f"{address}:{port}"
    send(port, mail(sender="jo@example.org"))
    process.wait_for("received", sender="jo@example.org")
    supervisor.wait_for("WATCHDOG=1")
    supervisor.wait_for("WATCHDOG=1")

    process.signal(signal.SIGHUP)
    supervisor.wait_for("RELOADING=1\nMONOTONIC_USEC=")
    supervisor.wait_for("READY=1")

    process.signal(signal.SIGTERM)
    supervisor.wait_for("STOPPING=1")
    assert process.wait() == 0
    with socket.create_connection((address, port), PATIENCE):
        """Who comes now waits for the next daemon, and is not refused."""


def test_a_desk_that_is_its_own_smarthost_blames_no_recipient(make_desk, handed_over):
    """With "systemd" its configuration does not tell where it listens."""
    address, port = handed_over.getsockname()
    desk = make_desk(smtp__listen="systemd", smarthost__host=address, smarthost__port=port)
    process = desk.launch(
        prefix=(sys.executable, "-c", HAND_OVER, str(handed_over.fileno())),
        pass_fds=(handed_over.fileno(),),
    )
    process.wait_for("listening")
    send(port, mail(sender="jo@example.org"))
    assert "is a desk itself" in process.wait_for("letter_put_back")["error"]
    assert process.stop() == 0
    assert desk.scalars("SELECT state FROM outbox") == ["waiting"]
    assert desk.scalars("SELECT failing FROM cases") == [False]


def test_a_log_that_nobody_reads_stops_nothing(make_desk, handed_over):
    """Not even its first line goes."""
    desk = make_desk(smtp__listen="systemd")
    unread, stderr = os.pipe()
    fcntl.fcntl(stderr, fcntl.F_SETPIPE_SZ, select.PIPE_BUF)
    os.write(stderr, b"x" * fcntl.fcntl(stderr, fcntl.F_GETPIPE_SZ))
    port, fd = handed_over.getsockname()[1], handed_over.fileno()
    program = (sys.executable, "-m", "mailflow", "--config", str(desk.path), "run")
    process = subprocess.Popen(
        [sys.executable, "-c", HAND_OVER, str(fd), *program], cwd=desk.folder, stderr=stderr, pass_fds=(fd,)
    )
    try:
        send(port, mail(sender="jo@example.org"))
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(stderr)
        os.close(unread)
    assert desk.scalars("SELECT count(*) FROM mails") == [1]


def test_without_a_socket_from_systemd_it_says_so(make_desk):
    process = make_desk(smtp__listen="systemd").start()
    assert process.wait() == os.EX_TEMPFAIL
    assert process.lines[-1] == "mailflow: systemd handed over no socket: is mailflow.socket started?"
