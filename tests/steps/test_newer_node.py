"""A newer node stores what this one does not know: it goes on beside it, shows that by its name and loses none of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from mailflow.core.case import Flag, Outcome, Status
from mailflow.core.events import StaffClosed, StaffNoted
from mailflow.core.timing import DAY
from mailflow.steps.operate import act
from mailflow.steps.periodic import pass_time, send_digest
from tests.world import COMPLETE, INCOMPLETE, World, configured, in_the_clear


@pytest.fixture
def world(tmp_path, database):
    world = World(tmp_path, replace(in_the_clear(configured(tmp_path)), database=database))
    yield world
    world.close()


def newer(world, details=lambda _: {}, **columns):
    """What a newer node makes of the last case."""
    case = world.case()
    with world.engine.begin() as connection:
        (stored,) = connection.exec_driver_sql(f"SELECT details FROM cases WHERE id = '{case.id}'").one()
        told = json.loads(stored)
        columns["details"] = json.dumps({**told, **details(told)})
        sets = ", ".join(f"{name} = '{value}'" for name, value in columns.items())
        connection.exec_driver_sql(f"UPDATE cases SET {sets} WHERE id = '{case.id}'".replace("%", "%%"))


def details(world):
    return json.loads(world.query("SELECT details FROM cases")[0][0])


def test_what_this_version_does_not_know_of_a_case_is_kept_while_it_works_on_it(world):
    (letter,) = world.write(INCOMPLETE)
    newer(
        world,
        lambda told: {
            "flags": ["paused_by_moon", *told["flags"]],
            "proof": "pass_by_moon",
            "moon": {"phase": [1, 2]},
            "last_letters": {**told["last_letters"], "moonlight": world.now.isoformat()},
            "answers": {key: {**answer, "moon": 3} for key, answer in told["answers"].items()},
        },
    )
    before = world.case()
    assert "paused_by_moon" in before.flags
    assert (before.proof, before.proof.value, before.proof.name) == ("pass_by_moon",) * 3
    (missing,) = world.answer(letter, "I never made any codes.")
    act(world.app, missing.reference, StaffNoted("seen"), "kim")
    now = details(world)
    assert "recovery_codes" in now["answers"]
    assert (now["moon"], "paused_by_moon" in now["flags"]) == ({"phase": [1, 2]}, True)
    assert "moonlight" in now["last_letters"]
    assert (now["answers"]["username"]["moon"], "beyond" in now, "beyond" in now["answers"]["username"]) == (
        3,
        False,
        False,
    )


def test_a_status_that_only_a_newer_node_knows_is_left_to_it(world):
    (letter,) = world.write(COMPLETE)
    newer(world, status="awaiting_proof", due_at=0)
    before = world.case()
    assert world.answer(letter, "When will I hear from you?") == []
    assert world.case() == replace(
        before,
        changed_at=world.now,
        flags=before.flags | {Flag.WORDS_UNREAD},
    )
    world.now += timedelta(minutes=5)
    assert [one.case.due_at for one in pass_time(world.app, 10)] == [world.now + timedelta(hours=1)]
    assert not pass_time(world.app, 10)
    act(world.app, letter.reference, StaffNoted("seen"), "kim")
    assert world.case().status == "awaiting_proof"
    act(world.app, letter.reference, StaffClosed(Outcome.DENIED, "no"), "kim")
    assert (world.case().status, world.case().outcome) == (Status.CLOSED, Outcome.DENIED)


def test_an_outcome_and_a_kind_of_mail_that_only_a_newer_node_knows_are_shown_by_their_names(world):
    (letter,) = world.write(COMPLETE)
    newer(world, status="closed", outcome="handed_over", closed_at=0)
    with world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE mails SET kind = 'hand_over'")
    assert (world.case().standing, world.stored(1).kind) == ("handed over", "hand_over")
    assert [one.subject.partition("] ")[2] for one in world.answer(letter, "How far is it?")] == [
        "How far your request is"
    ]
    assert world.case().outcome == "handed_over"


@pytest.mark.parametrize("status", ["awaiting_proof", "zzz"])
def test_the_digest_lists_what_a_newer_node_knows_better(world, status):
    world.write(COMPLETE)
    newer(world, lambda _: {"flags": ["paused_by_moon"], "proof": "pass_by_moon"}, status=status)
    world.now += DAY
    assert send_digest(world.app, "test")
    text = " ".join(world.run()[-1].text.split())
    assert (
        f"! a newer mailflow has it as {status.replace('_', ' ')}, and goes on with it ! paused by moon"
        in text
    )
    assert "pass by moon" in text
