"""What the staff is told when an account may be changing hands: on the case, and in the digest."""

from __future__ import annotations

import pytest

from mailflow.core.case import Flag, Status
from mailflow.core.events import StaffAsked, StaffNoted
from mailflow.core.timing import DAY
from mailflow.steps.around import around
from mailflow.steps.operate import act
from tests.world import COMPLETE, INCOMPLETE, World


def digest(world: World) -> str:
    letters = [letter for letter in world.wait(DAY) if letter.recipient in world.config.policy.staff]
    return " ".join(letters[-1].text.split())


def of(world: World, reference: str):
    with world.store.read() as uow:
        return around(uow, uow.cases.by_reference(reference), world.config.policy.form, world.now)


def test_several_senders_who_claim_one_account_are_told_on_the_case_of_each(world):
    (first,) = world.write(COMPLETE, sender="jo@example.org")
    (second,) = world.write(COMPLETE.replace("jdoe42", "JDoe42"), sender="eve@example.net")
    assert of(world, first.reference).claimants == of(world, second.reference).claimants == 1
    assert digest(world).count("another address asks for this account too") == 2


def test_one_sender_who_claims_many_accounts(world):
    for name in ("one", "two", "three"):
        (letter,) = world.write(COMPLETE.replace("jdoe42", name))
    assert of(world, letter.reference).accounts == 3
    assert "its party asks for 3 accounts" in digest(world)


def test_the_asked_address_is_a_party_elsewhere(world):
    world.write(COMPLETE, sender="eve@example.net")
    lost = COMPLETE.replace("jdoe42", "jo").replace("lost my phone", "lost my mailbox")
    (letter,) = world.write(f"{lost}New address: eve@example.net")
    assert of(world, letter.reference).contact_is_party
    assert "has a request of its own" in digest(world)


def test_the_contact_address_is_changed_after_the_request_was_complete(world):
    lost = COMPLETE.replace("lost my phone with the authenticator", "lost access to my mailbox")
    (letter,) = world.write(f"{lost}New address: jo@example.net")
    world.answer(letter, "New address: eve@example.com")
    assert Flag.CONTACT_CHANGED in world.case().flags
    assert "the new address was given or changed" in digest(world)


@pytest.mark.parametrize(
    "before",
    ["", "Reason: lost access to my mailbox", "asked"],
    ids=["while the staff looks", "while more is needed", "while the staff has asked"],
)
def test_the_contact_address_is_given_late(world, before):
    """Who writes in the party's name may first make the request incomplete again, or give what was not there."""
    (letter,) = world.write(COMPLETE)
    if before == "asked":
        act(world.app, letter.reference, StaffAsked("Which project did you upload first?"), "kim")
    elif before:
        world.answer(letter, before)
        assert world.case().status is Status.AWAITING_ANSWERS
    world.answer(letter, "New address: eve@example.com")
    assert Flag.CONTACT_CHANGED in world.case().flags
    assert "the new address was given or changed" in digest(world)


def test_a_contact_address_that_is_asked_for_before_is_no_sign(world):
    (letter,) = world.write("User name: jdoe42\nReason: lost access to my mailbox")
    world.answer(
        letter,
        f"{COMPLETE.replace('lost my phone with the authenticator', 'lost access to my mailbox')}New address: jo@example.net",
    )
    world.answer(letter, "New address: jo@example.net")
    assert Flag.CONTACT_CHANGED not in world.case().flags


def test_a_free_mail_sender_who_claims_a_company_account(world):
    world.write(f"{COMPLETE}Registered email: jo@firm.example.com", sender="jo.firm@gmail.com")
    assert "a free mail address asks for an account of firm.example.com" in digest(world)


@pytest.mark.parametrize("request_", [COMPLETE, INCOMPLETE], ids=["complete", "incomplete"])
def test_words_that_no_rule_understood_are_shown_to_who_decides(world, request_):
    """Our letters ask whoever was not the one who wrote to say so; and there are a hundred ways to say that."""
    (letter,) = world.write(request_)
    world.answer(letter, "Fraud! Do not give my account to anybody!")
    assert "read it before you decide" in digest(world)
    act(world.app, letter.reference, StaffNoted("seen"), "kim")
    assert Flag.WORDS_UNREAD not in world.case().flags
    world.answer(letter, COMPLETE.replace("jdoe42", "jdoe43"))
    assert Flag.WORDS_UNREAD not in world.case().flags
    act(world.app, letter.reference, StaffAsked("Which was your first project?"), "kim")
    world.answer(letter, "I believe it was the one with the birds.")
    assert Flag.WORDS_UNREAD not in world.case().flags


def test_the_registered_address_bounces(world):
    (letter,) = world.write(f"{COMPLETE}Registered email: jo@example.org")
    world.bounce(letter)
    assert "letters to this address come back" in digest(world)


def test_what_happened_long_ago_is_no_sign(world):
    world.write(COMPLETE, sender="jo@example.org")
    world.now += 91 * DAY
    (second,) = world.write(COMPLETE, sender="eve@example.net")
    assert of(world, second.reference).claimants == 0


def test_nobody_but_the_staff_is_told(world):
    """Letters are the same whether an account is claimed by somebody else or not."""
    (alone,) = world.write(COMPLETE, sender="jo@example.org")
    (second,) = world.write(COMPLETE, sender="eve@example.net")
    plain = [letter.text.replace(letter.reference, "REF") for letter in (alone, second)]
    assert plain[0].replace("is the next one in line", "is number 2 in line") == plain[1]
