"""Chaos: what must hold whatever fails, tried at random and for as long as one likes. `make chaos` runs it all.

    python -m tests.chaos [--duration SECONDS] [--seed N] [--kills N] [--list] [NAME …]

A scenario is a function of a seed and of the seconds that it has, in a module of this folder, which names it with its
share of the time:

    SCENARIOS = {power_cuts: 2.0}

    def power_cuts(seed: int, duration: float) -> Result:
        dice = Random(seed)
        …
        return Result({"cuts": cuts, "mails": mails, "lost": lost}, breaches)

It makes things fail for about `duration` seconds, then lets the dust settle, counts, and says in `breaches` each promise
that was not kept; an exception is a breach too. Each runs in a process of its own, `JOBS` at a time, so it may do to its
process what it likes; what it starts it also ends. `desk.py`, `smarthost.py`, `clients.py` and `ledger.py` of
`tests/daemon` are what most are made of. Where a scenario cannot run (no root, no strace), it says so: `Result(skipped=…)`.

A seed fixes what is rolled, not when the machine does what: a breach may need several runs to be seen again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Result", "Scenario"]


@dataclass(frozen=True)
class Result:
    """What a scenario did, and what did not hold."""

    counts: Mapping[str, float] = field(default_factory=dict)  # in the order in which they are shown
    breaches: Sequence[str] = ()  # a line each
    skipped: str = ""  # why it cannot run here


Scenario = Callable[
    ..., Result
]  # seed, duration; `kills`: so many, where it kills; `broken`: a desk that is so on purpose
