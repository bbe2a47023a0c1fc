from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

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


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def digest(sender="jane@example.org", *, mail=MAIL, to=("desk@example.com",), remote="", at=NOON):
    return digest_of(Arrival(Envelope(sender, to, remote), mail, at))


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


UNDATED = (
    b"",
    b"Date:\r\n",
    b"Message-ID: \r\n \t\r\nDATE :\r\nDate\r\n",
    b"X-Date: Mon, 2 Mar 2026 12:00:00 +0000\r\n",
    b"To: x\r\n Date: Mon\r\n",
)


@pytest.mark.parametrize("head", UNDATED)
def test_what_tells_no_time_is_the_same_mail_only_within_the_hour(head):
    mail = head + b"From: jo@example.org\r\n\r\nDate: in the body\r\n"
    first = digest(mail=mail)
    assert first == digest(mail=mail, at=NOON + timedelta(minutes=59))
    assert first != digest(mail=mail, at=NOON + timedelta(minutes=60))


@pytest.mark.parametrize("head", UNDATED)
def test_what_tells_no_time_has_that_of_the_first_server_on_its_way(head):
    by_us = b"Received: from a by mx.example.com; Mon, 2 Mar 2026 12:00:%02d +0000\r\n"
    mail = (
        by_us + b"Received: from x by a\r\n\tid %d; Mon\r\n" + head + b"From: jo@example.org\r\n\r\nhello\r\n"
    )
    first = digest(mail=mail % (1, 7))
    assert first == digest(mail=mail % (2, 7), at=NOON + timedelta(days=4))
    assert first != digest(mail=mail % (1, 8))


@pytest.mark.parametrize(
    "field",
    [
        b"Date: Mon, 2 Mar 2026 12:00:00 +0000",
        b"date :x",
        b"Message-ID:\r\n <1@example.org>",
        b"message-id:1",
        b"Message-ID:\n\t<1@example.org>",
    ],
)
def test_one_field_that_tells_a_mail_from_the_next_one_is_enough(field):
    mail = b"Received: by mx.example.com; %b\r\nSubject: Hi\r\n" + field + b"\r\n\r\nhello\r\n"
    assert digest(mail=mail % b"Mon") == digest(mail=mail % b"Tue", at=NOON + timedelta(days=99))


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
    for line in (
        b"Received: x\r\n",
        b"\r",
        b" \r\n",
        b"Received",
        b"Received:\t",
        b"x-spam-",
        b"\n \n",
        b"Date:\n",
        b"Date:\n \n",
    ):
        content_digest(line * 100_000)
        digest(mail=line * 100_000)
    assert time.process_time() - began < 2
