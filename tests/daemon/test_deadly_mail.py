"""A mail that kills the process is parked in the end, whichever process takes it up, and stops nobody else's."""

import signal

import pytest

from mailflow.steps.handle import RETRY_WAITS
from tests.daemon.broken import DEADLY
from tests.daemon.desk import REQUEST, mail, send

TRIES = len(RETRY_WAITS) + 1


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request, make_desk, smarthost_settings):
    if request.param == "postgresql":
        smarthost_settings["database__url"] = request.getfixturevalue("postgresql_url")
    return make_desk(**smarthost_settings, smarthost__timeout="1 second")


def test_it_is_parked_after_as_many_deaths_as_one_that_raises(desk, smarthost):
    door = desk.start("--role", "receive")
    for sender in ("ann@example.org", "bad@example.org", "cay@example.org"):
        words = DEADLY if sender.startswith("bad") else REQUEST
        send(door.port, mail(words, sender=sender))

    for _ in range(TRIES):
        process = desk.start("--role", "handle, deliver", broken="killed_by_a_mail")
        assert process.wait() == -signal.SIGKILL
    process = desk.start("--role", "handle, deliver", broken="killed_by_a_mail")
    parked = process.wait_for("parked")
    smarthost.wait_recipients({"ann@example.org", "cay@example.org"})
    assert [one.stop() for one in (process, door)] == [0, 0]

    assert (parked["attempts"], parked["error"]) == (TRIES, "the process ended while this mail was handled")
    assert desk.scalars("SELECT state FROM mails ORDER BY id") == ["handled", "parked", "handled"]
    assert desk.scalars("SELECT party FROM cases ORDER BY party") == ["ann@example.org", "cay@example.org"]
    assert desk.scalars("SELECT mail_id FROM in_hand") == []
    assert "the process ended" in desk.command("queue", "list").stdout
