"""Passwords that are denied, asked about, spelled out or set apart, each beside what only looks so."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import PASSWORD, found


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("My password is not tarnwader2", ["tarnwader2"]),
        ("My password isn't tarnwader2; it's tarnwader3.", ["tarnwader2", "tarnwader3"]),
        ('My password is not "a", it is "b"', []),
        ("My password is tarnwader2, not tarnwader3.", ["tarnwader2", "tarnwader3"]),
        ("My password is tarnwader2 but tarnwader3 is locked.", ["tarnwader2"]),
        ("Is tarnwader2 still my password? No.", ["tarnwader2"]),
        ("Is tarnwader2 still my password. No?", []),
        ("Still my password?", []),
        ("Is that still my password?", []),
        ("The password: seven, then tarn, so seven77.", ["seven77", "seven"]),
        ('The password begins with "cor", you know, cor99dial.', ["cor99dial", "cor"]),
        ("The password begins with cor, you know, cor99dial.", []),
        ("The password, all small letters, so cor99dial.", ["cor99dial"]),
        ("The password is lost, so tarnwader2.", []),
        ("The password for tarnwader is lost, so tarnwader2 waits", []),
        ("The password is lost, namely: Tarnwader2.", ["Tarnwader2"]),
        ("The password, all small: tarnwader2 waits", []),
        ("Mine is small letters: tarnwader2. The password is lost.", []),
        ("My password is a (one word)", []),
        ("My password is lost. It is lost (one word)", []),
        ("I have a password. Here it is:\ntarnwader", ["tarnwader"]),
        ("I have a password. Here it is:\nlost", []),
        ("I have a password. Here it is:\na@b.example", []),
        ("I have a password. Here it is: tarnwader", []),
        ("neither tarnwader2 nor tarnwader3 is my password", ["tarnwader2", "tarnwader3"]),
        ("neither tarnwader2 nor tarnwader3 is mine. The password is lost", []),
        ("neither tarnwader2 or tarnwader3 is my password", ["tarnwader3"]),
        ("neither tarnwader nor tarnwader3 is my password", ["tarnwader3"]),
        ("My passwords. Neither Tarnwader2 nor Tarnwader3 is taken.", ["Tarnwader2", "Tarnwader3"]),
        ("My passwords. Neither Tarnwader2 nor tarnwader3 is taken.", []),
        ("The password: neither tarnwader2 nor tarnwader3", ["tarnwader2", "tarnwader3"]),
        ("My password: t-a-r-n-2", ["t-a-r-n-2"]),
        ("t-a-r-n-2 is the password", ["t-a-r-n-2"]),
        ("t-a-r-n-n. The password", []),
        ("1-2-3-4-5. The password", []),
        ("My login is t-a-r-n-2. The password", []),
        ("password: >\n  heron\n  tarn\nuser: x", ["heron\n  tarn"]),
        ("password: >\n  a\n  b\n  c\n  d\n  e\n", ["a\n  b\n  c\n  d\n  e"]),
        ("password: >\n\nuser: x", []),
        ("[10:10] jo: my password?\n[10:11] lou: tarnwader2", ["tarnwader2"]),
        ("[10:10] jo: my password?\n[10:11] lou: see below", []),
        ("[10:10] jo: my password?\n[10:11] jo: tarnwader2", []),
        ("[10:10] password: lost\n[10:11] lou: tarnwader2", []),
        ("jo: my password?\nlou: tarnwader2", []),
        ("the passphrase (in brackets) is [grey heron]", ["grey heron"]),
        ("the passphrase (lost): tarnwader2", []),
        ("the passphrase is [lost]", []),
        ("비밀번호를 「a b」에서 「c d」로", ["a b", "c d"]),
        ("비밀번호를 tarnwader2에서 tarnwader로", []),
        ("비밀번호를 tarnwader2와 tarnwader3로", []),
        ("la password non pi&ugrave;2", []),
    ],
)  # fmt: skip
def test_a_password_in_a_frame_is_found(text, secrets):
    assert sorted(found(text)) == sorted((PASSWORD, secret) for secret in secrets)
