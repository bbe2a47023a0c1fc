"""A whole desk without its edges: real rules, real SQLite, real letters; the clock and the smarthost are the test's."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import cache
from itertools import count
from pathlib import Path

from mailflow.bootstrap import make_app, prepare, read_keyring
from mailflow.config import Config, Database, load
from mailflow.core.case import Case
from mailflow.core.envelope import Envelope
from mailflow.steps.app import App, one_by_one
from mailflow.steps.deliver import deliver_due
from mailflow.steps.handle import Failed, Handled, handle_waiting
from mailflow.steps.periodic import pass_time, send_digest
from mailflow.steps.senders import check_waiting
from mailflow.store.engine import make_engine
from mailflow.store.mails import Arrival, StoredMail
from mailflow.store.unit import Store

REPOSITORY = Path(__file__).parent.parent
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
STEP = timedelta(hours=6)
INCOMPLETE = "I lost my phone with the authenticator. My user name is jdoe42."
COMPLETE = """User name: jdoe42
Reason: lost my phone with the authenticator
Recovery codes: lost
Code of Conduct: I agree
Acknowledgement: I understand
"""

_COMPILED: dict[object, object] = {}


def as_written(flowed: str) -> str:
    """The lines of a letter that was sent as format=flowed, as its template and the width have made them."""
    return re.sub(r"^ (?= |From )", "", re.sub(r" (?=\r?\n)", "", flowed), flags=re.MULTILINE)


@dataclass(frozen=True)
class Sent:
    """A letter as it arrives at the other side."""

    envelope_sender: str
    recipient: str
    raw: bytes

    @property
    def message(self):
        return message_from_bytes(self.raw, policy=default)

    @property
    def text(self) -> str:
        return as_written(self.message.get_body(("plain",)).get_content())

    @property
    def reply_to(self) -> str:
        return str(self.message["Reply-To"])

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"]).strip("<>")

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def reference(self) -> str:
        found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", self.subject)
        return found.group() if found else ""


class FakeRelay:
    """Takes every letter, unless `fault` says what to raise."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.fault = lambda _recipient: None

    def send_all(self, letters):
        return one_by_one(self.send, letters)

    def send(self, envelope_sender: str, recipient: str, raw: bytes) -> None:
        problem = self.fault(recipient)
        if problem is not None:
            raise problem
        self.sent.append(Sent(envelope_sender, recipient, raw))

    def close_if_idle(self) -> None:
        pass

    def close(self) -> None:
        pass


loaded = cache(load)


@cache
def template() -> Path:
    """A desk's keys and its empty tables, made once: a copy of them costs a tenth."""
    folder = Path(tempfile.mkdtemp(prefix="mailflow-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    prepare(configured(folder))
    return folder


def prepared(config: Config, folder: Path) -> Config:
    """The same, with the keys and the tables in place: what `mailflow init` does, at less cost."""
    for name in ("reply.key", "database.key", "mailflow.db"):
        if not (folder / name).exists():
            shutil.copy(template() / name, folder / name)
    return config


def in_the_clear(config: Config) -> Config:
    """The same without a key: where there is one, nothing that is kept could be found in the first place."""
    return replace(config, database=replace(config.database, encryption_key=None))


def configured(folder: Path, source: Path = REPOSITORY / "config.toml") -> Config:
    """A configuration file, with everything that is written moved into `folder`."""
    config = loaded(source)
    return replace(
        config,
        desk=replace(config.desk, reply_key=folder / "reply.key"),
        database=Database(
            f"sqlite:///{folder / 'mailflow.db'}", config.database.busy_timeout, folder / "database.key"
        ),
        smarthost=replace(config.smarthost, maildir=folder / "maildir"),
    )


class World:
    def __init__(self, folder: Path, config: Config | None = None) -> None:
        self.folder = folder
        self.now = START
        self.relay = FakeRelay()
        self.config = prepared(config or configured(folder), folder)
        self.engine = make_engine(self.config.database)
        self.store = Store(self.engine, keyring=read_keyring(self.config))
        self.app: App = self.make_app(self.config)
        self.handled: list[Handled | Failed] = []
        self._numbers = count(1)

    def make_app(self, config: Config) -> App:
        """As at the start or after a reload; templates that were compiled once are kept."""
        app = make_app(config, self.store, clock=lambda: self.now, relay=self.relay)
        key = (config.templates, config.policy.form, config.desk.time_zone)
        app.renderer._templates = _COMPILED.setdefault(key, app.renderer._templates)
        return app

    def close(self) -> None:
        self.store.close()

    @property
    def sent(self) -> list[Sent]:
        return self.relay.sent

    @property
    def desk(self) -> str:
        return self.config.desk.address

    def case(self, reference: str = "") -> Case:
        """The case of a reference, or the one opened last, as it is stored."""
        with self.store.read() as uow:
            found = uow.cases.by_reference(reference) if reference else uow.views.cases(limit=1)[0]
        assert found is not None
        return found

    def stored(self, number: int) -> StoredMail | None:
        """A mail as it is stored."""
        with self.store.read() as uow:
            return uow.mails.get(number)

    def query(self, statement: str) -> list:
        """What stands in the database, in its own words."""
        with self.engine.connect() as connection:
            return connection.exec_driver_sql(statement).all()

    def opened(self) -> int:
        """How many cases were opened."""
        with self.store.read() as uow:
            return len(uow.views.cases())

    def receive(self, raw: bytes, sender: str, *recipients: str, remote: str = "", helo: str = "") -> None:
        """A mail arrives; nothing is done with it yet."""
        envelope = Envelope(sender, recipients or (self.desk,), remote, helo)
        with self.store.begin("intake") as uow:
            uow.mails.put([Arrival(envelope, raw, self.now)])

    def run(self) -> list[Sent]:
        """Handle and deliver until nothing is left; the letters that left."""
        before = len(self.sent)
        while check_waiting(self.app):
            pass
        while done := handle_waiting(self.app, 10):
            self.handled += done
        while deliver_due(self.app, "test", limit=10):
            pass
        return self.sent[before:]

    def mail(self, body: str, *, sender: str = "jo@example.org", to: str = "", **fields: str | None) -> bytes:
        """A plain mail as a mail client writes it; a field that is None is left out."""
        head = {
            "From": sender,
            "To": to or self.desk,
            "Subject": "account",
            "Date": self.now.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "Message-ID": f"<{next(self._numbers)}@mail.example.org>",
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=utf-8",
            **{name.replace("_", "-"): value for name, value in fields.items()},
        }
        lines = [f"{name}: {value}" for name, value in head.items() if value is not None]
        return "\r\n".join([*lines, "", *body.splitlines(), ""]).encode()

    def write(
        self, body: str, *, sender: str = "jo@example.org", to: str = "", **fields: str | None
    ) -> list[Sent]:
        """A person writes, and the desk does everything about it; the letters that leave."""
        self.receive(self.mail(body, sender=sender, to=to, **fields), sender, to or self.desk)
        return self.run()

    def bounce(self, letter: Sent, *, to: str = "", action: str = "failed", status: str = "5.1.1") -> None:
        """The server of the recipient sends a letter back."""
        report = f"""--b

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {letter.recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user
--b--"""
        raw = self.mail(
            report,
            sender="MAILER-DAEMON@mx.example.org",
            to=to or letter.envelope_sender,
            Subject="Undelivered Mail Returned to Sender",
            Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
        )
        self.receive(raw, "", to or letter.envelope_sender)
        self.run()

    def answer(self, letter: Sent, body: str, *, sender: str = "", **fields: str | None) -> list[Sent]:
        """A person answers a letter with a mail client: to its reply address, in its thread."""
        return self.write(
            body,
            sender=sender or letter.recipient,
            to=letter.reply_to,
            **{"Subject": f"Re: {letter.subject}", "In_Reply_To": f"<{letter.message_id}>", **fields},
        )

    def wait(self, wait: timedelta, step: timedelta = STEP) -> list[Sent]:
        """Time passes, in steps in which the ticker ticks; the letters that left meanwhile."""
        before, until = len(self.sent), self.now + wait
        while self.now < until:
            self.now = min(until, self.now + step)
            while pass_time(self.app, 10):
                pass
            send_digest(self.app, "test")
            self.run()
        return self.sent[before:]


def budgeted(folder: Path, **limits: int) -> World:
    """A desk with other limits than those that it is shipped with."""
    config = configured(folder)
    return World(folder, replace(config, policy=replace(config.policy, **limits)))
