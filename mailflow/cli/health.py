"""Asks the desk that runs with a configuration how it is, by /healthz of its `monitoring.listen`."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from typing import Final

_PATIENCE: Final = 3.0  # seconds for each step: a desk waits for its database before it says that it is ill
_MOST: Final = 65_536  # bytes of an answer


class NoDesk(Exception):
    """No desk answers; the text says what happened instead."""


def problems(listen: tuple[str, int]) -> list[str]:
    """What the desk says is wrong; nothing where it is well. Raises `NoDesk`."""
    try:
        answer = _ask(listen)
    except OSError as error:
        raise NoDesk(error.strerror or str(error)) from error
    try:
        facts = json.loads(answer.partition(b"\r\n\r\n")[2])
        return [str(problem) for problem in facts.get("problems", ())] if facts["status"] != "ok" else []
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoDesk("something else answers there") from error


def _ask(listen: tuple[str, int]) -> bytes:
    """By hand: to import `http.client` takes longer than all of this."""
    with closing(socket.create_connection(listen, timeout=_PATIENCE)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        answer = b""
        while len(answer) < _MOST and (piece := connection.recv(_MOST)):
            answer += piece
    return answer
