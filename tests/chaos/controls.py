"""Controls: a desk that is broken on purpose is killed as the others are until that shows. It has to."""

from __future__ import annotations

from random import Random
from time import monotonic

from tests.chaos import Result
from tests.chaos.place import place
from tests.daemon.killing import BY_TIME, alone, kill_at_random, nodes, settings

# What is broken, and what the audit must say of it; of `broken.py` all that a kill can show.
BY_A_KILL = {
    "acknowledged_before_the_commit": "lost",
    "stored_without_a_look_for_the_same": "stored twice",
    "marked_as_handled_apart": "handled twice",
    "letters_written_apart": "without a letter",
    "settled_before_it_is_sent": "never arrived",
    "sent_under_another_message_id": "never written",
}
BY_NODES = {"sent_without_a_lease": "double without a crash", "every_node_wins_the_slot": "digest twice"}
_KILLS = 10  # of one desk
_AT_LEAST = 60.0  # seconds for one: what luck there is to it must not fail anybody


def controls_kill(seed: int, duration: float) -> Result:
    return _found_out(BY_A_KILL, seed, duration)


def controls_nodes(seed: int, duration: float) -> Result:
    return _found_out(BY_NODES, seed, duration)


def _found_out(variants: dict[str, str], seed: int, duration: float) -> Result:
    dice, desks, missed = Random(seed), 0, []
    for broken, breach in variants.items():
        until, said = monotonic() + max(_AT_LEAST, duration / len(variants)), set()
        while breach not in said and monotonic() < until:
            said |= _said_of(broken, dice)
            desks += 1
        if breach not in said:
            missed.append(f"{broken}: not found out in {duration:.0f} s, only {sorted(said)}")
    return Result(
        {"variants": len(variants), "desks": desks, "found out": len(variants) - len(missed)}, missed
    )


def _said_of(broken: str, dice: Random) -> set[str]:
    with place() as here:
        smarthost, zygote = here.smarthost(), here.zygote()
        if broken in BY_NODES:
            shared = BY_TIME | {"database.url": here.postgresql_url()}
            desk = here.desk(**settings(smarthost) | shared)
            crew = nodes(desk, zygote, "north", "south", broken=broken)
        else:
            desk = here.desk(**settings(smarthost))
            crew = alone(desk, zygote, broken)
        found = kill_at_random(desk, smarthost, dice, crew, lambda kills: kills < _KILLS)
    return {said.partition(":")[0] for said in found.breaches}


SCENARIOS = {controls_kill: 2.0, controls_nodes: 1.0}
