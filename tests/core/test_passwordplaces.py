"""What the words around a thing say of it: that it is a password, or that it is something else. "<" and ">" mark the thing."""

from __future__ import annotations

import pytest

from mailflow.core.passwordplaces import Place, words_apart
from tests.core.secret_texts import marked, told_by


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("the password was <parsnip> before", True),
        ("the password: <parsnip>", True),
        ("the password's <parsnip>", True),
        ("the password, <parsnip>", False),
        ("the password <parsnip>", False),
        ("the password<parsnip>", False),
        ("<parsnip> is the password", False),
        ("the password should be <parsnip>", True),
        ("the password Should be <parsnip>", True),
        ("the password was a <parsnip>", False),
        ("the passwords        are <parsnip>", True),
        ("the password  has been <parsnip>", True),
        ("the password    has been <parsnip>", False),
        ("a password and a password = <parsnip>", True),
        ("a password: <parsnip>, and one password", True),
        # Where it is the name beside a password that was masked.
        ("user/password: <jdoe>/[password removed]", False),
        ("user/password: <jdoe> / [password removed]", False),
        ("password: <jdoe> or [password removed]", True),
    ],
)
def test_what_is_said_to_be_the_password(text, is_so):
    assert Place(*marked(text)).is_named_so() is is_so


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        # The name of a thing or an account, one or two words before it and soon behind it.
        ("my project <parsnip>", True),
        ("my project right there <parsnip>", False),
        ("my project so <parsnip>", True),
        ("I saw <parsnip> as project", True),
        ("I saw <parsnip> in that project", False),
        ("I saw <parsnip> in my own account", True),
        ("I saw <parsnip> in my very own account", False),
        ("the project. I saw <parsnip> there. The project", False),
        ("the account so <parsnip>", True),
        # What another thing stands behind.
        ("made by <parsnip>", True),
        ('made by "<parsnip>"', False),
        ('made <by> and "me"', False),
        ("made by <parsnip> and me", True),
        ("made with <parsnip>", False),
        ("our host is <parsnip>", True),
        ("host is <parsnip>", True),
        ("is <parsnip>", False),
        ("our garden is <parsnip>", False),
        ("by and by is <parsnip>", True),
        ("<parsnip>", False),
        ("<parsnip> it is", False),
        # "My x tablet", but not "the x".
        ("my <parsnip> cake", True),
        ("my <parsnip>", False),
    ],
)
def test_what_is_said_to_be_something_else(text, is_so):
    assert Place(*marked(text)).leads_elsewhere() is is_so


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        # It is typed, in the next sentence to one of a password or of getting in.
        ("I typed <parsnip> and nothing happens. So much for my password.", True),
        ("I typed <parsnip> and nothing happens. So much for my passcode.", True),
        ("I typed <parsnip> and nothing happens. I cannot log in.", True),
        ("So much for my password. I typed <parsnip> and nothing happens.", True),
        ("I typed <parsnip> and nothing happens.", False),
        ("I ate <parsnip> and nothing happens. So much for my password.", False),
        ("<parsnip> and nothing happens. So much for my password.", False),
        (f"I typed <parsnip>.{' ' * 145}My password.", True),
        (f"I typed <parsnip>.{' ' * 146}My password.", False),
        (f"My password.{' ' * 140}. I typed <parsnip>.", True),
        (f"My password.{' ' * 141}. I typed <parsnip>.", False),
        # The more so if it has a digit or a sign.
        ("I tried to get in with <parsnip55>.", True),
        ("I tried to get in with <parsnip>.", False),
        ("I had <parsnip55> in there. My password.", True),
        ("I had <parsnip> in there. My password.", False),
        ("I made the new <parsnip55> up. My password.", False),
        ("I changed it to <parsnip55> then. My password.", True),
        ("It says <parsnip55> there. My password.", True),
        ("It says <parsnip> there. My password.", False),
        # A name before it, and a "with" or "is" or colon.
        ("The password was replaced with <parsnip> then.", True),
        ("Password replaced with <parsnip> then.", True),
        ("It was replaced with <parsnip> then. My password.", False),
        (f"The password{' ' * 25} was <parsnip> then.", True),
        (f"The password{' ' * 26} was <parsnip> then.", False),
        ("The password that we had was <parsnip> then.", True),
        ("The password that we once had for all those years was <parsnip> then.", False),
        ("The password that we once had for all those years was <parsnip55> then.", True),
        ("The password. Is <parsnip55> right?", False),
        ("It is old, and it was <parsnip55> then. My password.", False),
        ("I have this password for both of them: <parsnip> then", True),
        ("I have this password for both of them (<parsnip>) then", True),
        ("I have this password for both of them: «<parsnip>» then", True),
        ("I have this password for both of them; <parsnip> then", False),
        ("I have this password and, for my phone: <parsnip> then", False),
        ("The password of my phone: <parsnip> then", False),
        ("My phone and this password that all of us have: <parsnip> then", True),
        ("I have this for both of them: <parsnip> then. My password.", False),
        # Right beside the name: apart from the rest of its sentence, or with a digit or a sign.
        ("my password, <parsnip>, is out", True),
        ("my password (<parsnip>) is out", True),
        ("my password – <parsnip>, that is – is out", True),
        ("my password <parsnip>.", True),
        ("my password <parsnip>", True),
        ("my password <parsnip> is out", False),
        ("my password, <parsnip>.", False),
        ("my password, <parsnip>", False),
        ("my password, <parsnip> and all", False),
        ("my password, <parsnip55> and all", True),
        ("my password <parsnip55> and all", True),
        ("my password or <parsnip55> then", True),
        ("my password, or <parsnip55> then", True),
        ("my password or <parsnip> then", False),
        ("my password near <parsnip55> then", False),
        ("my password         or <parsnip55> then", True),
        ("my password          or <parsnip55> then", False),
        # Soon before it.
        ("<parsnip55> is my password", True),
        ("<parsnip> is my password", False),
        ("<parsnip55>密码", True),
        ("<parsnip55>, I forgot my password", False),
        ("<parsnip55>. My password", False),
        ("<parsnip55> no longer works at all as my password", True),
        ("<parsnip55> no longer works at all now as my password", False),
        # Nothing of a user name, nor of a password that follows.
        ("As user name, I typed <parsnip> there. My password.", False),
        ("Nickname I typed <parsnip> there. My password.", False),
        ("I typed <parsnip> as nickname. My password.", False),
        ("I typed <parsnip> there. My user name. My password.", True),
        ("My user name. I typed <parsnip> there. My password.", True),
        ("I typed <parsnip>, I typed [password removed].", False),
        ("I typed <parsnip> there. I typed [password removed].", True),
        (f"I typed <parsnip>,{' ' * 12}[password removed].", False),
        (f"I typed <parsnip>,{' ' * 13}[password removed].", True),
    ],
)
def test_what_is_told_as_a_password(text, is_so):
    assert Place(*marked(text)).is_told_of() is is_so


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My password: four yellow bicycles, and more", ["four yellow bicycles"]),
        ("My password (four yellow bicycles)", ["four yellow bicycles"]),
        ("My password, four yellow bicycles, is out", ["four yellow bicycles"]),
        ('My password "four yellow bicycles" is out', ["four yellow bicycles"]),
        ("My password four yellow bicycles is out", []),
        ("A password. My password: yellow bicycles", ["yellow bicycles"]),
        # None that sentences are made of: "for", "lost", "the", "and", "used", "still", "is", "user", "phone" …
        ("My password: bicycles for all", []),
        ("My password: bicycles lost today", []),
        ("My password: all the bicycles", []),
        ("My password: bicycles and bells", []),
        ("My password: bicycles used daily", []),
        ("My password: bicycles really daily", []),
        ("My password: bicycles were daily", []),
        ("My password: bicycles user daily", []),
        ("My password: bicycles xiaomi daily", []),
        ("My password: bicycles generator daily", []),
        ("My password: bicycles whom daily", []),
        ("My password: bicycles contains daily", []),
        ("My password: bicycles possibly daily", []),
        ("My password: bicycles formerly daily", []),
        ("My password: bicycles labelled daily", []),
        ("My password: bicycles via daily", []),
    ],
)
def test_words_beside_the_name_of_a_password(text, words):
    assert told_by(words_apart, text) == words
