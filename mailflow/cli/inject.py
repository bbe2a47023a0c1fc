"""`mailflow inject`: takes one mail from a pipe.

The mail system in front keeps or bounces the mail by the exit status. So whatever is not the mail's own fault gives 75:
it is tried again once the fault is mended.
"""

from __future__ import annotations

import sys
from email.utils import getaddresses

import click

from mailflow.bootstrap import make_addresses, utc_now
from mailflow.cli import exits
from mailflow.cli.command import Site, site
from mailflow.core.envelope import Envelope
from mailflow.core.mail import Mail, parse
from mailflow.core.reference import Addresses
from mailflow.steps.receive import received_fields
from mailflow.store.mails import Arrival
from mailflow.store.space import Space


@click.command()
@click.option("--sender", help='The envelope sender, "" for the null one. Default: the mail\'s Return-Path.')
@click.argument("recipients", nargs=-1)
@site
def inject(site: Site, sender: str | None, recipients: tuple[str, ...]) -> None:
    """Take one mail from standard input, for a site that delivers by pipe.

    RECIPIENTS are the envelope's; default: what Delivered-To, X-Original-To or else To says.

    The exit status is 0 only once the mail is stored. 65: that is no mail. 67: not an address of this desk. 69: the mail
    is too large, or has been going round. 75: anything else; try again later.
    """
    try:
        _store(site, _read(site.config.smtp.size_limit), sender, recipients)
    except (exits.Refused, click.ClickException):
        raise
    except Exception as error:
        raise exits.Refused(str(error), exits.TEMPORARY) from error


def _read(limit: int) -> bytes:
    if sys.stdin is None or sys.stdin.isatty():
        raise click.UsageError("give it the mail on standard input: mailflow inject < mail.eml")
    raw = sys.stdin.buffer.read(limit + 1)
    if len(raw) > limit:
        raise exits.Refused("the mail is larger than smtp.size_limit", exits.UNAVAILABLE)
    if raw.startswith(b"From "):  # the line that separates mails in a mailbox file
        raw = raw.partition(b"\n")[2]
    if not raw.strip():
        raise exits.Refused("no mail on standard input", exits.BAD_DATA)
    return raw


def _store(site: Site, raw: bytes, sender: str | None, recipients: tuple[str, ...]) -> None:
    config = site.config
    if received_fields(raw) > config.smtp.max_received:
        raise exits.Refused("the mail has too many Received fields: it is going round", exits.UNAVAILABLE)
    addresses = make_addresses(config)
    envelope = envelope_of(raw, addresses, sender, recipients)
    if not all(map(addresses.accepts, envelope.recipients)):
        raise exits.Refused("not an address of this desk", exits.NO_USER)
    if not Space(config.database).suffices(config.database.min_free, len(raw)):
        raise exits.Refused("less than database.min_free is free: no mail is taken", exits.TEMPORARY)
    with site.store() as store, store.begin("inject") as uow:
        uow.mails.put([Arrival(envelope, raw, utc_now())])


def envelope_of(
    raw: bytes, addresses: Addresses, sender: str | None = None, recipients: tuple[str, ...] = ()
) -> Envelope:
    """The envelope of a mail that was delivered already, from what the delivery wrote into its header."""
    mail = parse(raw, Envelope("", ()))
    if sender is None:
        sender = mail.header("return-path") if mail.headers("return-path") else mail.sender or ""
    return Envelope(sender.strip(" <>"), recipients or _recipients(mail, addresses), remote="pipe")


def _recipients(mail: Mail, addresses: Addresses) -> tuple[str, ...]:
    for name in ("delivered-to", "x-original-to", "to"):
        found = [
            address
            for _, address in getaddresses(list(mail.headers(name))[:10])
            if addresses.accepts(address)
        ]
        if found:
            return tuple(dict.fromkeys(found))
    return (addresses.desk,)
