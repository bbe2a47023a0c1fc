"""Runs the scenarios, prints a line for each, and ends with status 1 if one of them found a promise not kept."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pkgutil import iter_modules

from tests import chaos
from tests.chaos import Result, Scenario

DURATION = 180.0  # seconds of all scenarios together; they settle afterwards, within the ten minutes that are promised
JOBS = 2  # scenarios at a time
LEAST = 5.0  # seconds for one
A_KILL_WITHIN = 10.0  # seconds, where they are counted
SETTLES_WITHIN = 300.0  # seconds after its time in which a scenario must have ended


@dataclass(frozen=True)
class Ran:
    name: str
    seed: int
    seconds: float
    result: Result

    @property
    def verdict(self) -> str:
        return "BREACH" if self.result.breaches else "skipped" if self.result.skipped else "ok"

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {number:g}" for name, number in self.result.counts.items())
        head = f"{self.name:24} {self.verdict:8} {self.seconds:4.0f} s  seed {self.seed:<8} "
        return "\n    ".join([head + (self.result.skipped or counts), *self.result.breaches])


def scenarios() -> dict[str, tuple[Scenario, float]]:
    """All there are, by name, each with its share of the time."""
    found = {}
    for module in sorted(module.name for module in iter_modules(chaos.__path__)):
        if module != "__main__":
            named = getattr(import_module(f"{chaos.__name__}.{module}"), "SCENARIOS", {})
            found |= {run.__name__.replace("_", "-"): (run, share) for run, share in named.items()}
    return found


def run_apart(name: str, seed: int, duration: float, kills: int = 0) -> Ran:
    """In a process of its own, with all that it has started gone afterwards."""
    started = time.monotonic()
    command = [sys.executable, "-m", chaos.__name__, "--alone", name, str(seed), str(duration), str(kills)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            said, _ = process.communicate(timeout=duration + kills * A_KILL_WITHIN + SETTLES_WITHIN)
            result = Result(**json.loads(said.splitlines()[-1]))
        except subprocess.TimeoutExpired:
            result = Result(breaches=["it did not end"])
        except (IndexError, ValueError):
            result = Result(breaches=[f"it ended without a result, with status {process.returncode}"])
        finally:
            end(process.pid)
    return Ran(name, seed, time.monotonic() - started, result)


def end(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def run_alone(name: str, seed: int, duration: float, kills: int = 0) -> None:
    scenario, _ = scenarios()[name]
    try:
        result = scenario(seed, duration, kills=kills) if kills else scenario(seed, duration)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
        traceback.print_exc()
        result = Result(breaches=[f"{type(error).__name__}: {error}"])
    print(json.dumps(asdict(result)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these scenarios only")
    parser.add_argument("--duration", type=float, default=DURATION, help="seconds for all of them")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="what dice are rolled from")
    parser.add_argument("--kills", type=int, default=0, help="so many, however long that takes (kill-… only)")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    parser.add_argument("--alone", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        name, seed, duration, kills = asked.alone
        run_alone(name, int(seed), float(duration), int(kills))
        return 0
    known = scenarios()
    if unknown := set(asked.names) - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if asked.list:
        print("\n".join(known))
        return 0
    shares = {name: known[name][1] for name in asked.names or known}
    return run_all(shares, asked.seed, asked.duration, asked.kills)


def run_all(shares: dict[str, float], seed: int, duration: float, kills: int = 0) -> int:
    """The longest first, so that none is left alone at the end."""
    started, jobs = time.monotonic(), min(JOBS, len(shares))
    each = duration * jobs / sum(shares.values())
    failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        order = sorted(shares, key=lambda name: -shares[name])
        running = [
            pool.submit(run_apart, name, seed, max(LEAST, each * shares[name]), kills) for name in order
        ]
        for one in running:
            ran = one.result()
            failed += ran.verdict == "BREACH"
            print(ran, flush=True)
    kept = (
        f"{len(running) - failed} of {len(running)} scenarios kept all promises" if failed else "nothing lost"
    )
    print(f"{kept}, in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
