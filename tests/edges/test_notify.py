import os
import socket

import pytest

from mailflow.edges import notify


@pytest.fixture(params=["path", "abstract"])
def supervisor(request, tmp_path, monkeypatch):
    """systemd's end of the socket."""
    name = str(tmp_path / "notify")
    if request.param == "abstract":
        name = f"\0mailflow-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(name)
        sock.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name.replace("\0", "@"))
        yield lambda: sock.recv(4096).decode()


def test_systemd_hears_how_the_daemon_is(supervisor):
    notify.ready()
    assert supervisor() == "READY=1\nSTATUS=ready"
    notify.watchdog()
    assert supervisor() == "WATCHDOG=1"
    notify.status("3 mails\nwait")
    assert supervisor() == "STATUS=3 mails wait"
    notify.reloading()
    assert supervisor().startswith("RELOADING=1\nMONOTONIC_USEC=")
    notify.stopping()
    assert supervisor() == "STOPPING=1\nSTATUS=stopping"


@pytest.mark.parametrize("address", [None, "", "/nowhere/at/all", "@" + "x" * 300, "/" + "x" * 300])
def test_without_a_supervisor_nothing_happens(address, monkeypatch):
    if address is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify.ready()


@pytest.mark.parametrize(
    ("allowed", "pid", "seconds"),
    [
        ("60000000", None, 30.0),
        ("60000000", "own", 30.0),
        ("60000000", "1", None),
        ("0", None, None),
        ("soon", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_fed_twice_as_often_as_it_wants(allowed, pid, seconds, monkeypatch):
    for name, value in (
        ("WATCHDOG_USEC", allowed),
        ("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid),
    ):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert notify.watchdog_every() == seconds
