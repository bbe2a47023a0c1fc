"""A desk that is told who wrote a mail: by a server of its own, or by a check that the test stands for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow.core.authentication import Authentication
from mailflow.steps.app import TemporaryFailure
from tests.world import World

SERVER = "mx.desk.example"
RECEIVED = "Received: from mail.example.net (mail.example.net [192.0.2.9]) by mx.desk.example; Mon, 2 Mar 2026 09:00:00 +0000"


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def node(tmp_path, world):
    """A second node of the desk."""
    other = World(tmp_path)
    yield other
    other.close()


class Desk:
    """What a test does with the desk: mails come through its own server, unless `remote` is another."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.set(authserv_ids=frozenset({SERVER}))

    def set(self, *, check=None, policy=None, **settings):
        config = self.world.config
        self.world.config = replace(
            config,
            authentication=replace(config.authentication, **settings),
            policy=replace(config.policy, senders=replace(config.policy.senders, **(policy or {}))),
        )
        self.world.app = replace(self.world.make_app(self.world.config), sender_check=check)

    def get(self, body, *head, sender="jo@example.org", to="", remote="127.0.0.1", **fields):
        """A mail arrives with these lines above its header; what was made of it."""
        raw = "".join(f"{line}\r\n" for line in head).encode()
        raw += self.world.mail(body, sender=sender, to=to, **fields)
        self.world.receive(raw, "jo@example.net", to or self.world.desk, remote=remote)
        letters = self.world.run()
        return self.world.handled[-1], letters


@pytest.fixture
def desk(world):
    return Desk(world)


class Check:
    """Stands where the DNS is asked. `found`: what it says, or None for no answer."""

    def __init__(self, found: Authentication | None) -> None:
        self.found = found
        self.meanwhile = lambda: None
        self.last: list[bool] = []
        self.quick: list[bool] = []

    def compute(self, raw, mail, *, last, quick):  # noqa: ARG002 -- what the desk calls
        self.last.append(last)
        self.quick.append(quick)
        self.meanwhile()
        if self.found is None and not last:
            raise TemporaryFailure("the DNS is silent")
        return self.found or Authentication(domain="example.org", source="computed")
