import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mailflow.cli import mailflow

REPOSITORY = Path(__file__).parent.parent
SERVICE = REPOSITORY / "systemd" / "mailflow.service"
SOCKET = REPOSITORY / "systemd" / "mailflow.socket"
BACKUP = REPOSITORY / "docs" / "examples" / "backup"
ANALYZE = shutil.which("systemd-analyze")
CREDENTIAL = re.compile(r"\"credential:([a-z][\w.-]*)\"")

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def settings(path):
    """Every setting of a unit, with all its values."""
    found = {}
    for line in path.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture(scope="module")
def service():
    return settings(SERVICE)


def analyze(*arguments):
    return subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, timeout=60, check=False)


@needs_systemd
def test_systemd_has_nothing_to_say_against_the_units():
    backup = [BACKUP / f"mailflow-{name}" for name in ("backup.service", "backup.timer", "restore.service")]
    done = analyze("verify", *map(str, (SERVICE, SOCKET, *backup)))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_the_service_is_hardly_exposed():
    done = analyze("security", "--offline=true", "--no-pager", str(SERVICE))
    found = re.search(r"Overall exposure level for mailflow.service: ([\d.]+)", done.stdout)
    assert float(found[1]) <= 1.5


def test_the_command_is_one_of_mailflow(service):
    (command,) = service["ExecStart"]
    words = command.split()
    at = words.index("run")
    assert words[:2] == ["/usr/bin/env", "mailflow"]
    assert options(words[2:at]) <= {option for parameter in mailflow.params for option in parameter.opts}
    run = mailflow.get_command(None, "run")
    assert options(words[at:]) <= {option for parameter in run.params for option in parameter.opts}


def options(words):
    return {word for word in words if word.startswith("--")}


def test_the_credentials_are_those_that_the_words_about_them_name(service):
    loaded = dict(value.split(":") for value in service["LoadCredential"])
    # No path: systemd looks into /etc/credstore, and one that is missing there is no error.
    assert loaded == {name: f"mailflow.{name}" for name in loaded}
    assert set(CREDENTIAL.findall(SERVICE.read_text())) == set(loaded)
    for path in (REPOSITORY / "config.toml", *REPOSITORY.glob("docs/*.md")):
        assert set(CREDENTIAL.findall(path.read_text())) <= set(loaded), path


def test_what_the_daemon_promises_fits_what_systemd_waits_for(service):
    assert service["Type"] == ["notify"]  # systemd 252 knows no notify-reload
    assert service["RestartPreventExitStatus"] == ["78 65"]
    assert int(service["TimeoutStopSec"][0]) > 20
    assert "-HUP" in service["ExecReload"][0]
    assert service["WorkingDirectory"] == [f"/var/lib/{service['StateDirectory'][0]}"]
    assert service["StateDirectoryMode"] == ["0700"]
    assert service["UMask"] == ["0077"]


def test_the_socket_takes_a_burst_on_port_25():
    socket = settings(SOCKET)
    assert socket["ListenStream"] == ["25"]
    assert socket["BindIPv6Only"] == ["both"]
    assert socket["Backlog"] == ["2048"]


def test_a_restore_needs_no_folder_that_only_a_backup_made():
    """On a new machine systemd has made none yet; it takes over one that is there."""
    said = (BACKUP / "README.md").read_text("utf-8").splitlines()
    made = next(
        number
        for number, line in enumerate(said)
        if line.startswith("install -d -m 700 /var/lib/mailflow-backup ")
    )
    assert said[made + 1].endswith(" /var/lib/mailflow-backup/restore.db")


@pytest.mark.parametrize("name", ["backup", "restore"])
def test_backups_are_made_and_restored_by_the_user_that_runs_the_desk(service, name):
    unit = settings(BACKUP / f"mailflow-{name}.service")
    (command,) = unit["ExecStart"]
    assert f"mailflow --config /etc/mailflow/config.toml {name} " in command
    assert unit["User"] == ["mailflow"]  # that of a dynamic user is the unit's name, if nothing is said
    assert unit["StateDirectory"] == [f"{service['StateDirectory'][0]} mailflow-backup"]
    for same in ("DynamicUser", "StateDirectoryMode", "WorkingDirectory", "UMask"):
        assert unit[same] == service[same], same
    assert set(unit["LoadCredential"]) <= set(service["LoadCredential"])
    assert ("Conflicts" in unit) == (name == "restore")
