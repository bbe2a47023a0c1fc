"""A case that cannot be read is listed, exported and forgotten like any other; the others beside it are shown."""

from __future__ import annotations

import pytest

from mailflow.cli import exits
from tests.cli.test_cases import KEYS
from tests.steps.test_unreadable import damage
from tests.world import COMPLETE

WHY = "its details are no JSON"
KIM = "kim@example.com"


@pytest.fixture
def bad(world):
    """The reference of Jo's case, whose row is damaged; Kim asks for the same account."""
    world.write(COMPLETE)
    reference = world.case().reference
    world.write(COMPLETE, sender=KIM)
    damage(world, reference)
    return reference


def test_the_list_names_it_and_says_why(shell, bad):
    lines = shell.good("cases", "list").out.splitlines()
    assert KIM in lines[1]
    assert lines[2].split() == [bad, "unreadable", "3", "days", "jdoe42", "jo@example.org"]
    assert lines[3] == f"  ! {WHY}"
    kims, theirs = shell.good("cases", "list", "--json").objects
    assert set(kims) == set(theirs) == KEYS
    assert (kims["unreadable"], theirs["unreadable"]) == (None, WHY)
    assert (theirs["reference"], theirs["status"], theirs["flags"]) == (bad, "in_review", None)


def test_status_counts_and_names_it(shell, bad):
    (facts,) = shell.good("status", "--json").objects
    assert (facts["cases"]["in_review"], facts["cases_unreadable"]) == (2, [bad])
    assert (
        f"! a case cannot be read, and nothing happens there: see `mailflow cases list` ({bad})"
        in " ".join(shell.good("status").out.split())
    )


def test_status_counts_several(shell, world, bad):
    damage(world, _other(world, bad))
    assert "! 2 cases cannot be read" in shell.good("status").out


def _other(world, bad):
    [(other,)] = world.query(f"SELECT reference FROM cases WHERE reference <> '{bad}'")
    return other


def test_others_beside_it_are_shown(shell, world, bad):
    assert "jdoe42" in shell.good("cases", "show", _other(world, bad)).out
    assert bad in shell.good("digest").out


def test_itself_cannot_be_shown_or_acted_on(shell, bad):
    for words in (("show", bad), ("close", bad, "recovered")):
        done = shell("cases", *words)
        assert (done.status, done.err) == (
            exits.BAD_DATA,
            f"mailflow: the case {bad} cannot be read: {WHY}\n",
        )


@pytest.mark.parametrize("of_person", [False, True])
def test_it_is_exported_as_it_stands_with_all_that_is_its(shell, bad, of_person):
    words = ("--person", "jo@example.org") if of_person else (bad,)
    (whole,) = shell.good("cases", "export", *words).objects
    case = whole["cases"][0] if of_person else whole
    assert (case["reference"], case["unreadable"], case["record"]["details"]) == (bad, WHY, "{")
    assert [len(case[name]) for name in ("mails", "letters", "history")] == [1, 1, 1]


def test_its_person_is_forgotten(shell, world, bad):
    shown = shell.good("forget", "jo@example.org", "--yes").out
    assert f"{bad}, unreadable" in shown
    assert world.query(f"SELECT 1 FROM cases WHERE reference = '{bad}'") == []


def test_an_address_in_it_is_found(shell, world, bad):
    damage(world, bad, 'details = \'{"contact_email": "sam@example.net\'')
    assert bad in shell.good("cases", "export", "--person", "sam@example.net").out
