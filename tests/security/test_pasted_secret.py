"""A secret that somebody pasted is kept nowhere, wherever in the mail it stands."""

from __future__ import annotations

import base64
import binascii
import io
import zipfile

import pytest

from tests.steps.test_secrets_at_rest import found, pieces
from tests.world import INCOMPLETE, World, configured, in_the_clear

TOKEN = "pypi-AgEIcHlwaS5vcmcCJDaB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY"
PASSWORD = "Tr0ub4dor&3zebra"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7Vn0\n-----END PRIVATE KEY-----"


@pytest.fixture
def world(tmp_path):
    desk = World(tmp_path, in_the_clear(configured(tmp_path)))
    yield desk
    desk.close()


def parts(kind, *texts):
    """The fields and the body of a multipart."""
    body = "\n".join([*(f"--b\n{text}" for text in texts), "--b--"])
    return {"Content_Type": f'multipart/{kind}; boundary="b"', "body": body}


def part(text, kind="text/plain", *fields):
    return "\n".join([f"Content-Type: {kind}", *fields, "", text])


def encoded(text):
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


PLAIN = part(INCOMPLETE)
AS_FILE = 'Content-Disposition: attachment; filename="notes"'
LINES = "and so on and on\n" * 21_000
UTF_16 = base64.encodebytes(f"token: {TOKEN}".encode("utf-16")).decode()
ENCODED_MAIL = (
    "Content-Transfer-Encoding: base64\n\n"
    + base64.encodebytes(f"My password is {PASSWORD}\n".encode()).decode()
)
UUENCODED = f"begin 644 notes.txt\n{binascii.b2a_uu(f'My password is {PASSWORD}'.encode()).decode()}`\nend\n"
MAILBOX = f"From jo@example.org Mon Mar  2 09:00:00 2026\nSubject: x\n{ENCODED_MAIL}\nFrom kim@example.org Mon Mar  2 09:00:00 2026\n\nhello\n"
UTF_16_UNMARKED = base64.encodebytes(f"My password is {PASSWORD}".encode("utf-16-le")).decode()
BOUNCE = f"""Content-Type: multipart/report; report-type=delivery-status; boundary=c

--c

It could not be delivered.
--c
Content-Type: message/rfc822

Subject: help

My password is {PASSWORD}
--c--"""
RTF = r"{\rtf1\ansi\ansicpg1252{\fonttbl\f0\fswiss Helvetica;}\f0\fs24 \b Pass\b0 word\'3a\tab Tr0\f1 ub4dor&3zebra\par}"


def zipped(**files):
    """A ZIP file in base64; "__" in a name stands for a slash, "_" for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return base64.encodebytes(file.getvalue()).decode()


def attached(content, name, kind="application/octet-stream"):
    named = AS_FILE.replace("notes", name)
    return parts("mixed", PLAIN, part(content, kind, named, "Content-Transfer-Encoding: base64"))


RUNS = "<w:p><w:r><w:t>My pass</w:t></w:r><w:r><w:t>word is Tr0ub4dor&amp;3zebra</w:t></w:r></w:p>"
CELLS = "<w:tc><w:p><w:t>Password</w:t></w:p></w:tc><w:tc><w:p><w:t>Tr0ub4dor&amp;3zebra</w:t></w:p></w:tc>"
# What a person may well have written: the secret is masked, and they are told to replace it.
WRITTEN = {
    "in the HTML alone": (TOKEN, parts("alternative", PLAIN, part(f"<p>and {TOKEN}</p>", "text/html"))),
    "a password in the HTML alone": (
        PASSWORD,
        parts("alternative", PLAIN, part(f"<p>My <b>password</b> is {PASSWORD}</p>", "text/html")),
    ),
    "in what HTML hides": (TOKEN, {"Content_Type": "text/html", "body": f"<p>{INCOMPLETE}</p><i hidden>{TOKEN}</i>"}),
    "a password that was struck out": (
        PASSWORD,
        {"Content_Type": "text/html", "body": f"<p>{INCOMPLETE}</p><s>My password is {PASSWORD}</s>"},
    ),
    "in a text behind the one that is read": (TOKEN, parts("related", PLAIN, part(TOKEN))),
    "behind what is signed": (TOKEN, parts("signed", PLAIN, part(TOKEN))),
    "in a mail that is attached": (
        PASSWORD,
        parts("mixed", PLAIN, part(f"Subject: x\n\nMy password is {PASSWORD}", "message/rfc822")),
    ),
    "in a mail attached to one": (
        TOKEN,
        parts(
            "mixed",
            PLAIN,
            part(part(f"Subject: x\n\n{TOKEN}", "message/rfc822"), "message/rfc822"),
        ),
    ),
    "in a mail that is attached as a file of any type": (
        PASSWORD,
        parts("mixed", PLAIN, part(ENCODED_MAIL, "application/octet-stream", AS_FILE.replace("notes", "old.eml"))),
    ),
    "in a document of a word processor": (
        PASSWORD,
        parts("mixed", PLAIN, part(RTF, "application/rtf", AS_FILE.replace("notes", "notes.rtf"))),
    ),
    "in a table of HTML": (
        PASSWORD,
        {
            "Content_Type": "text/html",
            "body": f"<p>{INCOMPLETE}</p><table><tr><th>User<th>Password<tr><td>jdoe42<td>{PASSWORD}</table>",
        },
    ),
    "behind a name in bold": (PASSWORD, {"body": f"{INCOMPLETE}\nMy **password** is {PASSWORD}"}),
    "behind a name in full-width letters": (PASSWORD, {"body": f"{INCOMPLETE}\n\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff1a{PASSWORD}"}),
    "behind a name in bold letters of mathematics": (
        PASSWORD,
        {"body": f"{INCOMPLETE}\n\U0001d5fd\U0001d5ee\U0001d600\U0001d600\U0001d604\U0001d5fc\U0001d5ff\U0001d5f1: {PASSWORD}".replace("\U0001d5bd", "\U0001d5fd")},
    ),
    "behind a name whose accent stands apart": (PASSWORD, {"body": f"{INCOMPLETE}\ncontrasen\u0303a: {PASSWORD}"}),
    "in a file that is pasted in uuencode": (PASSWORD, {"body": f"{INCOMPLETE}\n{UUENCODED}"}),
    "in a mail that is pasted as it was sent": (PASSWORD, {"body": f"{INCOMPLETE}\n\n{ENCODED_MAIL}"}),
    "in a mailbox that is attached": (
        PASSWORD,
        parts("mixed", PLAIN, part(MAILBOX, "application/mbox", AS_FILE.replace("notes", "sent.mbox"))),
    ),
    "in a document of Word": (PASSWORD, attached(zipped(word__styles_xml="<x/>", word__document_xml=RUNS), "notes.docx")),
    "in a table of Word": (PASSWORD, attached(zipped(word__document_xml=CELLS), "notes.docx")),
    "in an archive": (PASSWORD, attached(zipped(old__notes_txt=f"My password is {PASSWORD}"), "notes.zip")),
    "in a text of Windows that does not say so": (PASSWORD, attached(UTF_16_UNMARKED, "notes")),
    "in a picture that is text": (TOKEN, parts("mixed", PLAIN, part(f"<svg><text>{TOKEN}</text></svg>", "image/svg+xml", AS_FILE))),
    "in a mail that came back, which somebody attaches": (PASSWORD, parts("mixed", PLAIN, part(BOUNCE, "message/rfc822"))),
    "in an attached script": (TOKEN, parts("mixed", PLAIN, part(f"export T={TOKEN}", "application/x-sh", AS_FILE))),
    "in an attached key": (KEY, parts("mixed", PLAIN, part(KEY, "application/x-pem-file", AS_FILE))),
    "in an attached text of Windows": (
        TOKEN,
        parts(
            "mixed",
            PLAIN,
            part(UTF_16, "application/octet-stream", AS_FILE, "Content-Transfer-Encoding: base64"),
        ),
    ),
    "in the sender's name": (TOKEN, {"From": f'"token {TOKEN}" <jo@example.org>'}),
    "a password in a recipient's name": (PASSWORD, {"To": f'"my password is {PASSWORD}" <recovery@pypi.example>'}),
    "in Comments": (TOKEN, {"Comments": f"my token is {TOKEN}"}),
    "in a second subject": (TOKEN, {"Subject": f"account\r\nSubject: {TOKEN}"}),
    "behind a line end in the subject": (TOKEN, {"Subject": encoded(f"account\r\nX-More: {TOKEN}")}),
    "broken by hand": (TOKEN, {"body": f"{INCOMPLETE}\nIt is {TOKEN[:30]}\n{TOKEN[30:]}"}),
}  # fmt: skip
# What no person writes there. It is not kept either, and as programs may write such words of their own nobody is told.
HIDDEN = {
    "in an attribute": {"Content_Type": "text/html", "body": f"<p title='{TOKEN}'>{INCOMPLETE}</p>"},
    "in a comment": {"Content_Type": "text/html", "body": f"<p>{INCOMPLETE}</p><!-- {TOKEN} -->"},
    "in a hidden input": {
        "Content_Type": "text/html",
        "body": f"<p>{INCOMPLETE}</p><input type=hidden value='{TOKEN}'>",
    },
    "before the parts": {
        "Content_Type": 'multipart/mixed; boundary="b"',
        "body": f"{TOKEN}\n--b\n\n{INCOMPLETE}\n--b--",
    },
    "behind the parts": {
        "Content_Type": 'multipart/mixed; boundary="b"',
        "body": f"--b\n\n{INCOMPLETE}\n--b--\n{TOKEN}",
    },
    "in a part's header": parts("mixed", PLAIN, part("x", "image/png", f"Content-Description: {TOKEN}")),
    "in a file's name": parts("mixed", PLAIN, part("x", "image/png", f'Content-Disposition: attachment; filename="{TOKEN}.png"')),
    "behind 200 parts": parts("mixed", PLAIN, *[part("x", "image/png")] * 199, part(TOKEN)),
    "behind what is read of a text": {"body": f"{INCOMPLETE}\n{LINES}{TOKEN}"},
    "in a field of any name": {"X_Note": encoded(TOKEN)},
    "in References": {"References": f"<1@example.org> <{TOKEN}@example.org>"},
    "as Message-ID": {"Message_ID": f"<{TOKEN}@example.org>"},
    "as an address": {"Cc": f"{TOKEN}@example.org"},
    "in the header of an attached mail": parts(
        "mixed", PLAIN, part(f"X-Note: {TOKEN}\n\nhello", "message/rfc822")
    ),
}  # fmt: skip


def written(desk, fields):
    fields = dict(fields)
    return desk.write(fields.pop("body", INCOMPLETE), **fields)


@pytest.mark.parametrize(("secret", "fields"), WRITTEN.values(), ids=WRITTEN)
def test_a_secret_is_kept_nowhere_and_its_writer_is_told(world, secret, fields):
    letters = written(world, fields)
    assert [letter for letter in letters if "blacked" in letter.text]
    assert kept(world, secret) == set()


@pytest.mark.parametrize("fields", HIDDEN.values(), ids=HIDDEN)
def test_a_token_that_nobody_sees_is_kept_nowhere(world, fields):
    (letter,) = written(world, fields)
    assert "We need" in letter.subject
    assert kept(world, TOKEN) == set()


def kept(desk, secret):
    """The pieces of a secret, in clear or in base64, that stand in any file of the database or in a letter."""
    assert desk.store.scrub(masked=True)
    wanted = pieces(secret) | pieces(base64.b64encode(secret.encode()).decode()[:40])
    wanted |= pieces(ENCODED_MAIL.split()[-1], UUENCODED.split("\n")[1]) if secret == PASSWORD else set()
    wanted -= pieces("-----BEGIN PRIVATE KEY-----")  # as letters speak of keys
    return found(desk, wanted) | {piece for letter in desk.sent for piece in wanted if piece in letter.raw}


@pytest.mark.parametrize(
    "report",
    [
        f"Content-Type: message/rfc822\n\nSubject: help\n\nMy token is {TOKEN}",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nDiagnostic-Code: smtp; 550 {TOKEN}",
    ],
)
def test_a_secret_in_what_a_mail_server_sends_back_is_kept_nowhere(world, report):
    raw = world.mail(
        f"--b\n\nIt failed.\n--b\n{report}\n\n--b--", Content_Type='multipart/report; boundary="b"'
    )
    world.receive(raw, "")
    assert world.run() == []
    assert kept(world, TOKEN) == set()


def test_a_secret_that_is_quoted_in_the_text_is_not_taken_for_a_new_one_in_its_html(world):
    plain = f"{INCOMPLETE}\n\n> my token is {TOKEN}"
    html = f"<p>{INCOMPLETE} Really&nbsp;and&nbsp;truly.</p><blockquote>my token is {TOKEN}</blockquote>"
    (letter,) = written(world, parts("alternative", part(plain), part(html, "text/html")))
    assert "We need" in letter.subject
    assert kept(world, TOKEN) == set()


@pytest.mark.parametrize("subject", ["Automatic reply: {}", "[EXT] Undeliverable: {}"])
def test_why_nobody_is_answered_does_not_repeat_the_subject(world, subject):
    """The reason is kept, logged and shown, and the log promises to hold no subject."""
    world.write(INCOMPLETE, Subject=subject.format(TOKEN))
    (reason,) = world.query("SELECT silence FROM mails")
    assert "subject" in reason[0]
    assert "AgEI" not in reason[0]
