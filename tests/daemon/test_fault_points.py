"""SIGKILL at every commit of the daemon and every reply of the smarthost."""

import contextlib
import os
import signal
from collections import Counter

import pytest

from mailflow import faults
from tests.daemon.desk import ADDRESS, STAFF, Process, mail, send
from tests.daemon.killing import BY_TIME, settings
from tests.daemon.points import (
    AT_THE_START,
    ON_THE_WAY,
    TO_THE_SMARTHOST,
    WHEN_TIME_PASSES,
    around,
    dies,
    kill_at_each,
)
from tests.daemon.zygote import Fault
from tests.zone import serving


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request, make_desk, smarthost):
    url = (
        {"database__url": request.getfixturevalue("postgresql_url")} if request.param == "postgresql" else {}
    )
    return make_desk(**settings(smarthost), **url)


def test_nothing_is_lost_at_any_commit_on_the_way_of_a_mail(desk, zygote, smarthost):
    found = kill_at_each(desk, zygote, smarthost, [*AT_THE_START, *ON_THE_WAY])
    assert found.breaches == []
    assert found.counts["kills"] == len(AT_THE_START) + len(ON_THE_WAY)
    assert found.counts["doubles"] >= 1, "one was killed between the 250 to a letter and its commit"


def test_nothing_is_lost_at_any_reply_of_the_smarthost(make_desk, zygote, smarthost):
    found = kill_at_each(make_desk(**settings(smarthost)), zygote, smarthost, TO_THE_SMARTHOST)
    assert found.breaches == []
    assert found.counts["doubles"] >= 1, "the same"


def test_nothing_is_done_twice_at_any_commit_that_time_brings(desk, zygote, smarthost):
    desk.configure(**BY_TIME)
    found = kill_at_each(desk, zygote, smarthost, WHEN_TIME_PASSES)
    assert found.breaches == []
    assert found.counts["digests"] == len({one.message_id for one in smarthost.letters(STAFF)})
    assert found.counts["reminders"] > 0


def test_a_mail_whose_sender_is_being_looked_up_is_not_lost(make_desk, zygote, smarthost):
    with serving() as zone:
        host, port = zone.address
        lookups = {"authentication__compute": True, "authentication__dns_servers": [f"{host}:{port}"]}
        desk = make_desk(**settings(smarthost), **lookups)
        found = kill_at_each(desk, zygote, smarthost, around("sender lease", "sender found"))
    assert found.breaches == []


@pytest.mark.parametrize(
    ("said", "transaction", "state"),
    [("550 5.1.1 nobody", "refused", "failed"), ("451 4.7.1 later", "put off", "sent")],
)
@pytest.mark.parametrize("moment", [faults.BEFORE_COMMIT, faults.AFTER_COMMIT])
def test_a_letter_that_was_refused_is_settled_once(
    make_desk, zygote, smarthost, said, transaction, state, moment
):
    desk = make_desk(**settings(smarthost))
    smarthost.refusals["jo@example.org"] = said
    process = desk.fork(zygote, fault=Fault(moment, transaction))
    send(process.port, mail(sender="jo@example.org"))
    assert dies(process)

    if state == "sent":
        smarthost.refusals.clear()
    desk.let_leases_run_out()
    process = desk.fork(zygote)
    process.wait_for("ready")
    desk.wait_until_nothing_waits()
    assert process.stop() == 0
    assert desk.scalars("SELECT state FROM outbox") == [state]
    failures = Counter(desk.scalars("SELECT kind FROM case_history"))["address_failed"]
    assert failures == (state == "failed")


@pytest.mark.parametrize("moment", [faults.BEFORE_COMMIT, faults.AFTER_COMMIT])
def test_a_mail_whose_injection_was_killed_is_taken_once_when_it_is_tried_again(make_desk, zygote, moment):
    """As the mail system in front does, which saw no exit status 0."""
    desk = make_desk()
    desk.fork(zygote).wait_for("ready")  # with keys and tables
    desk.processes[-1].kill()
    written = mail(sender="jo@example.org").as_string()
    command = ("--config", str(desk.path), "inject", "--sender", "jo@example.org", ADDRESS)
    ends = []
    for fault in (Fault(moment, "inject"), None, None):
        with contextlib.closing(
            Process(zygote.fork(command, desk.folder, fault=fault, stdin=written))
        ) as process:
            ends.append(process.wait())
    assert ends == [-signal.SIGKILL, 0, 0], process.text
    assert desk.scalars("SELECT state FROM mails") == ["waiting"]


@pytest.mark.parametrize(
    "fault",
    [*around("restore"), Fault(faults.AFTER_COMMIT, "restored")],
    ids=lambda fault: f"{fault.moment} {fault.what}",
)
def test_a_restore_that_was_killed_is_called_again(make_desk, zygote, tmp_path, fault):
    """Then nothing was restored yet, or all was."""
    desk, path = make_desk(), tmp_path / "monday.db"
    process = desk.fork(zygote)
    send(process.port, mail(sender="jo@example.org"))
    process.wait_for("handled")
    assert process.stop() == 0
    desk.execute("INSERT INTO in_hand VALUES (1, 'another run')")
    assert desk.command("backup", str(path)).returncode == 0
    for file in (desk.folder / "var").glob("mailflow.db*"):
        file.unlink()
    ends = []
    for at in (fault, None):
        command = ("--config", str(desk.path), "restore", str(path))
        with contextlib.closing(Process(zygote.fork(command, desk.folder, fault=at))) as process:
            ends.append(process.wait())
    complete = fault.what == "restored"
    assert ends == [-signal.SIGKILL, os.EX_CANTCREAT if complete else 0], process.text
    assert ("holds mail or cases" in process.text) == complete
    assert desk.scalars("SELECT verb FROM audit ORDER BY number") == ["backup", "restore"]
    assert desk.scalars("SELECT count(*) FROM in_hand") == [0]
    assert len(desk.scalars("SELECT id FROM mails")) == 1
    assert [*(desk.folder / "var").glob(".mailflow-backup-*")] == []


@pytest.mark.parametrize("moment", [faults.BEFORE_COMMIT, faults.AFTER_COMMIT])
def test_letters_that_no_smarthost_took_are_put_back(make_desk, zygote, smarthost, moment):
    desk = make_desk(**settings(smarthost) | {"smarthost.port": 1})
    process = desk.fork(zygote, fault=Fault(moment, "put back"))
    send(process.port, mail(sender="jo@example.org"))
    assert dies(process)

    desk.configure(smarthost__port=smarthost.port)
    desk.let_leases_run_out()
    process = desk.fork(zygote)
    smarthost.letter("jo@example.org")
    desk.wait_until_nothing_waits()
    assert process.stop() == 0
    assert desk.scalars("SELECT state FROM outbox") == ["sent"]


@pytest.mark.parametrize(
    ("broken", "fault", "breach"),
    [
        ("acknowledged_before_the_commit", Fault(faults.BEFORE_COMMIT, "intake"), "lost"),
        ("stored_without_a_look_for_the_same", Fault(faults.AFTER_COMMIT, "intake"), "stored twice"),
        ("marked_as_handled_apart", Fault(faults.BEFORE_COMMIT, "apart"), "handled twice"),
        ("letters_written_apart", Fault(faults.BEFORE_COMMIT, "apart"), "without a letter"),
        ("settled_before_it_is_sent", Fault(faults.BEFORE_SENDING, nth=2), "never arrived"),
        ("sent_under_another_message_id", Fault(faults.BEFORE_COMMIT, "sent"), "never written"),
    ],
)
def test_a_desk_that_is_broken_is_found_out(make_desk, zygote, smarthost, broken, fault, breach):
    desk = make_desk(**settings(smarthost))
    found = kill_at_each(desk, zygote, smarthost, [fault], broken=broken)
    assert breach in [said.partition(":")[0] for said in found.breaches]
    assert "not reached" not in found.counts


def test_a_letter_whose_lease_was_being_renewed_is_not_lost(make_desk, zygote, smarthost):
    """Its answer took long, and was never heard."""
    desk = make_desk(**settings(smarthost))
    smarthost.hold()
    process = desk.fork(zygote, fault=Fault(faults.AFTER_COMMIT, "renew"))
    send(process.port, mail(sender="jo@example.org"))
    assert dies(process)
    smarthost.release()
    desk.let_leases_run_out()
    process = desk.fork(zygote)
    smarthost.letter("jo@example.org")
    desk.wait_until_nothing_waits()
    assert process.stop() == 0
