"""Codes for one time and the words of wallets, each beside numbers and words that are none."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import HEX, KEY, ONCE, found

TWELVE = "abandon ability able about above absent absorb abstract absurd abuse access accident"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("The verification code is 482913.", ["482913"]),
        ("You texted me 482913 and then 771204, but the page closed", ["482913", "771204"]),
        ("The SMS said G-482913 is it", ["482913"]),
        ("a text message with 482 913 came", ["482 913"]),
        ("an OTP: 4829137", ["4829137"]),
        ("482913 is your verification code", ["482913"]),
        ("The SMS came\nwith 482913\n", ["482913"]),
        ("Per SMS kam der Code 482913", ["482913"]),
        ("Код из смс 482913.", ["482913"]),
        ("短信验证码是482913，谢谢", ["482913"]),
        ("Hello there. The SMS said 482913", ["482913"]),
        ("I have 482913 here, and 771204 is my verification code", ["771204"]),
    ],
)
def test_codes_for_one_time_are_found(text, codes):
    assert found(text) == [(ONCE, code) for code in codes]


@pytest.mark.parametrize(
    "text",
    [
        "SMS to +44 7700 900123 never arrives",
        "SMS to 07700 900123 never arrives",
        "the SMS never came. My order is 482913",
        "the SMS with the order 482913 came",
        "an SMS of 20260417 came",
        "the SMS with the order 482913 was a text message",
        "The SMS never came. I live in 482913 Town",
        "Minsk 220030\nMy verification code never came",
        "482913, the verification code never came",
        "482913 is the number of my flat at home, and no verification code came",
        "the verification code page https://x.example/482913 and 1.482913 fail",
    ],
)
def test_other_numbers_stay(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "words",
    [
        TWELVE,
        TWELVE.title(),
        " ".join(f"{number}. {word}" for number, word in enumerate(TWELVE.split(), 1)),
        TWELVE.replace(" absorb", "\nabsorb"),
        TWELVE.replace(" ", ", "),
        f"{TWELVE} {TWELVE}",
        # Half of them may be words that say something.
        "abandon ability able absorb absurd accident when where which will with work",
    ],
)
@pytest.mark.parametrize("text", ["The 12 words of my wallet: {}.", "{}\n\nThat is my wallet."])
def test_the_words_of_a_wallet_are_found(text, words):
    assert found(text.format(words)) == [(KEY, words)]


@pytest.mark.parametrize(
    "text",
    [
        f"My list: {TWELVE}.",
        "My wallet: " + " ".join(TWELVE.split()[:11]) + ".",
        "my wallet needs what when where which will with work your they them then",
        "my wallet: abandon ability able absorb absurd that when where which will with work",
        "My Wallet Needs What When Where Which Will With Work Your They Them Then",
        "My wallet is gone and then this page will not let me into that account with them",
        f"My wallet is gone.\n{'So it goes.' * 3}\n" * 9 + TWELVE.upper(),
    ],
)
def test_other_words_stay(text):
    assert found(text) == []


def test_the_words_of_a_wallet_stand_at_most_seven_lines_below_its_name():
    assert found("My wallet is gone." + 7 * "\n" + TWELVE) == [(KEY, TWELVE)]
    assert found("My wallet is gone." + 8 * "\n" + TWELVE) == []


@pytest.mark.parametrize("lines", range(3, 13))
def test_the_words_of_a_wallet_are_found_whole_wherever_it_is_named_again(lines):
    words = TWELVE.replace(" ", "\n", 4)
    assert found("My wallet\n" + lines * "\n" + "that is, the wallet of\n" + words) == [(KEY, words)]


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        (f"the ed25519 seed is {HEX}{HEX}", [HEX + HEX]),
        (f"seed (hex): {HEX}{HEX}", [HEX + HEX]),
        (f"seed {HEX}{HEX}", []),
        (f"the seed of the commit is {HEX}{HEX}", []),
        (f"seed: {HEX}{HEX}0", []),
    ],
)
def test_the_seed_of_a_key_is_found_behind_its_name(text, seeds):
    assert found(text) == [(KEY, seed) for seed in seeds]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("here's the 2fa code, 118 405. oh now it's 663 920. quick!", ["118 405", "663 920"]),
        ("the sms said 482913! Sorry, the new one is 663920", ["482913", "663920"]),
        ("the sms said 482913.\nNow, it is 663920", ["482913", "663920"]),
        ("the sms said 482913. My order is 663920", ["482913"]),
        ("the sms said 482913. New number of the order 20: 663920", ["482913"]),
        ("the sms said 482913. And it is just that what is now 663920", ["482913"]),
        ("the sms said 482913. Now then. It is 663920", ["482913"]),
        ("the sms said nothing. Now it is 663920", []),
    ],
)
def test_a_newer_code_is_told_in_the_next_sentence(text, codes):
    assert found(text) == [(ONCE, code) for code in codes]
