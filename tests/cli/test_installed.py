"""Installed, mailflow has no configuration of its own, keeps nothing in its package, and writes a configuration if asked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import REPOSITORY

COMMANDS = ["run", "check-config", "status"]
ALONE = pytest.mark.skipif(Path("/etc/mailflow/config.toml").exists(), reason="this machine has a desk")


@pytest.fixture
def installed(tmp_path):
    """The package as the wheel lays it out, and a way to run it in an empty folder."""
    package = tmp_path / "site" / "mailflow"
    shutil.copytree(REPOSITORY / "mailflow", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(REPOSITORY / "templates", package / "templates")
    shutil.copy(REPOSITORY / "config.toml", package)
    folder = tmp_path / "empty"
    folder.mkdir()

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "mailflow", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    run.folder, run.package = folder, package
    before = {*package.rglob("*")}
    yield run
    assert {*package.rglob("*")} == before


@ALONE
@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_configuration_it_says_what_to_do(installed, command):
    done = installed(command)
    assert (done.returncode, done.stdout) == (78, "")
    assert "there is no configuration: neither config.toml nor /etc/mailflow/config.toml" in done.stderr
    assert "`mailflow init` writes one here" in done.stderr
    assert [*installed.folder.iterdir()] == []


@ALONE
def test_init_writes_the_sample_here_and_then_all_commands_take_it(installed):
    done = installed("init")
    assert done.returncode == 0
    assert done.stdout.startswith("made config.toml, which describes the sample desk")
    written = installed.folder / "config.toml"
    assert written.read_bytes() == (REPOSITORY / "config.toml").read_bytes()
    assert {file.name for file in installed.folder.iterdir()} == {"config.toml", "var"}
    assert "config.toml: good." in installed("check-config").stdout
    assert installed("status").returncode == 0
    assert installed("init").stdout == "nothing was missing\n"


def test_init_writes_the_sample_where_it_is_told_to_and_changes_none_that_is_there(installed):
    path = installed.folder / "desk.toml"
    assert installed("--config", str(path), "init").stdout.startswith(f"made {path}, which describes")
    path.write_text(path.read_text().replace("[desk]", "# changed\n[desk]", 1))
    assert installed("--config", str(path), "init").stdout == "nothing was missing\n"
    assert "# changed" in path.read_text()


def test_a_folder_that_is_not_there_is_named(installed):
    done = installed("--config", "nowhere/config.toml", "init")
    assert done.returncode == 78
    assert "nowhere/config.toml is not there and cannot be made: No such file or directory" in done.stderr
