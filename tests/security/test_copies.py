"""Whoever got a copy of a mail sends it here too, and is faster than its writer's own server: the mail itself is answered."""

from __future__ import annotations

import pytest

from mailflow.core.case import Status
from tests.security.conftest import RECEIVED
from tests.security.test_staff_by_mail import result
from tests.world import COMPLETE, INCOMPLETE

EVE = "203.0.113.9"
JO = "198.51.100.3"
FROM_EVE = RECEIVED.replace("192.0.2.9", EVE)
FAILS, PASSES = result("fail", "example.org"), result("pass", "example.org")


def once_answered(world, copy, mail, *, sender="eve@evil.example", to=""):
    """The copy gets no letter, the mail itself one, and both of them nothing when they come once more."""
    world.receive(copy, sender, to or world.desk, remote=EVE)
    assert world.run() == []
    world.receive(mail, "jo@example.org", remote=JO)
    (letter,) = world.run()
    assert letter.recipient == "jo@example.org"
    world.receive(mail, "jo@example.org", remote=JO)
    world.receive(mail, "jo@example.org", remote="198.51.100.77")
    world.receive(copy, sender, to or world.desk, remote=EVE)
    assert world.run() == []
    assert world.opened() == 1


@pytest.mark.parametrize(
    "field",
    [
        "Return-Path:\r\n <>\r\n",
        "Return-Path: \x0c<>\r\n",
        "Delivered-To:\r\n autoresponder@lists.example.org\r\n",
        "Delivered-To: x\r\n\t(a vacation)\r\n",
    ],
    ids=["folded null sender", "form feed", "folded autoresponder", "vacation"],
)
def test_a_copy_with_a_trace_field_that_has_it_taken_for_a_machines(world, field):
    mail = world.mail(INCOMPLETE)
    once_answered(world, field.encode() + mail, mail)


@pytest.mark.parametrize("tag", [f"00000000s.{30 * '0'}", f"00000000r.{30 * '0'}"], ids=["staff", "reply"])
def test_a_copy_to_an_address_that_is_not_genuine(world, tag):
    mail = world.mail(INCOMPLETE)
    once_answered(world, mail, mail, to=world.desk.replace("@", f"+{tag}@"))


def test_a_copy_that_its_domain_does_not_vouch_for(desk):
    head = {"Message_ID": "<one@mail.example.org>"}
    handled, letters = desk.get(INCOMPLETE, FAILS, FROM_EVE, **head)
    assert letters == []
    assert handled.set_aside
    handled, (letter,) = desk.get(INCOMPLETE, PASSES, RECEIVED, **head)
    assert "jdoe42" in letter.text


def test_a_copy_of_an_answer_from_elsewhere(world):
    """The case believes no mail from there; it does believe the party's, which comes next."""
    (letter,) = world.write(INCOMPLETE)
    mail = world.mail(COMPLETE, to=letter.reply_to)
    world.receive(mail, "eve@evil.example", world.desk.replace("@", f"+00000000s.{30 * '0'}@"), remote=EVE)
    assert world.run() == []
    assert world.case().status is Status.AWAITING_ANSWERS
    world.receive(mail, "jo@example.org", remote=JO)
    assert len(world.run()) == 1
    case = world.case()
    assert case.status is Status.IN_REVIEW
    world.receive(mail, "eve@evil.example", remote=EVE)
    assert world.run() == []
    assert world.case() == case


def test_a_copy_of_a_mail_that_held_a_secret(world):
    mail = world.mail(f"{INCOMPLETE} My password is Tr0ub4dor&3xyz.")
    world.receive(mail, "jo@example.org", remote=JO)
    assert len(world.run()) == 1
    world.receive(mail, "eve@evil.example", remote=EVE)
    assert world.run() == []
    assert world.handled[-1].case == world.case()


def test_another_mail_with_the_same_message_id_is_heard(world):
    """Some programs give one twice, and anybody may write it."""
    world.write(INCOMPLETE, Message_ID="<one@mail.example.org>")
    assert len(world.write(COMPLETE, Message_ID="<one@mail.example.org>")) == 1
    assert world.case().status is Status.IN_REVIEW
