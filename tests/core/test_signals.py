"""Signs that somebody takes over an account that is not theirs."""

from dataclasses import replace

import pytest

from mailflow.core.digest import brief
from mailflow.core.signals import Around, contact_of, signals
from tests.core.given import FORM, NOW, answers, case

COMPANY = "jo@firm.example.com"


def told(party="jo@example.org", around=None, **says):
    return list(signals(case(party=party, answers=answers(**says)), around or Around(), FORM))


def test_nothing_is_told_of_a_case_like_most():
    assert told(username="jo", registered="jo@old.example") == []
    assert told(around=Around(claimants=0, accounts=2)) == []


@pytest.mark.parametrize(
    ("around", "words"),
    [
        (Around(claimants=1), "another address asks for this account too"),
        (Around(claimants=3), "3 other addresses ask for this account too"),
        (Around(accounts=3), "its party asks for 3 accounts"),
        (
            Around(disowned=True),
            "this person said of another request in their name that it was not theirs",
        ),
        (Around(contact_is_party=True), "the address that the account should get has a request of its own"),
    ],
)
def test_each_sign_is_told_in_words(around, words):
    assert told(around=around) == [words]


def test_a_free_mail_address_that_asks_for_an_account_of_a_company_is_told():
    words = ["a free mail address asks for an account of firm.example.com"]
    assert told("jo@GMail.com", registered=COMPANY) == words
    assert told("jo@firm.example.com", registered=COMPANY) == []
    assert told("jo@gmail.com", registered="jo@yahoo.com") == []
    assert told("jo@gmail.com", registered="nonsense") == []


def test_the_contact_address_is_the_one_the_account_should_get():
    assert contact_of(case(answers=answers(contact="new@example.net")), FORM) == "new@example.net"
    assert contact_of(case(answers={}), FORM) == ""


def test_the_signs_stand_behind_the_flags():
    shown = brief(case(), FORM, NOW, Around(claimants=2))
    assert shown.flags == ("2 other addresses ask for this account too",)
    assert brief(replace(case()), FORM, NOW).flags == ()
