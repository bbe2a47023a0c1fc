"""Which account a case keeps when its party's mail names another one."""

from dataclasses import replace

import pytest

from mailflow.core.accounts import with_mentioned
from mailflow.core.answer import Doubt, Reading
from mailflow.core.case import Flag, Status
from mailflow.core.digest import brief
from tests.core.given import COMPLETE, FORM, NOW, answer, answers, case, happens, item, wrote

OPEN = case(Status.IN_REVIEW, account="jo")
SAID = answers(username="bob", link="https://example.org")


def names(values):
    return {key: one.value for key, one in values.items()}


def test_another_account_is_only_mentioned():
    reading = with_mentioned(OPEN, Reading(SAID), FORM)
    assert names(reading.answers) == {"link": "https://example.org"}
    assert names(reading.mentioned) == {"username": "bob"}


@pytest.mark.parametrize(
    ("known", "reading"),
    [
        (case(), Reading(SAID)),  # which account it is, is not known
        (OPEN, Reading(SAID, plain=frozenset({"username"}))),
        (case(account="jo", asked=("account",)), Reading(SAID)),
        (OPEN, Reading(answers(username="JO"))),
        (OPEN, Reading(answers(registered="jo@old.example"))),  # which is one of the same account
        (OPEN, Reading(doubts=(Doubt("conduct", (answer("conduct", True), answer("conduct", False))),))),
    ],
)
def test_what_says_no_other_account_or_says_it_plainly_is_read(known, reading):
    assert with_mentioned(known, reading, FORM) == reading


def test_a_name_beside_the_address_of_the_account_is_only_mentioned():
    known = case(Status.IN_REVIEW, account="jo@old.example", answers=answers(registered="jo@old.example"))
    assert names(with_mentioned(known, Reading(SAID), FORM).mentioned) == {"username": "bob"}


def test_two_others_are_no_doubt():
    both = Reading(doubts=(Doubt("username", (answer("username", "bob"), answer("username", "eve"))),))
    reading = with_mentioned(OPEN, both, FORM)
    assert (reading.doubts, names(reading.mentioned)) == ((), {"username": "bob"})


def test_the_staff_is_told_of_what_was_mentioned():
    told = wrote()
    told = replace(told, reading=Reading(mentioned=answers(username="bob")))
    after = happens(OPEN, told).case
    assert after.flags == {Flag.ACCOUNT_MENTIONED}
    assert after.account == "jo"
    assert "a mail speaks of another account: see whose it is: bob" in brief(after, FORM, NOW).flags


def test_the_staff_is_told_of_the_account_before():
    after = happens(OPEN, wrote(says={"username": "bob"})).case
    assert after.flags == {Flag.ACCOUNT_CHANGED}
    assert (after.account, after.former_account) == ("bob", "jo")
    assert (
        "the account was changed after the request was complete; it was: jo" in brief(after, FORM, NOW).flags
    )
    assert happens(after, wrote(says={"username": "eve"})).case.former_account == "jo"
    incomplete = case(account="jo")
    assert not happens(incomplete, wrote(says={"username": "bob"})).case.flags
    assert not happens(OPEN, wrote(says={"username": "jo"})).case.former_account


def test_a_name_that_is_never_shown_is_not_shown_in_a_flag():
    form = replace(FORM, fields=(item("username", FORM.by_key["username"].kind, "account", sensitive=True),))
    after = happens(OPEN, wrote(says={"username": "bob"})).case
    assert not any("jo" in words for words in brief(after, form, NOW).flags)
    assert COMPLETE["username"] == "jo"
