"""Recovery codes, seeds and keys of services, each beside the numbers and words that are none."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import API, CODE, HEX, TOTP, found

ONE, TWO = "K3v9x2Qm7", "t8Rw4Zp1c"

SHEETS = [
    f"Recovery codes:\n{ONE}\n{TWO}\n",
    f"Recovery codes:\nI printed them\nlong ago\n{ONE}\n{TWO}\n",
    f"Recovery codes:\n\nI printed them\n\nlong ago\n\n{ONE}\n\n{TWO}\n",
    f"Recovery codes:\n1. {ONE}\n2) {TWO}\n",
    f"Recovery codes:\n- {ONE}\n- {TWO} (used)\n",
    f'Recovery codes:\n"{ONE}",\n"{TWO}"\n',
    f"Recovery codes:\n((({ONE})))\n((({TWO})))\n",
    f"> Recovery codes:\n> {ONE}\n>\n> {TWO}\n",
    f"Recovery codes:\n{ONE} {TWO}\n",
    # A sheet ends where the prose goes on.
    f"Recovery codes:\n{ONE}\n{TWO}\nThat is all.\njdoe-2024\n",
]


@pytest.mark.parametrize("text", SHEETS)
def test_a_sheet_below_its_name_is_found(text):
    assert found(text) == [(CODE, ONE), (CODE, TWO)]


@pytest.mark.parametrize(
    "text",
    [
        "I kept these:\n0a1b2c3d4e5f6071\n8293a4b5c6d7e8f9\n",
        "I commit myself.\nNow\nthey are\nsome 0a1b2c3d4e5f6071 and 8293a4b5c6d7e8f9\n",
    ],
)
def test_two_codes_of_sixteen_digits_need_no_name(text):
    assert found(text) == [(CODE, "0a1b2c3d4e5f6071"), (CODE, "8293a4b5c6d7e8f9")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Recovery codes:\nthe only one left is below\na1b2c-3d4e5\n", "a1b2c-3d4e5"),
        ("recovery code: 123456", "123456"),
        ("backup code 1234 5678 is refused", "1234 5678"),
        ("backup code 1234567890 is refused", "1234567890"),
        ("recovery code Kbv9xwQm7 is refused", "Kbv9xwQm7"),
        ("recovery code\n0a1b2c3d4e5f6071", "0a1b2c3d4e5f6071"),
        (
            "Recovery codes\nwere printed,\nand as I see\nit was 0a1b2c3d4e5f6071 for this one\n",
            "0a1b2c3d4e5f6071",
        ),
        ("0a1b2c3d4e5f6071\nis one of my recovery codes\n", "0a1b2c3d4e5f6071"),
        ("My recovery codes\nare on\nthe sheet\n\n0a1b2c3d4e5f6071\n", "0a1b2c3d4e5f6071"),
    ],
)
def test_a_single_code_is_found(text, code):
    assert found(text) == [(CODE, code)]


@pytest.mark.parametrize(
    "text",
    [
        f"Recovery codes:\nI printed\nthem all\nlong ago\n{ONE}\n{TWO}\n",
        "a recovery code 123456 times",
        "Recovery codes are gone.\n\n10115 Berlin\n20095 Hamburg\n",
        "Recovery codes are gone.\n\n44205550199\n44205550198\n",
        "Recovery codes are gone.\n\n+44-20-5550-0199\n+44-20-5550-0198\n",
        "I have no recovery codes.\n\njdoe-2024 is my account's name\njane-2023 is my colleague's name\n",
        "The orders were 1234567812345678 and 8765432187654321.",
        "Message 0a1b2c3d4e5f6071 came.\n\nI\nhave\nlost\nthe recovery codes.\n",
        "Message 0a1b2c3d4e5f6071 came\nand said nothing\nof recovery codes.\n",
        "Recovery codes\nwere printed,\nbut long ago,\nand as I see\nit was 0a1b2c3d4e5f6071 for this one\n",
        "The commits are\n0a1b2c3d4e5f6071\nand\n8293a4b5c6d7e8f9\n",
    ],
)
def test_what_is_no_code_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "seed"),
    [
        ("I saved (otpauth://totp/PyPI:jo?secret=JBSWY3DPEHPK3PXP).", "otpauth://totp/PyPI:jo?secret=JBSWY3DPEHPK3PXP"),
        ("setup key: ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP"),
        ("setup key is\n> ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP"),
        ("the setup key from the page, ABCDEFGHIJKLMNOPQRSTUVWX", "ABCDEFGHIJKLMNOPQRSTUVWX"),
        ("the setup key from the page, ABCDEFGHIJKLMNO2", "ABCDEFGHIJKLMNO2"),
        ("the setup key\nas the page showed it\njbswy3dpehpk3pxp\n", "jbswy3dpehpk3pxp"),
        # Without a name: by its form.
        ("This is what I noted:\n\n  JBSW Y3DP EHPK 3PXP\n\nIt is refused.", "JBSW Y3DP EHPK 3PXP"),
        ("I noted JBSW Y3DP EHPK 3PXP, no more", "JBSW Y3DP EHPK 3PXP"),
        ("I noted JBSW Y3DP EHPK PXP.", "JBSW Y3DP EHPK PXP"),
        ("I noted jbsw-y3dp-ehpk-3pxp", "jbsw-y3dp-ehpk-3pxp"),
        ("I noted\n> JBSW Y3DP EHPK 3PXP\n> JBSW Y3DP EHPK 3PXP\n", "JBSW Y3DP EHPK 3PXP\n> JBSW Y3DP EHPK 3PXP"),
        ("I noted J2SWY3DPEHPK3PXP", "J2SWY3DPEHPK3PXP"),
        ("I noted jbswy3dpehpk3pxpjbswy3dpehpk3pxp", "jbswy3dpehpk3pxpjbswy3dpehpk3pxp"),
    ],
)  # fmt: skip
def test_a_seed_is_found(text, seed):
    assert found(text) == [(TOTP, seed)]


@pytest.mark.parametrize(
    "text",
    [
        "the secret key to that door near room 2",
        "SECRET KEY LOST. DEAR DESK THIS WILL HELP ME",
        "the setup key of ABCDEFGHIJKLMNOP",
        "the setup key: understandability",
        "the setup key\nas the page\nshowed it\njbswy3dpehpk3pxp\n",
        # Groups and words that only look like one.
        "the fingerprint is 2345 ABCD EF23 4567 ABCD 2222 3333 4444 5555 6666",
        "my key 2222 3333 4444 5555",
        "WHEN THIS WILL HELP MANY MORE THAN EVER",
        "when this goes over 2fa5 with them",
        "jbswy3dpehpk3pxp, JBSWYIDPEHPK3PXP and 234567ABCDEFABCD23",
    ],
)
def test_what_is_no_seed_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"my API key is {HEX}zz.", f"{HEX}zz"),
        (f"Commit it never.\nmy API key is {HEX}zz", f"{HEX}zz"),
        (f"my API key is 'x' or so, and the other API key is '{HEX}zz'", f"{HEX}zz"),
        (f"access token:\n> {HEX}zz\n", f"{HEX}zz"),
    ],
)
def test_a_key_is_found(text, key):
    assert found(text) == [(API, key)]


@pytest.mark.parametrize(
    "text",
    [
        f"my API key {HEX}zz",
        f"my API key is not {HEX}zz",
        "my API key is on https://example.org/keys/0123456789",
        "my API key is somewhere-in-the-drawer-at-home",
        "my API key is 12345678901234567890",
        f"the API key for the commit is {HEX}zz",
    ],
)
def test_what_is_no_key_stays(text):
    assert found(text) == []
