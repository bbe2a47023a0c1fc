"""The commands for the database: bring its tables to this version, encrypt it anew."""

from __future__ import annotations

import click

from mailflow.bootstrap import later_schema, upgrade_tables, utc_now
from mailflow.cli import exits
from mailflow.cli.command import Site, site
from mailflow.cli.show import say
from mailflow.cli.who import staff
from mailflow.store.migrations import HEAD


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
    if not result.complete:
        named = f"; these cannot be read: {', '.join(result.unreadable)}" if result.unreadable else ""
        raise exits.Refused(
            f"{result.left} mails and letters are left, the older keys are still needed{named}",
            exits.BAD_DATA,
        )
    say("the first key of database.encryption_key opens everything: the others may be removed")
