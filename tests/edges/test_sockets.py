"""Sockets of our own and of systemd."""

import os
import socket

import pytest

from mailflow.edges import sockets


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def handed(monkeypatch, *passed: socket.socket) -> dict[str, str]:
    """The environment of a service whose file descriptors, from 900 on, are these."""
    monkeypatch.setattr(sockets, "FIRST_FD", 900)
    for fd, sent in enumerate(passed, start=900):
        os.dup2(sent.fileno(), fd)
    return {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(passed)), "LISTEN_FDNAMES": "smtp"}


def test_an_address_is_bound():
    (bound,) = sockets.bind([("127.0.0.1", 0)])
    with bound:
        assert bound.getsockname()[1] > 0


def test_ipv6_leaves_ipv4_alone():
    try:
        (bound,) = sockets.bind([("::1", 0)])
    except OSError:
        pytest.skip("no IPv6 here")
    with bound:
        assert bound.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)


def test_an_address_that_is_taken_is_named_and_no_socket_stays_open(listening):
    taken = listening.getsockname()
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{taken[1]}: Address already in use"):
        sockets.bind([("127.0.0.1", 0), taken])


def test_an_address_that_stands_twice_is_taken():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    with pytest.raises(OSError, match="Address already in use"):
        sockets.bind([address, address])


def test_a_host_without_an_address_is_an_error(monkeypatch):
    def fail(*_args, **_flags):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(OSError, match=r"cannot listen on mx\.invalid:25: Name or service not known"):
        sockets.bind([("mx.invalid", 25)])


def test_the_sockets_of_systemd_are_taken_once(monkeypatch, listening):
    environ = handed(monkeypatch, listening)
    (taken,) = sockets.handed_over(environ)
    with taken:
        assert taken.getsockname() == listening.getsockname()
        assert taken.get_inheritable() is False
        assert environ == {}


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LISTEN_PID": "1", "LISTEN_FDS": "1"},
        {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "0"},
        {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "many"},
    ],
)
def test_no_socket_from_systemd_is_an_error(environ):
    with pytest.raises(OSError, match=r"systemd handed over no socket: is mailflow\.socket started\?"):
        sockets.handed_over(environ)


def test_a_socket_that_does_not_listen_is_an_error(monkeypatch, listening):
    with socket.socket() as deaf:
        environ = handed(monkeypatch, listening, deaf)
    with pytest.raises(OSError, match="socket 901, handed over by systemd, does not listen"):
        sockets.handed_over(environ)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(900)
