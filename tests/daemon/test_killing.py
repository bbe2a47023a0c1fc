"""kill -9 under load: what was acknowledged is handled exactly once, and nobody is written to twice."""

from random import Random

from tests.daemon.killing import kill_at_random, settings

KILLS = 4  # `make chaos` has more


def test_each_acknowledged_mail_is_handled_once_however_often_the_process_is_killed(make_desk, smarthost):
    desk = make_desk(**settings(smarthost))
    found = kill_at_random(desk, smarthost, Random(1), lambda kills: kills < KILLS)
    assert found.breaches == []
    assert found.counts["kills"] == KILLS
