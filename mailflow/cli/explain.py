"""`mailflow explain`: what the desk makes of mail files, played through the real way of a mail. Nothing is sent.

The database is a throw-away one, the clock is that of the mails, and the letters stay here.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from mailflow.bootstrap import make_app, make_key
from mailflow.cli import exits
from mailflow.cli.command import Site, as_json, site
from mailflow.cli.inject import envelope_of
from mailflow.cli.mailfacts import as_facts
from mailflow.cli.mailpage import show_mail
from mailflow.cli.show import show_json
from mailflow.config import Config
from mailflow.core.envelope import Envelope
from mailflow.core.letters import Rendered
from mailflow.core.mail import parse
from mailflow.steps.app import App, Outgoing, Told
from mailflow.steps.handle import handle_waiting
from mailflow.steps.handled import Failed, Handled
from mailflow.steps.senders import check_waiting
from mailflow.store.engine import make_engine
from mailflow.store.mails import Arrival, content_digest
from mailflow.store.schema import metadata
from mailflow.store.unit import Store

_PLAUSIBLE = datetime(2100, 1, 1, tzinfo=UTC)  # a mail from later has a wrong date


@dataclass
class Clock:
    """Stands where the mail that is being read stands, and never goes back."""

    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def at(self, moment: datetime | None) -> None:
        dated = moment if moment and moment < _PLAUSIBLE else self.now
        self.now = max(self.now + timedelta(seconds=1), dated)


class NoRelay:
    def send_all(self, letters: Iterable[Outgoing | None]) -> Generator[Told]:
        raise NotImplementedError("explain sends nothing")

    def close_if_idle(self) -> None:
        pass

    def close(self) -> None:
        pass


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@as_json
@site
@exits.stopped_in_order()
def explain(site: Site, files: tuple[str, ...], as_json: bool) -> None:
    """Show what mailflow makes of mails, in the order given, as one desk would receive them.

    "-" reads a mail from standard input. {{REFERENCE}}, {{OUR_MESSAGE_ID}} and {{OUR_REPLY_ADDRESS}} in a mail stand for
    those of our latest letter to the person, or to anybody, so that a conversation can be kept in files.
    """
    config = site.config
    mails = [(Path(file).name, _read(file)) for file in files]
    with _throw_away(config) as (app, clock):
        for name, handled in play(app, clock, mails):
            if as_json:
                show_json(as_facts(name, handled, config.policy.form))
            else:
                show_mail(name, handled, config.policy.form)


def _read(file: str) -> bytes:
    try:
        if file == "-":
            return sys.stdin.buffer.read() if sys.stdin else b""
        return Path(file).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        why = error.strerror if isinstance(error, OSError) else "no such file"
        raise exits.Refused(f"{file} cannot be read: {why}", exits.NO_INPUT) from error


@contextmanager
def _throw_away(config: Config) -> Iterator[tuple[App, Clock]]:
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="mailflow-explain-") as folder:
        key, file = Path(folder, "reply.key"), Path(folder, "explain.db")
        make_key(key)
        config = replace(
            config,
            desk=replace(config.desk, reply_key=key),
            database=replace(config.database, url=f"sqlite:///{file}"),
        )
        engine = make_engine(config.database)
        metadata.create_all(engine)  # the tables of this version, without the way through all others
        store = Store(engine)
        try:
            yield make_app(config, store, clock=clock, relay=NoRelay()), clock
        finally:
            store.close()


def play(app: App, clock: Clock, mails: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, Handled]]:
    """Receive and handle one mail after the other."""
    latest: dict[str, Rendered] = {}  # by whom we wrote to; "" for anybody
    for name, given in mails:
        sender = parse(given, Envelope("", ())).sender or ""
        raw = _filled(given, latest.get(sender) or latest.get(""))
        envelope = envelope_of(raw, app.addresses)
        clock.at(parse(raw, Envelope("", ())).date)
        digest = content_digest(raw + secrets.token_bytes(8))  # the same file twice is two mails here
        with app.begin("explain") as uow:
            uow.mails.put([Arrival(envelope, raw, clock.now, digest)])
        check_waiting(app, retry_for=timedelta(0))  # nobody waits here for a DNS that does not answer
        [handled] = handle_waiting(app, 1)
        if isinstance(handled, Failed):
            raise exits.Refused(f"{name}: {handled.error}", exits.SOFTWARE)
        for letter in reversed([letter for letter in handled.letters if letter.reply_to]):
            latest[letter.recipient] = latest[""] = letter
        yield name, handled


def _filled(raw: bytes, latest: Rendered | None) -> bytes:
    if latest is None:
        return raw
    reference = latest.subject.partition("]")[0].rpartition(" ")[2]
    return (
        raw.replace(b"{{REFERENCE}}", reference.encode())
        .replace(b"{{OUR_MESSAGE_ID}}", latest.message_id.encode())
        .replace(b"{{OUR_REPLY_ADDRESS}}", latest.reply_to.encode())
    )
