"""The clock of a real process is set forth and back by a day."""

from datetime import timedelta

import pytest

from tests.daemon.desk import mail, send
from tests.daemon.fakeclock import LIBRARY, FakeClock

DAY = timedelta(days=1)

pytestmark = pytest.mark.skipif(LIBRARY is None, reason="there is no libfaketime")


@pytest.fixture
def clock(tmp_path):
    return FakeClock(tmp_path)


def test_mail_that_was_stored_by_a_clock_that_was_ahead_is_handled_by_the_next_process(
    make_desk, smarthost, smarthost_settings, clock
):
    desk = make_desk(**smarthost_settings)
    clock.set(DAY)
    process = desk.launch("--role", "receive", environ=clock.environ)
    send(process.port, mail(sender="jo@example.org"))
    process.kill()
    clock.set(timedelta(0))
    process = desk.launch(environ=clock.environ)
    smarthost.letter("jo@example.org")
    assert process.wait_for("clock_set_back")["mails"] == 1
    assert process.stop() == 0


def test_while_it_runs_each_day_that_the_clock_shows_has_one_digest_and_no_mail_waits(
    make_desk, smarthost, smarthost_settings, clock
):
    desk = make_desk(**smarthost_settings, digest__send_empty=True)
    process = desk.launch(environ=clock.environ)
    process.wait_for("digest_written")
    for number, ahead in enumerate((DAY, timedelta(0), DAY, -DAY / 24)):
        clock.set(ahead)
        send(process.port, mail(sender=f"jo{number}@example.org"))
        smarthost.letter(f"jo{number}@example.org")
        if number == 0:
            process.wait_for("digest_written", 2)
    assert process.stop() == 0
    days = desk.scalars("SELECT slot FROM job_slots WHERE job = 'digest'")
    assert len(desk.scalars("SELECT id FROM outbox WHERE kind = 'digest'")) == len(days) >= 2
