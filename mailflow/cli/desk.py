"""The commands for the desk as a whole: set up, check, run, write the digest, clean up."""

from __future__ import annotations

import asyncio
import os
import socket
import sys

import click

from mailflow.bootstrap import hindrances, later_schema, prepare
from mailflow.cli import exits
from mailflow.cli.command import Site, site
from mailflow.cli.show import say, text
from mailflow.cli.who import staff
from mailflow.store.migrations import HEAD

ROLES = ("receive", "handle", "deliver", "periodic")


@click.command()
@site
def init(site: Site) -> None:
    """Make what is missing: the configuration, the keys, the database (SQLite; PostgreSQL's has to be there) and its tables.

    Without --config, and where there is none, the configuration is written to ./config.toml.
    """
    made = [*site.make_config(), *prepare(site.config)]
    say("made " + ", ".join(made) if made else "nothing was missing")


@click.command("check-config")
@site
def check_config(site: Site) -> None:
    """Read the configuration, the letters and the keys that are there, and say everything that is wrong.

    Exit status 78 if anything is.
    """
    config = site.config
    if found := hindrances(config):
        raise exits.Refused("\n".join(found), exits.CONFIG)
    say(f"{config.source}: good. The desk is {config.desk.address}, {len(config.policy.form.fields)} fields.")
    if config.database.encryption_key is None:
        say(
            "database.encryption_key is empty: mail is stored in the clear, for everybody who has the database."
        )


@click.command()
@click.option(
    "--role", "roles", default=",".join(ROLES), help="What this process does, of: " + ", ".join(ROLES) + "."
)
@click.option(
    "--node",
    default=socket.gethostname(),
    help="The name of this node, for leases. Default: the host's. The id of the process is added.",
)
@site
def run(site: Site, roles: str, node: str) -> int:
    """Run the desk until SIGTERM. SIGHUP takes a changed configuration."""
    from mailflow.daemon import Daemon  # noqa: PLC0415 -- the other commands need no listener
    from mailflow.edges import log  # noqa: PLC0415 -- as above

    wanted = [role.strip() for role in roles.split(",")]
    if unknown := sorted(set(wanted) - set(ROLES)):
        raise click.UsageError(f"no such role: {', '.join(unknown)} (there are {', '.join(ROLES)})")
    os.umask(0o077)
    log.configure(site.config.log, sys.stderr)
    if made := prepare(site.config):
        log.made(what=made)
    if version := later_schema(site.config):
        log.later_schema(version=version, known=HEAD)
    try:
        with site.desk() as desk:
            return asyncio.run(Daemon(desk, roles=wanted, node=f"{node}:{os.getpid()}").run())
    finally:
        log.finish()


@click.command()
@click.option("--html", is_flag=True, help="As HTML, for a browser.")
@site
def digest(site: Site, html: bool) -> None:
    """Show the staff digest as it would be sent now. Nothing is sent."""
    from mailflow.core.letters import Letter, LetterKind  # noqa: PLC0415 -- the other commands need no letter
    from mailflow.steps.report import build_digest  # noqa: PLC0415 -- as above

    with site.desk() as desk:
        now = desk.app.clock()
        with desk.app.read() as uow:
            facts = build_digest(desk.app, uow, now)
        letter = Letter(LetterKind.DIGEST, desk.app.config.desk.staff[0], facts={"digest": facts})
        rendered = desk.app.renderer.render(letter, now)
    if html:
        click.echo(_html_part(rendered.raw))
    else:
        text(rendered.text.rstrip())


def _html_part(raw: bytes) -> str:
    from email import message_from_bytes, policy  # noqa: PLC0415 -- only here, and slow to import

    body = message_from_bytes(raw, policy=policy.default).get_body(("html",))
    return str(body.get_content()) if body else ""


@click.command()
@site
def purge(site: Site) -> None:
    """Delete what is older than case.keep_closed and case.keep_raw now, rather than tonight."""
    from mailflow.steps.periodic import purge_now  # noqa: PLC0415 -- it handles mail too, for which it imports much

    with site.desk() as desk:
        purged = purge_now(desk.app, staff())
        desk.store.scrub(masked=False, deleted=True)
    say(
        f"deleted {purged.rows} cases, mails and letters, and the bytes of {purged.raws} more mails and letters"
    )
