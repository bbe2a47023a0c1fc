"""Postfix that stores each mail and forwards it to a sink: an instance of its own in a folder, where Postfix is installed.

It needs root, as Postfix does, and touches nothing of the machine's own instance.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

_SETTINGS = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.example.org
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
relayhost = [127.0.0.1]:{sink}
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
smtp_host_lookup = native
disable_dns_lookups = yes
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
"""
_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_QUEUES = [
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
    "trace",
]
_PATIENCE = 20.0  # seconds


@dataclass(frozen=True)
class Postfix:
    master: int  # the process, whose children are all others
    port: int


def why_not() -> str:
    """Why it cannot be had, or ""."""
    if not _daemons():
        return "Postfix is not installed"
    return "" if os.geteuid() == 0 else "Postfix needs root"


@contextmanager
def running(sink: int) -> Iterator[Postfix]:
    """An instance that forwards to the sink on this port, once it takes mail."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        port = _free_port()
        _lay_out(folder, port, sink)
        command = [str(Path(_daemons()) / "master"), "-c", str(folder), "-d"]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, **quiet) as master:
            try:
                _wait_for(port)
                yield Postfix(master.pid, port)
            finally:
                master.terminate()


def _daemons() -> str:
    postconf = shutil.which("postconf", path=f"{os.environ['PATH']}:/usr/sbin")
    if postconf is None:
        return ""
    told = subprocess.run([postconf, "-dh", "daemon_directory"], capture_output=True, text=True, check=False)
    return told.stdout.strip()


def _lay_out(folder: Path, port: int, sink: int) -> None:
    (folder / "main.cf").write_text(_SETTINGS.format(folder=folder, sink=sink, daemons=_daemons()))
    (folder / "master.cf").write_text(_SERVICES.format(port=port))
    (folder / "queue").mkdir()
    for name in ("pid", "etc"):
        (folder / "queue" / name).mkdir()
    for name in _QUEUES:
        _make(folder / "queue" / name, 0o700)
    _make(folder / "queue" / "maildrop", 0o730, "postdrop")
    _make(folder / "queue" / "public", 0o710, "postdrop")
    _make(folder / "data", 0o700)


def _make(path: Path, mode: int, group: str = "postfix") -> None:
    path.mkdir()
    shutil.chown(path, "postfix", group)
    path.chmod(mode)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def _wait_for(port: int) -> None:
    until = monotonic() + _PATIENCE
    while monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    raise SystemExit("Postfix did not start")
