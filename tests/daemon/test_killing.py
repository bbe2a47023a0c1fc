"""kill -9 under load: what was acknowledged is handled exactly once, and nobody is written to twice."""

from random import Random

from tests.daemon.desk import mail, send
from tests.daemon.killing import BY_TIME, ROLES, alone, kill_at_random, nodes, of_each_role, settings
from tests.daemon.ledger import unexcused

KILLS = 4  # each role once; `make chaos` has more


def test_each_acknowledged_mail_is_handled_once_however_often_the_process_is_killed(
    make_desk, zygote, smarthost
):
    desk = make_desk(**settings(smarthost))
    found = kill_at_random(desk, smarthost, Random(1), alone(desk, zygote), lambda kills: kills < KILLS)
    assert found.breaches == []
    assert found.counts["kills"] == KILLS


def test_the_same_whichever_role_is_killed(make_desk, zygote, smarthost):
    desk = make_desk(**settings(smarthost))
    found = kill_at_random(
        desk, smarthost, Random(3), of_each_role(desk, zygote), lambda kills: kills < KILLS
    )
    assert found.breaches == []
    assert {f"of {role}" for role in ROLES} <= set(found.counts)


def test_the_same_with_three_nodes(make_desk, zygote, smarthost, postgresql_url):
    desk = make_desk(**settings(smarthost), **BY_TIME, database__url=postgresql_url)
    crew = nodes(desk, zygote, "north", "south", "west")
    found = kill_at_random(desk, smarthost, Random(1), crew, lambda kills: kills < KILLS, reminded=True)
    assert found.breaches == []
    assert found.counts["reminders"] == found.counts["mails"]
    assert found.counts["digests"] >= 1


def test_that_two_nodes_write_a_digest_each_would_be_found_out(make_desk, zygote, smarthost, postgresql_url):
    desk = make_desk(**settings(smarthost), **BY_TIME, database__url=postgresql_url)
    crew = nodes(desk, zygote, "north", "south", broken="every_node_wins_the_slot")
    found = kill_at_random(desk, smarthost, Random(1), crew, lambda kills: kills < 2)
    assert "digest twice" in [said.partition(":")[0] for said in found.breaches]


def test_that_two_nodes_send_one_letter_would_be_found_out(make_desk, zygote, smarthost, postgresql_url):
    desk = make_desk(**settings(smarthost), database__url=postgresql_url)
    living = [desk.fork(zygote, "--node", name, broken="sent_without_a_lease") for name in ("north", "south")]
    ports = [process.port for process in living]
    smarthost.hold()
    send(ports[0], mail(sender="jo@example.org"))
    smarthost.wait_held(2)
    smarthost.release()
    first, *others = smarthost.letters("jo@example.org", 2)
    assert {one.message_id for one in others} == {first.message_id} == unexcused(smarthost)
