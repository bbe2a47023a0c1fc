from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest


def test_a_slot_is_won_once(store, now):
    with store.begin() as uow:
        assert uow.slots.win("digest", "2026-03-02", "a", now)
        assert not uow.slots.win("digest", "2026-03-02", "a", now)
        assert uow.slots.win("digest", "2026-03-03", "a", now)
        assert uow.slots.win("purge", "2026-03-02", "a", now)
    with store.begin() as uow:
        assert not uow.slots.win("digest", "2026-03-02", "b", now)


def test_a_slot_is_lost_with_its_transaction(store, now):
    with pytest.raises(ZeroDivisionError), store.begin() as uow:
        assert 1 / (1 - uow.slots.win("digest", "2026-03-02", "a", now))
    with store.begin() as uow:
        assert uow.slots.win("digest", "2026-03-02", "b", now)


def test_one_of_many_nodes_wins(store, now):
    start = Barrier(4)
    won: list[str] = []

    def work(node: str) -> None:
        start.wait()
        with store.begin() as uow:
            if uow.slots.win("digest", "2026-03-02", node, now):
                won.append(node)

    threads = [Thread(target=work, args=[str(number)]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_when_a_job_was_first_done_and_in_a_slot(store, now):
    with store.begin() as uow:
        assert uow.slots.first_won("digest", now) is None
        for days in (3, 2, 0):
            uow.slots.win("digest", str(days), "a", now - timedelta(days=days))
        uow.slots.win("purge", "4", "a", now - timedelta(days=4))
        assert uow.slots.first_won("digest", now) == now - timedelta(days=3)
        assert uow.slots.won_at("digest", "2") == now - timedelta(days=2)
        assert uow.slots.won_at("digest", "1") is None


def test_old_slots_are_purged(store, now):
    with store.begin() as uow:
        uow.slots.win("digest", "old", "a", now - timedelta(days=1))
        uow.slots.win("digest", "new", "a", now)
        assert uow.slots.purge(now) == 1
        assert not uow.slots.win("digest", "new", "a", now)
        assert uow.slots.win("digest", "old", "a", now)
