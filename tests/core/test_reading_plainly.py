"""Whether an account is plainly said to be the writer's, as one is that takes the place of another."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import Line, Mark

CONFIG = load(shipped("config.toml"))


def plain(text):
    lines = [Line(one, Mark.FRESH, number) for number, one in enumerate(text.split("\n"), 1)]
    reading = read_answers(lines, CONFIG.policy.form, (), CONFIG.lexicon.answers)
    return reading.plain


@pytest.mark.parametrize(
    "text",
    [
        "User name: jdoe43",
        "User name: jdoe43\nUser name: jdoe44",
        "My user name is jdoe43.",
        "My user name is actually jdoe43.",
        "my account is jdoe43",
        "Sorry, it is jdoe43, not jdoe42.",
        "Sorry, typo: jdoe43",
        "I made a mistake, the user name is jdoe43.",
        "It should be jdoe43.",
        "Oh, and the account name is jdoe43, not jdoe42.",
        "My user name is jdoe42. That is my GitHub name, on PyPI it is jdoe43.",
        "Mein Benutzername ist jdoe43.",
        "Entschuldigung, der Benutzername ist jdoe43.",
        "Perdón, el usuario es jdoe43.",
        "Mon identifiant est jdoe43.",
        "私のユーザー名は jdoe43 です。",
        "我的用户名是 jdoe43。",
        "제 아이디는 jdoe43 입니다.",
    ],
)
def test_plainly_theirs(text):
    assert plain(text) == {"username"}


def test_the_address_of_their_account():
    assert plain("My registered address is jo@old.example.org.") == {"registered_email"}
    assert plain("The registered address jo@old.example.org gets mail of somebody else.") == set()


@pytest.mark.parametrize(
    "text",
    [
        "The account evil99 logged in last night.",
        "User bob77 can confirm that.",
        "The account is jdoe43.",
        "My account was merged with the account bob77.",
        "My other account is other55.",
        "Sorry that I ask again, the account evil99 is still there.",
        "I am sorry, a friend of mine says the account is bob77.",
        "I lost my phone.",
        "Sorry, my brother knows that the account is bob77.",
    ],
)
def test_not_plainly_theirs(text):
    assert plain(text) == set()
