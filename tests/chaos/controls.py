"""Controls: each scenario on a desk that is broken on purpose, until that shows. It has to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

from tests.chaos import Result
from tests.chaos.away import disk_full, postgresql_away, sqlite_locked
from tests.chaos.backup import backup_and_restore
from tests.chaos.clock import clock_jumps
from tests.chaos.commands import kill_commands
from tests.chaos.kill import kill_nodes, kill_sqlite
from tests.chaos.power import power_cuts, power_cuts_after_failed_syncs, power_cuts_of_a_file_system
from tests.chaos.smarthost import smarthost_faults, smarthost_returns

_KILLS = 10  # of one desk
_AT_LEAST = 60.0  # seconds for one variant: what luck there is to it must not fail anybody


@dataclass(frozen=True)
class Control:
    run: Callable[..., Result]
    broken: str  # a variant of `tests/daemon/broken.py`
    breach: str  # how what must be said of it begins
    seconds: float = 5.0  # of one try

    def __str__(self) -> str:
        run = self.run.func if isinstance(self.run, partial) else self.run
        return f"{run.__name__}, {self.broken}: {self.breach} after"


_killed = partial(kill_sqlite, kills=_KILLS)
_nodes_killed = partial(kill_nodes, kills=_KILLS)
KILL = (
    Control(_killed, "acknowledged_before_the_commit", "lost"),
    Control(_killed, "stored_without_a_look_for_the_same", "stored twice"),
    Control(_killed, "marked_as_handled_apart", "handled twice"),
    Control(_killed, "letters_written_apart", "without a letter"),
    Control(_killed, "settled_before_it_is_sent", "never arrived"),
    Control(_killed, "sent_under_another_message_id", "never written"),
)
NODES = (
    Control(_nodes_killed, "sent_without_a_lease", "double without a crash"),
    Control(_nodes_killed, "every_node_wins_the_slot", "digest twice"),
)
POWER = (
    Control(power_cuts, "commits_are_not_synced", "lost"),
    Control(power_cuts_after_failed_syncs, "journal_is_trusted", "lost"),
    Control(power_cuts_of_a_file_system, "commits_are_not_synced", "lost"),
)
AWAY = (
    Control(sqlite_locked, "forgets_what_it_could_not_settle", "double without a crash", 15.0),
    Control(postgresql_away, "acknowledged_before_the_commit", "lost"),
    # Below `min_free` nothing is stored, so there is nothing that could be lost.
    Control(partial(disk_full, brim=True), "acknowledged_before_the_commit", "lost"),
)
SMARTHOST = (
    Control(smarthost_faults, "settled_before_it_is_sent", "never arrived"),
    Control(partial(smarthost_returns, many=1000), "never_pauses", "probes"),
)
OTHERS = (
    Control(clock_jumps, "digests_at_any_moment", "digests", 20.0),
    Control(kill_commands, "acts_are_not_recorded", "acts without a record"),
    Control(backup_and_restore, "backups_of_one_file", "backup"),
)


def controls_kill(seed: int, duration: float) -> Result:
    return _found_out(KILL, seed, duration)


def controls_nodes(seed: int, duration: float) -> Result:
    return _found_out(NODES, seed, duration)


def controls_power(seed: int, duration: float) -> Result:
    return _found_out(POWER, seed, duration)


def controls_away(seed: int, duration: float) -> Result:
    return _found_out(AWAY, seed, duration)


def controls_smarthost(seed: int, duration: float) -> Result:
    return _found_out(SMARTHOST, seed, duration)


def controls_others(seed: int, duration: float) -> Result:
    return _found_out(OTHERS, seed, duration)


def _found_out(controls: Sequence[Control], seed: int, duration: float) -> Result:
    """How many desks it took for each; those that were taken for sound are breaches."""
    found, missed, skipped = {}, [], []
    for control in controls:
        until, tries, said = monotonic() + max(_AT_LEAST, duration / len(controls)), 0, set()
        while not (found_out := _says(control, said)) and (not tries or monotonic() < until):
            result = control.run(seed + tries, control.seconds, broken=control.broken)
            if result.skipped:
                skipped.append(result.skipped)
                break
            said |= {*result.breaches}
            tries += 1
        if found_out:
            found[str(control)] = tries
        elif tries:
            missed.append(f"{control.broken}: not found out, only {sorted(said)}")
    return Result(found, missed, "" if found or missed else ", ".join(skipped))


def _says(control: Control, said: set[str]) -> bool:
    return any(breach.startswith(control.breach) for breach in said)


SCENARIOS = {
    controls_kill: 3.5,
    controls_nodes: 2.0,
    controls_power: 2.0,
    controls_away: 3.0,
    controls_smarthost: 3.0,
    controls_others: 2.5,
}
