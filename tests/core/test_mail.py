"""`parse`: what a mail is, and the traps that the standard library's parsers fall into."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.core.contents import BODY_LIMIT, LINE_LIMIT, TEXT_LIMIT
from mailflow.core.envelope import Envelope
from mailflow.core.htmltext import MARKUP_LIMIT
from mailflow.core.mail import ADDRESS_LIMIT, ID_LIMIT, Attachment, DeliveryReport, parse
from mailflow.core.mime import DEPTH_LIMIT, FIELD_LIMIT, HEADER_LIMIT, PART_HEADER_LIMIT, PART_LIMIT

ENVELOPE = Envelope("jane@example.org", ("desk@desk.example",))
BOUNCE = Envelope("", ("desk@desk.example",))
MAILS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "mails").glob("*/mail.eml"))]


def mail(header=b"", body=b"", envelope=ENVELOPE):
    header = header.encode() if isinstance(header, str) else header
    body = body.encode() if isinstance(body, str) else body
    return parse(
        header.strip(b"\n").replace(b"\n", b"\r\n") + b"\r\n\r\n" + body.replace(b"\n", b"\r\n"), envelope
    )


def multipart(kind, *parts, boundary="=b="):
    body = "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"
    return mail(f'From: jane@example.org\nContent-Type: multipart/{kind}; boundary="{boundary}"', body)


# The header


def test_a_plain_mail():
    found = mail(
        """
From: =?utf-8?q?Jane_D=C3=B6?= <jane@Example.org>
To: Desk <desk@desk.example>, b@example.org
Cc: (nobody) c@example.org
Subject: lost
\t =?utf-8?q?=E2=82=AC?=
Message-ID: <1@example.org>
In-Reply-To: <a@x> <b@x>
References: <a@x>
 <b@x>
Date: Mon, 2 Mar 2026 18:02:30 +0100 (CET)
X-Empty:
x-two: 1
X-Two: 2
""",
        "Hello\n",
    )
    assert (found.sender, found.sender_name) == ("jane@example.org", "Jane Dö")
    assert found.addressed_to == ("desk@desk.example", "b@example.org", "c@example.org")
    assert found.subject == "lost €"
    assert found.message_id == "1@example.org"
    assert found.in_reply_to == found.references == ("a@x", "b@x")
    assert found.date == datetime(2026, 3, 2, 17, 2, 30, tzinfo=UTC)
    assert found.headers("X-TWO") == ("1", "2")
    assert (found.header("x-two"), found.header("x-empty"), found.header("x-none")) == ("1", "", "")
    assert found.fields[3] == ("subject", "lost =?utf-8?q?=E2=82=AC?=")
    assert found.content_types == ("text/plain",)
    assert found.text == "Hello\n"
    assert found.problems == ()


def test_nothing_at_all():
    found = parse(b"", ENVELOPE)
    assert (found.sender, found.subject, found.message_id, found.date, found.text) == (
        None,
        "",
        None,
        None,
        "",
    )
    assert found.fields == ()
    assert found.headers("from") == ()


@pytest.mark.parametrize(
    ("header", "problems"),
    [
        ("From: admin@pypi.org <x@evil.example>", 1),
        ("From: a@example.org\nFrom: b@example.org", 1),
        ("From: a@example.org, b@example.org", 1),
        ("From: Group: a@example.org;", 1),
        ("From: ", 1),
        ("Sender: a@example.org", 1),
    ],
)
def test_a_sender_that_is_not_exactly_one_is_none(header, problems):
    found = mail(header)
    assert found.sender is None
    assert len(found.problems) == problems


@pytest.mark.parametrize(
    ("header", "field", "value"),
    [
        ("Message-ID: <[x@y]>", "message_id", "[x@y]"),
        ("Message-ID: < a b@\n y >", "message_id", "ab@y"),
        ("Message-ID: bare@example.org", "message_id", "bare@example.org"),
        ("Message-ID: <>", "message_id", None),
        ("Message-ID: none", "message_id", None),
        ("Message-ID: <" + "x" * 600 + "@y>", "message_id", "x" * 500),
        ("In-Reply-To: Your mail of Monday <a@x>", "in_reply_to", ("a@x",)),
        ("References: a@x junk b@x", "references", ("a@x", "b@x")),
        ('To: (c):\nCc: "', "addressed_to", ()),
        ("To: undisclosed-recipients:;", "addressed_to", ()),
        ("Subject: =?utf-8?q?a=0D=0ABcc:_b@example.org?=", "subject", "a"),
        ("Subject: a\x00b\x07c\x1b[d", "subject", "a b c [d"),
        ("Subject: =?utf-8?q?user=E2=80=AEgpj.exe?=", "subject", "user gpj.exe"),
        ("Subject: =?utf-7?q?+2AA-?=", "subject", ""),
        ("Subject : odd space", "subject", "odd space"),
        ("Date: Mon, 2 Mar 2026 18:02:30 -0000", "date", datetime(2026, 3, 2, 18, 2, 30, tzinfo=UTC)),
        ("Date: Mon, 99 Foo 2026 25:61:61 +0000", "date", None),
        ("Date: 31 Dec 9999 23:59:59 -2359", "date", None),
        ("Date: " + "1" * 5000, "date", None),
        ("Date: :", "date", None),
        ("Date: Mon, 2 Mar 99999999999999999999 18:02:30 +0100", "date", None),
    ],
)
def test_odd_fields_are_read_as_far_as_they_make_sense(header, field, value):
    assert getattr(mail(header), field) == value


def test_bytes_in_a_header_are_utf_8_or_windows_latin():
    assert mail("From: Zoë <z@example.org>").sender_name == "Zoë"
    assert mail("Subject: l’été".encode("cp1252")).subject == "l’été"


def test_an_envelope_line_of_a_mailbox_is_passed_over():
    assert (
        parse(b"From jane Mon Mar  2 18:02:30 2026\nFrom: jane@example.org\n\na\n", ENVELOPE).sender
        == "jane@example.org"
    )
    assert parse(b"From jane", ENVELOPE).fields == ()


def test_a_field_with_a_space_before_its_colon_is_no_envelope_line():
    found = parse(b"From : jane@example.org\nFrom: kim@example.org\n\na\n", ENVELOPE)
    assert [name for name, _ in found.fields] == ["from", "from"]
    assert found.sender is None


@pytest.mark.parametrize("raw", [b"\r\nFrom: a@example.org\r\n", b"\nFrom: a@example.org\n"])
def test_a_mail_without_a_header_is_all_body(raw):
    found = parse(raw, ENVELOPE)
    assert found.fields == ()
    assert found.text == "From: a@example.org\n"


def test_a_line_that_is_no_field_ends_the_header():
    found = parse(
        b"From: a@example.org\r\nno field\r\nAuthentication-Results: desk.example; dkim=pass\r\n\r\nHello\r\n",
        ENVELOPE,
    )
    assert found.sender == "a@example.org"
    assert found.headers("authentication-results") == ()
    assert found.text.startswith("no field\n")
    assert found.problems == ("a line in the header that is no field",)
    assert parse(b" folded\r\nFrom: a@example.org\r\n\r\n", ENVELOPE).fields == ()


# Caps, each of which is told


def test_a_header_block_is_cut_at_a_field():
    found = mail(
        b"From: jane@example.org\n" + b"X-A: %s\n" % (b"a" * 990) * 70 + b"To: late@example.org", "Hello\n"
    )
    assert f"header block cut to {HEADER_LIMIT // 1024} KB" in found.problems
    assert found.sender == "jane@example.org"
    assert found.addressed_to == ()
    assert found.text == "Hello\n"
    assert {len(value) for value in found.headers("x-a")} == {990}


@pytest.mark.parametrize("name", ["Subject", "X-Long", "To"])
def test_a_field_is_cut(name):
    found = mail(f"{name}: " + "a b\n " * FIELD_LIMIT)
    assert found.problems[0] == f"field {name.lower()} cut to 8 KB"
    assert len(found.header(name)) <= FIELD_LIMIT


@pytest.mark.parametrize(
    ("name", "envelope", "sender"),
    [
        ("=?utf-8?Q?Jo=0D=0ABcc:_all@victim.example?=", "jane@example.org", "jane@example.org"),
        ("=?utf-8?Q?Jo@x:?= =?utf-8?Q?_Doe,?=", "Jane@Example.org", "jane@example.org"),
        ("=?utf-8?Q?Jo@x_Doe?=", "other@example.org", None),
        ("=?utf-8?Q?Jo@x_Doe?= Doe", "jane@example.org", None),
        ("Jo: all@victim.example", "jane@example.org", None),
    ],
)
def test_an_encoded_name_that_is_unsound_is_dropped_where_the_envelope_confirms_the_address(
    name, envelope, sender
):
    raw = f"From: {name} <jane@example.org>\r\n\r\nHello".encode()
    found = parse(raw, Envelope(envelope, ("desk@example.org",)))
    assert (found.sender, found.sender_name) == (sender, "")


@pytest.mark.parametrize(
    ("encoded", "subject"),
    [
        ("Help=0D=0AReply-To:_boss@victim.example=0D=0A=0D=0AHi", "Help"),
        ("Help=0ABcc:_all@victim.example", "Help"),
        ("Help=0D=0A_with_my_account", "Help with my account"),
    ],
)
def test_a_subject_holds_no_fields(encoded, subject):
    assert mail(f"Subject: =?utf-8?Q?{encoded}?=").subject == subject


def test_half_a_sender_is_none():
    assert mail("From: " + "x" * FIELD_LIMIT + " <jane@example.org>").sender is None


def test_of_references_the_latest_are_kept():
    found = mail("References: " + " ".join(f"<{n}@example.org>" for n in range(2000)))
    assert len(found.references) == ID_LIMIT
    assert found.references[-1] == "1999@example.org"
    assert f"more than {ID_LIMIT} message ids" in found.problems


def test_addresses_are_capped():
    found = mail(f"To: {'a@x.org,' * 70}\nCc: {'b@x.org,' * 70}\nCc: c@x.org")
    assert len(found.addressed_to) == ADDRESS_LIMIT
    assert f"more than {ADDRESS_LIMIT} addresses" in found.problems
    assert len(mail(f"To: {'a@x.org,' * ADDRESS_LIMIT}").addressed_to) == ADDRESS_LIMIT


@pytest.mark.parametrize(
    "bomb",
    [
        b"Subject: " + b"=?utf-8?q?a?= " * 7000,
        b"From: " + b"=?utf-8?q?a?= " * 7000 + b"<jane@example.org>",
        b"From: " + b'"' * 60_000,
        b"To: " + b"a@b.org, " * 100_000,
        b"To: " + b"(" * 60_000,
        b"Cc: " + b"." * 150_000 + b"@example.org",
        b"Content-Type: text/plain" + b"; a=b" * 12_000,
        b"Content-Type: text/plain; " + b"name*0=x; " * 6000,
        b"Content-Disposition: attachment; filename*=utf-8''" + b"%41" * 20_000,
        b"References: " + b"<" * 60_000,
        b"Date: " + b"1 " * 30_000,
        b"a:\n" * 21_000,
        b"\n ".join([b"Subject: a"] * 10_000),
    ],
    ids=lambda bomb: bomb[:30].decode(),
)  # fmt: skip
def test_bombs_in_the_header_are_small_inside(bomb):
    found = mail(bomb, "Hello\n")
    assert sum(len(name) + len(value) for name, value in found.fields) <= HEADER_LIMIT
    assert len(found.subject) + len(found.sender_name) <= 2 * FIELD_LIMIT
    assert found.problems
    assert found.text == "Hello\n" or found.attachments


def test_parts_are_capped():
    found = multipart("mixed", *["\na"] * 5000)
    assert len(found.content_types) == PART_LIMIT
    assert f"more than {PART_LIMIT} parts" in found.problems
    assert found.text == "a\n" * (PART_LIMIT - 1)


def test_depth_is_capped():
    depth = 2000
    assert depth > sys.getrecursionlimit()
    header = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    found = mail(f"From: jane@example.org\n{header}\n", "deep\n")
    assert len(found.content_types) == DEPTH_LIMIT + 1
    assert f"parts nested deeper than {DEPTH_LIMIT}" in found.problems


def test_parameters_are_capped():
    found = mail("Content-Type: text/plain" + ";a=b" * 150 + "; charset=utf-7", "+AOk-\n")
    assert "more than 100 parameters" in found.problems
    assert found.text == "+AOk-\n"


def test_lines_that_may_be_boundaries_are_capped():
    found = multipart("mixed", "\n" + "--no\n" * 6000, "\nlate")
    assert "5000 lines begin with --, later ones end no part" in found.problems
    assert found.text.endswith("late\n--=b=--\n")


def test_a_parts_header_is_capped():
    found = multipart("mixed", "X-A: a\n" * 1000 + "Content-Type: text/html\n\n<b>a</b>")
    assert f"header block cut to {PART_HEADER_LIMIT // 1024} KB" in found.problems
    assert found.content_types == ("multipart/mixed", "text/plain")


def test_a_body_is_capped():
    found = mail("From: jane@example.org", "x" * 70 * 1024 * 10 + "\n" * 30_000)
    assert f"text cut to {TEXT_LIMIT // 1024} KB" in found.problems
    assert len(found.text) == TEXT_LIMIT + 1
    found = mail("From: jane@example.org", "a" * BODY_LIMIT + "b")
    assert f"a text/plain part cut to {BODY_LIMIT // 1024} KB" in found.problems
    assert "b" not in found.text
    found = mail("From: jane@example.org", "a\n" * (LINE_LIMIT + 1))
    assert f"text cut to {LINE_LIMIT} lines" in found.problems
    assert found.text == "a\n" * LINE_LIMIT


def test_all_text_parts_share_one_cap():
    found = multipart("mixed", "\n" + "a" * (BODY_LIMIT - 10), "\n" + "b" * 100, "\n" + "c" * 100)
    assert found.text.count("b") + found.text.count("c") <= 10


def test_html_is_capped():
    found = mail("Content-Type: text/html", "<b>a</b>" * MARKUP_LIMIT)
    assert f"HTML cut behind {MARKUP_LIMIT} tags" in found.problems
    assert len(found.text) == MARKUP_LIMIT // 2 + 1


@pytest.mark.parametrize(
    "part",
    [
        "Content-Type: message/delivery-status\n\n" + "a: b\n\n" * 8000,
        "Content-Type: message/rfc822\n\n" + "a:\n" * 16_000,
        "a:\n" * 16_000,
        "\n" + "--\n" * 16_000,
        "Content-Type: text/html\n\n" + "<b>" * 16_000,
        "Content-Type: multipart/alternative; boundary=a\n\n--a\n\nx\n--a\nContent-Type: text/html\n\n" + "<b>" * 16_000 + "\n--a--",
    ],
    ids=lambda part: part[:40],
)  # fmt: skip
def test_many_bombs_in_one_mail_are_not_worse_than_some(part):
    body = "".join(f"--=b=\n{part}\n" for _ in range(200)) + "--=b=--\n"
    begun = time.process_time()
    found = mail('From: jane@example.org\nContent-Type: multipart/report; boundary="=b="', body, BOUNCE)
    assert time.process_time() - begun < 10  # it takes about a second; without its caps a minute
    assert len(found.content_types) <= PART_LIMIT
    assert found.problems


# Parts


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        ("Content-Type: text/plain; name*", "text/plain"),
        ("Content-Type: TEXT/Html (comment); charset", "text/html"),
        ("Content-Type: text", "text/plain"),
        ("Content-Type: ;;;", "text/plain"),
        ("Content-Type: a/b/c", "a/b"),
        ("Content-Type:", "text/plain"),
    ],
)
def test_content_types(header, content_type):
    assert mail(header, "a\n").content_types == (content_type,)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="a b.txt"', "a b.txt"),
        ("attachment; filename=a b.txt ; size=1", "a b.txt"),
        ('attachment; filename="a\\"b;c.txt', 'a"b;c.txt'),
        ("attachment; filename*=utf-8''Zo%C3%AB%20.txt", "Zoë .txt"),
        ("attachment; filename*1=b; filename*0=a", "ab"),
        ("attachment; filename*0*=iso-8859-1'de'%E4; filename*1*=%F6; filename*2=.txt", "äö.txt"),
        ("attachment; filename*0*=%41; filename*x=b; filename*99999=c", "A"),
        ("attachment; filename*=a'b", "a'b"),
        ('attachment; filename="=?utf-8?q?Zo=C3=AB?="', "Zoë"),
        ('attachment; filename="a\0\u202eb"', "a b"),
        ("attachment; filename=" + "x" * 999, "x" * 255),
        ("attachment; filename=''", "''"),
        ("attachment", "fallback.bin"),
    ],
)
def test_names_of_attachments(value, name):
    found = multipart(
        "mixed",
        "\na",
        f"Content-Type: application/x-a; name=fallback.bin\nContent-Disposition: {value}\n\nbody",
    )
    assert found.attachments == (Attachment(name, "application/x-a", 4),)
    assert found.text == "a\n"


def test_a_plain_text_that_cannot_show_what_html_does_is_not_read():
    quote = "<p>See below.</p><blockquote>Are they lost?<br><font color=red>Yes.</font><br>All of them that you had?</blockquote>"
    found = multipart(
        "alternative",
        "\nSee below.\n\n> Are they lost?\n> Yes.\n> All of them that you had?",
        f"Content-Type: text/html\n\n{quote}",
    )
    assert found.text == "See below.\n>\n> Are they lost?\nYes.\n>\n> All of them that you had?\n"
    for html in ('<img alt="☑"> lost', "<select><option>no<option selected>lost</select>"):
        assert (
            "lost"
            in multipart(
                "alternative", "\nlost?", f"Content-Type: text/html; charset=utf-8\n\n<p>{html} and gone</p>"
            ).text
        )
    stub = "\nThis message was written in HTML. Please view it in a program that can display HTML."
    html = "<p>Hello, I was told that the mail in it goes to an address of a firm that is gone. Please let me have another.</p>"
    assert "another" in multipart("alternative", stub, f"Content-Type: text/html\n\n{html}").text


def test_a_plain_text_whose_lines_run_together_is_not_read():
    html = "Content-Type: text/html\n\n<div>Good day</div><div>1. I lost those</div><div>2. I agree</div><div><br></div><div>Bye</div>"
    text = "Good day\n1. I lost those\n2. I agree\n\nBye\n"
    for plain in ("Good day1. I lost those2. I agreeBye\n", "Good day1. I lost those2. I agree\nBye\n"):
        assert multipart("alternative", f"\n{plain}", html).text == text
    for plain in (
        "Good day\n1. I lost those\n2. I agree\n\nBye\n",
        "Good day 1. I lost those 2. I agree Bye\n",
    ):
        assert multipart("alternative", f"\n{plain}", html).text == plain


def test_alternatives():
    plain, html = (
        "Content-Type: text/plain\n\nplain words",
        "Content-Type: text/html\n\n<p>plain <b>words</b> and more</p>",
    )
    assert multipart("alternative", plain, html).text == "plain words\n"
    assert multipart("alternative", html, plain).text == "plain words\n"
    assert multipart("alternative", html).text == "plain words and more\n"
    for sign in ("<s>x</s>", "<DEL>x</DEL>", "<i style='text-decoration: line-through'>x</i>"):
        assert multipart("alternative", plain, f"{html}{sign}").text == "plain words and more\n"
    assert multipart("alternative", "\n", html).text == "plain words and more\n"
    assert multipart("alternative", "\nSee the HTML part", html).text == "plain words and more\n"
    assert multipart("alternative", "\n" + "long " * 50, html).text == "long " * 50 + "\n"
    assert (
        multipart("alternative", "\nOnly this says it all", "Content-Type: text/html\n\n<img>").text
        == "Only this says it all\n"
    )
    assert multipart("alternative", "\none", "\ntwo").text == "two\n"
    assert multipart("alternative", "Content-Type: text/calendar\n\nx").text == ""


def test_texts_beside_each_other_are_joined():
    picture = "Content-Type: image/png\nContent-Disposition: inline; filename=a.png\n\nx"
    found = multipart(
        "mixed",
        "\none",
        picture,
        "Content-Type: text/html\n\n<p>two</p>",
        "Content-Disposition: attachment\n\nthree",
    )
    assert found.text == "one\ntwo\n"
    assert [attachment.content_type for attachment in found.attachments] == ["image/png", "text/plain"]


def test_only_the_first_of_related_and_signed_parts_is_read():
    assert multipart("related", "\none", "\ntwo").text == "one\n"
    assert multipart("signed", "\none", "Content-Type: application/pgp-signature\n\nx").text == "one\n"
    assert multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nx").text == ""


def test_text_with_a_file_name_is_read_where_there_is_no_other():
    assert multipart("mixed", "Content-Type: text/plain; name=a.txt\n\none").text == "one\n"
    assert multipart("mixed", "Content-Disposition: attachment\n\none").text == ""
    assert mail("Content-Disposition: attachment; filename=a.txt", "one\n").text == "one\n"
    assert mail("Content-Type: application/pdf", "%PDF\n").text == ""


def test_text_in_winmail_dat_is_missed_and_said():
    found = multipart("mixed", "Content-Type: application/ms-tnef; name=winmail.dat\n\nx")
    assert [attachment.name for attachment in found.attachments] == ["winmail.dat"]
    assert "its text is in winmail.dat, which is not opened" in found.problems
    assert not multipart("mixed", "\na", "Content-Type: application/ms-tnef\n\nx").problems


def test_attached_mails_stay_closed():
    found = multipart(
        "mixed",
        "\nsee below",
        "Content-Type: message/rfc822; name=a.eml\n\nMessage-ID: <a@x>\nContent-Type: multipart/report\n\nb",
    )
    assert found.content_types == ("multipart/mixed", "text/plain", "message/rfc822")
    assert found.returned_ids == ()
    assert found.text == "see below\n"
    assert found.attachments[0].name == "a.eml"
    assert multipart("digest", "\nSubject: a\n\nb").content_types == ("multipart/digest", "message/rfc822")


@pytest.mark.parametrize(
    ("body", "text", "problem"),
    [
        ("--b\n\na\n--b--\nepilogue\n", "a\n", None),
        ("preamble\n--b  \n\na\n\n--b--  \n", "a\n", None),
        ("--b\n\na\n--bb\n--b --\n--b-\n--b--\n", "a\n--bb\n--b --\n--b-\n", None),
        ("--b\n\na\n", "a\n", "multipart/mixed does not end with its boundary"),
        ("--b", "", "multipart/mixed does not end with its boundary"),
        ("--b--\n", "--b--\n", "multipart/mixed without its boundary"),
        ("a\n", "a\n", "multipart/mixed without its boundary"),
        ("--b\n--b\n\n--b\n\n\n--b\n\na\n--b--\n", "a\n", None),
        ("--b\nno field\n--b--\n", "no field\n", "a line in the header that is no field"),
    ],
)  # fmt: skip
def test_boundaries(body, text, problem):
    found = mail("From: a@x.org\nContent-Type: multipart/mixed; boundary=b", body)
    assert found.text == text
    assert (problem in found.problems) if problem else not found.problems


def test_a_multipart_that_names_no_boundary_is_text():
    assert mail("Content-Type: multipart/mixed", "--b\n\na\n--b--\n").text == "--b\n\na\n--b--\n"


def test_an_outer_boundary_ends_inner_parts():
    found = multipart("mixed", "Content-Type: multipart/mixed; boundary=inner\n\n--inner\n\na", "\nb")
    assert found.text == "a\nb\n"


@pytest.mark.parametrize(
    ("header", "body", "text"),
    [
        (
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: Quoted-Printable (x)",
            "a=\n=C3=A9\n",
            "aé\n",
        ),
        ("Content-Transfer-Encoding: base64", "w6k\n", "é\n"),
        ("Content-Type: text/html", b"<meta charset=gb18030><p>\xc3\xfb", "名\n"),
        ("Content-Type: text/html; charset=gb18030", b"<meta charset=utf-8><p>\xc3\xfb", "名\n"),
        ("Content-Type: text/plain; format=Flowed; delsp=YES; charset=utf-8", "a \nb\n", "ab\n"),
        ("Content-Type: text/plain; format=flowed", "a \nb\n-- \nc\n", "a b\n-- \nc\n"),
        ("Content-Type: text/markdown", "# a\n", "# a\n"),
        ("", "a\0b\x0cc\u200bd\xa0e\u2611\n", "ab\ncd e[x]\n"),
        ("", "no line end", "no line end\n"),
    ],
)
def test_bodies(header, body, text):
    assert mail(f"From: a@x.org\n{header}", body).text == text


# Reports

STATUS = """Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; inner@example.org
Original-Recipient: RFC822;<jane@example.org>
Action: FAILED
Status: 5.1.1 (no such user)
Diagnostic-Code: smtp; 550 5.1.1
 no such user

Final-Recipient: bob@example.org
Status: odd
"""


def test_a_delivery_report():
    found = multipart(
        "report",
        "\nSorry",
        STATUS,
        STATUS,
        "Content-Type: message/rfc822\n\nmessage-id: <ours@desk.example>\n\nb",
    )
    assert found.reports == (
        DeliveryReport("jane@example.org", "failed", "5.1.1", "550 5.1.1 no such user"),
        DeliveryReport("bob@example.org", "", "", ""),
    )
    assert found.returned_ids == ("ours@desk.example",)
    assert found.text == "Sorry\n"
    assert [attachment.content_type for attachment in found.attachments] == ["message/delivery-status"]


def test_the_header_alone_may_be_returned():
    found = multipart(
        "report",
        "\nSorry",
        "Content-Type: text/rfc822-headers\n\nSubject: x\nMessage-ID: <ours@desk.example>",
    )
    assert found.returned_ids == ("ours@desk.example",)
    assert (
        multipart("report", "\nSorry", "Content-Type: text/rfc822-headers\n\nSubject: x").returned_ids == ()
    )


def test_recipients_in_a_report_are_capped():
    found = multipart(
        "report",
        "\n",
        "Content-Type: message/delivery-status\n\n" + "Final-Recipient: rfc822;a@x.org\n\n" * 500,
    )
    assert len(found.reports) == 100


def test_bounces_without_a_report():
    body = "Sorry\n--- Below this line is a copy of the message.\nMessage-ID: <ours@desk.example>\n"
    assert mail("Subject: failure notice", body, BOUNCE).returned_ids == ("ours@desk.example",)
    assert mail("Subject: failure notice", body).returned_ids == ()
    found = mail("X-Failed-Recipients: jane@example.org, bob@example.org", body, BOUNCE)
    assert [report.recipient for report in found.reports] == ["jane@example.org", "bob@example.org"]
    assert (
        mail("Content-Type: message/delivery-status", STATUS.partition("\n\n")[2]).reports[0].action
        == "failed"
    )


# Anything


def sound(found):
    """What holds for every mail."""
    shown = [found.subject, found.sender_name, found.message_id or "", *found.references, *found.addressed_to]
    shown += [value for _, value in found.fields] + [attachment.name for attachment in found.attachments]
    assert all(text == "" or text.isprintable() or not text.isascii() for text in shown)
    assert not any(char in text for text in shown for char in "\r\n\0\x1b\u202e\u2028")
    assert not any(char in found.text for char in "\r\0\x1b\u202e\u2028")
    assert not found.text or found.text.endswith("\n")
    repr(found).encode("utf-8")
    return True


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_a_mail(raw):
    assert sound(parse(raw, ENVELOPE))
    assert sound(parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + raw, BOUNCE))


@settings(deadline=None)
@given(st.data())
def test_any_change_to_a_mail_leaves_a_mail(data):
    raw = bytearray(data.draw(st.sampled_from(MAILS)))
    for _ in range(data.draw(st.integers(1, 20))):
        place = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.sampled_from([0, 1, 5, 100]))
        raw[place : place + length] = data.draw(
            st.sampled_from([b"", b"\n", b"\r", b"--", b'"', b"=?", b"\0", b"\xff", b": ", b";", b"<"])
        )
    assert sound(parse(bytes(raw), BOUNCE))


FIELDS = [
    "From",
    "To",
    "Date",
    "Message-ID",
    "References",
    "Content-Type",
    "Content-Disposition",
    "Content-Transfer-Encoding",
]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(FIELDS), st.text(alphabet="a@<>\"(),;:=?/*'%\\ 1é", max_size=60))),
    st.text(),
)
def test_any_values_of_fields_are_a_mail(fields, body):
    header = "".join(f"{name}: {value}\r\n" for name, value in fields)
    assert sound(parse(f"{header}\r\n{body}".encode(), ENVELOPE))


def test_a_korean_name_that_is_not_encoded_leaves_its_sender_known():
    raw = b"From: \x0e1h5?\x0f <jo@example.org>\r\n\r\nhello"
    assert parse(raw, Envelope("jo@example.org", ())).sender == "jo@example.org"
