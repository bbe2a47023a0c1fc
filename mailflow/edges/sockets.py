"""Listening sockets: bound to the configured addresses, or handed over by systemd."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import MutableMapping, Sequence

BACKLOG = 2048  # a burst that overflows it waits a second for TCP to try again
FIRST_FD = 3  # sd_listen_fds(3): SD_LISTEN_FDS_START


def bind(addresses: Sequence[tuple[str, int]]) -> list[socket.socket]:
    """One socket for each address that a host stands for. Raises `OSError` with its name, and then none is open."""
    sockets: list[socket.socket] = []
    for host, port in addresses:
        try:
            for family, kind, protocol, _, address in _resolve(host, port):
                sockets.append(bound := socket.socket(family, kind, protocol))
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:  # so that 0.0.0.0 and [::] can both be listened on
                    bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                bound.bind(address)
                # Here: two sockets may be bound to one address, and only one may listen.
                bound.listen(BACKLOG)
        except OSError as error:
            close(sockets)
            raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from error
    return sockets


def handed_over(environ: MutableMapping[str, str] = os.environ) -> list[socket.socket]:
    """The sockets of systemd (sd_listen_fds(3)), once: the variables go, so that no child takes them for its own.

    Raises `OSError` where there are none or one of them does not listen.
    """
    pid, count = environ.pop("LISTEN_PID", ""), environ.pop("LISTEN_FDS", "")
    environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdecimal() or not int(count):
        raise OSError("systemd handed over no socket: is mailflow.socket started?")
    sockets: list[socket.socket] = []
    try:
        for fd in range(FIRST_FD, FIRST_FD + int(count)):
            sockets.append(handed := socket.socket(fileno=fd))
            _check_listening(handed)
    except OSError:
        close(sockets)
        raise
    return sockets


def close(sockets: Sequence[socket.socket]) -> None:
    for opened in sockets:
        opened.close()


def _resolve(host: str, port: int) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
    return list(
        dict.fromkeys(
            socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        )
    )


def _check_listening(handed: socket.socket) -> None:
    if not handed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        raise OSError(errno.EINVAL, f"socket {handed.fileno()}, handed over by systemd, does not listen")
    handed.set_inheritable(False)
