"""The commands with which the staff acts on a case. Letters leave through the outbox of the running desk."""

from __future__ import annotations

import sys

import click

from mailflow.cli import exits
from mailflow.cli.command import Site, site
from mailflow.cli.show import say
from mailflow.cli.who import who
from mailflow.core.case import Outcome
from mailflow.core.commandtable import LONGEST_TEXT, NEED_TEXT, OUTCOMES
from mailflow.core.display import lines
from mailflow.core.events import (
    Event,
    StaffAsked,
    StaffClosed,
    StaffCorrected,
    StaffNoted,
    StaffReopened,
    StaffSnoozed,
)
from mailflow.core.timing import LONGEST_WAIT, read_wait
from mailflow.steps import operate
from mailflow.steps.app import App
from mailflow.steps.apply import Applied


@click.command()
@click.argument("reference")
@click.argument("question", required=False)
@site
def ask(site: Site, reference: str, question: str | None) -> None:
    """Ask the person something. The case waits for the answer. Without QUESTION it is read from standard input."""
    _act(site, reference, StaffAsked(_text(question, "question")))


@click.command()
@click.argument("reference")
@click.argument("text", required=False)
@site
def note(site: Site, reference: str, text: str | None) -> None:
    """Write a note for the staff into the case's history. Without TEXT it is read from standard input."""
    _act(site, reference, StaffNoted(_text(text, "note")))


@click.command()
@click.argument("reference")
@click.argument("outcome", type=click.Choice([outcome.value for outcome in OUTCOMES]))
@click.argument("text", required=False)
@site
def close(site: Site, reference: str, outcome: str, text: str | None) -> None:
    """Close a case and write the letter that says so.

    TEXT stands in the letter, "-" reads it from standard input. `denied` always takes one, which says why, and
    `redirected` one that says where the person gets help. A case that somebody closed otherwise has to be reopened first.
    """
    said = _text(text, "text") if outcome in NEED_TEXT or text == "-" else text or ""
    try:
        _act(site, reference, StaffClosed(Outcome(outcome), said))
    except operate.AlreadyDecided as error:
        raise exits.Refused(str(error), exits.BAD_DATA) from error


@click.command()
@click.argument("reference")
@click.argument("text", required=False)
@site
def reopen(site: Site, reference: str, text: str | None) -> None:
    """Take a closed case up again. TEXT is a note for the history."""
    _act(site, reference, StaffReopened(text or ""))


@click.command()
@click.argument("reference")
@click.argument("into")
@site
def merge(site: Site, reference: str, into: str) -> None:
    """Close a case as a duplicate of the case INTO."""
    with site.desk() as desk:
        try:
            _say(desk.app, operate.merge(desk.app, reference, into, who()))
        except ValueError as error:
            raise exits.Refused(str(error), exits.BAD_DATA) from error


@click.command()
@click.argument("reference")
@click.argument("wait", nargs=-1, required=True)
@site
def snooze(site: Site, reference: str, wait: tuple[str, ...]) -> None:
    """Be told of a complete case after WAIT, such as 5 days, and not before."""
    told = read_wait(" ".join(wait))
    if told is None:
        raise click.UsageError(
            f"write how long: a number and hours, days or weeks, at most {LONGEST_WAIT.days} days"
        )
    _act(site, reference, StaffSnoozed(told))


@click.command()
@click.argument("reference")
@click.argument("field")
@click.argument("value", required=False)
@site
def correct(site: Site, reference: str, field: str, value: str | None) -> None:
    """Put right what was read wrongly, or not at all.

    FIELD is a key of the form, or its label in quotes. Without VALUE what was read is taken out. A request that lacked nothing else goes to the
    staff, and the person is told so. An agreement can only be taken out: the person has to give it.
    """
    try:
        _act(site, reference, StaffCorrected(f"{field}: {value or ''}"))
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _act(site: Site, reference: str, event: Event) -> None:
    with site.desk() as desk:
        _say(desk.app, operate.act(desk.app, reference, event, who()), event)


def _say(app: App, applied: Applied, event: Event | None = None) -> None:
    say(operate.in_words(applied, event, app.config.policy.form))


def _text(given: str | None, what: str) -> str:
    """What goes into a letter or note; "-" or nothing reads it from standard input."""
    text = "\n".join(lines(_typed(what) if given in {None, "-"} else given or ""))
    if not text.strip():
        raise click.UsageError(f"the {what} is empty")
    if len(text) > LONGEST_TEXT:
        raise click.UsageError(f"the {what} is longer than {LONGEST_TEXT} characters")
    return text


def _typed(what: str) -> str:
    if sys.stdin is None:
        raise click.UsageError(f"the {what} is missing")
    if sys.stdin.isatty():
        click.echo(f"Write the {what}; Ctrl-D on an empty line ends it.", err=True)
    return sys.stdin.buffer.read().decode("utf-8", "replace")
