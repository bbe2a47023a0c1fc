"""What unproven mails may say in a case: until its party has shown itself, and afterwards."""

import pytest

from mailflow.core.authentication import Verdict
from mailflow.core.case import Flag
from mailflow.core.items import asked_items, understood
from mailflow.core.vouched import is_vouched, only_vouched
from tests.core.given import FORM, answer, answers, case, wrote

HERE, ELSEWHERE = "example.org", "198.51.0.0/16"
BINDING = {"conduct": True, "contact": "eve@example.net"}
SAID = answers(mail="1", username="jo", **BINDING)
FIRST = {"answers": SAID, "unproven": {"1": ELSEWHERE}}
LOOKED_IN_VAIN = {"proof": Verdict.NONE}


def heard(event, **facts):
    return only_vouched(case(**facts), event, FORM)


@pytest.mark.parametrize(
    ("event", "known"),
    [
        ({"trusted": True, "proven": True, "proof": Verdict.PASS}, {}),
        ({"trusted": True, "proven": True}, {}),
        ({"proven": True}, {}),
        ({"proven": True, "proof": Verdict.FAIL}, {"7": HERE}),
        ({}, {"7": HERE}),
        (LOOKED_IN_VAIN, {"7": HERE}),
    ],
    ids=[
        "vouched for",
        "to a reply address",
        "in a thread",
        "but its domain denies it",
        "a fresh mail",
        "looked in vain",
    ],
)
def test_what_a_mail_is_proven_by(event, known):
    one = heard(wrote(source=HERE, **event), answers=answers(mail="7", username="jo"))
    assert one.unproven == known
    assert is_vouched(one, one.answers["username"]) is not bool(known)


def test_a_mail_of_which_no_answer_is_left_is_not_remembered():
    one = heard(wrote(source=HERE), answers=answers(mail="6", username="jo"), unproven={"6": HERE, "5": HERE})
    assert one.unproven == {"6": HERE}


def test_a_party_that_has_not_shown_itself_is_heard_by_all_its_mails():
    assert heard(wrote(), **FIRST).answers == SAID


@pytest.mark.parametrize("event", [{}, {"proven": True}])
def test_once_it_has_nothing_binds_it_that_may_be_anothers(event):
    doubts = {
        "contact": (answer("contact", "eve@example.net", mail="1"),),
        "reason": (answer("reason", ("lost_2fa",)),),
    }
    one = heard(wrote(source=HERE, **event), **FIRST, confirmed=True, doubts=doubts)
    assert (set(one.answers), set(one.doubts)) == ({"username"}, {"reason"})
    assert Flag.UNPROVEN_WROTE in one.flags
    assert not is_vouched(one, one.answers["username"])


def test_what_the_party_says_itself_stands():
    mixed = answers(mail="7", **BINDING) | answers(mail="1", username="jo")
    one = heard(wrote(proven=True, source=HERE), answers=mixed, unproven={"1": ELSEWHERE}, confirmed=True)
    assert (one.answers, one.flags) == (mixed, frozenset())


def test_where_nobody_looks_mails_from_one_place_are_one_writers():
    one = heard(wrote(proven=True, source=ELSEWHERE), **FIRST, confirmed=True)
    assert (one.answers, one.unproven, one.proven_sources) == (SAID, {}, (ELSEWHERE,))
    later = one.evolve(answers=answers(mail="7", **BINDING))
    assert only_vouched(later, wrote(source=ELSEWHERE), FORM).unproven == {}


def test_where_it_is_looked_the_place_proves_nothing():
    event = wrote(proven=True, trusted=True, source=ELSEWHERE, proof=Verdict.PASS)
    one = heard(event, **FIRST, confirmed=True)
    assert (set(one.answers), one.proven_sources) == ({"username"}, ())


def test_what_may_be_anothers_is_never_repeated():
    facts = {"answers": answers(mail="1", username="jo"), "unproven": {"1": ELSEWHERE}, "confirmed": True}
    one = case(**facts, doubts={"reason": (answer("reason", ("lost_2fa",), mail="1"),)}, asked=("reason",))
    assert [item.value for item in understood(one, FORM)] == [None]
    assert asked_items(one, FORM)[0].guesses == ()
    assert asked_items(one.evolve(unproven={}), FORM)[0].guesses == ("lost the phone",)


def test_an_event_that_says_nothing_leaves_all_as_it_is():
    before = case(confirmed=True)
    assert only_vouched(before, wrote(proven=True, proof=Verdict.PASS), FORM) == before
