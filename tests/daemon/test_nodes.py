"""Several processes work on one database, as several nodes or as the parts of one."""

import random
import signal
from collections import Counter

import pytest

from tests.daemon.desk import STAFF, mail, send


@pytest.fixture
def desk(make_desk, smarthost_settings, postgresql_url):
    """On PostgreSQL, empty and without a table or a key."""
    return make_desk(
        **smarthost_settings,
        database__url=postgresql_url,
        smarthost__timeout="1 second",
        smarthost__retry=["1 second"],
        digest__at="00:00",
        digest__send_empty=True,
    )


def test_two_nodes_share_the_work_and_do_nothing_twice(desk, smarthost):
    nodes = [desk.start("--node", name) for name in ("north", "south")]
    ports = [node.port for node in nodes]
    people = {f"person{number}@example.org" for number in range(20)}
    for number, person in enumerate(sorted(people)):
        send(ports[number % 2], mail(sender=person))

    smarthost.wait_recipients(people | {STAFF})
    assert [node.stop() for node in nodes] == [0, 0]
    assert [len(node.told("received")) for node in nodes] == [10, 10]
    days = desk.scalars("SELECT slot FROM job_slots WHERE job = 'digest'")
    assert Counter(one.recipient for one in smarthost.arrived) == Counter([*people, *[STAFF for _ in days]])
    assert Counter(line["sender"] for node in nodes for line in node.told("handled")) == Counter(people)
    assert Counter(desk.scalars("SELECT party FROM cases")) == Counter(people)
    assert not [node.text for node in nodes if node.told("crashed")]


def test_what_a_killed_node_had_leased_is_sent_by_the_other(desk, smarthost):
    nodes = {name: desk.start("--node", name) for name in ("north", "south")}
    ports = [node.port for node in nodes.values()]
    smarthost.letters(STAFF)
    smarthost.hold()
    send(random.choice(ports), mail(sender="jo@example.org"))
    smarthost.wait_held()

    (leased_by,) = desk.scalars("SELECT leased_by FROM outbox WHERE state = 'waiting'")
    dead = nodes.pop(leased_by.partition(":")[0])
    dead.kill()
    smarthost.release()
    (other,) = nodes.values()

    smarthost.letters("jo@example.org")
    other.wait_for("letter_sent", recipient="jo@example.org")
    assert other.stop() == 0
    assert {one.message["Message-ID"] for one in smarthost.letters("jo@example.org")} == {
        f"<{name}>"
        for name in desk.scalars("SELECT message_id FROM outbox WHERE recipient = 'jo@example.org'")
    }


def test_the_parts_of_one_desk_can_be_processes_of_their_own(make_desk, smarthost_settings, smarthost):
    desk = make_desk(**smarthost_settings)
    door = desk.start("--role", "receive")
    send(door.port, mail(sender="jo@example.org"))
    assert desk.scalars("SELECT state FROM mails") == ["waiting"]

    rest = desk.start("--role", "handle, deliver, periodic")
    smarthost.letter("jo@example.org")
    for process in (door, rest):
        process.signal(signal.SIGHUP)
        process.wait_for("config_taken")
    assert (door.stop(), rest.stop()) == (0, 0)
    assert not door.told("handled")
    assert not rest.told("listening")
    assert desk.scalars("SELECT state FROM mails") == ["handled"]
