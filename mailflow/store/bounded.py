"""A connection to PostgreSQL that is given up when the server takes too long: it may hang, and never close it."""

from __future__ import annotations

import psycopg
from psycopg.abc import RV, PQGen

_LOOK_EVERY = 0.1  # seconds; psycopg's own


class BoundedConnection(psycopg.Connection):
    """psycopg waits for the server in one place, and there for ever.

    The server's own `statement_timeout` is of no use where the server does not run, and `tcp_user_timeout` none where only
    the kernel of its machine answers.
    """

    patience: float | None = None  # seconds for one statement; None: for ever

    def wait(self, gen: PQGen[RV], interval: float = _LOOK_EVERY, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            self.pgconn.finish()  # whatever it is at; a later answer would be taken for that to something else
            raise
