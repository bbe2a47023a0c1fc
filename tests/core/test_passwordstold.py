"""Passwords that another sentence tells than the one that names them, each beside what that sentence may tell as well."""

from __future__ import annotations

from functools import partial

import pytest

from mailflow.core.passwordstold import told_apart
from mailflow.core.secretview import View
from tests.core.secret_texts import told_by


def told(view: View, known: list[int]):
    return told_apart(view, view.places("password"), known)


def got(text: str, *known: int) -> list[str]:
    return told_by(partial(told, known=list(known)), text)


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # In the next sentence but one at most, if it looks like no name or the account has another one.
        ("My son made up the password. It is Parsnip55.", ["Parsnip55"]),
        ("My son made up the password. It is parsnip55.", []),
        ("My son made up the password. It is parsnip55. The account is jdoe.", ["parsnip55"]),
        ("My son made up the password. It is parsnip55. The account is parsnip55.", []),
        ("My son made up the password. It is пастернак55.", ["пастернак55"]),
        ("My son made up the password. It is 1234567.", []),
        ("My son made up the password. It is p1234567. The account is jdoe.", ["p1234567"]),
        ("My son made up the password. It is #1234567.", []),
        ("My son made up the password. He is six. It is parsnip55. The account is jdoe.", []),
        ("My son made up the password. He is six. It is Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("My son made up the password. He is six. It is Parsnip55.", []),
        ("My son made up the password, 6.2 years old. It is parsnip55. The account is jdoe.", ["parsnip55"]),
        (f"My son made up the password{'!' * 299} It is parsnip55. The account is jdoe.", ["parsnip55"]),
        (f"My son made up the password{'!' * 300} It is parsnip55. The account is jdoe.", []),
        # "Mine" is one in any form, and may be a word.
        ("How long may a password be? Mine is parsnip55.", ["parsnip55"]),
        ("How long may a password be? Mine is parsnip.", ["parsnip"]),
        ("How long may a password be? Mine is parsnip and I like it.", ["parsnip"]),
        ("How long may a password be? Mine is parsnip flavoured.", []),
        ("How long may a password be? Mine is pars.", ["pars"]),
        ("How long may a password be? Mine is par.", []),
        ("How long may a password be? Mine is par-snip.", []),
        ("How long may a password be? It is parsnip.", []),
        ("How long may a password be? Mine is forgotten.", []),
        ("How long may a password be? As for the phone, mine is parsnip.", []),
        # Nothing was told beside the name, which is that of no other thing.
        ("My password manager is new. It is parsnip55. The account is jdoe.", []),
        ("My password manager is new. It is Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("My password is \x01\x01. It is parsnip55. The account is jdoe.", []),
        # Nobody speaks of another thing, nor of a password that is lost.
        ("The phone has my password. It is parsnip55. The account is jdoe.", []),
        ("The phone is old. It has my password. It is parsnip55. The account is jdoe.", ["parsnip55"]),
        ("My password is on the phone. It is parsnip55. The account is jdoe.", []),
        ("My password. As for the phone, it is Parsnip55. The account is jdoe.", []),
        ("My password is old. So is he. As for the phone, it is Parsnip55. The account is jdoe.", []),
        ("My password is old. So is the phone. He is, it is Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("My son made up the password. It is Parsnip55 on the phone.", []),
        ("My son made up the password. It is Parsnip55. The phone is old.", ["Parsnip55"]),
        ("I forgot my password. It is Parsnip55.", []),
        ("I forgot him. My son made up the password. It is Parsnip55.", ["Parsnip55"]),
        ("I forgot my password. It is Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("My son made up the password. It is Parsnip55 who did.", []),
        # A part of a sentence begins with it.
        ("The password, yes, it is Parsnip55.", ["Parsnip55"]),
        ("The password, but it is Parsnip55.", ["Parsnip55"]),
        ("The password, and it is Parsnip55.", ["Parsnip55"]),
        ("The password yes it is Parsnip55.", []),
        ("It was my password – it is Parsnip55.", ["Parsnip55"]),
        ("It was my password (it is Parsnip55 there).", ["Parsnip55"]),
        # What is told may be quoted, or stand behind a "definitely".
        ("I know the password. It is definitely Parsnip55.", ["Parsnip55"]),
        ('I know the password. It is "Parsnip55".', ["Parsnip55"]),
        ("I know the password. It is: \n> Parsnip55\n", ["Parsnip55"]),
        ("I know the password. It is Parsnip55@example.org.", []),
        ("I know the password. It is", []),
        # Of several names the last one before counts.
        ("A password is dear. My password is good. It is parsnip55. The account is jdoe.", ["parsnip55"]),
        ("It is Parsnip55. That is the password.", []),
    ],
)  # fmt: skip
def test_what_the_next_sentence_tells(text, passwords):
    assert got(text) == passwords


def test_where_one_was_told_beside_the_name_no_other_is():
    text = (
        "My password is parsnip55. It is parsnip66. My password is old. It is parsnip77. The account is jdoe."
    )
    assert got(text) == ["parsnip66", "parsnip77"]
    assert got(text, text.index("parsnip55")) == ["parsnip77"]
    assert got(text, text.index("parsnip77")) == ["parsnip66", "parsnip77"]


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # It looks like no name, and what is told of it is how it is spelled.
        ("Why? Parsnip55 is 15 characters.", ["Parsnip55"]),
        ("Why? parsnip55 is 15 characters.", []),
        ("Why? Parsnip is 15 characters.", []),
        ("Why? Parsnip55 now still is 15 characters.", ["Parsnip55"]),
        ("Why? Parsnip55 has precisely characters.", ["Parsnip55"]),
        ("Why? Parsnip55 contains characters.", ["Parsnip55"]),
        ("Why? Parsnip55 with all characters.", ["Parsnip55"]),
        ("Why? Parsnip55, with capitals.", ["Parsnip55"]),
        ("Why? Parsnip55 counts 15 characters.", []),
        ("Why? Parsnip55 is 150 characters.", []),
        ("Why? “Parsnip55” has 15 characters.", ["Parsnip55"]),
        ("Why? I am Parsnip55 with capitals.", []),
        ("Why? My project Parsnip55 has 9 letters.", []),
        ("Why? My project is new. Parsnip55 has 9 letters.", ["Parsnip55"]),
        ("Why? Parsnip55 has 9 letters as a project.", []),
        ("Why? Parsnip55 has 9 letters. My project is new.", ["Parsnip55"]),
        ("It has characters.", []),
    ],
)
def test_what_is_told_to_be_so_long(text, passwords):
    assert got(text) == passwords


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # Between commas or brackets or dashes, where the account has another name.
        ("Somebody knows my password, parsnip55, from a leak. The account is jdoe.", ["parsnip55"]),
        ("Somebody knows my password, parsnip55, from a leak.", []),
        ("Somebody knows my password, parsnip55, from a leak. The account is parsnip55.", []),
        ("Somebody knows my password (parsnip55) by now. The account is jdoe.", ["parsnip55"]),
        ("Somebody knows my password – parsnip55 – from a leak. The account is jdoe.", ["parsnip55"]),
        ("Somebody knows my password, parsnip55. The account is jdoe.", ["parsnip55"]),
        ("Somebody knows my password, parsnip55 and all. The account is jdoe.", []),
        ("Somebody knows my password, forgotten, from a leak. The account is jdoe.", []),
        ("Somebody knows my password parsnip55, from a leak. The account is jdoe.", []),
        # With a "new" behind the name.
        ("My password new, parsnip55, is out. The account is jdoe.", ["parsnip55"]),
        ("My password green, parsnip55, is out. The account is jdoe.", []),
        # A word of no dictionary only before an "is".
        ("My old password, copperkettle, was too short. The account is jdoe.", ["copperkettle"]),
        ("My old password, copperkettle, went away. The account is jdoe.", []),
        ("My old password, garden, was too short. The account is jdoe.", []),
        ("My old password, Copperkettle, was too short. The account is jdoe.", []),
        ("My old password, copper-kettle, was too short. The account is jdoe.", []),
        ("My old password, copperkettle. The account is jdoe.", []),
        ("My old password, copperkettle, was too short.", []),
    ],
)
def test_what_stands_between_commas(text, passwords):
    assert got(text) == passwords
