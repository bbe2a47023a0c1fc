"""The runner of `make chaos` fails where a promise was not kept, however that shows."""

import json
import sys

import pytest

from tests.chaos import Result, __main__


def broken(_seed, _duration):
    raise RuntimeError("not this one")


def test_each_scenario_has_a_name_of_its_own_and_a_share_of_the_time():
    found = __main__.scenarios()
    assert "kill-sqlite" in found
    assert all(share > 0 for _, share in found.values())


def test_an_exception_is_a_breach(monkeypatch, capsys):
    monkeypatch.setattr(__main__, "scenarios", lambda: {"broken": (broken, 1.0)})
    __main__.run_alone("broken", 1, 5.0)
    said = json.loads(capsys.readouterr().out)
    assert Result(**said) == Result({}, ["RuntimeError: not this one"])


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Result({"lost": 0}), 0),
        (Result(skipped="no root"), 0),
        (Result({"lost": 1}, ["lost: 1, as <a@b>"]), 1),
    ],
)
def test_a_breach_is_the_exit_status(monkeypatch, capsys, result, status):
    monkeypatch.setattr(__main__, "run_apart", lambda name, seed, *_: __main__.Ran(name, seed, 3.0, result))
    assert __main__.run_all({"one": 1.0, "two": 2.0}, 7, 60.0) == status
    said = capsys.readouterr().out
    assert "seed 7" in said
    assert all(breach in said for breach in result.breaches)


def test_a_scenario_that_ends_without_a_result_is_a_breach(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert __main__.run_apart("one", 7, 1.0).result.breaches == ["it ended without a result, with status 1"]


def test_kills_are_counted_where_they_are_asked_for(monkeypatch, capsys):
    def killing(_seed, _duration, kills=0):
        return Result({"kills": kills})

    monkeypatch.setattr(__main__, "scenarios", lambda: {"killing": (killing, 1.0), "broken": (broken, 1.0)})
    __main__.run_alone("killing", 1, 5.0, 300)
    assert json.loads(capsys.readouterr().out)["counts"] == {"kills": 300}
    __main__.run_alone("broken", 1, 5.0, 300)
    assert "TypeError" in capsys.readouterr().out
