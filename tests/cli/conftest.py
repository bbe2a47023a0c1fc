"""Commands as a shell runs them, in this process; the desk they find is a `World`."""

from __future__ import annotations

import io
import json
import shutil
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailflow.cli import command, mailflow
from mailflow.cli.exits import run
from mailflow.config import load
from tests.world import REPOSITORY, World, loaded

SHIPPED = loaded(REPOSITORY / "config.toml").policy.form
FORMS = {SHIPPED: SHIPPED}


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def objects(self):
        """What `--json` printed."""
        assert self.out.isascii()
        return [json.loads(line) for line in self.out.splitlines()]


class Shell:
    def __init__(self, config: Path, capture, patch):
        self.config = config
        self._capture = capture
        self._patch = patch

    def __call__(self, *words: str, stdin: bytes | None = b"", tty: bool = False, columns: int = 80) -> Done:
        with self._patch.context() as patch:
            patch.setenv("COLUMNS", str(columns))
            typed = None if stdin is None else io.TextIOWrapper(io.BytesIO(stdin))
            patch.setattr(sys, "stdin", typed)
            for stream in (sys.stdout, sys.stderr, *([typed] if typed else [])):
                patch.setattr(stream, "isatty", lambda: tty)
            self._capture.readouterr()
            status = run(mailflow, ["--config", str(self.config), *words])
            said = self._capture.readouterr()
        return Done(status, said.out, said.err)

    def good(self, *words: str, **how) -> Done:
        done = self(*words, **how)
        assert (done.status, done.err) == (0, ""), done
        return done


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration in a folder of its own, where nothing has been made yet."""
    return Path(shutil.copy(REPOSITORY / "config.toml", tmp_path))


def load_cheaply(path):
    """A form that this process has read for need not be compiled again, nobody waits long for a lock, and no desk that
    happens to run on this machine is asked.
    """
    config = load(path)
    form = FORMS.setdefault(config.policy.form, config.policy.form)
    database = replace(config.database, busy_timeout=timedelta(milliseconds=50))
    return replace(config, policy=replace(config.policy, form=form), database=database, monitoring=None)


@pytest.fixture
def shell(config, capsys, monkeypatch) -> Shell:
    monkeypatch.setattr(command, "load", load_cheaply)
    return Shell(config, capsys, monkeypatch)


@pytest.fixture
def world(config):
    """The desk of that configuration, three days ago."""
    folder = config.parent / "var"
    folder.mkdir()
    world = World(folder)
    world.now = datetime.now(UTC) - timedelta(days=3)
    yield world
    world.close()
