"""A secret that somebody pasted is kept nowhere, wherever in the mail it stands."""

from __future__ import annotations

import pytest

from tests.world import INCOMPLETE

TOKEN = "pypi-AgEIcHlwaS5vcmcCJDaB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY"


@pytest.mark.parametrize("subject", ["Automatic reply: {}", "[EXT] Undeliverable: {}"])
def test_why_nobody_is_answered_does_not_repeat_the_subject(world, subject):
    """The reason is kept, logged and shown, and the log promises to hold no subject."""
    world.write(INCOMPLETE, Subject=subject.format(TOKEN))
    (reason,) = world.query("SELECT silence FROM mails")
    assert "subject" in reason[0]
    assert "AgEI" not in reason[0]
