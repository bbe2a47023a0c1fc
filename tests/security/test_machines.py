"""Mail of machines gets no letter, and that of people who look like machines gets one: see tests/mails/README.md."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "mails" / "machines"
EXPECTED = json.loads((FOLDER / "expect.json").read_text("utf-8"))


@pytest.mark.parametrize("name", [name for name, one in EXPECTED.items() if not one.get("open")])
def test_machines_are_told_from_people(world, name):
    expected = EXPECTED[name]
    raw = (FOLDER / name).read_bytes().replace(b"support@desk.example.org", world.desk.encode())
    world.receive(raw, expected["envelope_from"])
    assert (world.run() != []) == (expected["kind"] == "person"), expected["why"]
