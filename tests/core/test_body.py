"""A mail's words: secrets are masked before anything reads them, and what is kept holds none."""

import re
from email import message_from_bytes, policy

import pytest

from mailflow.config.packaged import lexicon
from mailflow.core.body import read_body, redacted, without_desk, without_letters, without_struck
from mailflow.core.envelope import Envelope
from mailflow.core.mail import parse
from mailflow.core.text import Line, Mark

WORDS = lexicon()
DESK = "recovery@pypi.example"
SECRET = "correct-Horse-77"


def mail(body, subject="help", **fields):
    head = {
        "From": "Jo Doe <jo@example.org>",
        "To": "recovery@pypi.example",
        "Subject": subject,
        "Message-ID": "<one@mail.example.org>",
        "Content-Type": "text/plain; charset=utf-8",
        **fields,
    }
    lines = [*(f"{name}: {value}" for name, value in head.items() if value), "", *body.splitlines(), ""]
    return parse("\r\n".join(lines).encode(), Envelope("jo@example.org", ("recovery@pypi.example",)))


def read(body, subject="help"):
    return read_body(mail(body, subject), WORDS, DESK)


def test_lines_are_marked_and_the_fresh_ones_are_the_persons_own():
    body = read("I lost my phone.\n\n> What happened?\nMy user name is jdoe42.\n\n-- \nJo")
    assert "I lost my phone." in body.fresh
    assert "My user name is jdoe42." in body.fresh
    assert "What happened" not in body.fresh
    assert "Jo" not in body.fresh.split()
    assert (body.secrets, body.masked) == ((), False)
    assert {line.mark for line in body.lines} >= {Mark.FRESH, Mark.QUOTED, Mark.SIGNATURE}


def test_a_secret_in_the_text_is_masked_everywhere():
    body = read(f"My user name is jdoe42.\npassword: {SECRET}")
    assert (body.secrets, body.masked) == (("password",), True)
    assert SECRET not in f"{body.text}{body.fresh}{body.lines}"
    assert "[password removed]" in body.fresh


def test_a_secret_in_the_subject_is_masked_and_counts_as_pasted():
    body = read("see the subject", f"my password: {SECRET}")
    assert (body.secrets, body.masked) == (("password",), True)
    assert SECRET not in body.subject


def test_a_secret_that_is_only_quoted_is_masked_without_a_word():
    body = read(f"See below.\n\n> password: {SECRET}")
    assert (body.secrets, body.masked) == ((), True)
    assert SECRET not in body.text


def test_each_kind_is_named_once():
    body = read(f"password: {SECRET}\n\nand another one\n\npassword: other-Horse-88")
    assert body.secrets == ("password",)


def test_what_is_kept_is_a_mail_with_the_masked_text():
    received = mail(
        f"password: {SECRET}\nGrüße", f"password: {SECRET}", Date="Mon, 02 Mar 2026 09:00:00 +0000"
    )
    kept = redacted(received, read_body(received, WORDS, DESK))
    assert SECRET.encode() not in kept
    message = message_from_bytes(kept, policy=policy.default)
    assert message["From"] == "jo@example.org"
    assert message["To"] == "recovery@pypi.example"
    assert message["Message-ID"] == "<one@mail.example.org>"
    assert message["X-Mailflow-Redacted"] == "password"
    assert "[password removed]\nGrüße" in message.get_content().replace("\r\n", "\n")


def test_what_is_kept_can_be_read_again():
    received = mail(f"My user name is jdoe42.\npassword: {SECRET}")
    body = read_body(received, WORDS, DESK)
    again = read_body(parse(redacted(received, body), received.envelope), WORDS, DESK)
    assert again.fresh.strip() == body.fresh.strip()
    assert not again.secrets


def test_a_mail_that_only_quoted_a_secret_says_so():
    received = mail(f"> password: {SECRET}")
    assert b"X-Mailflow-Redacted: quoted\r\n" in redacted(received, read_body(received, WORDS, DESK))


def test_fields_that_are_not_there_are_left_out():
    received = mail(f"password: {SECRET}", **{"Message-ID": "", "From": "nobody in particular", "To": ""})
    kept = redacted(received, read_body(received, WORDS, DESK)).partition(b"\r\n\r\n")[0]
    assert b"Message-ID" not in kept
    assert b"From" not in kept
    assert b"To:" not in kept


@pytest.mark.parametrize("field", ["Subject", "Date", "To", "Message-ID"])
def test_no_field_of_the_kept_mail_can_be_injected(field):
    evil = "=?utf-8?q?x=0D=0ABcc:_eve@example.net=0D=0A=0D=0Abody?="
    received = mail(f"password: {SECRET}", **{field: evil})
    kept = redacted(received, read_body(received, WORDS, DESK))
    names = [line.partition(b":")[0] for line in kept.partition(b"\r\n\r\n")[0].split(b"\r\n")]
    assert b"Bcc" not in names
    assert set(names) <= {
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"X-Mailflow-Redacted", b"MIME-Version", b"Content-Type",
        b"Content-Transfer-Encoding",
    }  # fmt: skip


def test_of_a_date_only_the_date_is_kept():
    received = mail(f"password: {SECRET}", Date=f"Mon, 02 Mar 2026 10:00:00 +0100 ({SECRET})")
    kept = redacted(received, read_body(received, WORDS, DESK))
    assert b"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n" in kept
    assert SECRET.encode() not in kept


@pytest.mark.parametrize(
    "text", ["", "\0", "x" * 100_000, "> " * 5000, "\n" * 5000, f"password: {SECRET} " * 500]
)
def test_any_text_is_read(text):
    assert SECRET not in read(text).text


def test_lines_of_our_letter_that_come_back_unmarked_are_ours():
    letter = 'Hello,\n\nWrite "yes" (lost, or never had any).\nyes, both of them\nPlease send us no code.'
    body = read(
        'Please  send us no code.\nWrite "yes" (lost, or never had any).\nyes\nI lost my phone.\n> yes'
    )
    told = without_letters(body, [letter])
    assert [line.mark for line in told.lines] == [
        Mark.QUOTED,
        Mark.QUOTED,
        Mark.FRESH,
        Mark.FRESH,
        Mark.QUOTED,
    ]
    assert "yes" in told.fresh.split()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I wrote to recovery@pypi.example.", "I wrote to ."),
        ("<Recovery+7kq2m9xdr.0mbh@PyPI.example>", "< >"),
        (
            "my-recovery@pypi.example, recovery@pypi.example.org",
            "my-recovery@pypi.example, recovery@pypi.example.org",
        ),
        ("jo@example.org", "jo@example.org"),
    ],
)
def test_an_address_of_ours_is_nobodys(text, left):
    [line] = without_desk([Line(text, Mark.FRESH, 1)], DESK)
    assert len(line.text) == len(text)
    assert re.sub(" +", " ", line.text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I ~~agree~~ wait.", "I wait."),
        ("~~yes", "~~yes"),
        ("~~ yes ~~", "~~ yes ~~"),
        ("a ~~~ b ~~~", "a ~~~ b ~~~"),
    ],
)
def test_words_that_are_struck_out_are_taken_back(text, left):
    [line] = without_struck([Line(text, Mark.FRESH, 1)])
    assert len(line.text) == len(text)
    assert re.sub(" +", " ", line.text) == left
