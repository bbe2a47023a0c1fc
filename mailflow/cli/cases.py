"""The commands that look at cases."""

from __future__ import annotations

import click

from mailflow.bootstrap import utc_now
from mailflow.cli.casefacts import case_facts, read_record, record_facts
from mailflow.cli.casepage import show_record
from mailflow.cli.command import Site, as_json, site
from mailflow.cli.show import ago, say, show_json, table
from mailflow.core.case import Case, Status
from mailflow.core.display import spoken
from mailflow.store.caserow import UnreadableCase


@click.command("list")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only these.")
@click.option("--party", help="Only those of this address.")
@click.option("--account", help="Only those about this account.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="At most so many."
)
@as_json
@site
def list_(
    site: Site, status: str | None, party: str | None, account: str | None, limit: int, as_json: bool
) -> None:
    """List cases, the newest first."""
    wanted = Status(status) if status else None
    with site.read() as uow:
        found = uow.views.cases(status=wanted, party=party, account=account, limit=limit + 1)
    listed, now = found[:limit], utc_now()
    if as_json:
        for case in listed:
            show_json(case_facts(case, site.config.policy.form))
        return
    if not listed:
        say("there are no such cases" if status or party or account else "there are no cases")
        return
    table(
        ("reference", "status", "age", "account", "party"),
        [
            (
                case.reference,
                case.standing,
                ago(case.opened_at, now),
                case.account,
                case.party,
            )
            for case in listed
        ],
        [_note(case) for case in listed],
    )
    if len(found) > limit:
        say(f"These are the newest {limit}; --limit shows more.")


def _note(case: Case | UnreadableCase) -> str:
    return case.why if isinstance(case, UnreadableCase) else ", ".join(map(spoken, sorted(case.flags)))


@click.command()
@click.argument("reference")
@click.option("--letters", is_flag=True, help="With the text of every letter.")
@as_json
@site
def show(site: Site, reference: str, letters: bool, as_json: bool) -> None:
    """Show a case: what is known and from which words, what is missing, what happened."""
    form = site.config.policy.form
    with site.read() as uow:
        record = read_record(uow, reference, form)
    if as_json:
        show_json(record_facts(record, form))
    else:
        show_record(record, form, utc_now(), site.config.desk.time_zone, letters=letters)
