"""Once a mail with a secret is handled, nothing of the secret is left in any file of the database."""

import base64
import html

import pytest

from mailflow.core.secrets import SecretKind
from tests.world import INCOMPLETE, World, configured, in_the_clear

SECRETS = {
    SecretKind.RECOVERY_CODE: ("My recovery codes: {}", "4b1f9c27ad03e85d 77c2ee10f6a94b38"),
    SecretKind.API_TOKEN: ("The token is {}", "pypi-AgEIcHlwaS5vcmcCJDaB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY"),
    SecretKind.HOSTING_TOKEN: ("I use {} there", "ghp_aB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xYwxyz"),
    SecretKind.PASSWORD: ("My password is {}", "Tr0ub4dor&3zebra"),
    SecretKind.TOTP_SECRET: ("My TOTP secret: {}", "JBSWY3DPEHPK3PXPNB2W45DF"),
    SecretKind.RESET_LINK: ("They sent me https://id.example.org/reset?token={}", "4f6d2b9c8a7e4f6d2b9c"),
    SecretKind.ONE_TIME_CODE: ("The verification code is {}", "48291370"),
    SecretKind.PRIVATE_KEY: (
        "{}",
        """-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7Vn0
bm90IGEgcmVhbCBrZXksIG9ubHkgYSB0ZXN0
-----END PRIVATE KEY-----""",
    ),
}
PIECE = 8  # characters in a row


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path, in_the_clear(configured(tmp_path)))
    yield world
    world.close()


def as_text(words):
    return {}, f"{INCOMPLETE}\n\n{words}\n", ""


def as_base64(words):
    body = base64.encodebytes(f"{INCOMPLETE}\n\n{words}\n".encode()).decode()
    return {"Content_Transfer_Encoding": "base64"}, body, body


def as_html(words):
    body = f"<p>{INCOMPLETE}</p><pre>{html.escape(words)}</pre>"
    return {"Content_Type": "text/html; charset=utf-8"}, body, ""


def as_attachment(words):
    file = base64.encodebytes(f"{words}\n".encode()).decode()
    head = 'Content-Disposition: attachment; filename="notes.txt"\nContent-Transfer-Encoding: base64'
    body = f"--b\n\n{INCOMPLETE}\n--b\n{head}\n\n{file}\n--b--"
    return {"Content_Type": 'multipart/mixed; boundary="b"'}, body, file


def pieces(*texts):
    lines = [line for text in texts for line in text.splitlines()]
    return {line[start : start + PIECE].encode() for line in lines for start in range(len(line) - PIECE + 1)}


def found(world, wanted):
    """The pieces that stand in any of the files."""
    kept = {file.name: file.read_bytes() for file in world.folder.glob("mailflow.db*")}
    assert set(kept) == {"mailflow.db", "mailflow.db-wal", "mailflow.db-shm"}
    return {(name, piece) for name, content in kept.items() for piece in wanted if piece in content}


@pytest.mark.parametrize("encoded", [as_text, as_base64, as_html, as_attachment])
@pytest.mark.parametrize("kind", SecretKind)
def test_nothing_of_a_secret_is_left(world, kind, encoded):
    sentence, secret = SECRETS[kind]
    fields, body, form = encoded(sentence.format(secret))
    letters = world.write(body, **fields)
    assert kind.value in world.handled[0].body.secrets
    assert [letter for letter in letters if "blacked" in letter.text]

    wanted = pieces(secret, form)
    assert found(world, wanted), "it was there to be found"
    assert world.store.scrub(masked=True)
    assert found(world, wanted) == set()
