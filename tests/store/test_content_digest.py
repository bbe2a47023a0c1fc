from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from mailflow.core.envelope import Envelope
from mailflow.store.mailrow import digest_of
from mailflow.store.mails import Arrival, content_digest

MAIL = (
    b"From: jane@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: Hi\r\n\r\nReceived: in the body\r\n"
)
TRACE = (
    b"Return-Path: <jane@example.org>\r\nReceived: from a.example.org\r\n\tby b.example.org; Mon\r\n"
    b"X-Original-To: desk@example.com\r\nDelivered-To: desk@example.com\r\n"
    b"ARC-Seal: i=1\r\nAuthentication-Results: b.example.org;\r\n dkim=pass\r\n"
)


def digest(sender="jane@example.org", *, mail=MAIL, to=("desk@example.com",), remote=""):
    return digest_of(Arrival(Envelope(sender, to, remote), mail, datetime(2026, 3, 2, tzinfo=UTC)))


def test_two_deliveries_of_one_mail_have_one_digest():
    assert content_digest(TRACE + MAIL) == content_digest(MAIL)
    assert content_digest(b"received: by c.example.org\r\n" + TRACE + MAIL) == content_digest(MAIL)


def test_trace_fields_below_others_do_not_count_either():
    moved = MAIL.replace(b"Subject:", b"X-Spam-Status: No\r\nSubject:")
    assert content_digest(moved) == content_digest(MAIL)


@pytest.mark.parametrize(
    "field",
    [
        b"Return-Path: <>",
        b"return-path:<>",
        b"Delivered-To: Autoresponder",
        b"Return-Path:\r\n <>",
        b"Delivered-To: x\r\n\tauto",
    ],
)
def test_a_trace_field_that_tells_of_a_machine_counts(field):
    assert content_digest(field + b"\r\n" + MAIL) != content_digest(MAIL)


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "<>",
        "mailer-daemon@x.example",
        "tools-bounces@x.example",
        "tools-owner@x.example",
        "no-reply@x.example",
    ],
)
def test_a_copy_that_a_machine_sends_on_is_another_mail(sender):
    assert digest("jane@example.org") == digest("SRS0=ab=cd=example.org=jane@y.example")
    assert digest(sender) == digest("") != digest("jane@example.org")


def test_mails_without_a_from_are_of_who_sent_them():
    assert digest("jo@example.org", mail=b"hello\r\n") != digest("kim@example.org", mail=b"hello\r\n")
    assert digest("jo@example.org", mail=b"From : x\r\n\r\nhello") == digest(
        "kim@example.org", mail=b"From : x\r\n\r\nhello"
    )


def test_the_way_of_a_mail_counts_as_far_as_it_may_be_believed_for_it():
    """Whence it came, and to which address that it does not name itself; not the time, nor the names of servers."""
    by_mx = b"Received: from a (a.example.org [192.0.2.%d])\r\n\tby mx.example.com; %b\r\n"
    mail = b"To: Desk <Desk@example.com>\r\n" + MAIL
    first = digest(mail=by_mx % (7, b"Mon") + mail)
    assert first == digest(mail=by_mx % (7, b"Tue") + mail, to=())
    others = {
        first,
        digest(mail=by_mx % (8, b"Mon") + mail),
        digest(mail=by_mx % (7, b"Mon") + mail, remote="192.0.2.1"),
        digest(mail=by_mx % (7, b"Mon") + mail, to=("desk+x@example.com",)),
    }
    assert len(others) == 4


def test_other_content_has_another_digest():
    digests = {
        content_digest(mail)
        for mail in (
            MAIL,
            MAIL + b"\r\n",
            MAIL.replace(b"<1@", b"<2@"),
            MAIL.replace(b"Hi", b"Hj"),
            MAIL.replace(b"in the body", b"in the end"),
            MAIL.replace(b"Subject: Hi\r\n", b""),
        )
    }
    assert len(digests) == 6


def test_the_end_of_the_header_is_found_with_any_line_end():
    lf = MAIL.replace(b"\r\n", b"\n")
    assert content_digest(TRACE.replace(b"\r\n", b"\n") + lf) == content_digest(lf)
    assert content_digest(lf) != content_digest(lf.replace(b"in the body", b"x"))


def test_a_mail_of_anything_has_a_digest():
    for raw in (
        b"",
        b"\r\n",
        b"\r\n\r\n",
        b"Received: x",
        b"no header",
        b"\xff\0" * 99,
        b"Received:\n\t\n \n",
    ):
        assert len(content_digest(raw)) == 32


def test_no_header_takes_long():
    began = time.process_time()
    for line in (b"Received: x\r\n", b"\r", b" \r\n", b"Received", b"Received:\t", b"x-spam-", b"\n \n"):
        content_digest(line * 100_000)
    assert time.process_time() - began < 2
