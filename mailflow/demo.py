"""`make demo`: a real desk for a minute. It takes real mail by SMTP, and every letter is shown as its reader sees it.

The daemon runs as a process of its own with the shipped configuration, on loopback ports and a scratch folder; its
letters go to an SMTP server of this demo. Then the daemon is stopped, and the same desk is shown as time goes by.
"""

from __future__ import annotations

import queue
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from mailflow.bootstrap import open_desk, utc_now
from mailflow.config import load, shipped
from mailflow.steps.deliver import deliver_due
from mailflow.steps.periodic import pass_time, send_digest

STAFF = "recovery-staff@"
PATIENCE = 20.0  # seconds for one letter to arrive
console = Console(width=min(Console().width, 100), highlight=False, markup=False, emoji=False)


class Smarthost:
    """Takes the desk's letters, as a site's smarthost would."""

    def __init__(self) -> None:
        self.letters: queue.Queue[EmailMessage] = queue.Queue()
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        letter = message_from_bytes(envelope.content, policy=default)
        letter["Return-Path"] = f"<{envelope.mail_from}>"  # what a bounce goes to
        self.letters.put(letter)
        return "250 2.0.0 taken"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


@dataclass
class Person:
    """Somebody who writes to the desk with a mail client."""

    name: str
    address: str
    port: int
    desk: str
    mails: int = field(default=0)

    def writes(
        self,
        subject: str,
        body: str,
        *,
        answers: EmailMessage | None = None,
        html: bool = False,
        envelope_sender: str | None = None,
        to: str = "",
        **fields: str,
    ) -> float:
        """Send a mail by SMTP, show it, and say when the desk said 250."""
        mail = EmailMessage()
        mail["From"], mail["Subject"] = f"{self.name} <{self.address}>", subject
        mail["To"] = to or (str(answers["Reply-To"]) if answers else self.desk)
        self.mails += 1
        mail["Message-ID"] = f"<{self.mails}.{time.time():.6f}@{self.address.rpartition('@')[2]}>"
        if answers is not None:
            mail["In-Reply-To"] = mail["References"] = str(answers["Message-ID"])
        for name, value in fields.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(body, subtype="html" if html else "plain")
        show_mail(mail, body)
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example.org") as client:
            sender = self.address if envelope_sender is None else envelope_sender
            client.send_message(mail, sender, [str(mail["To"])])
        return time.monotonic()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="mailflow-demo-") as folder, Smarthost() as smarthost:
        config, port = configured(Path(folder), smarthost.port)
        console.print(Rule("mailflow: a recovery desk, for a minute"))
        with daemon(config):
            real_mail(smarthost, port, load(config).desk.address)
        time_goes_by(config, smarthost)
    console.print(Rule("That was all of it: nothing is left running, and nothing was kept."))
    return 0


# ------------------------------------------------------------------------------------------------ real mail


def real_mail(smarthost: Smarthost, port: int, desk: str) -> None:
    jo = Person("Jo Doe", "jo@example.org", port, desk)
    scene("An incomplete request, by SMTP. The answer asks for exactly what is missing.")
    said = jo.writes(
        "locked out!!",
        "Hi, I dropped my phone in the sea and it had my authenticator. My user name is jdoe42.",
    )
    asked = arrives(smarthost, said)

    scene("Jo answers from the phone. The request is complete.")
    said = jo.writes(f"Re: {asked['Subject']}", "Yes to all.\n\nSent from my iPhone\n", answers=asked)
    received = arrives(smarthost, said)

    scene("A request in HTML, from another mail program. It says everything at once.")
    mia = Person("Mia Lind", "mia@example.net", port, desk)
    lost = arrives(smarthost, mia.writes("Account recovery", HTML, html=True))

    scene("A vacation reply and a bounce come back. A machine is never answered.")
    Person("Jo Doe", jo.address, port, desk).writes(
        "Automatic reply: out of office",
        "I am away until Monday.",
        to=str(received["Reply-To"]),
        envelope_sender="",
        Auto_Submitted="auto-replied",
    )
    nobody = Person("Mail Delivery System", "MAILER-DAEMON@mx.example.net", port, desk)
    nobody.writes(
        "Undelivered Mail Returned to Sender",
        "Your mail to mia@example.net could not be delivered: 550 5.1.1 no such user.",
        to=str(lost["Return-Path"]).strip("<>"),
        envelope_sender="",
        Auto_Submitted="auto-replied",
    )
    no_letter(smarthost)

    scene("Jo asks how far it is.")
    said = jo.writes(
        f"Re: {received['Subject']}", "Hello, has anybody looked at my request yet?", answers=received
    )
    arrives(smarthost, said)

    scene("Kai never answers. We shall see.")
    kai = Person("Kai", "kai@example.com", port, desk)
    arrives(smarthost, kai.writes("help", "i forgot my password and cant get in"))


HTML = """<html><body><table>
<tr><td>PyPI Username</td><td><code>mlind</code></td></tr>
<tr><td>Reason</td><td>My authenticator app was wiped in a repair.</td></tr>
<tr><td>Recovery codes</td><td>never generated</td></tr>
<tr><td>Code of Conduct</td><td>I agree</td></tr>
<tr><td>Acknowledgement</td><td>I understand</td></tr>
</table></body></html>
"""


# ------------------------------------------------------------------------------------------------ time goes by


def time_goes_by(config: Path, smarthost: Smarthost) -> None:
    """The same desk after the daemon has stopped, with a clock that we move."""
    clock = MovingClock(utc_now())
    desk = open_desk(load(config), clock=clock)
    try:
        scene("Three days later. Kai is reminded.")
        show_one(pass_days(desk.app, clock, 3, smarthost), "kai@")
        scene("A week after the requests: nobody has touched the complete ones. The staff is told of each.")
        show_one(pass_days(desk.app, clock, 4, smarthost), STAFF)
        scene("The next morning, the staff's digest.")
        show_one(pass_days(desk.app, clock, 1, smarthost), STAFF, digest=True)
        scene("After 30 days without an answer Kai's request is closed, and Kai learns how to reopen it.")
        show_one(pass_days(desk.app, clock, 23, smarthost), "kai@")
    finally:
        desk.app.relay.close()
        desk.store.close()


@dataclass
class MovingClock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


def pass_days(app: Any, clock: MovingClock, days: int, smarthost: Smarthost) -> list[EmailMessage]:
    """The letters of some days, in steps of six hours, as the ticker of a running desk would have it."""
    for _ in range(days * 4):
        clock.now += timedelta(hours=6)
        while pass_time(app, 50):
            pass
        send_digest(app, "demo")
        while deliver_due(app, "demo", limit=50):
            pass
    letters = []
    while not smarthost.letters.empty():
        letters.append(smarthost.letters.get())
    return letters


def show_one(letters: list[EmailMessage], to: str, *, digest: bool = False) -> None:
    """The last letter to an address; the digest is the one that has an HTML part."""
    found = [letter for letter in letters if to in str(letter["To"]) and letter.is_multipart() == digest]
    if not found:
        raise SystemExit(f"demo: no letter to {to} has arrived")
    show_letter(found[-1])


# ------------------------------------------------------------------------------------------------ the daemon


def configured(folder: Path, smarthost_port: int) -> tuple[Path, int]:
    """The shipped configuration, with loopback ports and a scratch folder; its path and the SMTP port."""
    port = free_port()
    text = shipped("config.toml").read_text("utf-8")
    for key, value in (
        ('listen = ["127.0.0.1:8025"]', f'listen = ["127.0.0.1:{port}"]'),
        ('listen = "127.0.0.1:8026"', 'listen = ""'),
        ('host = ""', 'host = "127.0.0.1"'),
        ("port = 25", f"port = {smarthost_port}"),
        ('tls = "opportunistic"', 'tls = "off"'),
        ('format = "auto"', 'format = "json"'),
    ):
        if key not in text:
            raise SystemExit(f"demo: config.toml has no line {key}")
        text = text.replace(key, value, 1)
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path, port


@contextmanager
def daemon(config: Path) -> Iterator[None]:
    """`mailflow run` as a process of its own, until it has stopped by SIGTERM."""
    log = config.parent / "log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "mailflow", "--config", str(config), "run"], stderr=stderr
        )
    try:
        until = time.monotonic() + PATIENCE
        while b'"ready"' not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"demo: the daemon did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield
        process.send_signal(signal.SIGTERM)
        status = process.wait(PATIENCE)
        console.print(Text(f"\nThe daemon got SIGTERM and stopped with exit status {status}.", style="bold"))
        if status:
            raise SystemExit(f"demo: exit status {status}:\n{log.read_text()}")
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ------------------------------------------------------------------------------------------------ what people see


def scene(what: str) -> None:
    console.print()
    console.print(Rule())
    console.print(Text(what, style="bold"))


def show_mail(mail: EmailMessage, body: str) -> None:
    head = f"From: {mail['From']}\nSubject: {mail['Subject']}\n\n"
    console.print(Panel(Text(head + body.strip()), title="mail in", title_align="left", border_style="cyan"))


def show_letter(letter: EmailMessage, seconds: float | None = None) -> None:
    body = letter.get_body(("plain",))
    text = body.get_content() if body else ""
    title = "letter out" if seconds is None else f"letter out, {seconds:.2f} s later"
    head = f"To: {letter['To']}\nSubject: {letter['Subject']}\n\n"
    console.print(Panel(Text(head + text.rstrip()), title=title, title_align="left", border_style="green"))


def arrives(smarthost: Smarthost, said: float) -> EmailMessage:
    try:
        letter = smarthost.letters.get(timeout=PATIENCE)
    except queue.Empty:
        raise SystemExit("demo: no letter has arrived") from None
    show_letter(letter, time.monotonic() - said)
    return letter


def no_letter(smarthost: Smarthost) -> None:
    try:
        letter = smarthost.letters.get(timeout=2)
    except queue.Empty:
        console.print(Text("No letter, as it should be.", style="bold"))
        return
    raise SystemExit(f"demo: a machine was answered:\n{letter}")


if __name__ == "__main__":
    sys.exit(main())
