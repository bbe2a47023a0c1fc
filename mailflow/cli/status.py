"""`mailflow status`: how the desk is, at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from mailflow.bootstrap import utc_now
from mailflow.cli.command import Site, as_json, site
from mailflow.cli.health import NoDesk, problems
from mailflow.cli.show import ago, show_json, table, text
from mailflow.core.timing import DAY
from mailflow.store.space import Space
from mailflow.store.views import Queues

_NAMED = 3  # references of cases
_PATIENCE = timedelta(minutes=1)  # a desk that runs is faster


@click.command()
@as_json
@site
def status(site: Site, as_json: bool) -> None:
    """How the desk is: whether it runs, cases, queues, what needs somebody."""
    now = utc_now()
    with site.read() as uow:
        queues, cases = uow.views.queues(), uow.views.count_by_status()
        failed = len(uow.outbox.failed(now - DAY))
        unreadable = [case.reference for case in uow.views.unreadable()]
    desk, space = site.config.desk.address, Space(site.config.database)
    runs, wrong = _running(site.config.monitoring)
    if as_json:
        facts = {
            "desk": desk,
            "runs": runs,
            "problems": wrong,
            "cases": {status.value: count for status, count in cases.items()},
            "cases_unreadable": unreadable,
            "mails_waiting": queues.mails_waiting,
            "mails_parked": queues.mails_parked,
            "letters_waiting": queues.letters_waiting,
            "letters_failed_today": failed,
            "oldest_mail": queues.oldest_mail,
            "oldest_letter": queues.oldest_letter,
            "disk_free": space.free(),
        }
        show_json(facts)
        return
    rows = [(f"cases {name.value.replace('_', ' ')}", count) for name, count in cases.items()]
    rows += [("mails waiting", queues.mails_waiting), ("mails parked", queues.mails_parked)]
    rows += [("letters waiting", queues.letters_waiting), ("letters given up since yesterday", failed)]
    table(
        (desk, ""),
        [("the desk", {True: "runs", False: "does not run", None: "cannot be asked"}[runs]), *rows],
    )
    for line in (*wrong, *_alarms(queues, now), *_unreadable(unreadable)):
        text(f"! {line}")
    if not space.suffices(site.config.database.min_free):
        text("! less than database.min_free is free: no mail is taken")


def _running(listen: tuple[str, int] | None) -> tuple[bool | None, list[str]]:
    """Whether a process of this configuration runs on this machine, and what is wrong with it; None: it cannot be asked."""
    if listen is None or not listen[1]:
        return None, []
    try:
        return True, problems(listen)
    except NoDesk as error:
        return False, ["no desk answers on {}:{} (monitoring.listen): {}".format(*listen, error)]


def _unreadable(references: Sequence[str]) -> list[str]:
    if not references:
        return []
    number = "a case" if len(references) == 1 else f"{len(references)} cases"
    return [
        f"{number} cannot be read, and nothing happens there: see `mailflow cases list` ({', '.join(references[:_NAMED])})"
    ]


def _alarms(queues: Queues, now: datetime) -> list[str]:
    return [
        f"{what} for {ago(due_at, now)}{why}"
        for what, due_at, why in (
            ("a mail has been waiting to be handled", queues.oldest_mail, ""),
            ("a letter has been waiting to be sent", queues.oldest_letter, ": see `mailflow queue list`"),
        )
        if due_at and due_at < now - _PATIENCE
    ]
