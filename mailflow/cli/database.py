"""The commands for the database: bring its tables to this version, encrypt it anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from mailflow.bootstrap import later_schema, upgrade_tables, utc_now
from mailflow.cli import exits
from mailflow.cli.command import Site, site
from mailflow.cli.show import say
from mailflow.cli.who import staff
from mailflow.store.migrations import HEAD

if TYPE_CHECKING:
    from mailflow.steps.reencrypt import Reencrypted


@click.command()
@site
def upgrade(site: Site) -> None:
    """Bring the tables to this version of mailflow."""
    if upgrade_tables(site.config):
        say("the tables are up to date now")
    elif version := later_schema(site.config):
        say(f"the tables are of a later version ({version}) than this mailflow ({HEAD}), which they admit")
    else:
        say("the tables were up to date")


@click.command()
@site
def reencrypt(site: Site) -> None:
    """Encrypt with the first key of database.encryption_key what is not yet: what is older than it, or in the clear.

    The desk may run meanwhile. Stopped, it goes on where it was when it is called again.
    """
    from mailflow.steps.reencrypt import reencrypt  # noqa: PLC0415 -- no other command needs it

    if site.config.database.encryption_key is None:
        raise exits.Refused("database.encryption_key is empty: there is no key to encrypt with", exits.CONFIG)
    with site.store() as store:
        result = reencrypt(store.begin)
        with store.begin("reencrypt record") as uow:
            facts = {**result.done, "left": result.left}
            uow.audit.add(utc_now(), staff(), "db reencrypt", facts=facts)
        store.scrub(masked=True, deleted=True)
    say(f"encrypted anew: {result.done['mail']} mails, {result.done['letter']} letters")
    for line in _keys(result):
        say(line)
    if not result.complete:
        named = f"; these cannot be read: {', '.join(result.unreadable)}" if result.unreadable else ""
        raise exits.Refused(
            f"{result.left} mails and letters are left, the older keys are still needed{named}",
            exits.BAD_DATA,
        )
    if result.others:
        say(f"nothing needs another key any more; these may be removed: {', '.join(result.others)}")
    else:
        say(
            "no other key was read. To change it, put a newer one above it, and have the desk and this command"
            " read that: a key that systemd hands over as a credential is read anew at a restart"
        )


def _keys(result: Reencrypted) -> Iterator[str]:
    """Which keys there are, and how much needs each."""
    kinds = result.by_key.values()
    for key in dict.fromkeys(
        (result.current, *result.others, *sorted({key for one in kinds for key in one}))
    ):
        mails, letters = (result.by_key[kind][key] for kind in ("mail", "letter"))
        name = f"key {key}" if key else "in the clear"
        role = ", which everything is encrypted with from now on" if key == result.current else ""
        yield f"{name}{role}: {mails} mails, {letters} letters"
