"""Secrets are found whatever their form and language, nothing of them stays, and what is none is left alone."""

from __future__ import annotations

import base64
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.core.intentwords import IntentWords
from mailflow.core.secrets import MASKS, Secret, SecretKind, find_secrets, mask, without_tokens
from tests.core.secret_texts import (
    ALNUM,
    API,
    CODE,
    HEX,
    HOSTING,
    KEY,
    KEY_BODY,
    PASSWORD,
    RESET,
    TOTP,
    WORDS,
    found,
)

TOKENS = [
    (API, "pypi-AgEIcHlwaS5vcmcCJD" + ALNUM * 3),
    (API, "pypi-AgENdGVzdC5weXBpLm9yZwIk" + ALNUM),
    (API, "npm_" + ALNUM + "abcd"),
    (API, "rubygems_" + HEX + HEX[:16]),
    (API, "cio" + ALNUM),
    (API, "oy2" + HEX + HEX[:11]),
    (API, "sk_" + "live_" + ALNUM),
    (API, "rk_" + "test_" + ALNUM),
    (API, "xox" + "b-1234567890-abcdefghij"),
    (API, "xapp-1-A0B1C2-99"),
    (API, "sk-proj-" + ALNUM),
    (API, "SG." + ALNUM[:22] + "." + ALNUM),
    (API, "key-" + HEX),
    (API, "shpat_" + HEX),
    (API, "lin_api_" + ALNUM),
    (API, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + ALNUM),
    (API, "123456789:AA" + ALNUM + "x"),
    (HOSTING, "ghp_" + ALNUM + "wxyz"),
    (HOSTING, "gho_" + ALNUM + "wxyz"),
    (HOSTING, "github_pat_11ABCDEFG0_" + ALNUM),
    (HOSTING, "glpat-" + ALNUM[:20]),
    (HOSTING, "ATBB" + ALNUM),
    (HOSTING, "ATATT3xFf" + ALNUM),
    (HOSTING, "ATCTT3xFf" + ALNUM),
    (HOSTING, "AKIA" + "QZ7EXAMPLE3WXYZ4"),
    (HOSTING, "ASIA" + "QZ7EXAMPLE3WXYZ4"),
    (HOSTING, "AIza" + ALNUM + "abc"),
    (HOSTING, "GOCSPX-" + ALNUM[:28]),
    (HOSTING, "ya29." + ALNUM),
    (HOSTING, "dop_v1_" + HEX * 2),
    (HOSTING, "hf_" + ALNUM),
    (HOSTING, "dckr_pat_" + ALNUM[:27]),
    (HOSTING, "AccountKey=" + ALNUM * 2 + "=="),
    (HOSTING, "HRKU-" + ALNUM + "abc"),
    (HOSTING, "nfp_" + ALNUM + "ab"),
    (HOSTING, "fo1_" + ALNUM + ALNUM[:11]),
    (HOSTING, "LTAI" + ALNUM[:20]),
]


@pytest.mark.parametrize(("kind", "token"), TOKENS)
@pytest.mark.parametrize("text", ["it is {} as I said", "<{}>", "`{}`,", "x={}\n", "\n> {}\n", "「{}」"])
def test_a_token_with_a_well_known_form_is_found_wherever_it_stands(kind, token, text):
    assert found(text.format(token)) == [(kind, token)]


def test_a_token_broken_over_lines_is_found_whole():
    token = "pypi-AgEIcHlwaS5vcmcCJD" + ALNUM * 4
    text = f"Here:\n> {token[:60]}\n> {token[60:120]}\n> {token[120:]}\n> Sincerely\n"
    assert mask(text, find_secrets(text, WORDS)) == "Here:\n> [API token removed]\n> Sincerely\n"


def test_the_two_halves_of_an_aws_key_are_found():
    secret = ALNUM + "/Ab3+Xyz"
    text = f"aws_access_key_id = AKIAQZ7EXAMPLE3WXYZ4\naws_secret_access_key = {secret}\n"
    assert [s for _, s in found(text)] == ["AKIAQZ7EXAMPLE3WXYZ4", secret]


RESET_LINKS = [
    "https://pypi.example/account/reset-password/?token=eyJhbGciOiJIUzI1NiJ9abc",
    "https://pypi.example/account/verify-email/?token=eyJhbGciOiJIUzI1NiJ9abc",
    "https://id.example.org/recover/4f6d2b9c8a7e4f6d2b9c8a7e",
    "https://id.example.org/password_reset/confirm?k=4f6d2b9c8a7e4f6d2b9c",
    "https://links.example.org/?url=https%3A%2F%2Fid.example.org%2Freset%3Ftoken%3D4f6d2b9c8a7e4f6d&x=1",
    "www.example.org/magic/4f6d2b9c8a7e4f6d2b9c8a7e",
    "id.example.org/reset?token=4f6d2b9c8a7e4f6d2b9c",
]


@pytest.mark.parametrize("link", RESET_LINKS)
def test_a_link_that_opens_an_account_is_found_whole(link):
    assert found(f"I clicked {link}, and then\n") == [(RESET, link)]


def test_a_long_link_broken_over_lines_is_found_whole():
    link = "https://id.example.org/account/reset-password/?token=" + HEX * 3
    assert found(f"{link[:70]}\n{link[70:]}\nRegards") == [(RESET, f"{link[:70]}\n{link[70:]}")]


def test_the_password_in_an_address_is_found():
    assert found("git clone https://jo:hunter22@git.example.org/x.git") == [(PASSWORD, "hunter22")]
    assert found("https://" + HEX + "@git.example.org/") == [(PASSWORD, HEX)]
    token = "ghp_" + ALNUM + "wxyz"
    assert found(f"https://jo:{token}@git.example.org/") == [(HOSTING, token)]


KEYS = [
    f"-----BEGIN RSA PRIVATE KEY-----\n{KEY_BODY}q1==\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{KEY_BODY}-----END OPENSSH PRIVATE KEY-----",
    f"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: X 2\n\n{KEY_BODY}=ab12\n-----END PGP PRIVATE KEY BLOCK-----",
    f"-----BEGIN PRIVATE KEY-----\n{KEY_BODY.rstrip()}",
    f"{KEY_BODY}-----END PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY----- " + KEY_BODY.replace("\n", " ").strip(),
    f"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: jo\nPublic-Lines: 2\n{KEY_BODY}Private-Lines: 2\n{KEY_BODY}Private-MAC: {HEX}",
    "AGE-SECRET-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE",
]


@pytest.mark.parametrize("key", KEYS)
def test_a_private_key_is_found_whole_even_if_cut_off(key):
    text = f"My key:\n\n{key}\n\nRegards, Jo\n"
    assert found(text) == [(KEY, key)]


def test_a_quoted_private_key_is_found():
    key = "\n".join("> " + line for line in KEYS[0].split("\n"))
    assert found(f"{key}\n\nRegards") == [(KEY, key[2:])]


def test_two_keys_the_first_of_them_cut_off_are_two():
    text = f"{KEYS[3]}\n\nand\n\n{KEYS[0]}\n"
    assert [kind for kind, _ in found(text)] == [KEY, KEY]


def test_a_public_key_is_no_secret():
    assert found(f"-----BEGIN PUBLIC KEY-----\n{KEY_BODY}-----END PUBLIC KEY-----") == []


SHEETS = [
    "My codes:\n{}\n{}\n{}",
    "Recovery codes:\n\n1. {}\n2. {}\n3) {}\n",
    "I kept the sheet:\n- {}\n- {} (used)\n- {}\n",
    "{} {}\n{}",
    "> backup codes\n> {}\n> {}\n> {}",
    "the recovery codes are {}, {} and {}.",
    "| {} | {} | {} |",
]
CODES = [
    ("0a1b2c3d4e5f6071", "8293a4b5c6d7e8f9", "f00dfeed12345678"),
    ("0A1B2C3D4E5F6071", "8293A4B5C6D7E8F9", "F00DFEED12345678"),
]


@pytest.mark.parametrize("codes", CODES)
@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_of_recovery_codes_is_found(sheet, codes):
    assert found(sheet.format(*codes)) == [(CODE, code) for code in codes]


@pytest.mark.parametrize("codes", [("a1b2c-3d4e5", "f6a7b-8c9d0"), ("12345678", "87654321"), ("1234 5678", "8765 4321"), ("K3v9x2Qm7", "t8Rw4Zp1c"), ("a1b2-c3d4-e5f6", "0718-293a-4b5c")])  # fmt: skip
def test_codes_of_other_forms_are_found_below_their_name(codes):
    assert found("Here are my backup codes:\n\n{}\n{}\n\nRegards".format(*codes)) == [
        (CODE, code) for code in codes
    ]


ONE_CODE = [
    "My recovery code is {}",
    "one of my recovery codes: {}",
    "{} is one of the recovery codes",
    "Recovery code {} does not work",
    'the code from my sheet of recovery codes ("{}") is refused',
    "Wiederherstellungscode: {}",
    "mein Wiederherstellungscode lautet {}",
    "code de récupération : {}",
    "el código de recuperación es {}",
    "código de recuperação: {}",
    "codice di recupero: {}",
    "код восстановления: {}",
    "恢复代码是{}",
    "リカバリーコードは {} です",
    "복구 코드는 {} 입니다",
]


@pytest.mark.parametrize("code", ["0a1b2c3d4e5f6071", "a1b2c-3d4e5"])
@pytest.mark.parametrize("text", ONE_CODE)
def test_a_single_code_is_found_beside_its_name(text, code):
    assert found(text.format(code)) == [(CODE, code)]


@pytest.mark.parametrize("text", ["backup code 12345678", "recovery code: 1234 5678", "recovery code is abcd 1234 ef56 7890", "backup codes: 11223344, 55667788"])  # fmt: skip
def test_a_numeric_or_spaced_code_is_found_right_behind_its_name(text):
    assert {kind for kind, _ in found(text)} == {CODE}
    assert not any(c.isdigit() for c in mask(text, find_secrets(text, WORDS)))


PASSWORD_TEXTS = [
    "password: {}",
    "Password : {}",
    "PASSWORD={}",
    "**Password:** {}",
    "my password is {}",
    "My old password was {}, I think",
    "the password for the account is {}.",
    "password (old): {}",
    "password -> {}",
    'password "{}"',
    "password: `{}`",
    "| Password | {} |",
    "Password\t{}",
    "Password\n{}\n",
    "### Password\n\n{}\n",
    "Password:\n{}\n",
    "pw: {}",
    "passphrase: {}",
    "the last password I used was {}",
    "{} is my password",
    '"password": "{}"',
    "https://example.org/?password={}",
    "Passwort: {}",
    "mein Passwort lautet {}",
    "das alte Passwort war {}",
    "Kennwort ist {}",
    "mot de passe : {}",
    "mon mot de passe est {}",
    "mdp: {}",
    "contraseña: {}",
    "mi contraseña es {}",
    "la clave era {}",
    "senha: {}",
    "minha senha é {}",
    "la mia password è {}",
    "password : {}",
    "пароль: {}",
    "мой пароль был {}",
    "пароль - {}",
    "密码：{}",
    "我的密码是{}，谢谢",
    "パスワードは {} です。",
    "パスワード：{}",
    "비밀번호는 {}입니다",
    "비밀번호: {}",
]


@pytest.mark.parametrize("password", ["Walnut-Kayak-71", "hunter22", "Tr0ub4dor&3", "p@ss:w0rd!x", "qW9$x"])
@pytest.mark.parametrize("text", PASSWORD_TEXTS)
def test_a_password_is_found_in_prose_tables_and_ten_languages(text, password):
    if ("{} is" in text or text == 'password "{}"') and len(password) < 6:
        return
    written = text.format(password)
    assert [kind for kind, _ in found(written)] == [PASSWORD]
    assert password[:-1] not in mask(written, find_secrets(written, WORDS))


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("password: swordfish", "swordfish"),
        ("Password: violet horse battery staple\nRegards", "violet horse battery staple"),
        ("my password is swordfish.", "swordfish"),
        ("Passwort: sonnenblume", "sonnenblume"),
        ("login / password: jo / swordfish9", "swordfish9"),
        ("user and password: jo swordfish9", "swordfish9"),
        ("Name | Password\njo | sw0rdfish", "sw0rdfish"),
        ("Name\tPassword\tNote\njo\tsw0rdfish\told", "sw0rdfish"),
        ('the password is "two words"', "two words"),
        ("password swordf1sh", "swordf1sh"),
        ("My password is «парольчик»", "парольчик"),
        ("Password: (x9$kk)", "x9$kk"),
    ],
)
def test_a_password_without_digits_or_of_several_words_is_found_where_it_is_plain(text, password):
    assert found(text) == [(PASSWORD, password)]


def test_a_remark_beside_a_code_changes_nothing():
    assert found("Recovery codes:\na1b2c-3d4e5 (used)\nf6a7b-8c9d0") == [
        (CODE, "a1b2c-3d4e5"),
        (CODE, "f6a7b-8c9d0"),
    ]


def test_a_long_sheet_is_masked_to_its_end():
    codes = [f"a{number:03}bc-d{number:03}ef" for number in range(90)]
    assert len(found("Recovery codes:\n" + "\n".join(codes))) == 90


SEEDS = [
    ("otpauth://totp/PyPI:jo?secret=JBSWY3DPEHPK3PXP&issuer=PyPI", "JBSWY3DPEHPK3PXP"),
    ("TOTP secret: JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXP"),
    ("the secret key is jbsw y3dp ehpk 3pxp", "jbsw y3dp ehpk 3pxp"),
    ("my authenticator key\nJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    ("the setup key from the page, NBSWY3DPEHPKZPXPNBSWYZDP", "NBSWY3DPEHPKZPXPNBSWYZDP"),
    ("geheimer Schlüssel: JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXP"),
    ("clé secrète : JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXP"),
    ("密钥：JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXP"),
    ("setup key ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "seed"), SEEDS)
def test_the_seed_of_an_authenticator_is_found(text, seed):
    assert found(text) == [(TOTP, seed)]


@pytest.mark.parametrize("text", ["API token: {}", "my access token is {}", "Bearer {}", "api_key = '{}'", "токен: {}", "jeton : {}"])  # fmt: skip
def test_a_key_without_a_known_form_is_found_behind_its_name(text):
    written = text.format(HEX + "zz")
    assert found(written) in ([(API, HEX + "zz")], [] if "Bearer" in text else None)


NO_SECRETS = [
    "",
    "I lost my phone with the authenticator, the password I know.",
    "Reference: K7QM-2XRP",
    "recovery codes: K7QM-2XRP",
    "desk+K7QM-2XRP.0a1b2c3d4e5f60718293a4b5c6d7e8f9@pypi.example",
    "Message-ID: <0a1b2c3d4e5f6071@mail.example.org> about the recovery codes",
    "commit 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    "git hash 0a1b2c3d4e5f6071",
    "a branch named\n\n    0a1b2c3d4e5f6071\n\nas you said",
    "branch aB3dE5fG7hJ9kL1m is there",
    "https://git.example.org/jo/tool/src/branch/aB3dE5fG7hJ9kL1m",
    "https://git.example.org/jo/password-reset/commit/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    "see https://pypi.example/help/#account-recovery and https://pypi.example/account/reset-password/",
    "the recovery codes were on the laptop 123e4567-e89b-42d3-a456-426614174000",
    "call me: +44 20 5550 0199, I have no recovery codes",
    "recovery codes: lost\nuser name: jdoe2024",
    "I have no recovery codes.\n\njdoe-2024\n",
    "recovery codes: none\n\nJo Doe\n+1 555 010 0199\nExample Ltd\n",
    "Recovery codes\n2024-05-01\n",
    "one line with 0a1b2c3d4e5f6071 and nothing more",
    "password: forgotten",
    "password: n/a",
    "Password: I don't know it any more",
    "password: ?",
    "password: -",
    "password: lost with the phone",
    "password: yes, I know it",
    "password reset: the link does not come",
    "I forgot my password. Username: jdoe99",
    "password and 2FA are gone",
    "password 2fa",
    "my password is correct, the second factor is lost",
    "the password is not accepted",
    "password is forgotten/lost",
    "I changed my password - twice",
    "forgot password: phone broke in spring",
    "the password manager is gone",
    "password: see jo@example.org",
    "password: jo@example.org",
    "password jo1@example.org",
    "my password is https://example.org/",
    "Passwort: vergessen",
    "das Passwort ist mir entfallen",
    "Passwort zurücksetzen: geht nicht",
    "mot de passe : oublié",
    "mon mot de passe est perdu",
    "contraseña: olvidada",
    "la contraseña es correcta",
    "senha: esqueci",
    "la password è dimenticata",
    "пароль: забыл",
    "пароль не подходит",
    "密码：忘记了",
    "密码忘了",
    "パスワードは忘れました",
    "비밀번호는 잊어버렸습니다",
    "Name | Password | Mail\njo | lost | jo@example.org",
    "Name | Password\nno table below",
    "Password\n\nUser name: jdoe",
    "secret: that this with your mine",
    "token: see the page of the project at https://example.org/tokens/0123456789",
    "token: 123e4567-e89b-42d3-a456-426614174000",
    "commit token: 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "pypi-attestation-models and sk-learn-contrib-imbalanced are projects",
    "It's a secret",
    "as to the password: violet flowers grow there",
    "aws commit 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    "Code of Conduct: yes\nWaiting: yes",
    "I still have my recovery codes",
    "the page says: 12345678 downloads",
    "my username and password: forgotten",
]


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_is_no_secret_is_left_alone(text):
    assert found(text) == []


def test_secrets_are_sorted_and_do_not_overlap():
    text = f"password: hunter22 and ghp_{ALNUM}wxyz, https://jo:pw12@h.example/reset?token={HEX}\ncodes:\n0a1b2c3d4e5f6071\n8293a4b5c6d7e8f9"
    secrets = find_secrets(text, WORDS)
    assert all(a.end <= b.start for a, b in itertools.pairwise(secrets))
    assert [secret.kind for secret in secrets] == [PASSWORD, HOSTING, RESET, CODE, CODE]


BEGIN, GITHUB = "-----BEGIN PRIVATE KEY-----", f"ghp_{ALNUM}wxyz"


@pytest.mark.parametrize("before", ["", f"npm_{ALNUM}abcd came first.\nAnd the password: hunter22.\n"])
@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        (f"My password is {GITHUB}, or else Qx7!kayak.", [(HOSTING, GITHUB), (PASSWORD, "Qx7!kayak")]),
        (f"recovery code 12345678{BEGIN}", [(CODE, "12345678"), (KEY, BEGIN)]),
        (f"password: {BEGIN}hunter22", [(KEY, f"{BEGIN}hunter22")]),
        (f"password: swordfish{BEGIN}", [(KEY, f"swordfish{BEGIN}")]),
        (f"{BEGIN} was my password", [(KEY, BEGIN)]),
        (f"hunter22{BEGIN} is my password", [(KEY, f"hunter22{BEGIN}")]),
        (f"{BEGIN}5829 is my PIN", [(KEY, BEGIN), (PASSWORD, "5829")]),
    ],
)
def test_a_secret_beside_another_is_found_once_that_one_is_masked(before, text, secrets):
    first = [(API, f"npm_{ALNUM}abcd"), (PASSWORD, "hunter22")] if before else []
    assert found(before + text) == [*first, *secrets]


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("password: {}\n", "Xy!{:05}z"),
        ("recovery codes: {}\n", "ab12-{:05}"),
        ("authenticator secret: {}\n", "JBSWY3DPEHPK{:05}".replace("{:05}", "{:A>5}")),
        ("api key: {}\n", "k9Zq{:05}Lm3Xv7Rt2"),
    ],
)
def test_where_too_much_is_named_to_be_looked_at_all_of_it_is_masked(line, secret):
    """A mail that names thousands of secrets is no letter: rather all of it goes than one of them stays."""
    told = [secret.format(number) for number in range(2500)]
    text = "Hello\n" + "".join(line.format(one) for one in told)
    found = find_secrets(text, WORDS)
    masked = mask(text, found)
    assert masked.startswith("Hello\n")
    assert not [one for one in told[120:] if one in masked]


@pytest.mark.parametrize(("number", "all_of_them"), [(500, False), (501, True)])
def test_of_more_tokens_than_anybody_writes_all_from_the_first_to_the_end_is_masked(number, all_of_them):
    text = f"Mine are {' or '.join(f'npm_{one:04}{ALNUM}' for one in range(number))} I think"
    secrets = find_secrets(text, WORDS)
    assert len(secrets) == (1 if all_of_them else number)
    assert mask(text, secrets).startswith(f"Mine are {MASKS[API]}")
    assert mask(text, secrets).endswith("I think") is not all_of_them


def test_a_block_that_was_encoded_is_one_secret_beside_others():
    coded = base64.b64encode(b"My password is Tr0ub4dor&3zebra, and I have no other one.").decode()
    text = f"password: hunter22zebra\n\n{coded}\n\nand npm_{ALNUM}."
    assert found(text) == [(PASSWORD, "hunter22zebra"), (PASSWORD, coded), (API, f"npm_{ALNUM}")]
    assert found(coded) == [(PASSWORD, coded)]


def test_each_kind_has_its_mask():
    assert set(MASKS) == set(SecretKind)
    text = "a b c"
    assert (
        mask(text, [Secret(PASSWORD, 4, 5), Secret(CODE, 0, 1)])
        == "[recovery code removed] b [password removed]"
    )


def test_the_words_of_a_mask_tell_nothing():
    text = "[recovery code removed]\nK3v9x2Qm7\npassword: [password removed]\n[authenticator secret removed] JBSWY3DPEHPK3PXP"
    assert found(text) == []


def test_without_words_only_forms_are_found():
    text = f"password: hunter22 ghp_{ALNUM}wxyz"
    assert [secret.kind for secret in find_secrets(text, IntentWords())] == [HOSTING]


PIECES = st.sampled_from([
    "password", "passwort", "пароль", "密码", "is", ":", " ", "\n", "\t", "|", "codes", "recovery code", "secret", "token", "/", "(", ")", "-", "and", '"', "`", "forgotten", "branch",
    "0a1b2c3d4e5f6071", "a1b2c-3d4e5", "1234 5678", "hunter22", "JBSWY3DPEHPK3PXP", "K7QM-2XRP", "ghp_" + ALNUM, "https://jo:pw@h.example/", "https://h.example/reset?token=" + HEX,
    "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", KEY_BODY, "[password removed]", "> ", "İ", "ß", "\u200b", "0", "a", ".", ",", "AKIAQZ7EXAMPLE3WXYZ4", ALNUM + "/Ab3+Xyz",
])  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=25).map("".join),
    st.lists(PIECES, max_size=25).map(" ".join),
)


@given(TEXTS)
@settings(max_examples=300)
def test_any_text_is_masked_once_and_for_all(text):
    secrets = find_secrets(text, WORDS)
    assert all(0 <= secret.start < secret.end <= len(text) for secret in secrets)
    assert all(a.end <= b.start for a, b in itertools.pairwise(secrets))
    masked = mask(text, secrets)
    assert find_secrets(masked, WORDS) == ()


@given(TEXTS)
@settings(max_examples=200)
def test_nothing_of_a_secret_stays_and_nothing_else_goes(text):
    secrets = find_secrets(text, WORDS)
    rest, done = [], 0
    for secret in secrets:
        rest.append(text[done : secret.start])
        done = secret.end
    masked = mask(text, secrets)
    for part in [*rest, text[done:]]:
        assert masked.startswith(part)
        masked = masked[len(part) :]
        for words in MASKS.values():
            if len(secrets) and masked.startswith(words):
                masked = masked[len(words) :]
                break
    assert masked == ""


def test_by_their_form_alone_tokens_are_masked_and_nothing_else():
    tokens = " and ".join(token for kind, token in TOKENS[:4] if kind == API)
    masked = without_tokens(f"my password is tulip-77, {tokens}.")
    assert masked == f"my password is tulip-77, {' and '.join(4 * [MASKS[API]])}."
    assert without_tokens("my password is tulip-77") == "my password is tulip-77"


def test_secrets_are_looked_for_in_a_few_rounds_only(monkeypatch):
    """What only shows once the others are masked is looked for again, but not without end."""
    monkeypatch.setattr("mailflow.core.secrets._ROUNDS", 1)
    text = "my password is Tr0ub4dor"
    assert mask(text, find_secrets(text, WORDS)) == "my password is [password removed]"


SET_OFF = "Here is the password I have used since 2014:\n\n\nHeron-Kite-8\n\n\nUser name:\n\ntarn_w"
FENCED = "My password is\n```{}\nHeron-Kite-8\n```\nand the account tarn_w."


@pytest.mark.parametrize(
    "text",
    [
        SET_OFF,
        FENCED.format(""),
        FENCED.format("text"),
        f"{'It was long ago. ' * 60}\n{SET_OFF}",  # far behind, of which a part is looked at
        f"{SET_OFF}\n{'It was long ago. ' * 60}",
    ],
)
def test_what_line_ends_and_signs_set_off_is_found_in_a_second_look(text):
    assert [(kind, text[start:end]) for kind, start, end in find_secrets(text, WORDS)] == [
        (PASSWORD, "Heron-Kite-8")
    ]


def test_the_second_look_goes_through_all_of_a_text_that_held_another_secret():
    far = "It was long ago. " * 60
    text = f"My backup code is ab3de-9fk2q.\n{far}\n{SET_OFF}"
    assert found(text) == [(CODE, "ab3de-9fk2q"), (PASSWORD, "Heron-Kite-8")]


def test_what_only_a_quoted_letter_names_is_not_looked_for_again():
    quoted = "\n".join(f"> {line}" for line in SET_OFF.split("\n"))
    assert found(f"I lost my phone.\n{quoted}") == []


def test_a_quoted_name_keeps_nobody_from_a_second_look_at_ones_own():
    assert found(f"> your password\n{SET_OFF}") == [(PASSWORD, "Heron-Kite-8")]


@pytest.mark.parametrize("far", [60, 61, 62, 63, 64, 65])
def test_a_word_at_the_edge_of_what_is_looked_at_again_is_masked_as_a_whole(far):
    text = f"0A{'0' * 50}0A\niS {'0' * far}/PSS"
    masked = mask(text, find_secrets(text, WORDS))
    assert find_secrets(masked, WORDS) == ()
    assert not masked.startswith("0A[")
