"""The commands show by its name what a newer node has stored."""

import json

import pytest


@pytest.fixture
def newer(world):
    world.write("I lost my phone. My user name is jdoe42.")
    with world.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE cases SET status = 'awaiting_proof', details = replace(details, '\"flags\":[', '\"flags\":[\"moon_lit\"')"
        )
        connection.exec_driver_sql("UPDATE mails SET kind = 'hand_over'")
    return world.case()


def test_lists_and_pages_show_it(shell, newer):
    assert "moon lit" in shell.good("cases", "list").out
    (listed,) = map(json.loads, shell.good("cases", "list", "--json").out.splitlines())
    assert (listed["status"], listed["flags"]) == ("awaiting_proof", ["moon_lit"])
    shown = shell.good("cases", "show", newer.reference).out
    assert "a newer mailflow: awaiting proof" in shown
    assert "! moon lit" in shown
    assert "cases awaiting proof" in shell.good("status").out
    assert json.loads(shell.good("status", "--json").out)["cases"]["awaiting_proof"] == 1
    assert "a newer mailflow has it as awaiting proof" in shell.good("digest").out
