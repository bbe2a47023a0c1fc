"""A mail's whole way through the real process: SMTP in, SMTP out."""

import re
import signal
import smtplib
import socket
from datetime import UTC, datetime, timedelta
from email import message_from_string
from time import monotonic

import pytest

from mailflow.bootstrap import read_keys
from mailflow.core.case import Flag, Status
from mailflow.core.reference import Addresses, Purpose
from tests.daemon.desk import ADDRESS, PATIENCE, REQUEST, Desk, get, mail, send
from tests.daemon.smarthost import Smarthost

HTML = """<html><body><p>Hi,</p><table>
<tr><td>PyPI Username</td><td><code>mlind</code></td></tr>
<tr><td>Reason</td><td>My authenticator app was wiped in a repair.</td></tr>
</table></body></html>
"""
# What a mail server writes about a letter that it could not deliver (RFC 3464).
BOUNCE = """\
From: MAILER-DAEMON@mx.example.org
To: {sender}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce.1@mx.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_1"

--=_1

The recipient's mailbox does not exist.

--=_1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--=_1--
"""


@pytest.fixture(scope="module")
def smarthost():
    smarthost = Smarthost()
    yield smarthost
    smarthost.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory, smarthost):
    desk = Desk(
        tmp_path_factory.mktemp("desk"),
        smarthost__host="127.0.0.1",
        smarthost__port=smarthost.port,
        smarthost__tls="off",
    )
    try:
        process = desk.start()
        desk.port = process.port
        yield desk
        assert process.stop() == 0
        assert process.events[-1]["event"] == "stopped"
        assert not process.told("crashed"), process.text
    finally:
        desk.close()


@pytest.fixture
def process(desk):
    return desk.processes[0]


@pytest.fixture
def addresses(desk):
    config = desk.config
    return Addresses(ADDRESS, read_keys(config.desk.reply_key), config.case.reply_address_lifetime)


def test_a_mail_is_answered_within_seconds(desk, smarthost):
    sent_at = monotonic()
    send(desk.port, mail(sender="quick@example.org"))
    letter = smarthost.letter("quick@example.org")
    assert monotonic() - sent_at < 10
    assert "Are your recovery codes lost" in letter.text


def test_the_letter_has_every_header_that_it_needs(desk, smarthost, addresses):
    written = mail(sender="head@example.org")
    send(desk.port, written)
    letter = smarthost.letter("head@example.org")
    head, now = letter.message, datetime.now(UTC)

    assert head["From"] == "PyPI account recovery <recovery@pypi.example>"
    assert head["To"] == "head@example.org"
    assert re.match(rf"\[Account recovery {letter.reference}\] \S", head["Subject"])
    assert head["In-Reply-To"] == head["References"] == written["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f]{32}@pypi\.example>", head["Message-ID"])
    assert head["Auto-Submitted"] == "auto-replied"
    assert head["X-Auto-Response-Suppress"] == "All"
    assert abs(head["Date"].datetime - now) < timedelta(minutes=5)
    assert head["Bcc"] is head["Cc"] is None

    (reply,) = head["Reply-To"].addresses
    answer, bounce = addresses.parse(reply.addr_spec), addresses.parse(letter.envelope_sender)
    assert (answer.purpose, bounce.purpose) == (Purpose.REPLY, Purpose.BOUNCE)
    assert answer.reference == bounce.reference == letter.reference
    assert addresses.genuine(answer, "head@example.org", now)
    assert addresses.genuine(bounce, "head@example.org", now)


def test_an_answer_to_the_reply_address_completes_the_request(desk, smarthost):
    send(desk.port, mail(sender="whole@example.org"))
    asked = smarthost.letter("whole@example.org")
    send(desk.port, mail("1. yes\n2. yes\n3. yes\n", sender="whole@example.org", answers=asked.message))

    received = smarthost.letter("whole@example.org", 2)
    assert received.reference == asked.reference
    assert "jdoe42" in received.text
    with desk.stored() as uow:
        assert uow.cases.by_reference(asked.reference).status is Status.IN_REVIEW


def test_a_mail_in_html_is_understood(desk, smarthost):
    send(desk.port, mail(HTML, sender="html@example.org", html=True))
    reference = smarthost.letter("html@example.org").reference
    with desk.stored() as uow:
        assert uow.cases.by_reference(reference).answers["username"].value == "mlind"


def test_a_bounce_marks_the_address_as_failing_and_gets_no_letter(desk, process, smarthost):
    send(desk.port, mail(sender="gone@example.org"))
    letter = smarthost.letter("gone@example.org")
    bounce = BOUNCE.format(sender=letter.envelope_sender, recipient=letter.recipient)
    send(desk.port, message_from_string(bounce), envelope_sender="")

    process.wait_for("silent", kind="bounce", reference=letter.reference)
    with desk.stored() as uow:
        case = uow.cases.by_reference(letter.reference)
        assert Flag.ADDRESS_FAILING in case.flags
        assert len(uow.outbox.of_case(case.id)) == 1


def test_mail_for_somebody_else_is_refused(desk):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(desk.port, mail(sender="lost@example.org", to="somebody@pypi.example"))
    assert refused.value.recipients == {"somebody@pypi.example": (550, b"5.1.1 No such mailbox here")}


def test_the_same_mail_again_is_acknowledged_and_not_handled_again(desk, smarthost):
    written = mail(sender="twice@example.org")
    send(desk.port, written)
    smarthost.letter("twice@example.org")
    send(desk.port, written)

    assert desk.scalars("SELECT state FROM mails WHERE sender = 'twice@example.org'") == ["handled"]
    assert desk.scalars("SELECT state FROM mails WHERE state = 'waiting'") == []


def test_what_monitoring_asks_is_answered(desk, process, smarthost):
    send(desk.port, mail(sender="watched@example.org"))
    smarthost.letter("watched@example.org")

    assert get(f"{process.monitoring}/healthz") == (200, '{"status": "ok"}\n')
    status, page = get(f"{process.monitoring}/metrics")
    assert status == 200
    assert "mailflow_store_up 1.0" in page
    assert re.search(r'^mailflow_events_total{event="received"} [1-9]', page, re.MULTILINE)
    assert 'mailflow_cases{status="awaiting_answers"}' in page


def test_an_event_loop_that_stands_still_is_told(make_desk, zygote):
    """It is another thread that answers; what the loop does itself, nobody would."""
    process = make_desk().fork(zygote, broken="event_loop_stands")
    with socket.create_connection(("127.0.0.1", process.port), PATIENCE) as client:
        client.sendall(f"EHLO client\r\nMAIL FROM:<>\r\nRCPT TO:<{ADDRESS}>\r\n".encode())
        until = monotonic() + PATIENCE
        while (answer := get(f"{process.monitoring}/healthz"))[0] == 200:
            assert monotonic() < until
    assert "the event loop: no turn for" in answer[1]
    process.kill()


def test_without_a_smarthost_letters_go_into_the_maildir_until_sigint(make_desk):
    desk = make_desk()
    process = desk.start()
    send(process.port, mail(sender="dir@example.org"))
    process.wait_for("letter_sent", recipient="dir@example.org")

    (file,) = (desk.folder / "var" / "maildir" / "new").iterdir()
    assert file.read_text().startswith("Return-Path: <recovery+")
    assert "\nTo: dir@example.org\n" in file.read_text()
    process.signal(signal.SIGINT)
    assert process.wait() == 0
    process.wait_for("stopping", signal="SIGINT")


def test_a_secret_is_soon_gone_from_every_file_of_the_database(make_desk):
    desk = make_desk(database__encryption_key="")  # or nothing could be found in the first place
    process = desk.start()
    process.wait_for("in_the_clear")
    process.wait_for("scrubbed")  # as at each start
    before = len(process.told("scrubbed"))
    send(process.port, mail(f"{REQUEST} My password is Tr0ub4dor&3zebra.", sender="leaky@example.org"))
    process.wait_for("letter_sent", recipient="leaky@example.org")
    process.wait_for("scrubbed", nth=before + 1)
    kept = {file.suffix: file.read_bytes() for file in (desk.folder / "var").glob("mailflow.db*")}
    assert set(kept) == {".db", ".db-wal", ".db-shm"}
    assert b"[password removed]" in kept[".db"]
    assert not [name for name, content in kept.items() if b"Tr0ub4dor" in content]
