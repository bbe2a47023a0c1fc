"""Every commit of mailflow passes a named moment of `mailflow.faults`, at which a test can end the process."""

import ast
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from mailflow import faults
from mailflow.bootstrap import prepare
from mailflow.core.events import StaffNoted
from mailflow.steps.app import PermanentFailure, SmarthostDown, TemporaryFailure
from mailflow.steps.deliver import deliver_due
from mailflow.steps.forget import forget
from mailflow.steps.operate import act
from mailflow.steps.periodic import pass_time, purge, send_digest
from mailflow.steps.reencrypt import reencrypt
from tests.world import REPOSITORY, World, configured

SOURCES = sorted((REPOSITORY / "mailflow").rglob("*.py"))
BY_SQLALCHEMY = {
    "store/kept.py": {"begun"},
    "store/statement.py": {"execute"},
    "store/migrations/__init__.py": {"upgrade"},
}
NOTHING_TO_COMMIT = {  # they change no row
    "store/checkpoint.py": {"checkpoint"},
    "store/scrub.py": {"empty_wal", "vacuum"},
    "store/backup.py": {"_copy"},
}


def calls(method):
    """Where a method of that name is called: (file, function, the call)."""
    for path in SOURCES:
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and _name(node.func) in {method, f"_{method}"}:
                        yield str(path.relative_to(REPOSITORY / "mailflow")), function.name, node


def _name(called):
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_every_transaction_has_a_name_of_its_own():
    names = Counter()
    for file, function, call in calls("begin"):
        if function in BY_SQLALCHEMY.get(file, ()):
            continue
        assert len(call.args) == 1, f"{file}, {function}: a transaction without a name"
        assert isinstance(call.args[0], ast.Constant), f"{file}, {function}: its name is no literal"
        names[call.args[0].value] += 1
    assert [name for name, times in names.items() if times > 1] == []
    assert {"intake", "lease", "sent", "due", "digest", "purge", "sender lease", "sender found"} <= set(names)


@pytest.mark.parametrize("method", ["commit", "raw_connection"])
def test_nobody_commits_past_the_store(method):
    found = {(file, function) for file, function, _ in calls(method)}
    assert found <= {(file, name) for file, names in NOTHING_TO_COMMIT.items() for name in names}


def test_only_the_store_begins_a_transaction_of_sqlalchemy():
    unnamed = {(file, function) for file, function, call in calls("begin") if not call.args}
    assert unnamed == {(file, name) for file, names in BY_SQLALCHEMY.items() for name in names}


def test_kept_connections_are_begun_where_all_is_committed_and_nowhere_else():
    found = {(file, function) for file, function, _ in calls("begun") if not file.startswith("core/")}
    assert found == {("store/unit.py", "_committing")}


@pytest.fixture
def told(monkeypatch):
    """What is reached and what is committed, in order."""
    told = []
    monkeypatch.setattr(faults, "act", lambda moment, what: told.append((moment, what)))

    def committed(_connection):
        told.append(("COMMIT", ""))

    event.listen(Engine, "commit", committed)
    yield told
    event.remove(Engine, "commit", committed)


def everything_that_commits(folder):
    """The whole of a desk's life, with letters that are sent, refused, put off, put back and released."""
    prepare(configured(folder))
    world = World(folder)
    try:
        for number, fault in enumerate((None, PermanentFailure, TemporaryFailure, SmarthostDown)):
            world.receive(world.mail("I lost my phone.", sender=f"jo{number}@example.org"), "jo@example.org")
            world.relay.fault = lambda _, fault=fault: fault("550 no") if fault else None
            world.run()
        act(world.app, world.case().reference, StaffNoted("a note"), "jane")
        world.now += timedelta(days=4)
        pass_time(world.app, 10)
        deliver_due(world.app, "test", limit=10, stopping=lambda: True)
        assert send_digest(world.app, "test")
        assert purge(world.app, "test")
        forget(world.app, b"key", "jo0@example.org", "jane")
        reencrypt(world.store.begin)
        world.store.scrub(masked=True)
    finally:
        world.close()


def test_a_moment_is_reached_before_and_after_every_commit(tmp_path, told):
    everything_that_commits(tmp_path)
    named = [(moment, what) for moment, what in told if what != "scrub"]
    transactions = [named[at : at + 3] for at in range(0, len(named), 3)]
    for before, commit, after in transactions:
        assert (before[0], commit[0], after[0]) == (faults.BEFORE_COMMIT, "COMMIT", faults.AFTER_COMMIT)
        assert before[1] == after[1] != ""
    assert {
        "upgrade",
        "keys",
        "in hand",
        "handle",
        "lease",
        "sent",
        "refused",
        "put off",
        "put back",
        "release",
        "act",
        "due",
        "digest",
        "purge",
        "purge some",
        "forget",
        "reencrypt",
        "reencrypt end",
    } <= {what for _, what in named}
    assert [moment for moment, what in told if what == "scrub"] == [faults.BEFORE_COMMIT, faults.AFTER_COMMIT]


def test_nothing_in_mailflow_acts_at_a_moment():
    setting = [
        path
        for path in SOURCES
        if "faults.act" in path.read_text() or "faults import act" in path.read_text()
    ]
    assert setting == []
    assert faults.act is None
