"""An account's name is told by the secret that was masked beside it."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import mark_lines

CONFIG = load(shipped("config.toml"))
PASSWORD = "[password removed]"
SEED = "[authenticator secret removed]"


def name_in(text):
    lines = mark_lines(text, CONFIG.lexicon.text)
    answers = read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers).answers
    return answers["username"].value if "username" in answers else None


@pytest.mark.parametrize(
    "text",
    [
        f"user/pass: zdenek/{PASSWORD}",
        f"Zugangsdaten: zdenek / {PASSWORD}",
        f"usuario | clave\nzdenek | {PASSWORD}",
        f"I ran curl -u zdenek:{PASSWORD} https://x.example/",
        f"I ran twine upload -u zdenek -p '{PASSWORD}' dist/*",
        f"otpauth://totp/PyPI:zdenek?secret={SEED}&issuer=PyPI",
    ],
)
def test_the_name_beside_a_secret_is_read(text):
    assert name_in(text) == "zdenek"


@pytest.mark.parametrize(
    "text",
    [
        f"password | {PASSWORD}",
        f"clave | {PASSWORD}",
        f"or / {PASSWORD}",
        f"https://zdenek:{PASSWORD}@x.example/",
        f"https://x.example/zdenek/{PASSWORD}",
        f"otpauth://totp/GitHub:zdenek?secret={SEED}",
        "zdenek / [API token removed]",
    ],
)
def test_what_is_no_name_is_not_read(text):
    assert name_in(text) is None
