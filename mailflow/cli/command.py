"""What every command starts with: where it is, where the configuration is, and an open desk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from mailflow import __version__
from mailflow.bootstrap import Desk, NotReady, open_desk, open_store
from mailflow.config import Config, is_installed, load, shipped
from mailflow.store.unit import Store, UnitOfWork

PLACES: Final = (Path("config.toml"), Path("/etc/mailflow/config.toml"))  # where `--config` looks by itself

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class Site:
    """What the options before the command say."""

    path: Path | None

    @cached_property
    def source(self) -> Path:
        """Raises `NotReady` when there is none: beside the installed one no state may be kept."""
        if found := self.path or next((place for place in PLACES if place.is_file()), None):
            return found
        if is_installed():
            raise NotReady(
                f"there is no configuration: neither {' nor '.join(map(str, PLACES))}; `mailflow init` writes one here, and"
                " `mailflow --config FILE` takes one from elsewhere"
            )
        return shipped("config.toml")

    def make_config(self) -> list[str]:
        """A copy of the shipped configuration where there is none; says what was made. Raises `NotReady`."""
        path = self.path
        if path is None:
            if any(place.is_file() for place in PLACES) or not is_installed():
                return []
            path = PLACES[0]
        try:
            with path.open("xb") as file:
                path.chmod(0o644)  # the service's user may be another one; nobody else changes it
                file.write(shipped("config.toml").read_bytes())
        except FileExistsError:
            return []
        except OSError as error:
            raise NotReady(f"{path} is not there and cannot be made: {error.strerror}") from error
        return [f"{path}, which describes the sample desk: change it to yours"]

    @cached_property
    def config(self) -> Config:
        """Raises `ConfigErrors`."""
        return load(self.source)

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """The desk, for the time of one command. Raises `NotReady` or `Unavailable`."""
        desk = open_desk(self.config)
        try:
            yield desk
        finally:
            desk.app.relay.close()
            desk.store.close()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Its store alone, for what needs no letters and no keys: it opens in half the time."""
        with closing(open_store(self.config)) as store:
            yield store

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        with closing(open_store(self.config, to_read=True)) as store, store.read() as uow:
            yield uow


class Commands(click.Group):
    """Commands in other modules: each by its place, `module:name`, and a line of help.

    A module is imported once its command is asked for.
    """

    def __init__(self, *args: Any, places: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(self.places)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in self.places:
            return None
        module, _, function = self.places[name][0].partition(":")
        command: click.Command = getattr(import_module(f"mailflow.cli.{module}"), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.places, 1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]}?", ctx) from error

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.places.items()])


@click.group(
    cls=Commands,
    places={
        "init": ("desk:init", "Make the configuration, the keys and the tables where they are missing."),
        "check-config": ("desk:check_config", "Say everything that is wrong with the configuration."),
        "run": ("desk:run", "Run the desk."),
        "inject": ("inject:inject", "Take one mail from standard input."),
        "explain": ("explain:explain", "Show what mailflow makes of mail files; send nothing."),
        "status": ("status:status", "Whether the desk runs; cases and queues at a glance."),
        "cases": ("command:cases", "Look at cases and act on them."),
        "forget": ("person:forget", "Delete everything that is kept of a person."),
        "queue": ("command:queue", "Letters that wait or failed, mails that were parked."),
        "digest": ("desk:digest", "Show the staff digest as it would be now."),
        "purge": ("desk:purge", "Delete now what is kept no longer."),
        "backup": ("backup:backup", "Save the database (SQLite) into a file while the desk runs."),
        "restore": ("backup:restore", "Put a backup into an empty database (SQLite)."),
        "audit": ("command:audit", "What the staff did, and whether that record is whole."),
        "db": ("command:db", "The database."),
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    help="The configuration. Default: ./config.toml, then /etc/mailflow/config.toml.",
)
@click.version_option(__version__, prog_name="mailflow", message="%(prog)s %(version)s")
@click.pass_context
def mailflow(context: click.Context, path: Path | None) -> None:
    """An e-mail-driven account-recovery desk."""
    context.obj = Site(path)
    if os.environ.get("NO_COLOR"):
        context.color = False


@click.group(
    cls=Commands,
    places={
        "list": ("cases:list_", "List cases, the newest first."),
        "show": ("cases:show", "Show what is known, what is missing, what happened."),
        "ask": ("act:ask", "Ask the person something."),
        "note": ("act:note", "Write a note for the staff."),
        "close": ("act:close", "Close a case, and write the letter that says so."),
        "reopen": ("act:reopen", "Take a closed case up again."),
        "merge": ("act:merge", "Close a case as a duplicate of another."),
        "snooze": ("act:snooze", "Be told of a complete case later."),
        "correct": ("act:correct", "Put right what was read wrongly."),
        "export": ("person:export", "Everything that is kept of a case or a person, as JSON."),
    },
)
def cases() -> None:
    """Look at cases and act on them."""


@click.group(
    cls=Commands,
    places={
        "list": ("queue:list_", "List letters that wait or failed, and parked mails."),
        "show": ("queue:show", "Show a letter or a mail as it stands."),
        "retry": ("queue:retry", "Try letters again now."),
        "drop": ("queue:drop", "Give letters up, or delete parked mails."),
        "replay": ("queue:replay", "Handle parked mails anew."),
    },
)
def queue() -> None:
    """Letters that wait or were given up, and mails that could not be handled."""


@click.group(
    cls=Commands,
    places={
        "list": ("audit:list_", "List what was done, the newest first."),
        "verify": ("audit:verify", "Check that no entry was changed, removed or added in between."),
    },
)
def audit() -> None:
    """What the staff did."""


@click.group(
    cls=Commands,
    places={
        "upgrade": ("database:upgrade", "Bring the tables to this version."),
        "reencrypt": ("database:reencrypt", "Encrypt with the newest key what is not yet."),
    },
)
def db() -> None:
    """The database."""


site = click.make_pass_decorator(Site)


def as_json(function: Function) -> Function:
    """The option of every command whose output a program may read."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in ASCII.")(function)
