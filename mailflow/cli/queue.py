"""The commands for the two queues: letters that wait or failed, and mails that were parked.

An id says which queue it is of: `letter:12`, `mail:7`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

import click

from mailflow.bootstrap import utc_now
from mailflow.cli import exits
from mailflow.cli.command import Function, Site, as_json, site
from mailflow.cli.show import ago, ask, on_terminal, say, show_json, table, text
from mailflow.cli.who import staff
from mailflow.core.display import one_line, spoken
from mailflow.core.lookalikes import in_ascii
from mailflow.core.timing import DAY
from mailflow.store.seal import Unreadable
from mailflow.store.unit import UnitOfWork

_FAILED_LISTED = 30 * DAY
_SUBJECT = 60  # characters
_MOST_DIGITS = 18  # of an id: what a database's integer holds

_AT_ONCE = 500  # entries of one transaction
_ERRORS_SHOWN = 10
_AGAIN = {"letter": "tried again", "mail": "handled anew"}

_ids = click.argument("ids", nargs=-1, required=True, metavar="ID...")


def _ids_or_all(function: Function) -> Function:
    """The arguments of a command that takes entries by their ids, or all of which something is true."""
    for add in (
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--dry-run", is_flag=True, help="Say which these are, and do nothing."),
        click.option("--error", metavar="TEXT", help="All of them whose error has TEXT in it."),
        click.option("--all", "every", is_flag=True, help="All of them, however many."),
        click.argument("ids", nargs=-1, metavar="[ID...]"),
    ):
        function = add(function)
    return function


@click.command("list")
@click.option(
    "--set-aside", "aside", is_flag=True, help="Instead: mails of the last 30 days that nobody answered."
)
@as_json
@site
def list_(site: Site, aside: bool, as_json: bool) -> None:
    """List letters that wait or failed, and parked mails."""
    with site.read() as uow:
        now = utc_now()
        entries = _set_aside(uow, now) if aside else _entries(uow, now)
    if as_json:
        for entry in entries:
            show_json(entry)
    elif not entries:
        say("nothing was set aside" if aside else "nothing waits, nothing failed")
    elif aside:
        _show_set_aside(entries, now)
    else:
        _show(entries, now)


def _show_set_aside(entries: list[dict[str, Any]], now: datetime) -> None:
    table(
        ("id", "address", "subject", "age"),
        [
            (entry["id"], entry["address"], one_line(entry["subject"], _SUBJECT), ago(entry["since"], now))
            for entry in entries
        ],
        [entry["why"] for entry in entries],
    )


def _show(entries: list[dict[str, Any]], now: datetime) -> None:
    table(
        ("id", "state", "what", "address", "age", "tries"),
        [
            (
                entry["id"],
                entry["state"],
                spoken(entry["what"]),
                entry["address"],
                ago(entry["since"], now),
                entry["attempts"],
            )
            for entry in entries
        ],
        [_note(entry, now) for entry in entries],
    )


def _note(entry: dict[str, Any], now: datetime) -> str:
    """Why it is there still. A process that was killed keeps its letters for as long as its lease lasts."""
    until = entry["lease_until"]
    if until is None or until <= now:
        return str(entry["error"])
    seconds = ceil((until - now).total_seconds())
    return f"being sent by {entry['leased_by']}; if that ended, another may send it in {seconds} seconds"


def _set_aside(uow: UnitOfWork, now: datetime) -> list[dict[str, Any]]:
    """What digests list under this name, and all that there was no room for."""
    from mailflow.steps.report import set_aside  # noqa: PLC0415 -- the other commands need it not

    mails = sorted(set_aside(uow, now - _FAILED_LISTED), key=lambda mail: mail.id)
    return [
        {
            "id": f"mail:{mail.id}",
            "address": mail.sender,
            "subject": mail.subject,
            "since": mail.received_at,
            "why": mail.why,
            "oddities": list(mail.oddities),
        }
        for mail in mails
    ]


def _entries(uow: UnitOfWork, now: datetime) -> list[dict[str, Any]]:
    letters = [
        {
            "id": f"letter:{letter.id}",
            "state": letter.state,
            "what": letter.kind,
            "address": letter.recipient,
            "since": letter.created_at,
            "next_try_at": letter.next_try_at,
            "attempts": letter.attempts,
            "lease_until": letter.lease_until,
            "leased_by": letter.leased_by,
            "error": letter.error or "",
        }
        for letter in (*uow.outbox.waiting(), *uow.outbox.failed(now - _FAILED_LISTED))
    ]
    mails = [
        {
            "id": f"mail:{mail.id}",
            "state": mail.state,
            "what": "mail",
            "address": in_ascii(mail.envelope.sender),
            "since": mail.received_at,
            "next_try_at": None,
            "attempts": mail.attempts,
            "lease_until": None,
            "leased_by": None,
            "error": mail.error or "",
        }
        for mail in uow.mails.parked()
    ]
    return letters + mails


@click.command()
@click.argument("entry", metavar="ID")
@site
def show(site: Site, entry: str) -> None:
    """Show a letter or a mail as it stands, whatever state it is in. Into a file or a pipe it goes byte by byte."""
    kind, number = _id(entry, "mail", "letter")
    with site.read() as uow:
        found = uow.mails.get(number) if kind == "mail" else uow.outbox.get(number)
    if found is None:
        raise exits.Refused(f"there is no {kind}:{number}", exits.BAD_DATA)
    if found.raw_deleted_at is not None:
        raise exits.Refused(
            f"{kind}:{number} is older than case.keep_raw: only what was read or said is kept", exits.BAD_DATA
        )
    try:
        raw = found.raw
    except Unreadable as error:
        raise exits.Refused(f"{kind}:{number} cannot be read: {error}", exits.BAD_DATA) from error
    if on_terminal():
        text(raw.decode("utf-8", "replace"))
    else:
        click.echo(raw, nl=False)


@click.command()
@_ids_or_all
@site
def retry(site: Site, ids: tuple[str, ...], every: bool, error: str | None, dry_run: bool, yes: bool) -> None:
    """Try letters again now, also those that were given up.

    --all takes those that wait after a failed try, and those that were given up in the last 30 days.
    """

    def again(uow: UnitOfWork, number: int) -> bool:
        return uow.outbox.retry_now(number, utc_now())

    if _are_named(ids, every, error, dry_run=dry_run, yes=yes):
        _do(site, ids, "queue retry", "is tried again", letter=again)
        return
    with site.read() as uow:
        found = uow.outbox.troubled(utc_now() - _FAILED_LISTED)
    wanted = _wanted("letter", found, error)
    if _is_wanted("letter", wanted, "Try all of them again now", dry_run=dry_run, yes=yes):
        _do_all(site, "queue retry", "letter", [*wanted], again)


@click.command()
@_ids
@site
def drop(site: Site, ids: tuple[str, ...]) -> None:
    """Give up letters that wait, or delete parked mails."""
    _do(
        site,
        ids,
        "queue drop",
        "is dropped",
        letter=lambda uow, number: uow.outbox.drop(number),
        mail=lambda uow, number: uow.mails.drop(number),
    )


@click.command()
@_ids_or_all
@site
def replay(
    site: Site, ids: tuple[str, ...], every: bool, error: str | None, dry_run: bool, yes: bool
) -> None:
    """Handle parked mails anew."""

    def again(uow: UnitOfWork, number: int) -> bool:
        return uow.mails.replay(number)

    if _are_named(ids, every, error, dry_run=dry_run, yes=yes):
        _do(site, ids, "queue replay", "is handled anew", mail=again)
        return
    with site.read() as uow:
        found = uow.mails.why_parked()
    wanted = _wanted("mail", found, error)
    if _is_wanted("mail", wanted, "Handle all of them anew", dry_run=dry_run, yes=yes):
        _do_all(site, "queue replay", "mail", [*wanted], again)


def _are_named(ids: Sequence[str], every: bool, error: str | None, *, dry_run: bool, yes: bool) -> bool:
    """Whether entries are taken by their ids."""
    if every and error is not None:
        raise click.UsageError("give either --all or --error TEXT")
    if error is not None and not error.strip():
        raise click.UsageError("--error wants a TEXT: --all takes all of them")
    by_rule = every or error is not None
    if by_rule == bool(ids):
        raise click.UsageError(
            "give either IDs, as `mailflow queue list` shows them, or --all or --error TEXT"
        )
    if ids and (dry_run or yes):
        raise click.UsageError("--dry-run and --yes belong to --all and --error")
    return not by_rule


def _wanted(kind: str, found: Mapping[int, str], error: str | None) -> Mapping[int, str]:
    wanted = {number: why for number, why in found.items() if (error or "").lower() in why.lower()}
    if not wanted:
        raise exits.Refused(f"there are no such {kind}s", exits.BAD_DATA)
    return wanted


def _is_wanted(kind: str, wanted: Mapping[int, str], question: str, *, dry_run: bool, yes: bool) -> bool:
    """Shows what would be taken, by what went wrong with it, and asks."""
    say(_counted(len(wanted), kind))
    errors = Counter(one_line(why) for why in wanted.values()).most_common()
    for why, number in errors[:_ERRORS_SHOWN]:
        text(f"{number}: {why or 'no error'}", "  ")
    if len(errors) > _ERRORS_SHOWN:
        say(f"and {len(errors) - _ERRORS_SHOWN} errors more")
    if dry_run:
        say("nothing was done: that was a dry run")
        return False
    if not yes and ask(f"{question}? Type yes").lower() != "yes":
        raise exits.Refused("nothing was done", exits.USAGE)
    return True


def _do_all(
    site: Site, verb: str, kind: str, numbers: Sequence[int], again: Callable[[UnitOfWork, int], bool]
) -> None:
    """Some at a time, so that nobody waits long. What was sent, dropped or handled meanwhile is left alone."""
    total = 0
    with site.store() as store:
        for start in range(0, len(numbers), _AT_ONCE):
            with store.begin("queue all") as uow:
                done = [
                    f"{kind}:{number}" for number in numbers[start : start + _AT_ONCE] if again(uow, number)
                ]
                if done:
                    uow.audit.add(utc_now(), staff(), verb, facts={"ids": done})
            total += len(done)
    say(f"{_counted(total, kind)} {'is' if total == 1 else 'are'} {_AGAIN[kind]}")


def _counted(number: int, kind: str) -> str:
    return f"{number} {kind}{'' if number == 1 else 's'}"


def _do(
    site: Site, ids: tuple[str, ...], verb: str, done: str, **verbs: Callable[[UnitOfWork, int], bool]
) -> None:
    """All of them, or none when one cannot be."""
    entries = [_id(one, *verbs) for one in ids]
    with site.store() as store, store.begin("queue") as uow:
        for kind, number in entries:
            if not verbs[kind](uow, number):
                raise exits.Refused(
                    f"there is no {kind}:{number}, or it is not in a state for this", exits.BAD_DATA
                )
        named = [f"{kind}:{number}" for kind, number in entries]
        uow.audit.add(utc_now(), staff(), verb, facts={"ids": named})
    for kind, number in entries:
        say(f"{kind}:{number} {done}")


def _id(entry: str, *kinds: str) -> tuple[str, int]:
    """`letter:12` as kind and number; where only one kind is possible, the number will do."""
    kind, _, number = entry.rpartition(":")
    if not kind and len(kinds) == 1:
        kind = kinds[0]
    if kind not in kinds or not (number.isascii() and number.isdecimal()) or len(number) > _MOST_DIGITS:
        examples = " or ".join(f"{one}:12" for one in sorted(kinds))
        raise click.UsageError(
            f"{entry} is no id for this: it reads {examples}, as `mailflow queue list` shows it"
        )
    return kind, int(number)
