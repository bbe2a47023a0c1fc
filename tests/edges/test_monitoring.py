import http.client
import json
import re
import socket
from datetime import timedelta

import pytest

from mailflow.edges import log
from mailflow.edges.monitoring import FRESH_FOR, Gauges, Monitoring


class Desk:
    """What the daemon would know."""

    def __init__(self):
        self.now = 100.0
        self.asked = 0
        self.gauges = Gauges(
            inbox_waiting=3,
            inbox_oldest=timedelta(seconds=90),
            parked=1,
            outbox_waiting=7,
            outbox_oldest=timedelta(minutes=2),
            outbox_failed=2,
            cases={"in_review": 5, "closed": 11},
            disk_free=123_456_789,
        )
        self.problems = ()
        self.broken = False

    def count(self):
        self.asked += 1
        if self.broken:
            raise RuntimeError("the database, with its password")
        return self.gauges

    def health(self):
        if self.broken:
            raise RuntimeError("the database, with its password")
        return self.problems


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture(params=["127.0.0.1", "::1"])
def monitoring(request, desk):
    try:
        socket.create_server(
            (request.param, 0), family=socket.AF_INET6 if ":" in request.param else socket.AF_INET
        ).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    monitoring = Monitoring((request.param, 0), desk.count, desk.health, now=lambda: desk.now)
    monitoring.start()
    yield monitoring
    monitoring.stop()


def ask(monitoring, path, method="GET"):
    connection = http.client.HTTPConnection(*monitoring.address, timeout=5)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def metrics(monitoring):
    _, text = ask(monitoring, "/metrics")
    return dict(re.findall(r"^([^# ]\S*) (\S+)$", text, re.MULTILINE))


def test_a_healthy_desk_says_so(monitoring):
    status, text = ask(monitoring, "/healthz")
    assert (status, json.loads(text)) == (200, {"status": "ok"})


def test_an_unhealthy_desk_says_why(monitoring, desk):
    desk.problems = ("no mail was handled for 10 minutes", "12 letters were given up")
    status, text = ask(monitoring, "/healthz")
    assert (status, json.loads(text)) == (503, {"status": "failing", "problems": list(desk.problems)})


def test_a_check_that_fails_is_a_problem_and_gives_nothing_away(monitoring, desk):
    desk.broken = True
    status, text = ask(monitoring, "/healthz")
    assert status == 503
    assert json.loads(text)["problems"] == ["the check failed: RuntimeError"]


def test_what_waits_is_shown(monitoring):
    shown = metrics(monitoring)
    assert shown["mailflow_store_up"] == "1.0"
    assert shown["mailflow_inbox_waiting"] == "3.0"
    assert shown["mailflow_inbox_oldest_seconds"] == "90.0"
    assert shown["mailflow_inbox_parked"] == "1.0"
    assert shown["mailflow_outbox_waiting"] == "7.0"
    assert shown["mailflow_outbox_oldest_seconds"] == "120.0"
    assert shown["mailflow_outbox_failed"] == "2.0"
    assert float(shown["mailflow_disk_free_bytes"]) == 123_456_789
    assert shown['mailflow_cases{status="in_review"}'] == "5.0"
    assert shown['mailflow_cases{status="closed"}'] == "11.0"
    assert float(shown["process_resident_memory_bytes"]) > 0


def test_the_database_is_asked_at_most_every_few_seconds(monitoring, desk):
    metrics(monitoring)
    desk.now += FRESH_FOR - 0.1
    metrics(monitoring)
    assert desk.asked == 1
    desk.now += 0.1
    metrics(monitoring)
    assert desk.asked == 2


def test_a_lost_database_does_not_hide_the_counters(monitoring, desk):
    desk.broken = True
    shown = metrics(monitoring)
    assert shown["mailflow_store_up"] == "0.0"
    assert "mailflow_inbox_waiting" not in shown
    assert 'mailflow_events_total{event="received"}' in shown


def test_every_mail_event_is_counted_from_zero(monitoring):
    before = metrics(monitoring)
    for event in log.EVENTS:
        assert before[f'mailflow_events_total{{event="{event}"}}'] == "0.0"
    log.received(remote="192.0.2.1", helo="", sender="", recipients=("x",), size=2000, tls=False)
    log.connected(remote="192.0.2.1")
    after = metrics(monitoring)
    assert after['mailflow_events_total{event="received"}'] == "1.0"
    assert after['mailflow_events_total{event="connected"}'] == "1.0"


def test_no_address_is_in_the_metrics(monitoring):
    log.rejected(remote="192.0.2.1", reply="no jane@example.org here")
    _, text = ask(monitoring, "/metrics")
    assert "@" not in text
    assert "192.0.2.1" not in text


@pytest.mark.parametrize("path", ["/", "/metrics/", "/healthz/../etc/passwd", "/%00", "/x?/metrics"])
def test_there_is_nothing_else(monitoring, path):
    assert ask(monitoring, path)[0] == 404


def test_it_is_only_read(monitoring):
    assert ask(monitoring, "/metrics", "POST")[0] == 405
    assert ask(monitoring, "/metrics?name=x", "HEAD") == (200, "")


def test_nonsense_is_answered_without_a_word_in_the_log(monitoring, capfd):
    with socket.create_connection(monitoring.address, timeout=5) as peer:
        peer.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert b" 400 " in peer.recv(4096)
    with socket.create_connection(monitoring.address, timeout=5):
        pass
    assert capfd.readouterr() == ("", "")


def test_it_can_be_stopped_and_is_not_heard_any_more(desk):
    monitoring = Monitoring(("127.0.0.1", 0), desk.count, desk.health)
    monitoring.stop()
    monitoring.start()
    address = monitoring.address
    monitoring.stop()
    log.ready()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)
