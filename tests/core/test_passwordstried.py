"""Passwords that somebody tried, set it to or uses everywhere, each beside what may as well be an account's name."""

from __future__ import annotations

import pytest

from mailflow.core.passwordstried import changed_to, habit, set_before, set_to, steps, tried
from tests.core.secret_texts import told_by

TWELVE = [f"Parsnip{number}" for number in range(10, 22)]


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # Several that begin alike, where the account has another name or the text speaks of a password.
        ("I tried parsnip55, parsnip56. The account is jdoe.", ["parsnip55", "parsnip56"]),
        ("I tried parsnip55 and Parsnip56. My password is gone.", ["parsnip55", "Parsnip56"]),
        ("I tried parsnip55 and parsnip56.", []),
        ("I tried parsnip55 and turnip56. The account is jdoe.", []),
        ("I tried parsnip55 and turnip56. My password is gone.", []),
        ("I tried pars55 and pars56. The account is jdoe.", ["pars55", "pars56"]),
        ("I tried par_55 and par_56. The account is jdoe.", []),
        # With a password's shape one is enough, where the account has another name.
        ("I tried Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried Parsnip55. My password is gone.", []),
        ("I tried Parsnip55. The account is parsnip55.", []),
        # On lines of their own, and with signs between.
        ("What I tried:\n- Parsnip55\n- parsnip_5\n* parsnip!6\nThe account is jdoe.", ["Parsnip55", "parsnip_5", "parsnip!6"]),
        # Behind a few words that tell that it was typed.
        ("I tried to log in with Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried it on each of these pages: Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried on each of these pages in turn： Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried the old one, Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried even Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried newer Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried, reads Parsnip55. The account is jdoe.", ["Parsnip55"]),
        (f"I tried to sleep.{' So it goes.' * 30} I tried Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried a walk past Parsnip55. The account is jdoe.", []),
        ("I tried to install with Parsnip55. The account is jdoe.", []),
        ("I tried the phone: Parsnip55. The account is jdoe.", []),
        ("I tried a b c d e f with: Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried a b c d e f g with: Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I tried a b c d e f g h with: Parsnip55. The account is jdoe.", []),
        # Few words between two, of those that lead on.
        ("I tried Parsnip55 and then maybe Turnip56. The account is jdoe.", ["Parsnip55", "Turnip56"]),
        ("I tried Parsnip55 and then maybe the Turnip56. The account is jdoe.", ["Parsnip55"]),
        ("I tried Parsnip55 in Room66x. The account is jdoe.", ["Parsnip55", "Room66x"]),
        ("I tried Parsnip55 behind Room66x. The account is jdoe.", ["Parsnip55"]),
        (f"I tried {' '.join(TWELVE)} Turnip99. The account is jdoe.", TWELVE),
        # Before the word, in its line.
        ("Parsnip55 and Turnip56 I tried. The account is jdoe.", ["Parsnip55", "Turnip56"]),
        ("Parsnip55 was what I tried. The account is jdoe.", ["Parsnip55"]),
        ("Parsnip55 is the one that I tried. The account is jdoe.", []),
        ("Parsnip55 from the shelf I tried. The account is jdoe.", []),
        ("Parsnip55 from shelves I tried. The account is jdoe.", []),
        ("Parsnip55\nI tried. The account is jdoe.", []),
        # Up to the name of the account.
        ("I tried Parsnip55 as user Turnip56 and Radish77. My account is jdoe.", ["Parsnip55"]),
        ("I tried account Turnip56 and Parsnip77. My account is jdoe.", []),
        ("I tried Parsnip55 and Parsnip56. Which user name is it?", []),
        ("The account is jdoe. I tried Parsnip55 and Parsnip56. Which user name?", []),
        (f"The account is jdoe. I tried Parsnip55 and Parsnip56.{' So it goes.' * 7} Which user name?", ["Parsnip55", "Parsnip56"]),
        ("Which user name? The account is jdoe. I tried Parsnip55 and Parsnip56.", []),
        (f"Which user name?{' So it goes.' * 7} The account is jdoe. I tried Parsnip55 and Parsnip56.", ["Parsnip55", "Parsnip56"]),
        # What is like one stands near it.
        ("Parsnip_57 it was once. I tried Parsnip55. The account is jdoe. Now parsnip!8 or Turnip77.", ["Parsnip_57", "Parsnip55"]),
        ("I tried Par_55. The account is jdoe. There is Par_56 too.", ["Par_55"]),
    ],
)  # fmt: skip
def test_what_somebody_tried(text, passwords):
    assert told_by(tried, text) == passwords


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # Right behind what tells it, or behind a comma, colon or dash.
        ("I always type Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I always type parsnip55. The account is jdoe.", []),
        ("I always type Parsnip55.", []),
        ("I always type Parsnip55. The account is parsnip55.", []),
        ("I always type a new Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I always type slowly and carefully Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I always type near Parsnip55. The account is jdoe.", []),
        ("I use the same one everywhere I am afraid, Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I use the same one everywhere I am afraid: Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I use the same one everywhere I am afraid - Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("I use the same one everywhere, near Parsnip55. The account is jdoe.", []),
        # In its sentence, up to a word for another thing or a name.
        ("I always type it. Parsnip55. The account is jdoe.", []),
        (f"I always type it{' ' * 286}, Parsnip55. The account is jdoe.", ["Parsnip55"]),
        (f"I always type it{' ' * 288}, Parsnip55. The account is jdoe.", []),
        ("I always type it on the phone, Parsnip55. The account is jdoe.", []),
        ("I always type my user name, Parsnip55. The account is jdoe.", []),
        ("I always enter, as account, Parsnip55, or Turnip66. The account is jdoe.", []),
        ("I always type Parsnip55 as project name. The account is jdoe.", []),
        ("I always type Parsnip55 there. The project is large. The account is jdoe.", ["Parsnip55"]),
        ("For the project I always type Parsnip55. The account is jdoe.", []),
        ("The project is large. I always type Parsnip55. The account is jdoe.", ["Parsnip55"]),
        ("As nickname I always type Parsnip55. The account is jdoe.", []),
        # Right before it.
        ("Parsnip55 everywhere. The account is jdoe.", ["Parsnip55"]),
        ("I use 'Parsnip55' everywhere. The account is jdoe.", ["Parsnip55"]),
        ("I use parsnip55 everywhere. The account is jdoe.", []),
        ("I use Parsnip55 now everywhere. The account is jdoe.", []),
        ("In the project it is Parsnip55 everywhere. The account is jdoe.", []),
        ("I use Parsnip55 everywhere, or Turnip66. The account is jdoe.", ["Turnip66"]),
        # What is like it, with a password's shape.
        ("Parsnip55, so it ought to be Parsnip55!. Or Turnip55 or parsnip77. The account is jdoe.", ["Parsnip55", "Parsnip55!"]),
        (f"Parsnip55.{' ' * 274} It ought to be Parsnip55!. The account is jdoe.", ["Parsnip55", "Parsnip55!"]),
        (f"Parsnip55.{' ' * 275} It ought to be Parsnip55!. The account is jdoe.", ["Parsnip55!"]),
        (f"It ought to be Parsnip55!.{' ' * 289} Parsnip55. The account is jdoe.", ["Parsnip55!", "Parsnip55"]),
        (f"It ought to be Parsnip55!.{' ' * 291} Parsnip55. The account is jdoe.", ["Parsnip55!"]),
        ("It ought to be Parsnip55!. The account is Parsnip77.", ["Parsnip55!"]),
    ],
)  # fmt: skip
def test_what_somebody_uses_everywhere(text, passwords):
    assert told_by(habit, text) == passwords


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # The second of two things that are typed behind the name of a site.
        ("I open example.org, I type jdoe, I type gooseberry.", ["gooseberry"]),
        ("1. I open the log-in page\n2. I type: jdoe\n3. I type: gooseberry\n", ["gooseberry"]),
        ("I open the page, I type jdoe, I type gooseberry.", []),
        ("On example.org I type jdoe and I type gooseberry.", []),
        (f"I open example.org{' ' * 287}, I type jdoe, I type gooseberry.", ["gooseberry"]),
        (f"I open example.org{' ' * 288}, I type jdoe, I type gooseberry.", []),
        (f"I open example.org, I type jdoe,{' ' * 72}I type gooseberry.", ["gooseberry"]),
        (f"I open example.org, I type jdoe,{' ' * 73}I type gooseberry.", []),
        # The first is a name.
        ("I open example.org, I type jo doe, I type gooseberry.", []),
        ("I open example.org, I type password, I type gooseberry.", ["gooseberry"]),
        ("I open example.org, I type iphone, I type gooseberry.", []),
        ("I open example.org, I type user, I type gooseberry.", []),
        ("I open example.org, I type it, I type gooseberry.", []),
        ("I open example.org, I type this, I type gooseberry.", []),
        ("I open example.org, I type ones, I type gooseberry.", []),
        # The second is one to four words, up to an "and".
        ("I open example.org, I type jdoe, I type gooseberry fool and press on.", ["gooseberry fool"]),
        ("I open example.org, I type jdoe, I type and wait.", []),
        ("I open example.org, I type jdoe, I type four red gooseberry fools.", ["four red gooseberry fools"]),
        ("I open example.org, I type jdoe, I type four red ripe gooseberry fools.", []),
        ("I open example.org, I type jdoe, I type the code.", []),
        ("I open example.org, I type jdoe, I type code words.", []),
        ("I open example.org, I type jdoe, I type 123456.", []),
        ("I open example.org, I type jdoe, I type «gooseberry».", ["gooseberry"]),
        ('I open example.org, I type jdoe, I type """".', []),
        # Of each two in a row.
        ("I type it. I open example.org, I type jdoe, I type gooseberry.", ["gooseberry"]),
    ],
)  # fmt: skip
def test_steps(text, passwords):
    assert told_by(steps, text) == passwords


@pytest.mark.parametrize(
    ("detect", "text", "passwords"),
    [
        # With a password's shape, where the account has another name; or else where a password was spoken of.
        (set_to, "Please reset it to Parsnip55. The account is jdoe.", ["Parsnip55"]),
        (set_to, "Please reset it to parsnip55. The account is jdoe.", []),
        (set_to, "Please reset it to Parsnip55.", []),
        (set_to, "Please reset it to Parsnip55. The account is parsnip55.", []),
        (set_to, "It is a password. Please reset it to parsnip55.", ["parsnip55"]),
        (set_to, "Please reset it to parsnip55. It is a password.", []),
        (set_to, f"It is a password.{' ' * 284}Please reset it to parsnip55.", ["parsnip55"]),
        (set_to, f"It is a password.{' ' * 285}Please reset it to parsnip55.", []),
        (set_to, "It is a password. Please reset it to nothing.", []),
        (set_to, 'It is a password. Please reset it to: "parsnip55"', ["parsnip55"]),
        (set_to, "It is a password. Please reset it to\nparsnip55.", []),
        # Its sentence speaks of nothing else.
        (set_to, "It is a password. As for the phone, I set it to parsnip55.", []),
        (set_to, "It is a password. As for the nickname, I set it to parsnip55.", []),
        (set_to, "It is a password. The phone is old. I set it to parsnip55.", ["parsnip55"]),
        # What was changed nothing else may have been named before.
        (changed_to, "It is a password. I changed it to parsnip55.", ["parsnip55"]),
        (changed_to, "It is a password. The phone is old. I changed it to parsnip55.", []),
        (changed_to, f"A password. The phone is old.{' ' * 65}I changed it to parsnip55.", []),
        (changed_to, f"A password. The phone is old.{' ' * 66}I changed it to parsnip55.", ["parsnip55"]),
        (changed_to, "The account is jdoe. I changed it to Parsnip55.", []),
        (changed_to, "I changed it to Parsnip55. The account is jdoe.", ["Parsnip55"]),
        # In Turkish the verb stands behind.
        (set_before, "Şifrem. Onu parsnip55 olarak değiştirdim.", ["parsnip55"]),
        (set_before, "Kullanıcı adım jdoe. Onu Parsnip55 olarak değiştirdim.", []),
        (set_before, "Onu Parsnip55 olarak değiştirdim. Kullanıcı adım jdoe.", ["Parsnip55"]),
        (set_before, "Onu Parsnip55 olarak değiştirdim.", []),
        (set_before, "Şifrem. Onu dün olarak değiştirdim.", []),
        (set_before, "Şifrem. Telefon eski. Onu parsnip55 olarak değiştirdim.", []),
        (set_before, f"Şifrem. Telefon eski.{' ' * 62} Onu parsnip55 olarak değiştirdim.", []),
        (set_before, f"Şifrem. Telefon eski.{' ' * 63} Onu parsnip55 olarak değiştirdim.", ["parsnip55"]),
    ],
)
def test_what_somebody_set_it_to(detect, text, passwords):
    assert told_by(detect, text) == passwords
