"""The commands for the audit log: read it, and check that it is whole."""

from __future__ import annotations

import json

import click

from mailflow.bootstrap import read_keys
from mailflow.cli import exits
from mailflow.cli.command import Site, as_json, site
from mailflow.cli.show import complain, say, show_json, table
from mailflow.core.audit import Entry, Head, faults, read_head
from mailflow.core.display import spoken
from mailflow.core.reference import normal_reference
from mailflow.store.unit import UnitOfWork

_FAULTS_TOLD = 20


@click.command("list")
@click.option("--case", "reference", help="Only what was done to this case.")
@click.option("--person", "address", help="Only what was recorded when this address was forgotten.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="At most so many."
)
@as_json
@site
def list_(site: Site, reference: str | None, address: str | None, limit: int, as_json: bool) -> None:
    """List what was done, the newest first: when, by whom, to which case."""
    normal = (normal_reference(reference) or reference) if reference else None
    with site.read() as uow:
        entries = _of_person(site, uow, address) if address else uow.audit.latest(limit, normal)
    if as_json:
        for entry in entries:
            show_json(_facts(entry))
        return
    if not entries:
        say("nothing was done yet")
        return
    zone = site.config.desk.time_zone
    table(
        ("entry", "at", "by", "what", "case"),
        [
            (
                entry.number,
                f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}",
                entry.by,
                _what(entry),
                entry.reference or "",
            )
            for entry in entries
        ],
    )


def _of_person(site: Site, uow: UnitOfWork, address: str) -> list[Entry]:
    from mailflow.steps.forget import mark_of  # noqa: PLC0415 -- the other commands need it not

    marks = {mark_of(key, address) for key in read_keys(site.config.desk.reply_key)}
    found = [entry for entry in uow.audit.entries() if json.loads(entry.facts).get("person") in marks]
    return found[::-1]


@click.command()
@click.option(
    "--head",
    "heads",
    multiple=True,
    help="A head that was known, as the digest and the log tell it. May be given again.",
)
@site
def verify(site: Site, heads: tuple[str, ...]) -> None:
    """Check the whole audit log: each entry by its hash, and that it goes on from each head that was known.

    Without --head nobody can know whether entries were cut off at its end. Exit status 65 if anything is wrong.
    """
    known = [_head(text) for text in heads]
    with site.read() as uow:
        found = list(faults(uow.audit.entries(), known))
        head = uow.audit.head()
    if found:
        for fault in found[:_FAULTS_TOLD]:
            complain(fault)
        raise exits.Refused(f"the audit log is not whole: {len(found)} faults", exits.BAD_DATA)
    say(f"the audit log is whole: {head.number} entries, head {head}")


def _head(text: str) -> Head:
    try:
        return read_head(text)
    except ValueError as error:
        raise click.UsageError(f"{text}: {error}") from error


def _facts(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at,
        "by": entry.by,
        "verb": entry.verb,
        "case": entry.reference,
        "facts": json.loads(entry.facts),
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _what(entry: Entry) -> str:
    facts = json.loads(entry.facts)
    told = (
        spoken(facts.get("status", ""))
        if entry.reference
        else ", ".join(f"{key} {_said(facts[key])}" for key in facts)
    )
    return f"{entry.verb}: {told}" if told else entry.verb


def _said(fact: object) -> str:
    return " ".join(map(str, fact)) if isinstance(fact, list) else str(fact)
