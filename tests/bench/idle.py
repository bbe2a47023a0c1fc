"""What 10,000 clients that say nothing cost the one that does: how long its mail takes, and the memory of the process.

With the shipped 500 places the silent ones give way; with 12,000 all of them stay.
"""

from __future__ import annotations

import argparse
import resource
import smtplib
import socket
import statistics
import sys
import tempfile
from email.policy import SMTP
from pathlib import Path
from time import perf_counter, sleep

from tests.daemon.desk import ADDRESS, REQUEST, Desk, mail

SILENT = 10_000
MAILS = 200
_PER_ADDRESS = 20
_FILES = SILENT + 2_000


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--silent", type=int, default=SILENT)
    silent = arguments.parse_args().silent
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    print(f"{'places':>8} {'silent':>8} {'still open':>11} {'p50 ms':>8} {'p99 ms':>8} {'MB':>6}")
    for places in (500, 12_000):
        measure(places, silent)
    return 0


def measure(places: int, silent: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), smtp__max_connections=places)
        try:
            row = told(desk, silent)
        finally:
            desk.close()
    print(f"{places:8} {silent:8} {row}")


def told(desk: Desk, silent: int) -> str:
    process = desk.start()
    port = process.port
    for number in range(20):  # warm
        one_mail(port, number)
    clients = [connected(port, number) for number in range(silent)]
    sleep(2)  # some while has passed: they have been silent
    times = sorted(one_mail(port, number) for number in range(MAILS))
    status = Path(f"/proc/{process.pid}/status").read_text()
    resident = int(status.split("VmHWM:")[1].split()[0]) // 1024
    still = sum(is_open(client) for client in clients)
    for client in clients:
        client.close()
    p99 = times[int(len(times) * 0.99)]
    return f"{still:11} {statistics.median(times):8.1f} {p99:8.1f} {resident:6}"


def connected(port: int, number: int) -> socket.socket:
    """From one of many addresses, as no more than a few are taken from each."""
    address = number // _PER_ADDRESS
    return socket.create_connection(
        ("127.0.0.1", port), source_address=(f"127.1.{address // 250}.{address % 250 + 1}", 0)
    )


def is_open(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        said = client.recv(65_536)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return bool(said) and b"421" not in said


def one_mail(port: int, number: int) -> float:
    """Milliseconds from the connection to the 250 that says that the mail is stored."""
    began = perf_counter()
    written = mail(REQUEST, sender=f"jo{number}@example.org").as_bytes(policy=SMTP)
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example.org") as client:
        client.sendmail(f"jo{number}@example.org", [ADDRESS], written)
    return (perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
