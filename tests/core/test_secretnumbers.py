"""Numbers of cards and PINs, each beside numbers that are none. The cards are those that payment services publish for tests."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import PASSWORD, found

CARD, AMEX = "4111111111111111", "378282246310005"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (f"my card {CARD}", [CARD]),
        (f"{CARD}", [CARD]),
        ("4111 1111 1111 1111.", ["4111 1111 1111 1111"]),
        ("card:5555-5555-5555-4444,", ["5555-5555-5555-4444"]),
        ("2223003122003222 and 6011111111111117", ["2223003122003222", "6011111111111117"]),
        (AMEX, [AMEX]),
        ("3714 496353 98431", ["3714 496353 98431"]),
        # What stands beside it.
        (f"{CARD}, exp 09/28, cvv 318. Just let me in", [CARD, "09/28", "318"]),
        (f"{CARD} (12/2029, CVC 7045)", [CARD, "12/2029", "7045"]),
        (f"{CARD}\n1-29\n318\n", [CARD, "1-29", "318"]),
        (f"{CARD} 10 / 29. My code: 318", [CARD, "10 / 29", "318"]),
        (f"{CARD}, code 318", [CARD, "318"]),
        (f"{CARD} exp 09/28", [CARD, "09/28"]),
        (f"{AMEX} CID 7373", [AMEX, "7373"]),
        (f"{CARD} exp 09/28, the three digits on the back are 318", [CARD, "09/28", "318"]),
        (f"{CARD} exp 09/28, and the number on the back of it is 318.", [CARD, "09/28", "318"]),
        (f"{CARD} exp 09/28, I saw three things in the back street 318", [CARD, "09/28"]),
        # No proof and no expiry.
        (f"{CARD}. 318 people", [CARD]),
        (f"{CARD}\n318 people", [CARD]),
        (f"{CARD} since 2019", [CARD]),
        (f"{CARD} for 250 EUR", [CARD]),
        (f"{CARD} for 250€", [CARD]),
        (f"{CARD} for €250", [CARD]),
        (f"{CARD} for 250.50", [CARD]),
        (f"{CARD} and 31800", [CARD]),
        (f"{CARD} and {'so on ' * 5} 318", [CARD]),
        (f"{CARD} exp 09/28 and $318", [CARD, "09/28"]),
        (f"{CARD} exp 09/28 and {'so on ' * 5} 318", [CARD, "09/28"]),
        (f"{CARD} {'so on ' * 8} 09/28", [CARD]),
        (f"{CARD} of 13/28", [CARD]),
        (f"{CARD} of 09/285", [CARD]),
    ],
)
def test_cards_are_found_and_what_proves_them(text, numbers):
    assert found(text) == [(PASSWORD, number) for number in numbers]


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "1111111111111117",
        "7111111111111119",
        "356938035643809",  # an IMEI
        "411111111111111",
        "41111111111111111",
        "4111 11111111 1111",
        f"order {CARD}",
        f"x{CARD}",
        f"0.{CARD}",
        f"https://x.example/{CARD}",
        f"{CARD}-1",
        f"{CARD}.5",
        f"1234 {'4111 1111 1111 1111'}",
        f"1234-{'4111-1111-1111-1111'}",
        "3614 496353 98431",
        "3714 49635398431",
    ],
)
def test_other_long_numbers_stay(text):
    assert found(text) == []


def test_only_what_stands_near_before_a_number_tells_that_it_is_none():
    assert found(f"the order {'.' * 17} {CARD}") == []
    assert found(f"the order {'.' * 18} {CARD}") == [(PASSWORD, CARD)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The PIN of my old phone was 5829, the SIM is gone", ["5829"]),
        ("Il PIN della chiavetta è 730264 ma si è bloccata", ["730264"]),
        ("PIN ponsel lama 2846, and so on", ["2846"]),
        ("my pin: 58291234", ["58291234"]),
        ("my pin for the phone = 5829 (old)", ["5829"]),
        ("PIN：5829", ["5829"]),
        ("the pin is '2019'", ["2019"]),
        ("My PIN 5829.", ["5829"]),
        ("5829 is my PIN", ["5829"]),
        ("5829 was once my old PIN", ["5829"]),
        ("The PIN was 4471, I think, or 4477", ["4471", "4477"]),
        ("The PIN is 4471 or 4477 or 4478", ["4471", "4477", "4478"]),
        ("pin is 1001 or 1002 or 1003 or 1004 or 1005", ["1001", "1002", "1003", "1004"]),
        ("The PIN was 4471 (or maybe 4477)", ["4471", "4477"]),
        ("The PIN was 4471 and not 44771", ["4471"]),
        ("The PIN was 4471 with 4477 tries", ["4471"]),
        ("The PIN was 4471. I have 9999 stars", ["4471"]),
        # Behind a sentence; and further ones, by their name or as "that of".
        ("My phone is gone. Its PIN was 4821.", ["4821"]),
        ("My phone is gone. PIN 4821.", ["4821"]),
        ("The PIN of my phone was 4821, the PIN of my card 93715", ["4821", "93715"]),
        ("The PIN was 4821, that of the card 93715", ["4821", "93715"]),
        ("PIN 4821 (that of the SIM 93715)", ["4821", "93715"]),
        (
            "The PIN was 4821, the pin for the card 93715 and PIN of the bank 6610",
            ["4821", "93715", "6610"],
        ),
        ("The PIN was 4821 (or, so I think, 4822)", ["4821", "4822"]),
        ("The PIN was 4821, the number of the street 93715", ["4821"]),
        ("The PIN was 4821, that of the order 93715", ["4821"]),
        ("ПИН-код: 5829", ["5829"]),
        ("mój PIN to 5829, tak", ["5829"]),
    ],
)
def test_pins_are_found(text, numbers):
    assert found(text) == [(PASSWORD, number) for number in numbers]


@pytest.mark.parametrize(
    "text",
    [
        "My PIN is gone, the key has 18230544 on it",
        "I have no PIN. 5829 is my flat",
        "The PIN fails; 5829 tries are left",
        "The PIN fails! 5829",
        "No PIN?\n5829",
        "please pin my version 5829, thanks",
        "I had to pin pytz to 2024",
        "The PIN has failed 5829 times",
        "My PIN works since 2021.",
        "the PIN for order 20931, please",
        "the pin is 829",
        "the pin is 123456789",
        "the pin is 58.29",
        "the pin is 5829.5",
        "the pin is 5829 1234",
        "the pin is 5829x",
        "the pin is x5829",
        "the pin is #5829",
        "the PIN " + 20 * "so " + "5829.",
        "5829 tries with my PIN",
        "in 5829 the flat had a PIN",
        "12.5829 is my PIN",
        "5829 is " + 16 * "so " + "my PIN",
        "5829 is the number of my flat and not a PIN",
    ],
)
def test_other_numbers_stay(text):
    assert found(text) == []
