"""Once a mail with a secret is handled, nothing of the secret is left in any file of the database."""

import base64
import html

import pytest

from mailflow.core.secrets import SecretKind

START = "I lost my phone with the authenticator. My user name is jdoe42."
SECRETS = {
    SecretKind.RECOVERY_CODE: ("My recovery codes: {}", "4b1f9c27ad03e85d 77c2ee10f6a94b38"),
    SecretKind.API_TOKEN: ("The token is {}", "pypi-AgEIcHlwaS5vcmcCJDaB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY"),
    SecretKind.HOSTING_TOKEN: ("I use {} there", "ghp_aB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xYwxyz"),
    SecretKind.PASSWORD: ("My password is {}", "Tr0ub4dor&3zebra"),
    SecretKind.TOTP_SECRET: ("My TOTP secret: {}", "JBSWY3DPEHPK3PXPNB2W45DF"),
    SecretKind.RESET_LINK: ("They sent me https://id.example.org/reset?token={}", "4f6d2b9c8a7e4f6d2b9c"),
    SecretKind.PRIVATE_KEY: (
        "{}",
        """-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7Vn0
bm90IGEgcmVhbCBrZXksIG9ubHkgYSB0ZXN0
-----END PRIVATE KEY-----""",
    ),
}
PIECE = 8  # characters in a row


def as_text(words):
    return {"Content_Transfer_Encoding": "8bit"}, words


def as_base64(words):
    return {"Content_Transfer_Encoding": "base64"}, base64.encodebytes(words.encode()).decode()


def as_html(words):
    return {"Content_Type": "text/html; charset=utf-8"}, f"<pre>{html.escape(words)}</pre>"


def pieces(*texts):
    lines = [line for text in texts for line in text.splitlines()]
    return {line[start : start + PIECE].encode() for line in lines for start in range(len(line) - PIECE + 1)}


def found(world, wanted):
    """The pieces that stand in any of the files."""
    kept = {file.name: file.read_bytes() for file in world.folder.glob("mailflow.db*")}
    assert set(kept) == {"mailflow.db", "mailflow.db-wal", "mailflow.db-shm"}
    return {(name, piece) for name, content in kept.items() for piece in wanted if piece in content}


@pytest.mark.parametrize("encoded", [as_text, as_base64, as_html])
@pytest.mark.parametrize("kind", SecretKind)
def test_nothing_of_a_secret_is_left(world, kind, encoded):
    sentence, secret = SECRETS[kind]
    fields, body = encoded(f"{START}\n\n{sentence.format(secret)}\n")
    letters = world.write(body, **fields)
    assert kind.value in world.handled[0].body.secrets
    assert letters

    wanted = pieces(secret, body if encoded is as_base64 else "")
    assert found(world, wanted), "it was there to be found"
    assert world.store.scrub(masked=True)
    assert found(world, wanted) == set()
