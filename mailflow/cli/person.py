"""What a person may ask of a desk: a copy of everything that is kept of them, or that it is deleted."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mailflow.bootstrap import read_keys, utc_now
from mailflow.cli import exits
from mailflow.cli.casefacts import everything, of_person
from mailflow.cli.command import Site, site
from mailflow.cli.show import ask, say, show_json
from mailflow.cli.who import staff
from mailflow.store import private
from mailflow.store.persons import Person

_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")


@click.command()
@click.argument("reference", required=False)
@click.option("--person", "address", help="All that is kept of this address, instead of one case.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="A new file that only you can read, instead of standard output.",
)
@site
def export(site: Site, reference: str | None, address: str | None, output: Path | None) -> None:
    """Everything that is kept of a case, or of a person, as one JSON object; mails and letters in base64.

    That it was given out is an entry of the audit log.
    """
    if (reference is None) == (address is None):
        raise click.UsageError("give either a REFERENCE or --person ADDRESS")
    if address is not None and not _ADDRESS.fullmatch(address):
        raise click.UsageError(f"{address!r} is not a mail address")
    form = site.config.policy.form
    with site.store() as store:
        with store.read() as uow:
            if reference is not None:
                whole = everything(uow, reference, form)
            else:
                whole = of_person(uow, address or "", form)
        with store.begin("export") as uow:
            case = whole["reference"] if reference is not None else None
            named = {} if reference is not None else {"cases": [one["reference"] for one in whole["cases"]]}
            uow.audit.add(utc_now(), staff(), "export", case, named)
    if output is None:
        show_json(whole)
    else:
        _write(output, whole)


def _write(path: Path, whole: Mapping[str, Any]) -> None:
    try:
        descriptor = private.create(path)
    except FileExistsError as error:
        raise exits.Refused(f"{path} is there already", exits.CANNOT_CREATE) from error
    except OSError as error:
        raise exits.Refused(f"{path} cannot be made: {error.strerror}", exits.CANNOT_CREATE) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(json.dumps(whole, default=datetime.isoformat) + "\n")


@click.command()
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@site
def forget(site: Site, address: str, dry_run: bool, yes: bool) -> None:
    """Delete everything that is kept of a person: their cases with all mails, letters and history.

    In other people's history the address is replaced. That somebody was forgotten is an entry of the audit log,
    which says by whom and when, and of the address only a keyed hash (`mailflow audit list --person ADDRESS`).
    """
    from mailflow.steps.forget import forget as delete  # noqa: PLC0415 -- no other command needs it

    if not _ADDRESS.fullmatch(address):  # an empty one would be the sender of every bounce
        raise click.UsageError(f"{address!r} is not a mail address")
    if address.lower() in {site.config.desk.address.lower(), *map(str.lower, site.config.desk.staff)}:
        raise click.UsageError(f"{address} is the desk's own or its staff's address")
    with site.read() as uow:
        person = uow.persons.find(address)
    _show(address, person)
    if person.empty:
        raise exits.Refused(f"nothing is kept of {address}", exits.BAD_DATA)
    if dry_run:
        say("nothing was deleted: that was a dry run")
        return
    if not yes:
        _confirm(address)
    with site.desk() as desk:
        key = read_keys(site.config.desk.reply_key)[0]
        person = delete(desk.app, key, address, staff())
        clean = desk.store.scrub(masked=True, deleted=True)
    say(f"deleted: {_counts(person)}")
    if not clean:
        say("the database was in use, and its journal still holds some of it: a running desk empties it soon")


def _show(address: str, person: Person) -> None:
    say(f"kept of {address}: {_counts(person)}")
    for case in person.cases:
        say(f"{case.reference}, {case.standing}")
    if person.named_in:
        say(f"also an answer in cases of others, which stay as they are: {', '.join(person.named_in)}")


def _counts(person: Person) -> str:
    return (
        f"{len(person.cases)} cases with all that is theirs, {len(person.mails)} other mails, "
        f"{len(person.letters)} other letters, {len(person.history)} entries in the history of others"
    )


def _confirm(address: str) -> None:
    typed = ask("This cannot be undone. Type the address again to delete all of it")
    if typed.lower() != address.lower():
        raise exits.Refused("that was another address: nothing was deleted", exits.USAGE)
