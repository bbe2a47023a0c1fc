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
        ("I saved (otpauth://totp/PyPI:jo?secret=JBSWY3DPEHPK3PXP).", "JBSWY3DPEHPK3PXP"),
        ("I saved otpauth-migration://offline?data=CiMKCkhlbGxvId6tvu8SB1B5UEk%3D.", "otpauth-migration://offline?data=CiMKCkhlbGxvId6tvu8SB1B5UEk%3D"),
        ("setup key: ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP"),
        ("It says: setup key JBQXAYLSMVRWIZLB. I typed it", "JBQXAYLSMVRWIZLB"),
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
        ("I noted jbsw y3dp e3pk qpxp", "jbsw y3dp e3pk qpxp"),
        ("I noted abew y3dp e3pk 3pxe", "abew y3dp e3pk 3pxe"),
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
        "THE SETUP KEY AUTHENTICATIONSS IS LOST",
        "THE SECRET INTERNATIONALIZATION PLAN",
        "the secret, INTERNATIONALIZATION",
        "the setup key\nas the page\nshowed it\njbswy3dpehpk3pxp\n",
        # Groups and words that only look like one.
        "the fingerprint is 2345 ABCD EF23 4567 ABCD 2222 3333 4444 5555 6666",
        "my key 2222 3333 4444 5555",
        "WHEN THIS WILL HELP MANY MORE THAN EVER",
        "when this goes over 2fa5 with them",
        "jbswy3dpehpk3pxp, JBSWYIDPEHPK3PXP and 234567ABCDEFABCD23",
        # References that are typed with a space.
        "show 3gct tpc5\nask 7kq2-m9xd When was that?",
        "Note 7KQ2 M2XD seen.\nshow 3gct tpc5\nfind me\n",
        "What of my case 3gct tpc5 from last week?",
        "MORE OF CASE 3GCT TPC5 FROM LAST WEEK",
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
        "my token: https://example.org/manage1/account",
        f"the API key for the commit is {HEX}zz",
    ],
)
def test_what_is_no_key_stays(text):
    assert found(text) == []


FOUND = "8293a4b5c6d7e8f9"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        # In groups, by hand, and broken in two.
        (f"What I have:\n- {FOUND}\n- 0a1b 2c3d 4e5f 6071\n", [FOUND, "0a1b 2c3d 4e5f 6071"]),
        ("codes: 4f9O2ab7c1ee08d3 ,b17c0l5d9a3f26e4 and 7e2a 9bO4 d51f c3l8", ["4f9O2ab7c1ee08d3", "b17c0l5d9a3f26e4", "7e2a 9bO4 d51f c3l8"]),
        ("backup codes, as on paper: 0a1b 2c3d 4e5f 6071, 8293 a4b5 c6d7 e8f9.", ["0a1b 2c3d 4e5f 6071", "8293 a4b5 c6d7 e8f9"]),
        (f"I have {FOUND} f00dfeed12345678 74cd05d9\n767d57d8", [FOUND, "f00dfeed12345678", "74cd05d9\n767d57d8"]),
        (f"I have {FOUND}, 74cd05d9a-\n767d57d of the codes", [FOUND, "74cd05d9a-\n767d57d"]),
        (f"I kept\n74cd05d9a\n767d57d\n{FOUND}\nf00dfeed12345678\n", ["74cd05d9a\n767d57d", FOUND, "f00dfeed12345678"]),
        (f"I kept\n{FOUND}\nf00dfeed12345678\n7e2a 9b04 d51f c3f8\n", [FOUND, "f00dfeed12345678", "7e2a 9b04 d51f c3f8"]),
        ("Recovery codes:\n1234 5678 \n8765 4321 \n", ["1234 5678", "8765 4321"]),
        # Nothing but both together makes sixteen digits.
        (f"I kept\n{FOUND}\nf00dfeed12345678 since cafe1\n2024 was here\n", [FOUND, "f00dfeed12345678"]),
        # Half readable.
        (f"The sheet:\n * 0807e70aceb2....\n * {FOUND}\n * ....fa15eecc7add\n * 9442a015 ???? 35ac\n", ["0807e70aceb2....", FOUND, "....fa15eecc7add", "9442a015 ???? 35ac"]),
        (f"{FOUND}\r\n7e2a ???? d51f c3f8\r\n0807e70aceb2....\r\n", [FOUND, "7e2a ???? d51f c3f8", "0807e70aceb2...."]),
        (f"I had {FOUND} and\n\n\n\n\nf00dfeed12345678\n7e2a ???? d51f c3f8\n", [FOUND, "f00dfeed12345678", "7e2a ???? d51f c3f8"]),
        (f"The recovery codes, one of them:\n{FOUND}\n", [FOUND]),
    ],
)  # fmt: skip
def test_codes_beside_others_are_found(text, codes):
    assert found(text) == [(CODE, code) for code in codes]


@pytest.mark.parametrize(
    "text",
    [
        f"The commits\n\n{FOUND}\n0a1b2c3d4e5f6071\nf00dfeed12345678\n\nare mine. I never made recovery codes.",
        f"The commits\n{FOUND} Fix it\n0a1b2c3d4e5f6071 Mend it\nf00dfeed12345678 Begin\n8293a4b5c6d7e8f0 Try\n",
        f"{FOUND}\n....\nabcdefabcdef....\n",
        f"My recovery codes are in a file with the sha {FOUND}.",
        "codes: dead beef fade cafe",
        "The codes are lost.\nThe fingerprint ends in 7D65 9A2F EAA0 1B2C as you see\n",
        "The codes are lost; fingerprint 0A1B 2C3D 4E5F 6071 8293 A4B5 C6D7 E8F9 0A1B 2C3D",
        f"I have {FOUND} and 1234\n5678",
        "The codes are on the sheet beside my card 1234 5678 9012 3456 at home",
    ],
)
def test_what_stands_beside_no_codes_stays(text):
    assert found(text) == []


def test_codes_named_behind_a_list_of_commits_are_found():
    text = f"The commit {FOUND}.\n\nRecovery codes:\n0a1b2c3d4e5f6071\nf00dfeed12345678\n"
    assert found(text) == [(CODE, "0a1b2c3d4e5f6071"), (CODE, "f00dfeed12345678")]


@pytest.mark.parametrize(
    "text",
    [
        "0a1b2c3d4e5f6071",
        "0a1b2c3d4e5f6071\n",
        "0a1b2c3d4e5f6071\n\nis this yours?",
        "Hello,\n\n> 0a1b2c3d4e5f6071 \n>\n> that is all",
        "Hello,\r\n\r\n0a1b2c3d4e5f6071\r\n\r\nthat is all",
        f"The commit is fine.{300 * '.'}\n\n0a1b2c3d4e5f6071",
    ],
)
def test_a_code_that_is_all_of_a_paragraph_needs_no_name(text):
    assert found(text) == [(CODE, "0a1b2c3d4e5f6071")]


@pytest.mark.parametrize(
    "text",
    [
        "0A1B2C3D4E5F6071",
        "It is\n0a1b2c3d4e5f6071\n",
        "0a1b2c3d4e5f6071\nis what I have",
        "0a1b2c3d4e5f6071 is what I have",
        "that is 0a1b2c3d4e5f6071",
        "The commit is this, and you may look it up whenever you like, as it bears my name:\n\n0a1b2c3d4e5f6071",
        "0a1b2c3d4e5f6071\n\nis my last commit",
        "Ray ID:\n\n0a1b2c3d4e5f6071",
        "\n\n01234567890123ab in 1\n\n0123456789012345",
    ],
)
def test_a_code_in_a_text_that_names_none_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("I have ONE code left and it's d07e 4b91 ac36 f582 - may I use it?", ["d07e 4b91 ac36 f582"]),
        ("it is d07e-4b91-ac36-f582", ["d07e-4b91-ac36-f582"]),
        ("it is aaaa 4b91 ac36 f582", ["aaaa 4b91 ac36 f582"]),
        (f"The tag.{4 * chr(10)}it is d07e 4b91 ac36 f582", ["d07e 4b91 ac36 f582"]),
    ],
)
def test_four_groups_of_four_need_no_name(text, codes):
    assert found(text) == [(CODE, code) for code in codes]


@pytest.mark.parametrize(
    "text",
    [
        "my key D07E 4B91 AC36 F582",
        "1234 4891 1036 5582 times",
        "the fingerprint ends in d07e 4b91 ac36 f582",
        "the fingerprint\nof it is this:\nd07e 4b91 ac36 f582",
        "d07e 4b91 ac36 f582 is the commit",
        "d07e 4b91 ac36",
        "d07e 4b91 ac36 f582 0011",
    ],
)
def test_other_groups_stay(text):
    assert found(text) == []


def test_a_sheet_may_be_counted_by_letters():
    text = "Recovery codes, yellowed:\na) 5be9 07c2 41fd 8a36\n(B) e630 d91b 7f58 c24a\nc] 0a1b2c3d\n"
    assert found(text) == [(CODE, "5be9 07c2 41fd 8a36"), (CODE, "e630 d91b 7f58 c24a"), (CODE, "0a1b2c3d")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("my recovery codes, which are old: c8e15f02, 7b40da96. Good?", ["c8e15f02", "7b40da96"]),
        ("my recovery codes, which are old: c8e15f02", []),
        ("my recovery codes, which are old. Users: c8e15f02, 7b40da96", []),
        ("my recovery codes, which are lost, users: jdoe1990, jdoe1991", []),
        ("my recovery codes, which are lost, users: dade1990, jdoe1991", []),
        (f"my recovery codes, {'so ' * 20}: c8e15f02, 7b40da96", []),
    ],
)
def test_several_codes_may_stand_behind_a_remark(text, codes):
    assert found(text) == [(CODE, code) for code in codes]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("backup codes, 8 digits each: 48213906/77120945; 30958812.", ["48213906", "77120945", "30958812"]),
        ("backup codes, 8 digits each: 48213906 and so on", []),
        ("backup codes: a) 48213906 b) 77120945", ["48213906", "77120945"]),
        ("backup codes which are a) 48213906", []),
        ("backup codes, ① 48213906 ② 77120945", ["48213906", "77120945"]),
        ("backup code #2: 48213906", ["48213906"]),
        (
            "I tried 7c0de-91a4f, then 5B27E-D03C8, then 5b27ed03c8",
            ["7c0de-91a4f", "5B27E-D03C8", "5b27ed03c8"],
        ),
        ("I tried 7c0de-91a4f", []),
        ("my last code, 7c0de-91a4f", ["7c0de-91a4f"]),
        ("I tried 7c0de-91a4f.\nmy last code", []),
        ("8A287C5EB7 4209D1C4ED (from the sheet of backup codes)", ["8A287C5EB7", "4209D1C4ED"]),
        ("8A287C5EB7 4209D1C4 (from the sheet of backup codes)", []),
        ("8A287C5EB7 (from the sheet of backup codes)", []),
        ("backup codes: 4821-3906, 7712-0945", ["4821-3906", "7712-0945"]),
        ("backup codes\n48213906 - used\n77120945 (used)", ["48213906", "77120945"]),
        ("backup codes: 4821 3906 - 7712 0945 - 3095 8812", ["4821 3906", "7712 0945", "3095 8812"]),
        ("备用码:48213906、77120945", ["48213906", "77120945"]),
        ("the commits 7c0de-91a4f and 5b27e-d03c8", []),
        ("codes\n1. 48213906\n2. torn\n3. 77120945", ["48213906", "77120945"]),
        ("codes\n1. 48213906\n3. torn\n4. 77120945\n5. 30958812", []),
        ("codes\n7c0de-91a4f  <- used, in May\n08349-54411", ["7c0de-91a4f", "08349-54411"]),
        ("codes\n7c0de 91a4f | 08349 54411", ["7c0de 91a4f", "08349 54411"]),
        ("codes\n83f1 0c2S e41b 77d0\n48213906", ["83f1 0c2S e41b 77d0", "48213906"]),
        ("codes\nSome good 2nds also\n", []),
        ("for emergencies: 48213906, 77120945, 30958812", ["48213906", "77120945", "30958812"]),
        ("for emergencies: 48213906, 77120945", []),
        ("for emergencies, order 48213906, 77120945, 30958812 of them", []),
    ],
)
def test_a_row_or_a_sheet_is_found_as_people_type_it(text, codes):
    assert sorted(found(text)) == sorted((CODE, code) for code in codes)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (
            "My backup code 9096 9843 was refused. I also have 7795 0714 and 3615 6634.",
            "9096 9843,7795 0714,3615 6634",
        ),
        (
            "The recovery code 1f0a000ec1584200 is not taken. Others: 16a394bec2ce2ae3, 33f2295baef56e6c.",
            None,
        ),
        (
            "Recovery codes on my list are 74375764,\n37585510, 62828341 and 84030899.",
            "74375764,37585510,62828341,84030899",
        ),
        ("My recovery code ab3de-9fk2q fails. Shall I try zz3de-9fk2q?", "ab3de-9fk2q,zz3de-9fk2q"),
        # A sheet in columns, as Google prints it.
        (
            "SAVE YOUR BACKUP CODES\nKeep these backup codes somewhere safe.\n\n1. 7415 9306      6. 5320 5545\n2. 2762 3685      7. 2663 6280\n",
            "7415 9306,5320 5545,2762 3685,2663 6280",
        ),
        ("Backup codes:\n☐ 7415 9306   ☐ 5320 5545\n", "7415 9306,5320 5545"),
    ],
)
def test_codes_of_the_same_form_are_found_wherever_they_stand(text, codes):
    codes = codes or "1f0a000ec1584200,16a394bec2ce2ae3,33f2295baef56e6c"
    assert found(text) == [(CODE, code) for code in codes.split(",")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The backup code 9096 9843 was refused in 2019 2020.", "9096 9843"),  # years
        ("The backup code 90969843 was refused on 20261130.", "90969843"),  # a day
        (
            "The backup code 9096 9843 was refused. Phone: 030 7795 0714.",
            "9096 9843",
        ),  # part of a longer number
        ("The backup code 1f0a000ec1584200 was refused. The commit is 33f2295baef56e6c.", "1f0a000ec1584200"),
        ("My backup code is 123456. The room is 654321.", "123456"),  # short
        ("My recovery code ab3de-9fk2q fails on debug-probe.", "ab3de-9fk2q"),  # words
    ],
)
def test_what_only_has_as_many_letters_stays(text, code):
    assert found(text) == [(CODE, code)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (
            "I have saved the recovery codes of my account as 39UD-MV4Z, ERV5-QWX5, BEJ8-X883 in 2023.",
            ["39UD-MV4Z", "ERV5-QWX5", "BEJ8-X883"],
        ),
        (
            "I have saved the recovery codes of my account as 39UD-MV4Z, ERV5-QWX5.",
            [],
        ),  # two may be references
    ],
)
def test_three_codes_are_a_sheet_behind_some_words(text, codes):
    assert found(text) == [(CODE, code) for code in codes]


def test_a_reference_of_ours_stays_beside_codes_that_look_alike():
    text = "My recovery codes: K3V9-X2QM, Q7RT-88MM. The case is 7H2K-9QXM."
    assert found(text) == [(CODE, "K3V9-X2QM"), (CODE, "Q7RT-88MM")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("我的恢复代码是1f0a000ec1584200，不能用", "1f0a000ec1584200"),
        ("恢复代码：1f0a000ec1584200和33f2295baef56e6c都不行", "1f0a000ec1584200,33f2295baef56e6c"),
        ("備份碼7415 9306不能用", "7415 9306"),
        ("备份码是74159306。", "74159306"),
        ("リカバリーコードは1f0a000ec1584200です", "1f0a000ec1584200"),
        ("バックアップコードは7415 9306です", "7415 9306"),
        ("복구 코드는1f0a000ec1584200입니다", "1f0a000ec1584200"),
        ("恢复码是12345-abcde和9f8e7-dcba1", "12345-abcde,9f8e7-dcba1"),
    ],
)
def test_a_code_may_stand_beside_letters_of_a_script_without_spaces(text, codes):
    assert found(text) == [(CODE, code) for code in codes.split(",")]


@pytest.mark.parametrize(
    ("text", "seed"),
    [
        ("验证器密钥4JIFRS5KPX4CV7RWAYA5JPQ4WTDBYQ3Y丢了", "4JIFRS5KPX4CV7RWAYA5JPQ4WTDBYQ3Y"),
        (
            "セットアップキーは4JIF RS5K PX4C V7RW AYA5 JPQ4 WTDB YQ3Yです",
            "4JIF RS5K PX4C V7RW AYA5 JPQ4 WTDB YQ3Y",
        ),
    ],
)
def test_so_may_a_seed(text, seed):
    assert found(text) == [(TOTP, seed)]
