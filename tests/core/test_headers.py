from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.display import one_line
from mailflow.core.headers import (
    address_field,
    check,
    date_field,
    ids_field,
    plain_address,
    plain_ids,
    text_field,
    thread_ids,
    token_field,
)

NAMES = ("From", "To", "Subject")
TO_JANE = b"To: jane@example.org\r\n\r\n"
SOUND = b"From: desk@example.org\r\nTo: jane@example.org\r\nSubject: Hello\r\n there\r\n\r\nBody\r\n"


def decoded(field: bytes) -> str:
    """As the standard library's parser, which is not ours, reads it."""
    message = message_from_bytes(field + b"\r\n")
    assert len(message.items()) == 1
    return str(make_header(decode_header(message.items()[0][1])))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[Account recovery 7KQ2-M9XD] Hello", b"Subject: [Account recovery 7KQ2-M9XD] Hello\r\n"),
        ("Grüße", b"Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"),
        ("to Zoë and Åsa now", b"Subject: to =?utf-8?b?Wm/DqyBhbmQgw4VzYQ==?= now\r\n"),
        ("a =?utf-8?q?=0D=0ABcc:_x?= b", b"Subject: a =?utf-8?b?PT91dGYtOD9xPz0wRD0wQUJjYzpfeD89?= b\r\n"),
        ("a\r\nBcc: victim@example.org", b"Subject: a Bcc: victim@example.org\r\n"),
        ("a\u2028Bcc:\0 x", b"Subject: a Bcc: x\r\n"),
        ("word " * 20, b"Subject: " + b"word " * 12 + b"word\r\n" + b" word" * 7 + b"\r\n"),
        (
            "x" * 61,
            b"Subject: =?utf-8?b?" + b"eHh4" * 13 + b"?=\r\n =?utf-8?b?" + b"eHh4" * 7 + b"eA==?=\r\n",
        ),
    ],
)
def test_a_subject_is_folded_and_encoded_where_it_must_be(text, field):
    assert text_field("Subject", text) == field


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("", b"From: desk@example.org\r\n"),
        ("PyPI account recovery", b"From: PyPI account recovery <desk@example.org>\r\n"),
        ("Desk, the <first>", b'From: "Desk, the <first>" <desk@example.org>\r\n'),
        ('Say "hi" \\o/', b'From: "Say \\"hi\\" \\\\o/" <desk@example.org>\r\n'),
        ("Größe", b"From: =?utf-8?b?R3LDtsOfZQ==?= <desk@example.org>\r\n"),
        ("=?utf-8?q?x?=", b"From: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <desk@example.org>\r\n"),
        ("a\r\nBcc: b", b'From: "a Bcc: b" <desk@example.org>\r\n'),
    ],
)
def test_a_display_name_is_plain_quoted_or_encoded(name, field):
    assert address_field("From", [(name, "desk@example.org")]) == field


def test_several_mailboxes_are_parted_by_commas():
    field = address_field("Reply-To", [("A b", "a@example.org"), ("", "c@example.org")])
    assert field == b"Reply-To: A b <a@example.org>, c@example.org\r\n"


@pytest.mark.parametrize(
    "address", ["jane@example.org", "j.d+tag@mail.example.org", "a..b.@example", "x_y@a-b.example"]
)
def test_plain_addresses_are_taken(address):
    assert plain_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jane",
        "@example.org",
        "jane@",
        "jane@example..org",
        "jane@example.org.",
        "a@b@example.org",
        "jane doe@example.org",
        '"jane doe"@example.org',
        "jane@example.org\n",
        "jane@example.org\r\nBcc: x@example.org",
        "jane@example.org,x@example.org",
        "<jane@example.org>",
        "jane@[192.0.2.1]",
        "jané@example.org",
        "jane@exämple.org",
        "=?utf-8?q?a?=@example.org",
        "x" * 65 + "@example.org",
        "jane@" + "a." * 125 + "example",
        "jane\0@example.org",
        "jane\u2028@example.org",
    ],
)
def test_other_addresses_are_refused(address):
    with pytest.raises(ValueError, match="not a plain address"):
        address_field("To", [("", address)])


def test_an_empty_field_is_refused():
    with pytest.raises(ValueError, match="Subject is empty"):
        text_field("Subject", " \u200b\r\n")


def test_what_is_not_ascii_never_gets_into_a_field_of_ours():
    with pytest.raises(ValueError, match="ascii"):
        token_field("Auto-Submitted", "né")


def test_the_date_is_that_of_rfc_5322():
    assert (
        date_field(datetime(2026, 11, 20, 9, 5, tzinfo=UTC)) == b"Date: Fri, 20 Nov 2026 09:05:00 +0000\r\n"
    )


def test_message_ids_of_others_are_left_out_when_they_could_do_harm():
    ids = [
        "a@b",
        "a@b",
        "no-at",
        "x@y z",
        "x@<y",
        "x>y@z",
        "a\r\n@b",
        "é@b",
        "=?a?@b",
        "a" * 199 + "@b",
        "x@y\n",
    ]
    assert plain_ids(ids) == ("a@b",)


def test_references_keep_the_first_and_the_latest():
    ids = [f"{number}@example.org" for number in range(30)]
    kept = thread_ids(ids)
    assert kept == (ids[0], *ids[-19:])
    assert thread_ids(ids[:3]) == tuple(ids[:3])
    assert thread_ids([]) == ()


def test_references_stay_below_900_characters():
    ids = [f"{number}{'x' * 150}@example.org" for number in range(10)]
    kept = thread_ids(ids)
    assert kept == (ids[0], *ids[-4:])
    assert len(ids_field("References", kept).replace(b"\r\n", b"")) <= 900 + len("References: ")


def test_each_long_id_gets_a_line_of_its_own():
    field = ids_field("References", ["a" * 90 + "@b", "c@d", "e@f"])
    assert field == b"References: <" + b"a" * 90 + b"@b>\r\n <c@d> <e@f>\r\n"


@given(st.text())
def test_any_text_makes_one_sound_field_that_others_read_back(text):
    if not one_line(text):
        return
    field = text_field("Subject", text)
    assert all(len(line) <= 76 for line in field.split(b"\r\n"))
    assert decoded(field) == one_line(text, 400)
    check(field + TO_JANE, ["Subject", "To"], "jane@example.org")


@given(st.text())
def test_any_display_name_leaves_exactly_the_address(name):
    field = address_field("From", [(name, "desk@example.org")])
    check(field + TO_JANE, ["From", "To"], "jane@example.org")
    assert all(len(line) <= 76 for line in field.split(b"\r\n"))
    parsed = message_from_bytes(field + b"\r\n", policy=SMTP)["From"]
    assert [one.addr_spec for one in parsed.addresses] == ["desk@example.org"]
    # The standard library reads a space between two encoded words, against RFC 2047, 6.2.
    assert "".join(parsed.addresses[0].display_name.split()) == "".join(one_line(name, 400).split())


def test_a_sound_mail_passes_the_check():
    check(SOUND, NAMES, "jane@example.org")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (SOUND.replace(b"Subject", b"Bcc: x@example.org\r\nSubject"), "fields"),
        (SOUND.replace(b"Subject", b"To: x@example.org\r\nSubject"), "fields"),
        (SOUND.replace(b"Subject: Hello\r\n there\r\n", b""), "fields"),
        (SOUND.replace(b"From: desk@example.org\r\n", b"") + b"From: desk@example.org\r\n", "fields"),
        (SOUND.replace(b"Subject:", b"Subject :"), "fields"),
        (SOUND.replace(b"Subject: Hello\r\n there", b"Subject: "), "fields"),
        (SOUND.replace(b" there", b"\tthere"), "fields"),
        (SOUND.replace(b" there", b" "), "fields"),
        (b" folded\r\n" + SOUND, "fields"),
        (SOUND.replace(b"To: jane", b"To: x@example.org, jane"), "instead of 'jane@example.org'"),
        (SOUND.replace(b"To: jane@", b"To: joan@"), "instead of 'jane@example.org'"),
        (SOUND.replace(b"Body", b"Bo\ndy"), "bare"),
        (SOUND.replace(b"Body", b"Bo\rdy"), "bare"),
        (SOUND.replace(b"Body", b"Bo\n\rdy"), "bare"),
        (SOUND.replace(b"Hello", b"Hel\nBcc: x"), "bare"),
        (SOUND.replace(b"Body", b"B\0dy"), "byte"),
        (SOUND.replace(b"Body", "Bödy".encode()), "byte"),
        (SOUND.replace(b"Body", b"\x1b[2J"), "byte"),
        (SOUND.replace(b"Body", b"x" * 999), "line"),
        (SOUND + b"unfinished", "line"),
        (SOUND.partition(b"\r\n\r\n")[0] + b"\r\n", "no end"),
    ],
)
def test_an_unsound_mail_does_not(raw, why):
    with pytest.raises(ValueError, match=why):
        check(raw, NAMES, "jane@example.org")


def test_a_line_may_have_998_octets():
    check(SOUND.replace(b"Body", b"x" * 998), NAMES, "jane@example.org")
