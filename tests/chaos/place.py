"""Where a scenario happens: a folder, and the desks, smarthosts and databases in it, all gone at its end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url

from tests.daemon.desk import Desk
from tests.daemon.smarthost import Smarthost
from tests.daemon.zygote import Zygote
from tests.postgres import postgres_server


class Place:
    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self._desks = 0

    def smarthost(self) -> Smarthost:
        return self._stack.enter_context(closing(Smarthost()))

    def zygote(self) -> Zygote:
        return self._stack.enter_context(closing(Zygote()))

    def desk(self, **settings: object) -> Desk:
        """With settings that are named as in `Desk.configure`."""
        self._desks += 1
        folder = self.folder / f"desk{self._desks}"
        folder.mkdir()
        return self._stack.enter_context(closing(Desk(folder, **settings)))

    def postgresql_url(self) -> str:
        """An empty database of a server of its own."""
        server = self._stack.enter_context(postgres_server(self.folder))
        return make_url(server.url(server.make()))._replace(password=None).render_as_string()


@contextmanager
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="mailflow-chaos-") as folder, ExitStack() as stack:
        yield Place(Path(folder), stack)
