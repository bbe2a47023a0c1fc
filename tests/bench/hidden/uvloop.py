"""Stands in the way of uvloop, for who measures without it."""

raise ImportError("hidden")
