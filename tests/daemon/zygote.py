"""A process that has loaded all of mailflow, and forks for each daemon that a test starts: in a twentieth of the time.

What it forks runs `mailflow.cli.main` as a started one does, in a process of its own. It can end itself at a moment of
`mailflow.faults`, and be broken on purpose (`broken.py`): only a program of the tests can do that.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from io import FileIO
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

_LONGEST = 64 * 1024  # bytes of a request
_LOADED = (
    "alembic.command",
    "apscheduler.triggers.interval",
    "cryptography.hazmat.primitives.ciphers.aead",
    "encodings.idna",
    "mailflow.cli.desk",
    "mailflow.daemon",
    "mailflow.edges.relay",
    "mailflow.edges.session",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
)
_REQUEST = (
    b"From: jo@example.org\r\nSubject: locked out\r\n\r\nHello, I lost my phone. My user name is jdoe42.\r\n"
)
_REPOSITORY = Path(__file__).parents[2]


class Fault(NamedTuple):
    """Where a process ends itself by SIGKILL: the nth time that it comes to a moment of `mailflow.faults`."""

    moment: str
    what: str = ""
    nth: int = 1


@dataclass
class Forked:
    """A process as `subprocess.Popen` shows it."""

    pid: int
    stderr: IO[bytes]
    _status: FileIO
    returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            self.returncode = int(self._status.read() or -signal.SIGKILL)
            self._status.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:  # until then nobody else can have its number
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Zygote:
    """The test's end of it. `preload`: a library that it and all that it forks have in front of the others."""

    def __init__(self, preload: Path | None = None) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.daemon.zygote", str(theirs.fileno())]
            environ = {**os.environ, "LD_PRELOAD": str(preload)} if preload else None
            self._popen = subprocess.Popen(command, cwd=_REPOSITORY, pass_fds=[theirs.fileno()], env=environ)

    def fork(
        self,
        arguments: Sequence[str],
        folder: Path,
        *,
        fault: Fault | None = None,
        broken: str = "",
        environ: Mapping[str, str] | None = None,
        stdin: str = "",
    ) -> Forked:
        """Run `mailflow` with these arguments in a folder."""
        stderr, its_stderr = os.pipe()
        status, its_status = os.pipe()
        request = {"arguments": [*arguments], "folder": str(folder), "environ": {**(environ or {})}}
        request |= {"fault": fault, "broken": broken, "stdin": stdin}
        socket.send_fds(self._channel, [json.dumps(request).encode()], [its_stderr, its_status])
        os.close(its_stderr)
        os.close(its_status)
        reader = FileIO(status)
        return Forked(int(reader.read(8)), os.fdopen(stderr, "rb"), reader)

    def close(self) -> None:
        """With all that it has forked."""
        self._channel.close()
        self._popen.wait()


def serve(channel: socket.socket) -> None:
    """The other end: fork when asked, say how each one ended, and end them all when nobody asks any more."""
    children: dict[int, tuple[int, int]] = {}  # by pidfd: pid, where its status is written
    while True:
        ready, _, _ = select.select([channel, *children], [], [])
        for pidfd in set(ready) - {channel}:
            _tell_end(pidfd, *children.pop(pidfd))
        if channel in ready:
            request, descriptors, _, _ = socket.recv_fds(channel, _LONGEST, 2)
            if not request:
                break
            stderr, status = descriptors
            if not (pid := os.fork()):
                channel.close()
                _become(
                    json.loads(request), stderr, [*children, *(fd for _, fd in children.values()), status]
                )
            os.close(stderr)
            os.write(status, b"%8d" % pid)
            children[os.pidfd_open(pid)] = (pid, status)
    for pid, _ in children.values():
        os.kill(pid, signal.SIGKILL)


def _tell_end(pidfd: int, pid: int, status: int) -> None:
    _, how = os.waitpid(pid, 0)
    os.write(status, b"%d" % os.waitstatus_to_exitcode(how))
    os.close(status)
    os.close(pidfd)


def _become(request: dict[str, Any], stderr: int, not_its: Sequence[int]) -> NoReturn:
    """A process of `mailflow`; it never comes back."""
    code = 1
    try:
        for descriptor in not_its:
            os.close(descriptor)
        os.dup2(stderr, 2)
        os.close(stderr)
        # Not the zygote's own, which know where they stood in its files.
        sys.stdout, sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"), os.fdopen(2, "w", 1)
        sys.stdin = io.TextIOWrapper(io.BytesIO(request["stdin"].encode()))
        os.chdir(request["folder"])
        os.environ.update(request["environ"])
        if "DISK_LOG" in os.environ:
            ctypes.CDLL(None).disk_begin()
        _arm(request["fault"])
        if request["broken"]:
            from tests.daemon.broken import VARIANTS

            VARIANTS[request["broken"]]()
        code = _run(request["arguments"])
    finally:
        sys.stderr.flush()
        os._exit(code)


def _run(arguments: list[str]) -> int:
    from mailflow.cli import main

    sys.argv = ["mailflow", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except Exception:  # noqa: BLE001 - as the interpreter's own end
        traceback.print_exc()
        return 1
    return 0


def _arm(fault: Sequence[Any] | None) -> None:
    from mailflow import faults

    if fault is None:
        return
    moment, what, nth = fault
    reached = 0

    def act(at: str, of: str) -> None:
        nonlocal reached
        if (at, of) == (moment, what):
            reached += 1
            if reached == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    faults.act = act


def _load() -> None:
    """All that a daemon imports and compiles; what it makes of the shipped form is kept."""
    for name in _LOADED:
        import_module(name)
    from mailflow import daemon
    from mailflow.config import load
    from mailflow.core import answerwords

    config = load(_REPOSITORY / "config.toml")
    compiled, of_form = answerwords.compile_terms, config.policy.form
    terms = config.lexicon.answers.terms(of_form)

    def compile_terms(form: Any, words: Any) -> Any:
        return terms if form == of_form else compiled(form, words)

    answerwords.compile_terms = compile_terms
    _keep_compiled_letters()
    daemon.check_letters(config)
    daemon.check_letters = lambda _config: None  # they were
    _handle_a_mail(config)


def _handle_a_mail(config: Any) -> None:
    """What is only compiled when the first mail needs it takes longer than all else of a short life."""
    from mailflow.cli import explain

    with explain._throw_away(config) as (app, clock):
        list(explain.play(app, clock, [("", _REQUEST)]))


def _keep_compiled_letters() -> None:
    """What Jinja makes of a template's text is half of what a daemon does before it is ready."""
    from jinja2 import Environment

    compiled, known = Environment.compile, {}

    def compile_once(
        self: Environment, source: str, name: str | None = None, *others: Any, **more: Any
    ) -> Any:
        if (source, name) not in known:
            known[source, name] = compiled(self, source, name, *others, **more)
        return known[source, name]

    Environment.compile = compile_once


if __name__ == "__main__":
    _load()
    gc.collect()
    gc.freeze()
    serve(socket.socket(fileno=int(sys.argv[1])))
