"""What the documentation says of commands, letters and transitions is what the code does."""

import re
from pathlib import Path

import click
import pytest

from mailflow.cli import mailflow
from mailflow.core import reading
from mailflow.core.case import Flag, Outcome, Status
from mailflow.core.letters import LetterKind
from mailflow.core.lifecycle import TRANSITIONS
from tests.world import REPOSITORY

DOCS = REPOSITORY / "docs"


def commands(group, name="mailflow"):
    for sub in group.list_commands(None):
        command = group.get_command(None, sub)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {sub}")
        else:
            yield f"{name} {sub}", command


@pytest.mark.parametrize(
    ("name", "command"), list(commands(mailflow)), ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_command_is_documented(name, command):
    assert f"`{name}" in (DOCS / "OPERATIONS.md").read_text()
    assert command.help, f"{name} has no help"


def test_no_command_is_documented_that_is_not_there():
    known = {name for name, _ in commands(mailflow)}
    said = set(
        re.findall(r"`(mailflow (?:(?:cases|queue|audit|db) )?[a-z-]+)", (DOCS / "OPERATIONS.md").read_text())
    )
    assert said <= known | {
        "mailflow --help",
        "mailflow cases",
        "mailflow queue",
        "mailflow audit",
        "mailflow db",
    }


def test_each_letter_is_documented():
    text = (DOCS / "LETTERS.md").read_text()
    assert [kind for kind in LetterKind if not re.search(rf"^#+ .*\b{kind}\b", text, re.MULTILINE)] == []


def test_each_status_outcome_and_flag_is_documented():
    text = "".join(path.read_text() for path in DOCS.glob("*.md"))
    assert [name for name in (*Status, *Outcome, *Flag) if not re.search(rf"\b{name}\b", text)] == []


def transitions_table():
    """The table of docs/ARCHITECTURE.md: a row for each event, a column for each status."""
    columns = [None, *Status]
    events = list(dict.fromkeys(event for _, event in TRANSITIONS))
    yield "| event | " + " | ".join(str(status) for status in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for event in events:
        cells = []
        for status in columns:
            rule, leads_to = TRANSITIONS.get((status, event), (None, frozenset()))
            there = (
                ", ".join(other for other in Status if other in leads_to) if leads_to != {status} else "stays"
            )
            cells.append(f"`{rule.__name__}` → {there}" if rule else "")
        yield f"| {event.__name__} | " + " | ".join(cells) + " |"


def test_the_table_of_transitions_is_that_of_the_code():
    said = re.search(
        r"<!-- transitions -->\n(.*)<!-- end -->", (DOCS / "ARCHITECTURE.md").read_text(), re.DOTALL
    )
    assert said[1].splitlines() == list(transitions_table())


def test_the_map_of_reading_has_its_modules_and_no_others():
    columns = re.findall(r"^    (\w+(?:, \w+)*)  ", reading.__doc__, re.MULTILINE)
    named = {*", ".join(columns).split(", "), *re.findall(r"`([a-z]+)`", reading.__doc__)}
    assert named == {file.stem for file in Path(reading.__file__).parent.glob("[a-z]*.py")}
