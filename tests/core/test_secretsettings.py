"""Secrets in commands, headers, cookies and settings, each beside what stands there and is none."""

from __future__ import annotations

import base64

import pytest

from tests.core.secret_texts import ALNUM, API, HEX, PASSWORD, found, masked

BASIC = base64.b64encode(b"jo:Kirsche#1987").decode()


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("curl -u jo:letmein https://x.example/", "letmein"),
        ("curl --user 'jo:let me in' https://x.example/", "let me in"),
        ("curl -ujo:letmein https://x.example/", "letmein"),
        ("smbclient //h/s -U jo%letmein", "letmein"),
        ("twine upload -u jo -p letmein dist/*", "letmein"),
        ("twine upload -u jo -p 'let me in' dist/*", "let me in"),
        ("twine upload \\\n  --username jo \\\n  --password letmein dist/*", "letmein"),
        ("wget --user=jo --http-password=letmein https://x.example/", "letmein"),
        ("mysql -u root -pletmein packages", "letmein"),
        ("docker exec db mysql -u root -pletmein packages", "letmein"),
        ("sshpass -p letmein ssh jo@x.example", "letmein"),
        ("docker login -u jo -p letme1n x.example", "letme1n"),
        ("echo letmein | docker login --password-stdin", "letmein"),
        ("poetry config http-basic.pypi jo letmein", "letmein"),
        ("poetry config pypi-token.pypi letmein", "letmein"),
        ("redis-cli -a letmein ping", "letmein"),
        ("docker run -p 8080:80 --password letmein x", "letmein"),
        (f"date{' # so it goes' * 40}\n$ twine upload \\\n -p letmein", "letmein"),
        (f"curl -H 'Authorization: Basic {BASIC}' https://x.example/", BASIC),
    ],
)
def test_what_a_command_takes_as_password_is_found(text, password):
    assert found(f"I ran\n$ {text}\nand it failed") == [(PASSWORD, password)]


@pytest.mark.parametrize(
    "text",
    [
        "curl -u jo https://x.example/",
        "curl -O https://x.example/x-1.2.3.tar.gz",
        "docker run -p 8080:80 image1",
        "mysql -p packages1",
        "wget -P downloads2 https://x.example/",
        "psql -p 5432 -U jo",
        "twine upload -p $MINE dist/x1",
        "docker login --password-stdin",
        "curl and twine both fail with 403",
        "twine \\\n\\\n\\\n\\\n\\\n\\\n -p letmein",
        # A command ends with its line, or the blank one behind its backslash.
        "curl https://x.example/\n$ rsync -u backup:data .",
        "docker ps\n$ echo letmein | grep x",
        "docker run \\\n\nrsync -u backup:data .",
    ],
)
def test_what_is_another_option_stays(text):
    assert found(f"I ran\n$ {text}\nand it failed") == []


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        (f"Authorization: Bearer {ALNUM}", [ALNUM]),
        ("Authorization: token x1y2z3a4b5", ["x1y2z3a4b5"]),
        ('"Authorization": "x1y2z3a4b5"', ["x1y2z3a4b5"]),
        (f"Bearer {ALNUM}", [ALNUM]),
        ("X-Auth-Token: x1y2z3a4b5", ["x1y2z3a4b5"]),
        (f"Cookie: theme=dark; session_id={ALNUM}; x={HEX}", [ALNUM, HEX]),
        (f"Set-Cookie: sid={ALNUM}; Path=/; HttpOnly", [ALNUM]),
        ("Cookie: sessionid=x1y2z3; lang=en-GB2", ["x1y2z3"]),
        ("JWT_SECRET: x1y2z3a4b5", ["x1y2z3a4b5"]),
        ("SECRET_KEY='x1 y2#z3'", ["x1 y2#z3"]),
        ('export API_KEY_2="x1y2z3a4b5"', ["x1y2z3a4b5"]),
        ('api_key: "x1y2z3a4b5"', ["x1y2z3a4b5"]),
        ("my_token=x1y2z3a4b5", ["x1y2z3a4b5"]),
        ("my token fails:\nAPI_TOKEN=x1y2z3a4b5", ["x1y2z3a4b5"]),
        (f"Cookie: x={ALNUM[:16]}", [ALNUM[:16]]),
    ],
)
def test_headers_cookies_and_settings_are_found(text, secrets):
    assert found(f"This is it:\n{text}\nNothing else.") == [(API, secret) for secret in secrets]


def test_the_address_behind_a_bearer_token_stays():
    text = f'curl -H "Authorization: Bearer {ALNUM}" https://api.example.org/v2/releases/2.14.0rc1'
    assert masked(text) == text.replace(ALNUM, "[API token removed]")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: fails since Monday with 403",
        "Authorization is required",
        "Cookie: disabled in my browser2",
        "the cookie of the page: theme=dark-mode-2",
        "API_TOKEN=${{ secrets.PYPI_TOKEN1 }}",
        "SECRET_KEY=xxxxxxxx1",
        "TOKEN_NAME=ci-upload-2025",
        "SECRET_KEY_FILE=/run/secrets/key1",
        "TOKEN_URL: https://x.example/token1",
        "API_KEY: none",
        "API_TOKEN: vault://ci/pypi-1",
        f"Cookie: x={ALNUM[:15]}",
        "Cookie: theme=dark\nand version=2.14.0rc1-of-the-tool",
        "Authorization: fails since version=2.14.0rc1-of-the-tool",
        "API_TOKEN: 20260417",
        "my token: ci-upload-2025",
    ],
)
def test_what_opens_nothing_stays(text):
    assert found(f"This is it:\n{text}\nNothing else.") == []
