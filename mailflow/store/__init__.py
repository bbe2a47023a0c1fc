"""Keeps mails, cases and letters in SQLite or PostgreSQL, and decides nothing."""

from mailflow.store.engine import Unavailable, Unsafe, make_engine
from mailflow.store.unit import Store, UnitOfWork

__all__ = ["Store", "Unavailable", "UnitOfWork", "Unsafe", "make_engine"]
