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
        # Of words alone.
        ("Hello,\nPassword: violet horse battery", "violet horse battery"),
        ("Password: violet horse battery staple river moon", "violet horse battery staple river moon"),
        ("Password: violet horse is staple", "violet horse is staple"),
        # What no word has is a password even where the sentence goes on.
        ("my password is swordFish when I type it", "swordFish"),
        ("my password is sWordfish when I type it", "sWordfish"),
        ("my password is sword+fish when I type it", "sword+fish"),
        ("password kayak7", "kayak7"),
        ("password sword#fish", "sword#fish"),
        # Pairs.
        ("user / password: jo / swordfish", "jo / swordfish"),
        ("login / password: swordfish", "swordfish"),
        # In front of the name.
        ("I think hunter22 is my password.", "hunter22"),
        ("I think (hunter22) was once my password.", "hunter22"),
        # Somewhere behind it.
        ("my password back then, I suppose, Qx7!kayak", "Qx7!kayak"),
        ("my password back then, I suppose, Ab1!cdef.", "Ab1!cdef"),
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
        'my password is "forgotten"',
        "my password is `lost`",
        "password: (*forgotten*)",
        "password: don’t know",
        "password (forgotten): jdoe2024",
        "Password\nforgotten\n",
        "user name and password: both forgotten",
        "login / password: jo / unknown",
        # What goes on is a story.
        "I changed my password -- twice",
        "I changed my password – twice",
        "I changed my password — twice",
        "Password is what I type each morning",
        "Password: violet is a colour that I like",
        "Password: violet is what it was",
        "Password: violet seven times and never green again",
        "I know the password\nusername: jdoe2024",
        "My password works. Username: jdoe2024",
        # What stands near is something else.
        "I am jdoe2024 and is my password still valid?",
        "Nothing is my password now",
        "my password was refused in Room2024x by R&D",
        "my password and the sum a+bcdefgh",
        "my password and my address jo+2024@Mail.example.org",
        "my password is one that I know by heart and that I have typed each day for years, as Qx7!kayak knows",
        "password oauth2",
        # Tables in which it is told to be lost.
        "Account | Password\njdoe | see below\n",
        "Name | Password\njo | sent 2 letters\n",
        "Name | Password\njo | sw0rdfish | more\n",
    ],
)
def test_what_is_no_password_stays(text):
    assert found(text) == []


def test_of_two_cells_alike_the_one_below_the_password_is_masked():
    table = "jo9kayak wrote:\n\nName | Password\njo9kayak | jo9kayak\n\nYours, jo9kayak\n"
    assert masked(table) == table.replace("| jo9kayak", "| [password removed]")
