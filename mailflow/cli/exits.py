"""Exit statuses, those of sysexits.h, and which trouble gives which."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import click

from mailflow.bootstrap import NotReady
from mailflow.cli.show import complain
from mailflow.config import ConfigErrors
from mailflow.steps.find import UnknownCase
from mailflow.store.caserow import UnreadableCase
from mailflow.store.engine import Damaged, Unavailable, Unsafe
from mailflow.store.seal import Unreadable

OK: Final = os.EX_OK
USAGE: Final = os.EX_USAGE  # 64
BAD_DATA: Final = os.EX_DATAERR  # 65: no such case, no such entry of a queue, no mail; a damaged database
NO_INPUT: Final = os.EX_NOINPUT  # 66: a file that cannot be read
NO_USER: Final = os.EX_NOUSER  # 67: `inject` for an address that is not the desk's
# 69: `inject` of a mail that is never taken: too large, or going round.
UNAVAILABLE: Final = os.EX_UNAVAILABLE
SOFTWARE: Final = os.EX_SOFTWARE  # 70: a fault of mailflow
CANNOT_CREATE: Final = os.EX_CANTCREAT  # 73: a file that is there already
TEMPORARY: Final = os.EX_TEMPFAIL  # 75
CONFIG: Final = os.EX_CONFIG  # 78
MENDED_BY: Final = "Stop the desk, move its file away together with its -wal and -shm, and put back the last backup: `mailflow restore FILE`"
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells do

_STATUS_OF: Final[tuple[tuple[type[Exception], int], ...]] = (
    (ConfigErrors, CONFIG),
    (NotReady, CONFIG),
    (Unsafe, CONFIG),
    (Damaged, BAD_DATA),
    (Unavailable, TEMPORARY),
    (UnknownCase, BAD_DATA),
    (Unreadable, BAD_DATA),
    (UnreadableCase, BAD_DATA),
    (OSError, TEMPORARY),
)


class Refused(Exception):
    """A command that cannot be carried out, with the exit status that says so."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def run(command: click.Command, words: Sequence[str] | None = None) -> int:
    """Run a command line and give its exit status. Trouble that has a name is told in words, never with a traceback."""
    _write_any_character()
    try:
        status = command.main(words, standalone_mode=False)
        return status if isinstance(status, int) else OK
    except click.ClickException as error:
        return _show_usage(error)
    except click.Abort:
        return _tell("stopped", INTERRUPTED)
    except SystemExit:  # click's way out of a broken pipe, as in `mailflow cases list | head`
        _forget_output()
        return OK
    except Exception as error:  # noqa: BLE001 -- told in words, or with its traceback where it is our fault
        return _trouble(error)


@contextmanager
def stopped_in_order() -> Iterator[None]:
    """For what makes drafts of people's mail: SIGTERM and SIGHUP end it as Ctrl-C does, so that it takes them away."""

    def stop(*_: object) -> None:
        for number in found:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    found = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    found = {
        number: was for number, was in found.items() if was is signal.SIG_DFL
    }  # `nohup` stays what it is
    for number in found:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, was in found.items():
            signal.signal(number, was)


def _show_usage(error: click.ClickException) -> int:
    shown = io.StringIO()
    error.show(shown)
    complain(shown.getvalue().rstrip())
    return USAGE


def _trouble(error: Exception) -> int:
    status = error.status if isinstance(error, Refused) else _status_of(error)
    if status is None:
        complain("".join(traceback.format_exception(error)))
        return _tell("this is a fault of mailflow; please report it", SOFTWARE)
    if isinstance(error, OSError):
        _forget_output()  # it may have been the output that failed
    if isinstance(error, Damaged):
        return _tell(f"the database is damaged: {error}. {MENDED_BY}", status)
    return _tell(str(error), status)


def _status_of(error: Exception) -> int | None:
    return next((status for kind, status in _STATUS_OF if isinstance(error, kind)), None)


def _tell(message: str, status: int) -> int:
    complain(f"mailflow: {message}")
    return status


def _write_any_character() -> None:
    """A terminal that knows no Unicode gets an escape instead of a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _forget_output() -> None:
    """Or Python would try to write the rest when it ends, and complain again."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123,SIM115 -- open until the end
