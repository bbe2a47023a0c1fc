"""How many mutants of the rules the unit tests killed: what `make mutants` prints when mutmut has run.

    python -m tests.mutation.survivors [-v]

A mutant that no test notices is alive, and so is one that no test reaches. One that runs into the time limit is dead,
most likely in an endless loop; many of those mean that the machine had too much else to do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mutmut.stats import status_by_exit_code

CORE = Path("mailflow/core")
GROUPS = {
    "answers": ("answers",),
    "text": ("text",),
    "origin": ("origin",),
    "secrets": (
        *(
            "secrets",
            "secretforms",
            "secretcodes",
            "secretseeds",
            "secretsettings",
            "secrettokens",
            "secretview",
            "unread",
            "secretanswers",
            "secretnumbers",
        ),
        *(
            "onetimecodes",
            "passwords",
            "passwordpairs",
            "passwordsbefore",
            "passwordsbeside",
            "passwordshapes",
            "passwordframes",
            "secretquestions",
        ),
        *(
            "accountnames",
            "passwordchats",
            "passwordlikes",
            "passwordphrases",
            "passwordplaces",
            "passwordrows",
            "passwordstold",
            "passwordstried",
            "secretplain",
            "unexplained",
        ),
    ),
}
MOST_ALIVE = 0.10  # of the mutants of a group
LATE = "timeout"
DEAD = {"killed", "segfault", LATE}


class Tally(NamedTuple):
    mutants: int
    alive: int
    late: int

    def line(self, name: str) -> str:
        dead, share = self.mutants - self.alive, self.alive / max(self.mutants, 1)
        return f"{name:20}{dead:6} killed ({self.late:2} by the time limit){self.alive:6} alive{share:8.1%}"


def verdicts(module: str) -> dict[str, str]:
    """What became of each mutant of a module."""
    stored = json.loads(Path("mutants", CORE, f"{module}.py.meta").read_text("utf-8"))
    return {name: status_by_exit_code[code] for name, code in stored["exit_code_by_key"].items()}


def tally(found: Iterable[str]) -> Tally:
    ends = list(found)
    return Tally(len(ends), sum(end not in DEAD for end in ends), ends.count(LATE))


def main() -> int:
    failed = False
    for group, modules in GROUPS.items():
        found = {module: verdicts(module) for module in modules}
        for module, ends in found.items():
            print(tally(ends.values()).line(f"{module}.py"))
            if "-v" in sys.argv:
                print(*(f"    {name}" for name, end in ends.items() if end not in DEAD), sep="\n")
        together = tally(end for ends in found.values() for end in ends.values())
        if len(modules) > 1:
            print(together.line(f"{group}, together"))
        failed |= together.alive > MOST_ALIVE * together.mutants
    return failed


if __name__ == "__main__":
    sys.exit(main())
