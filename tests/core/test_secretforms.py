"""Secrets told by their form: where they end, where they were broken or cut off, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import ALNUM, API, HEX, HOSTING, KEY, KEY_BODY, PASSWORD, RESET, found

BEGIN, END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
WIDE = "npm_" + ALNUM + ALNUM[:24]  # as long as the lines of some mail programs
STORY = "I wrote this down long ago, in another year.\n" * 500
AWS_SECRET = ALNUM + "/Ab3+Xyz"


@pytest.mark.parametrize(
    ("text", "token"),
    [
        # A line that was full goes on in the next one, if that is no word.
        (f"{WIDE}\n{ALNUM}\nRegards", f"{WIDE}\n{ALNUM}"),
        (f"{WIDE}\nabcdEfghij\nRegards", f"{WIDE}\nabcdEfghij"),
        (
            f"{WIDE}\n{WIDE[:60]}\nRegards",
            f"{WIDE}\n{WIDE[:60]}",
        ),  # whose second line could be a token itself
        (f"{WIDE}\naBcdefghij\nRegards", f"{WIDE}\naBcdefghij"),
        (f"\n{WIDE[:51]}\nabcdEfghij\nRegards", f"{WIDE[:51]}\nabcdEfghij"),
        (f"{WIDE}\nregards,\nJo", WIDE),
        (f"{WIDE}\nSincerely\nJo", WIDE),
        (f"{WIDE}\njdoe20240 is my name", WIDE),
        # A line that was not full does not.
        (f"\n{WIDE[:50]}\nabcdEfghij\nRegards", WIDE[:50]),
        (f"{STORY}npm_{ALNUM}\njdoe20240\n", f"npm_{ALNUM}"),
        (f"Hello,\n\nthis is mine:\nnpm_{ALNUM}\njdoe20240\n", f"npm_{ALNUM}"),
    ],
)
def test_a_token_ends_where_its_line_does_unless_it_was_broken(text, token):
    assert found(text) == [(API, token)]


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        (f"AKIAQZ7EXAMPLE3WXYZ4\n{AWS_SECRET}", ["AKIAQZ7EXAMPLE3WXYZ4", AWS_SECRET]),
        (f"my AWS one: {AWS_SECRET}", [AWS_SECRET]),
        (f"my Secret Access one: {AWS_SECRET}", [AWS_SECRET]),
        (f"aws, {'as I said, ' * 20}{AWS_SECRET}", [AWS_SECRET]),
        (f"aws, {'as I said, ' * 40}{AWS_SECRET}", []),
        (f"aws {'and so on ' * 32} aws {AWS_SECRET}", [AWS_SECRET]),
        (f"the checksum {AWS_SECRET}", []),
        (f"aws {AWS_SECRET.lower()}", []),
        (f"aws {AWS_SECRET.upper()}", []),
        ("aws " + "abcdEFGH" * 5, []),
    ],
)
def test_the_secret_half_of_an_aws_key_is_found_near_its_name(text, secrets):
    assert found(text) == [(HOSTING, secret) for secret in secrets]


LINK = f"https://id.example.org/reset?token={HEX}"
ACCOUNTS = "https://accounts.example.org/en/members/of-the-house"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (f"See {LINK}.", LINK),
        (f"Is it {LINK}?!", LINK),
        (f"({LINK})", LINK),
        (f"Reset it: id.example.org/x?token={HEX}", f"id.example.org/x?token={HEX}"),
        (f"id.example.org/x?token={HEX}", f"id.example.org/x?token={HEX}"),
        (f"www.example.org?token={HEX}", f"www.example.org?token={HEX}"),
        (f"https://id.example.org/forgot?code={HEX}", f"https://id.example.org/forgot?code={HEX}"),
        (f"https://id.example.org/%72eset/?code={HEX}", f"https://id.example.org/%72eset/?code={HEX}"),
        (f"https://id.example.org/Recover/{HEX}", f"https://id.example.org/Recover/{HEX}"),
        # What it is for may be hidden by an escape, and a host of accounts or a session tells it as well as a word does.
        (f"https://www.example.org/%72eset/?code={HEX}", f"https://www.example.org/%72eset/?code={HEX}"),
        (f"See {ACCOUNTS}/{ALNUM}.", f"{ACCOUNTS}/{ALNUM}"),
        (f"https://www.example.org/app?sid={HEX}", f"https://www.example.org/app?sid={HEX}"),
        # Beside other words as long as a token.
        (f"an-extraordinarily-long-word and {LINK}, another-such-word", LINK),
        # Broken within what tells that it opens an account, and within what opens it.
        (f"See\n{ACCOUNTS}/{ALNUM[:16]}\n{ALNUM[16:]}\nThanks", f"{ACCOUNTS}/{ALNUM[:16]}\n{ALNUM[16:]}"),
        (f"> {ACCOUNTS}/{ALNUM[:16]}\n> {ALNUM[16:]}\n> Thanks", f"{ACCOUNTS}/{ALNUM[:16]}\n> {ALNUM[16:]}"),
    ],
)
def test_a_reset_link_is_found_without_the_marks_of_the_sentence(text, link):
    assert found(text) == [(RESET, link)]


@pytest.mark.parametrize("times", [2, 6])
def test_a_reset_link_is_found_as_often_as_it_stands_there(times):
    assert found("\n".join([LINK] * times)) == [(RESET, LINK)] * times
    assert found(f"{LINK}\n{LINK}0") == [(RESET, LINK), (RESET, f"{LINK}0")]


@pytest.mark.parametrize(
    "text",
    [
        "I want a password reset/recovery",
        f"the reset page is https://docs.example.org/{HEX}/reset-password",
        "https://id.example.org/reset/how-to-choose-another-one",
        f"the reset is described at https://docs.example.org/{HEX}",
        f"https://www.example.org/members/{ALNUM}",
        f"{ACCOUNTS}/{HEX}",
        f"See\n{ACCOUNTS}/{HEX[:16]}\n{HEX[16:]}\nThanks",
        f"https://git.example.org/password-reset/commit/{HEX}",
        f"https://git.example.org/password-reset/compare/?code={HEX}",
        f"https://git.example.org/frobnicate/tag/?h=recovery-{HEX}",
        f"https://git.example.org/?p=frobnicate.git;a=shortlog;h=refs/heads/recovery-{HEX}",
    ],
)
def test_a_link_that_opens_nothing_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "key",
    [
        f"{BEGIN}\n{KEY_BODY}{END}",
        f"{BEGIN}\n{KEY_BODY}".rstrip(),
        f"{KEY_BODY}{END}",
        f"> {KEY_BODY.rstrip()}\n> {END}".replace("0\nbm", "0\n> bm"),
        f"{BEGIN}\n{END}",
    ],
    ids=["whole", "cut off behind", "cut off in front", "quoted", "empty"],
)
@pytest.mark.parametrize(("before", "behind"), [("", ""), ("", "\n"), (STORY, "\n\n" + STORY)])
def test_a_key_is_found_with_nothing_around_it_or_much(before, key, behind):
    assert found(f"{before}{key}{behind}") == [(KEY, key)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        # Two of them, either cut off.
        (f"{KEY_BODY}{END}\n\n{BEGIN}\n{KEY_BODY}", [f"{KEY_BODY}{END}", f"{BEGIN}\n{KEY_BODY}".rstrip()]),
        (f"{BEGIN}\n{KEY_BODY}\n{BEGIN}\n{KEY_BODY}{END}", [f"{BEGIN}\n{KEY_BODY}".rstrip(), f"{BEGIN}\n{KEY_BODY}{END}"]),
        (f"{BEGIN}\n{KEY_BODY}{END}\n{KEY_BODY}{END}", [f"{BEGIN}\n{KEY_BODY}{END}", f"{KEY_BODY}{END}"]),
        # A beginning and an end far apart are those of two.
        (f"{BEGIN}\n{KEY_BODY}\n{STORY}\n{KEY_BODY}{END}", [f"{BEGIN}\n{KEY_BODY}".rstrip(), f"{KEY_BODY}{END}"]),
        # The lines of a key, but not the words above or below them.
        (f"My key is\n{KEY_BODY}{END}", [f"{KEY_BODY}{END}"]),
        (f"{BEGIN}\n{KEY_BODY}Regards\n", [f"{BEGIN}\n{KEY_BODY}".rstrip()]),
        (f"Sincerely,\n{KEY_BODY}{END}", [f"{KEY_BODY}{END}"]),
        (f"{BEGIN}\n{KEY_BODY}{HEX}{BEGIN}\n{KEY_BODY}", [f"{BEGIN}\n{KEY_BODY}{HEX}", f"{BEGIN}\n{KEY_BODY}".rstrip()]),
        # An end alone gives nothing away.
        (f"Its last line is {END}", []),
        (f"Its last line is\n{END}", []),
        ("The file begins with PuTTY-User-Key", []),
    ],
)  # fmt: skip
def test_of_cut_off_keys_just_their_lines_are_found(text, keys):
    assert found(text) == [(KEY, key) for key in keys]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("https://jo:p@git.example.org/", "p"),
        ("ftp://:hunter22@git.example.org/", "hunter22"),
        ("https://jo:p@ss@git.example.org/", "p@ss"),
        (f"https://{HEX}:x-oauth-basic@git.example.org/", f"{HEX}:x-oauth-basic"),
        ("https://git.example.org:8443?mail=jo@example.org", None),
        ("https://jo@git.example.org/", None),
        ("https://git.example.org/@jo:hunter22@", None),
    ],
)
def test_the_password_of_an_address_is_found(text, secret):
    assert found(text) == ([(PASSWORD, secret)] if secret else [])


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/VERİFY-EMAIL?code=aB3dE5gHiJk9LmN0pQ2",
        "https://example.org/verıfy-email?code=aB3dE5gHiJk9LmN0pQ2",
    ],
)
def test_a_turkish_i_hides_no_link_that_opens_an_account(link):
    assert found(f"Look: {link} .") == [(RESET, link)]


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("My usual pair is jo@example.org/Sparta1893, it always worked.", "Sparta1893"),
        ("login jo@example.org:x7kittens.", "x7kittens"),
        ("jo@example.org|x7kittens|2019", "x7kittens"),
    ],
)
def test_what_stands_glued_behind_an_address_is_a_password(text, password):
    assert found(text) == [(PASSWORD, password)]


@pytest.mark.parametrize(
    "text",
    [
        "git@example.org:jo/repo2.git",  # a folder
        "git@example.org:repo2.git",
        "jo@example.org:8080",  # a port
        "jo@example.org/jane2@example.net",
        "scp jo@host.example.org:backup2.tar",  # a file
        "jo@example.org/kittens",  # a word
        "Write to jo@example.org; version2 is out.",
    ],
)
def test_what_else_stands_behind_an_address_stays(text):
    assert found(text) == []
