"""Passwords in prose, pairs and tables, each beside what looks like one and is none."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import PASSWORD, found, masked


@pytest.mark.parametrize(
    ("text", "password"),
    [
        # With some words between.
        ("Hello,\nthe password for the account is hunter22.", "hunter22"),
        ("the password at Warehouse is hunter22", "hunter22"),
        ("the password for PyPI = hunter22", "hunter22"),
        ("the password for PyPI -> hunter22", "hunter22"),
        ("the password for PyPI - hunter22", "hunter22"),
        ("my password (for PyPI): hunter22", "hunter22"),
        # Behind a clause that tells more of it.
        ('The password that I typed when I signed up was "violet-horse".', "violet-horse"),
        ('Password I wrote down on a sticky note is "Violet Horse 9".', "Violet Horse 9"),
        ("la parola d'ordine che ho scritto sul quaderno è «Trenino Rosso»", "Trenino Rosso"),
        # Of words alone.
        ("Hello,\nPassword: violet horse battery", "violet horse battery"),
        ("Password: violet horse battery staple river moon", "violet horse battery staple river moon"),
        ("Password: violet horse is staple", "violet horse is staple"),
        (
            "Password: violet horse battery staple river moon copper lake",
            "violet horse battery staple river moon copper lake",
        ),
        ("my password is: violet was the horse", "violet was the horse"),
        # What no word has is a password even where the sentence goes on.
        ("my password is swordFish when I type it", "swordFish"),
        ("my password is sWordfish when I type it", "sWordfish"),
        ("my password is sword+fish when I type it", "sword+fish"),
        ("my password is swordfiSh when I type it", "swordfiSh"),
        ("my password is swordfish\n-\nJo", "swordfish"),
        ("password kayak7", "kayak7"),
        ("password k#ayakss", "k#ayakss"),
        ("password kayakss#x", "kayakss#x"),
        ("my password is Xylo2phone", "Xylo2phone"),
        ("my password is k.", "k"),
        ("password sword#fish", "sword#fish"),
        # Pairs.
        ("user / password: jo / swordfish", "swordfish"),
        ("login / password: swordfish", "swordfish"),
        # In front of the name.
        ("I think hunter22 is my password.", "hunter22"),
        ("abc123 is my password", "abc123"),
        ("h4rvestX is my password", "h4rvestX"),
        ("Hello,\nDear all,\nI used sunshine as password", "sunshine"),
        ("I think (hunter22) was once my password.", "hunter22"),
        # Somewhere behind it.
        ("my password back then, I suppose, Qx7!kayak", "Qx7!kayak"),
        ("my password back then, I suppose, Ab1!cdef.", "Ab1!cdef"),
        ("my password back then, I suppose, K!estrel9", "K!estrel9"),
        (
            f"my password is one that I know by heart and that I have typed{' each day' * 40}, as Qx7!kayak knows",
            "Qx7!kayak",
        ),
        ("The password is refused. It is not wrong. I have it on a card: Qx7!kayak\n", "Qx7!kayak"),
        ("Qx7!kayak is on the card, so the password is right", "Qx7!kayak"),
        ("Das Kennwort stimmt. (Vor mir liegt Kirsche#1987.)", "Kirsche#1987"),
        # Behind a word for typing it.
        ("It refuses my password. I type it letter by letter: Kirsche1987", "Kirsche1987"),
        (f"{'Hello. ' * 60}It refuses my password. I type it letter by letter: Kirsche1987", "Kirsche1987"),
        ("It refuses my password. I am typing kirsche=77", "kirsche=77"),
        ("It refuses my password. I am typing k=irsche77", "k=irsche77"),
        ("It refuses my password. I am typing kIrsche77", "kIrsche77"),
        ("Das Passwort wird abgelehnt. Ich tippe\n\n  Kirsche1987\n\nund nichts geht", "Kirsche1987"),
        ("Le mot de passe est refusé. Je tape : kirSche1987", "kirSche1987"),
        ("La contraseña no vale. La tecleo letra por letra: Kirsche1987", "Kirsche1987"),
        ("A senha é recusada, digito Kirsche1987", "Kirsche1987"),
        ("La password non va. Digito: Kirsche1987", "Kirsche1987"),
        ("Пароль не подходит. Набираю по буквам: Kirsche1987", "Kirsche1987"),
        ("密码不对，我输入的是：Kirsche1987", "Kirsche1987"),
        ("Mijn wachtwoord is Kirsche1987", "Kirsche1987"),
        ("Moje hasło to Kirsche1987.", "Kirsche1987"),
        ("Mitt lösenord är Kirsche1987.", "Kirsche1987"),
        ("Şifrem: Kirsche1987", "Kirsche1987"),
        ("Мій пароль Kirsche1987", "Kirsche1987"),
        # Tables.
        ("Hello,\n\nName | Password\njo | sw0rdfish\n", "sw0rdfish"),
        ("Password | Name\nsw0rdfish | jo\n", "sw0rdfish"),
        ("this | that | more\n\nName | Password\njo | sw0rdfish\n", "sw0rdfish"),
    ],
)
def test_a_password_is_found_and_nothing_else(text, password):
    assert found(text) == [(PASSWORD, password)]


@pytest.mark.parametrize(
    "text",
    [
        "Re: Forgotten password [2K7Q-9XWV]",  # our subject
        "password [AE4F-4B3Z]",
        'my password is "forgotten"',
        "my password is `lost`",
        "password: (*forgotten*)",
        "password: don’t know",
        "password (forgotten): jdoe2024",
        "I've forgotten my password (account: veritylamb). I asked for a new one",
        "Password\nforgotten\n",
        "user name and password: both forgotten",
        "login / password: jo / unknown",
        # What goes on is a story.
        "I changed my password -- twice",
        "I changed my password – twice",
        "I changed my password — twice",
        "Password is what I type each morning",
        "I forgot what my password is",
        "forgot password: help, I am stuck",
        "Account password settings page is gone",
        "Password: violet horse battery staple river moon copper lake which is by the old mill",
        "Password: violet is a colour that I like",
        "Password: violet is what it was",
        "Password: violet seven times and never green again",
        "I know the password\nusername: jdoe2024",
        "My password works. Username: jdoe2024",
        # What they type is something else.
        "I forgot the password. I type my user name: JaneDoe42",
        "I forgot the password. As user name I enter jane_d42",
        "I type JaneDoe42, and then my password",
        "It refuses my password. I type @jdoe2024",
        f"The password is refused.{' So it goes.' * 30} I type JaneDoe42",
        # What stands near is something else.
        "A senha é recusada e foi trocada",
        "Mijn wachtwoord is vergeten, moje hasło jest zapomniane, mitt lösenord är borta",
        "Şifremi unuttum, пароль забула",
        "La password è respinta, das Kennwort ist verkehrt",
        "my password and Django==4.2.1 or Django[extra]>=4.2",
        "my password and GitHub+2FA, charset=UTF-8",
        "my password and site.example/Foo?x=1A or https://site.example/Foo?x=1A",
        "I am jdoe2024 and is my password still valid?",
        "Nothing is my password now",
        "my password was refused in Room2024x by R&D",
        "my password and the sum a+bcdefgh",
        "the password fails, see #Ticket2024",
        "the password page https://x.example/manage/account = error500",
        "my password and my address jo+2024@Mail.example.org",
        "password oauth2",
        # Tables in which it is told to be lost.
        "Account | Password\njdoe | see below\n",
        "Name | Password\njo | sent 2 letters\n",
        "Password;Name\nsee page 2;jo\n",
        "Name | Password\njo | sw0rdfish | more\n",
    ],
)
def test_what_is_no_password_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'The password I entered when the page said something was "Invalid password".',  # what a page says
        'The password nobody knows because it was changed is "lost".',  # no clause of who tells
        'The password I have typed there many times works and the page shows "hello there".',  # no "is" before it
    ],
)
def test_what_is_quoted_behind_another_clause_stays(text):
    assert masked(text) == text


def test_each_of_two_of_which_one_is_the_password_is_masked():
    text = "One of the two must have been the password: Moorhuhn!2017x or Sprotte_9kiel"
    assert [secret for _, secret in found(text)] == ["Moorhuhn!2017x", "Sprotte_9kiel"]


def test_a_word_may_stand_between_the_password_and_what_it_was_changed_from():
    text = "I changed my password yesterday from Pumpkin_Spice1 to Pumpkin_Spice2"
    assert [secret for _, secret in found(text)] == ["Pumpkin_Spice1", "Pumpkin_Spice2"]


def test_of_two_cells_alike_the_one_below_the_password_is_masked():
    table = "jo9kayak wrote:\n\nName | Password\njo9kayak | jo9kayak\n\nYours, jo9kayak\n"
    assert masked(table) == table.replace("| jo9kayak", "| [password removed]")
