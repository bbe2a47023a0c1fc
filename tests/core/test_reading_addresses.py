"""E-mail addresses that are broken, spelt out or told apart by few words."""

import pytest

from mailflow.config import load, shipped
from mailflow.core.answers import read_answers
from mailflow.core.text import Line, Mark

CONFIG = load(shipped("config.toml"))
PHONE, MAIL = ("lost_2fa",), ("lost_email_access",)


def read(text):
    lines = [Line(line, Mark.FRESH, number) for number, line in enumerate(text.split("\n"), start=1)]
    reading = read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers)
    return {key: answer.value for key, answer in reading.answers.items()}


@pytest.mark.parametrize(
    "address",
    [
        "jane.doe@mail.example.\norg",
        "jane.doe@\nmail.example.org",
        "jane.doe@ mail.example.org",
        "jane.doe at mail dot example dot org",
        "jane.doe (at) mail.example.org",
    ],
)
def test_a_broken_or_spelt_address_is_put_together(address):
    text = f"I lost my phone. I registered with {address} then."
    assert read(text) == {"reason": PHONE, "registered_email": "jane.doe@mail.example.org"}


@pytest.mark.parametrize(
    "text",
    [
        "I lost my phone, we meet at gate dot 7.",
        "I must have lost my phone at some point and then went on.",
        "J'ai perdu mon téléphone at ce point là.",
        "I lost my phone, it was jo@home.",
        "I lost my phone, it was jo@home\n.",
        "I lost my phone. I registered with jane.@example.org then.",
        "I lost my phone.\nExample Ltd | 1 Main Street | info@example.org",
    ],
)
def test_what_only_looks_like_an_address_of_theirs_is_none(text):
    assert read(text) == {"reason": PHONE}


ROLES = [
    ("The address of the account is jürgen@exämple.org.", {"registered_email": "jürgen@exämple.org"}),
    ("Адрес аккаунта иван@пример.example, потерял телефон.", {"reason": PHONE, "registered_email": "иван@пример.example"}),
    ("注册邮箱是jane@example.org，手机丢了", {"reason": PHONE, "registered_email": "jane@example.org"}),
    ("I cannot read old@example.org any more. new@example.com works fine.", {"reason": MAIL, "registered_email": "old@example.org", "contact_email": "new@example.com"}),
    ("The address must be changed: old@example.org to new@example.com.", {"reason": MAIL, "registered_email": "old@example.org", "contact_email": "new@example.com"}),
    ("I lost my mailbox. My new address, best first:\n- new@example.org\n- third@example.com", {"reason": MAIL, "contact_email": "new@example.org"}),
    # Of two that are named as equals, neither is taken; the address of the account is not the one that it should get.
    ("I lost my phone. I registered with old@example.org or new@example.com.", {"reason": PHONE, "registered_email": "old@example.org"}),
    ("I cannot read old@example.org, please use old@example.org again.", {"reason": MAIL, "contact_email": "old@example.org"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers"), ROLES)
def test_the_words_around_an_address_tell_what_it_is(text, answers):
    assert read(text) == answers


NEW, OLD = "ann@example.org", "ann@example.net"


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (f"You have {OLD}: I registered with it. Mine is {NEW}.", {"registered_email": OLD, "contact_email": NEW}),
        (f"登録アドレスを {NEW} に変更してください。", {"contact_email": NEW}),
        (f"请把邮箱从 {OLD} 改成 {NEW}", {"registered_email": OLD, "contact_email": NEW}),
        (f"La uni me ha quitado el correo ({OLD}).", {"registered_email": OLD}),
        (f"I write ({OLD}) now and then.", {}),
    ],
)  # fmt: skip
def test_which_address_it_is_is_told_by_what_stands_around_it(text, answers):
    found = read(text)
    assert {key: found[key] for key in found if key.endswith("_email")} == answers


@pytest.mark.parametrize(
    ("text", "asked", "answers"),
    [
        (f"Mine is {NEW}.", ("contact_email",), {"contact_email": NEW}),
        (f"Mine is {NEW}.", ("username_or_registered_email",), {"registered_email": NEW}),
        (f"Doe has two o's: {NEW}", (), {"contact_email": NEW}),
        (f"Does it have two o's: {NEW}?", (), {}),
        (f"Doe has two o's: {NEW}" + " and so on" * 30, (), {}),
        (f"See {NEW} and {OLD}: {NEW}", (), {}),
    ],
)
def test_an_address_by_itself_is_what_was_asked_or_puts_the_new_one_right(text, asked, answers):
    lines = [Line(text, Mark.FRESH, 1)]
    reading = read_answers(lines, CONFIG.policy.form, asked, CONFIG.lexicon.answers)
    assert {key: answer.value for key, answer in reading.answers.items() if key.endswith("_email")} == answers


def test_a_link_that_has_expired_is_no_mailbox_that_is_lost():
    text = "My e-mail address is still unverified. The link had expired. So I can't reach it."
    assert read(text)["reason"] == ("unverified_email",)
    assert set(read(f"{text} And my mailbox is gone, too.")["reason"]) == {"unverified_email", *MAIL}


def test_of_two_that_are_called_new_the_one_they_write_from_is():
    text = f"My mailbox is closed. Please use {OLD} for it. Please use {NEW} for it."
    lines = [Line(text, Mark.FRESH, 1)]
    reading = read_answers(lines, CONFIG.policy.form, None, CONFIG.lexicon.answers, NEW)
    found = {key: answer.value for key, answer in reading.answers.items() if key.endswith("_email")}
    assert found == {"registered_email": OLD, "contact_email": NEW}
    assert "contact_email" not in read(text)
