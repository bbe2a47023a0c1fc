"""Passwords that the next one says in a chat, each beside what is no chat, no answer or no password."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailflow.core.passwordchats import replied, replied_to_login
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import View
from tests.core.secret_texts import told_by


def to_password(view: View) -> Iterator[Span]:
    for name in view.places("password"):
        yield from replied(view, *name)


def to_login(view: View) -> Iterator[Span]:
    for name in view.places("pair"):
        yield from replied_to_login(view, *name)


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # The first code that the next one says: with times, with "<…>", or where somebody speaks again.
        ("[10:00] Jo: password?\n[10:01] Kim: parsnip55", ["parsnip55"]),
        ("10:00 Jo: password?\n10:01 Kim: parsnip55", ["parsnip55"]),
        ("<Jo> password?\n<Kim> parsnip55", ["parsnip55"]),
        ("Jo: password?\nKim: parsnip55", []),
        ("Jo: password?\nKim: parsnip55\nJo: thanks", ["parsnip55"]),
        (f"Jo: hello\n{' ' * 3989}\nJo: password?\nKim: parsnip55", ["parsnip55"]),
        (f"Jo: hello\n{' ' * 3990}\nJo: password?\nKim: parsnip55", []),
        (f"Jo: password?\nKim: parsnip55\n{' ' * 3971}\nJo: thanks", ["parsnip55"]),
        (f"Jo: password?\nKim: parsnip55\n{' ' * 3972}\nJo: thanks", []),
        ("> [10:00] Jo: password?\n> [10:01] Kim: parsnip55", ["parsnip55"]),
        ("[10:00] Jo: 密码？\n[10:01] Kim：parsnip55", []),
        ("[10:00] 小王:密码？\n[10:01] 小李:parsnip55", ["parsnip55"]),
        # The name of the password stands in what one says, not in front of it.
        ("[10:00] password: please\n[10:01] Kim: parsnip55", []),
        ("the password?\n[10:01] Kim: parsnip55", []),
        # Until another one speaks, or nobody does, four lines at most.
        ("[10:00] Jo: password?\n[10:01] Kim: wait a bit\n[10:01] Kim: parsnip55\n[10:01] Kim: turnip66", ["parsnip55"]),
        ("[10:00] Jo: password?\n[10:01] Kim: wait\n[10:01] Ann: parsnip55", []),
        ("[10:00] Jo: password?\n[10:01] Jo: parsnip55", []),
        ("[10:00] Jo: password?\n[10:01] Kim: wait\n[10:01] Jo: hm\n[10:01] Kim: parsnip55", []),
        ("[10:00] Jo: password?\nmaybe\n[10:01] Kim: parsnip55", []),
        ("[10:00] Jo: password?\n[10:01] Kim: a\n[10:01] Kim: b\n[10:01] Kim: c\n[10:01] Kim: parsnip55", ["parsnip55"]),
        ("[10:00] Jo: password?\n[10:01] Kim: a\n[10:01] Kim: b\n[10:01] Kim: c\n[10:01] Kim: d\n[10:01] Kim: parsnip55", []),
        ("[10:00] Jo: password?\n[10:01] Kim: \n[10:01] Kim: parsnip55", ["parsnip55"]),
        # Who is asked for both says the name first.
        ("[10:00] Jo: user and password?\n[10:01] Kim: jdoe42\n[10:01] Kim: parsnip55", ["parsnip55"]),
        ("[10:00] Jo: password and User\n[10:01] Kim: jdoe42\n[10:01] Kim: parsnip55", ["parsnip55"]),
        ("[10:00] Jo: password?\n[10:01] Kim: jdoe42\n[10:01] Kim: parsnip55", ["jdoe42"]),
        ("[10:00] Jo: user and password?\n[10:01] Kim: it's parsnip55\n[10:01] Kim: turnip66", ["parsnip55"]),
        ("[10:00] Jo: user and password?\n[10:01] Kim: parsnip55", ["parsnip55"]),
        ("Here is my user\n[10:00] Jo: password?\n[10:01] Kim: jdoe42\n[10:01] Kim: user parsnip55", ["jdoe42"]),
        # One code with nothing else but words that tell nothing, the last of which leads to it.
        ("[10:00] Jo: password?\n[10:01] Kim: parsnip55 turnip66", []),
        ("[10:00] Jo: password?\n[10:01] Kim: parsnip", []),
        ('[10:00] Jo: password?\n[10:01] Kim: "parsnip55"', ["parsnip55"]),
        ("[10:00] Jo: password?\n[10:01] Kim: it's parsnip55", ["parsnip55"]),
        ("[10:00] Jo: password?\n[10:01] Kim: it Is parsnip55", ["parsnip55"]),
        ("[10:00] Jo: password?\n[10:01] Kim: same as always, parsnip55", ["parsnip55"]),
        ("[10:00] Jo: password?\n[10:01] Kim: the same as always it was parsnip55", []),
        ("[10:00] Jo: password?\n[10:01] Kim: same as always was, parsnip55", ["parsnip55"]),
        ("[10:00] Jo: password?\n[10:01] Kim: the same as ever, parsnip55", []),
        ("[10:00] Jo: password?\n[10:01] Kim: for our account: parsnip55", []),
        ("[10:00] Jo: password?\n[10:01] Kim: no, parsnip55", []),
        ("[10:00] Jo: password?\n[10:01] Kim: no, parsnip55 did", []),
        ("[10:00] Jo: password?\n[10:01] Kim: it is parsnip55 there", []),
        ("[10:00] Jo: password?\n[10:01] Kim: garden is parsnip55", []),
        ("[10:00] Jo: password?\n[10:01] Kim: I picked is parsnip55", ["parsnip55"]),
        ("[10:00] Jo: password?\n[10:01] Kim: reads parsnip55", ["parsnip55"]),
        ("[10:00] 小王:密码？\n[10:01] 小李:密码是 parsnip55", ["parsnip55"]),
    ],
)  # fmt: skip
def test_who_was_asked_for_a_password(text, passwords):
    assert told_by(to_password, text) == passwords


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # Two words in a row, or both with a sign between.
        ("[10:00] Jo: login?\n[10:01] Kim: jdoe\n[10:01] Kim: parsnip55", ["parsnip55"]),
        ("[10:00] Jo: login?\n[10:01] Kim: jdoe\n[10:01] Kim: parsnip", []),
        ("[10:00] Jo: login?\n[10:01] Kim: jdoe\n[10:01] Kim: it's parsnip55", []),
        ("[10:00] Jo: login?\n[10:01] Kim: it's jdoe\n[10:01] Kim: parsnip55", []),
        ("[10:00] Jo: login?\n[10:01] Kim: parsnip55", []),
        ("[10:00] Jo: login?\n[10:01] Kim: jdoe / parsnip55", ["parsnip55"]),
        ("[10:00] Jo: login?\n[10:01] Kim: jdoe:parsnip55.", ["parsnip55"]),
        ("[10:00] Jo: login?\n[10:01] Kim: jdoe / parsnip", []),
        ("[10:00] Jo: login?\n[10:01] Kim: jdoe / parsnip55 there", []),
        ("[10:00] Jo: login?\n[10:01] Kim: wait\n[10:01] Kim: jdoe / parsnip55", []),
        ("login?\n[10:01] Kim: jdoe / parsnip55", []),
    ],
)  # fmt: skip
def test_who_was_asked_for_a_login(text, passwords):
    assert told_by(to_login, text) == passwords
