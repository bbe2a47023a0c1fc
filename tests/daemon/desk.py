"""A desk as it really runs: a process of `mailflow run`, and people who write to it by SMTP.

Everything is waited for by what it does, with a deadline; nothing sleeps.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import smtplib
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from threading import Condition, Event, Thread
from time import monotonic

from sqlalchemy.exc import DatabaseError

from mailflow.config import Config, Database, load
from mailflow.store.engine import make_engine
from mailflow.store.unit import Store, UnitOfWork
from tests.daemon.zygote import Fault, Forked, Zygote
from tests.world import REPOSITORY

PATIENCE = 60.0  # seconds; far more than anything takes, so that a busy machine fails no test
ADDRESS = "recovery@pypi.example"
STAFF = "recovery-staff@pypi.example"
REQUEST = "Hello, I lost my phone with the authenticator app. My user name is jdoe42."
WELL = '{"status": "ok"}\n'
_OURS = re.compile(r"NOTIFY_SOCKET|LISTEN_|WATCHDOG_|JOURNAL_STREAM|CREDENTIALS_DIRECTORY")
_LOOK_EVERY = 0.2  # seconds; nobody tells of the last change to a database
_MAILS_WAITING = "SELECT id FROM mails WHERE state = 'waiting'"
_LETTERS_WAITING = "SELECT id FROM outbox WHERE state = 'waiting'"
_numbers = count(1)


class Process:
    """One run of the daemon. Its log is read as it is written."""

    def __init__(self, popen: subprocess.Popen | Forked) -> None:
        self.started_at = monotonic()
        self.lines: list[str] = []
        self._changed = Condition()
        self._ended = False
        self._popen = popen
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self._popen.stderr:
            with self._changed:
                self.lines.append(line.decode().rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def events(self) -> list[dict]:
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    def told(self, event: str, **facts: object) -> list[dict]:
        """The lines of the log for an event."""
        found = [json.loads(line) for line in self.lines if f'"event": "{event}"' in line]
        return [line for line in found if facts.items() <= line.items()]

    def wait_for(self, event: str, nth: int = 1, **facts: object) -> dict:
        """The first such line of the log, or the nth, once it is there."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.told(event, **facts)) >= nth or self._ended, PATIENCE)
            found = self.told(event, **facts)
        assert len(found) >= nth, f"no {event} {facts} in the log:\n{self.text}"
        return found[nth - 1]

    def tells(self, event: str, nth: int, within: float) -> bool:
        """Whether there is an nth line for an event within some seconds."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.told(event)) >= nth or self._ended, within)
        return len(self.told(event)) >= nth

    def wait_as_often(self, event: str, as_another: str) -> None:
        """Until it has told of one event as often as of another."""

        def even() -> bool:
            return len(self.told(event)) == len(self.told(as_another))

        with self._changed:
            self._changed.wait_for(lambda: even() or self._ended, PATIENCE)
        assert even(), f"{as_another} without {event} in the log:\n{self.text}"

    @property
    def port(self) -> int:
        """Where it listens for SMTP, once it is ready."""
        self.wait_for("ready")
        return int(self.wait_for("listening")["address"].rpartition(":")[2])

    @property
    def door(self) -> int | None:
        """The same, or None where it does not listen yet."""
        told = self.told("listening")
        return int(told[0]["address"].rpartition(":")[2]) if told else None

    @property
    def monitoring(self) -> str:
        """Where its pages are."""
        return f"http://{self.wait_for('ready')['monitoring']}"

    def wait_until_well(self) -> None:
        """Each loop looks again by itself after what went wrong, at the latest after some seconds."""
        _until(lambda: get(f"{self.monitoring}/healthz") == (200, WELL), "it is not well")

    def signal(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def wait(self) -> int:
        """The exit status, once it has ended."""
        status = self._popen.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status

    def has_ended(self, within: float) -> bool:
        """Whether it ends within some seconds."""
        try:
            self._popen.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        self._popen.kill()
        self.wait()

    def close(self) -> None:
        self.kill()
        self._popen.stderr.close()


class Desk:
    """A configuration in a folder of its own, the processes that run it, and what they store."""

    def __init__(self, folder: Path, *, zygote: Zygote | None = None, **settings: object) -> None:
        self.folder = folder
        self._zygote = zygote
        self.path = folder / "config.toml"
        self.processes: list[Process] = []
        self._settings = {
            "smtp.listen": ["127.0.0.1:0"],
            "monitoring.listen": "127.0.0.1:0",
            "log.format": "json",
        }
        self.configure(**settings)

    def configure(self, **settings: object) -> None:
        """Write the configuration anew: the shipped one with these settings, `section__key`, and all set before."""
        self._settings |= {name.replace("__", "."): value for name, value in settings.items()}
        self.path.write_text(_changed((REPOSITORY / "config.toml").read_text(), self._settings))

    @property
    def config(self) -> Config:
        return load(self.path)

    @property
    def _database(self) -> Database:
        """As the desk has it, and with more patience."""
        return replace(self.config.database, statement_timeout=timedelta(seconds=PATIENCE))

    def start(
        self,
        *arguments: str,
        fault: Fault | None = None,
        broken: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> Process:
        """Run the daemon; `arguments` are those of `mailflow run`.

        From a process that has loaded everything, if there is one: it may die at a fault or be broken on purpose.
        """
        if self._zygote is None:
            assert fault is None
            assert not broken
            return self.launch(*arguments, environ=environ)
        return self.fork(self._zygote, *arguments, fault=fault, broken=broken, environ=environ)

    def launch(
        self,
        *arguments: str,
        prefix: tuple[str, ...] = (),
        program: tuple[str, ...] = ("-m", "mailflow"),
        environ: Mapping[str, str] | None = None,
        **options: object,
    ) -> Process:
        """The same as an operator does it: a program that has to load everything first."""
        inherited = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
        popen = subprocess.Popen(
            [*prefix, sys.executable, *program, "--config", str(self.path), "run", *arguments],
            env={**inherited, **(environ or {})},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **options,
        )
        self.processes.append(Process(popen))
        return self.processes[-1]

    def fork(
        self,
        zygote: Zygote,
        *arguments: str,
        fault: Fault | None = None,
        broken: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> Process:
        command = ("--config", str(self.path), "run", *arguments)
        forked = zygote.fork(command, self.folder, fault=fault, broken=broken, environ=environ)
        self.processes.append(Process(forked))
        return self.processes[-1]

    def close(self) -> None:
        for process in self.processes:
            process.close()

    @contextmanager
    def stored(self) -> Iterator[UnitOfWork]:
        with contextlib.closing(Store(make_engine(self._database))) as store, store.read() as uow:
            yield uow

    def execute(self, statement: str) -> None:
        """Change something behind the daemon's back."""
        engine = make_engine(self._database)
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def scalars(self, statement: str) -> list:
        """The first column of what a statement finds in the database."""
        engine = make_engine(self._database)
        try:
            with engine.connect() as connection:
                return list(connection.exec_driver_sql(statement).scalars())
        finally:
            engine.dispose()

    def let_leases_run_out(self) -> None:
        """As time does after a crash; while no process is alive."""
        self._if_there("UPDATE outbox SET lease_until = 1 WHERE lease_until IS NOT NULL")
        self._if_there("UPDATE sender_checks SET next_try_at = 1 WHERE found IS NULL")

    def let_waits_pass(self) -> None:
        """Of mails that are to be tried again: one that was in hand in several crashes waits for minutes."""
        self._if_there("UPDATE mails SET next_try_at = received_at WHERE state = 'waiting'")

    def _if_there(self, statement: str) -> None:
        with contextlib.suppress(DatabaseError):  # it has no tables yet
            self.execute(statement)

    def wait_until_nothing_waits(self) -> None:
        """Neither a mail nor a letter. What is to be tried again is at once."""

        def nothing() -> bool:
            self.let_waits_pass()
            return not [*self.scalars(_MAILS_WAITING), *self.scalars(_LETTERS_WAITING)]

        _until(nothing, "mails or letters wait")

    def wait_for_letters(self, kind: str, number: int) -> None:
        """Until so many were sent."""
        sent = f"SELECT id FROM outbox WHERE kind = '{kind}' AND state = 'sent'"
        _until(lambda: len(self.scalars(sent)) >= number, f"there are not {number} {kind}s")

    def command(
        self, *arguments: str, stdin: str = "", program: tuple[str, ...] = ("-m", "mailflow")
    ) -> subprocess.CompletedProcess:
        """Another command of `mailflow`, beside the daemon."""
        return subprocess.run(
            [sys.executable, *program, "--config", str(self.path), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


def _until(holds: Callable[[], bool], or_else: str) -> None:
    """What nobody tells of is looked for again and again."""
    until = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < until, or_else
        Event().wait(_LOOK_EVERY)


def _changed(text: str, settings: dict[str, object]) -> str:
    """A configuration with other values: JSON's strings, numbers and lists are TOML's too."""
    left, section, lines = dict(settings), "", []
    for line in text.splitlines():
        key = line.partition("=")[0].strip()
        if line.startswith("["):
            section = line.strip("[]")
        elif f"{section}.{key}" in left:
            line = f"{key} = {json.dumps(left.pop(f'{section}.{key}'))}"  # noqa: PLW2901 - the line's new text
        lines.append(line)
    assert not left, f"the shipped config.toml has no {', '.join(left)}"
    return "\n".join([*lines, ""])


def mail(
    body: str = REQUEST,
    *,
    sender: str,
    to: str = ADDRESS,
    html: bool = False,
    answers: EmailMessage | None = None,
    **fields: str,
) -> EmailMessage:
    """What a person writes; `answers` a letter as a mail client does."""
    written = EmailMessage()
    written["From"], written["To"] = (
        sender,
        str(answers["Reply-To"].addresses[0].addr_spec) if answers else to,
    )
    written["Subject"] = f"Re: {answers['Subject']}" if answers else "locked out"
    written["Message-ID"] = f"<{next(_numbers)}.{os.getpid()}.{monotonic()}@mail.example.org>"
    if answers:
        written["In-Reply-To"] = str(answers["Message-ID"])
    for name, value in fields.items():
        written[name.replace("_", "-")] = value
    written.set_content(body, subtype="html" if html else "plain")
    return written


def send(port: int, written: EmailMessage, *, envelope_sender: str | None = None) -> None:
    """By real SMTP. Raises what smtplib raises for 4xx and 5xx."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example.org", timeout=PATIENCE) as client:
        sender = str(written["From"]) if envelope_sender is None else envelope_sender
        client.send_message(written, sender, [str(written["To"])])


def get(url: str) -> tuple[int, str]:
    """The status and the body of a page."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
