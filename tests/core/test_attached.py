"""Secrets in attached text count as the mail's, and nothing of such a mail is kept but its own masked words."""

import base64
import io
import zipfile

import pytest

from mailflow.config.packaged import lexicon
from mailflow.core.attached import ATTACHED_LIMIT
from mailflow.core.body import read_body, redacted
from mailflow.core.envelope import Envelope
from mailflow.core.mail import parse

WORDS = lexicon()
CODES = "4b1f9c27ad03e85d\n77c2ee10f6a94b38\n0a1b2c3d4e5f6071\n829303a4b5c6d7e8\n"
TOKEN = "pypi-AgEIcHlwaS5vcmcCJDaB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY"
PASSWORD = "Tr0ub4dor&3zebra"


def document(words):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", f"<w:p>{words}</w:p>")
    return file.getvalue()


def attach(content, *, name="notes.txt", kind="text/plain", before=(), body="My user name is jdoe42."):
    """A mail with text attached, in base64 as mail programs send it."""
    parts = ["Content-Type: text/plain; charset=utf-8\r\n\r\n" + body]
    for each in (*before, content):
        data = each if isinstance(each, bytes) else each.encode()
        head = [
            *([f"Content-Type: {kind}"] if kind else []),
            f'Content-Disposition: attachment; filename="{name}"',
            "Content-Transfer-Encoding: base64",
        ]
        parts.append("\r\n".join([*head, "", base64.encodebytes(data).decode().replace("\n", "\r\n")]))
    head = 'From: jo@example.org\r\nSubject: help\r\nContent-Type: multipart/mixed; boundary="=b"\r\n\r\n'
    raw = head + "".join(f"--=b\r\n{part}\r\n" for part in parts) + "--=b--\r\n"
    mail = parse(raw.encode(), Envelope("jo@example.org", ("recovery@pypi.example",)))
    return mail, read_body(mail, WORDS, "recovery@pypi.example")


@pytest.mark.parametrize(
    ("name", "kind", "content", "secrets"),
    [
        ("PyPI-Recovery-Codes-jdoe42.txt", "text/plain", CODES, {"recovery_code"}),
        (
            "github-recovery-codes.txt",
            "application/octet-stream",
            "abcde-12345\n1f2e3-9a8b7\n",
            {"recovery_code"},
        ),
        ("notes.txt", "text/plain; charset=utf-16", f"token: {TOKEN}".encode("utf-16"), {"api_token"}),
        ("notes", "application/octet-stream", f"token: {TOKEN}".encode("utf-16"), {"api_token"}),
        ("notes", "application/octet-stream", f"token: {TOKEN}".encode("utf-16-le"), {"api_token"}),
        ("notes", "application/octet-stream", f"token: {TOKEN}".encode("utf-16-be"), {"api_token"}),
        ("notes.docx", "application/octet-stream", document(f"token: {TOKEN}"), {"api_token"}),
        ("notes.svg", "image/svg+xml", f"<text>{TOKEN}</text>", {"api_token"}),
        ("pypirc", "", f"[pypi]\nusername = __token__\npassword = {TOKEN}\n", {"api_token"}),
        ("notes.rtf", "application/rtf", rf"{{\rtf1 \b Password:\b0\tab {PASSWORD}\par}}", {"password"}),
        ("page.html", "text/html", f"<p>My <b>password</b> is: {PASSWORD}</p>", {"password"}),
        ("export.json", "application/json", f'{{"login": {{"password": "{PASSWORD}"}}}}', {"password"}),
        ("export.csv", "text/csv", f"name,user,password\npypi.org,jdoe42,{PASSWORD}\n", {"password"}),
        ("export.csv", "application/octet-stream", f"site,password\npypi.org,{PASSWORD}\n", {"password"}),
    ],
)
def test_a_secret_in_attached_text_is_found_and_not_kept(name, kind, content, secrets):
    mail, body = attach(content, name=name, kind=kind)
    assert (set(body.secrets), body.masked) == (secrets, True)
    kept = redacted(mail, body)
    assert kept.endswith(b"\r\n\r\nMy user name is jdoe42.\r\n")
    assert f"X-Mailflow-Redacted: {', '.join(secrets)}".encode() in kept


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("notes.txt", "text/plain", "I uploaded foo 1.2 in March 2019, from Hamburg."),
        ("projects.csv", "text/csv", "project,version\nfoo,1.2\nbar,0.9\n"),
        ("scan.png", "image/png", f"\x89PNG {TOKEN}"),
        ("data.bin", "application/octet-stream", f"\0\1\2 {TOKEN}"),
        ("paper.pdf", "application/pdf", f"%PDF-1.7 \0 {TOKEN}"),
        ("mail.asc", "application/pgp-signature", f"-----BEGIN PGP SIGNATURE-----\n{TOKEN}"),
        ("empty.txt", "text/plain", ""),
        ("broken.csv", "text/csv", 'a,b\n"' + "x" * 140_000),
    ],
)
def test_other_attachments_are_left_alone(name, kind, content):
    _, body = attach(content, name=name, kind=kind)
    assert (body.secrets, body.masked) == ((), False)


def test_attached_text_is_never_read_as_the_persons_words():
    mail, body = attach("My user name is somebody-else.")
    assert "somebody-else" not in f"{mail.text}{body.text}{body.fresh}"


def test_no_more_than_the_limit_is_searched():
    long = "word " * (ATTACHED_LIMIT // 5)
    _, body = attach(f"token: {TOKEN}", before=[long])
    assert not body.masked
    _, body = attach(f"token: {TOKEN}", before=["short"])
    assert body.masked


def test_what_is_no_text_takes_nothing_of_the_limit():
    mail, body = attach(f"token: {TOKEN}", kind="application/zip", before=[b"\0" * 2 * ATTACHED_LIMIT])
    assert body.masked
    assert mail.problems == ()
