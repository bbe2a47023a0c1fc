"""Which case a mail belongs to: what authenticates, what points, and what counts for the same sender alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailflow.core.answer import Doubt, Reading
from mailflow.core.case import Outcome, Status
from mailflow.core.envelope import Envelope, MailKind
from mailflow.core.letters import STILL_NEEDED, Asking
from mailflow.core.mail import Mail
from mailflow.core.recognise import (
    Belongs,
    Clues,
    Matches,
    NewRequest,
    SetAside,
    answers_others,
    asked_of,
    case_of_bounce,
    clues_of,
    find_case,
    find_case_of_sender,
    heard,
    kind_in_case,
    kind_of_first,
    of_several,
    takes_back_elsewhere,
    without_lost,
)
from mailflow.core.reference import Addresses
from mailflow.core.wish import Intent, Wish
from tests.core.given import COMPLETE, DAY, FORM, NOW, PARTY, answer, answers, case

DESK = Addresses("recovery@pypi.example", (b"key",), timedelta(days=365))
CASE = case()
OTHER = case(id="e" * 32, reference="AAAA-BBBB", party="eve@example.net")
REPLY = DESK.reply(CASE.reference, PARTY, NOW)
BOUNCE = DESK.bounce(CASE.reference, PARTY, NOW)
NOTHING = Wish(Intent.NONE)


def mail(to="recovery@pypi.example", *, sender=PARTY, answers_to=(), header_to=()):
    return Mail(
        envelope=Envelope(sender, (to,)),
        sender=sender,
        sender_name="",
        addressed_to=tuple(header_to),
        subject="",
        message_id="m@example.org",
        in_reply_to=tuple(answers_to),
        references=tuple(answers_to),
        date=None,
        fields=(),
        content_types=("text/plain",),
        text="",
    )


def reading(**says):
    return Reading({key: answer(key, value) for key, value in says.items()})


def knows(by_message_id=(), of_sender=(), cases=(CASE, OTHER)):
    return Matches({one.reference: one for one in cases}, by_message_id, of_sender)


def found(received, *, text="", matches=None, sender=PARTY, now=NOW):
    return find_case(clues_of(received, text, DESK), matches or knows(), sender, DESK, now)


def found_by_sender(*cases, says=None, wish=NOTHING, to="recovery@pypi.example"):
    return find_case_of_sender(
        clues_of(mail(to), "", DESK), knows(of_sender=cases), reading(**(says or {})), wish, FORM
    )


def test_the_reply_address_comes_first():
    belongs = found(mail(REPLY, answers_to=["x@pypi.example"]), matches=knows(by_message_id=[OTHER]))
    assert belongs.case == CASE
    assert belongs.by_party
    assert belongs.at_reply_address


def test_a_clue_that_names_somebody_elses_case_is_a_conflict_and_one_of_ones_own_is_none():
    stranger, own = replace(OTHER, party="eve@example.net"), replace(OTHER, party=CASE.party)
    for other, conflict in ((stranger, True), (own, False)):
        assert found(mail(REPLY), matches=knows(by_message_id=[other])).conflict is conflict
        knowing = Matches({CASE.reference: CASE, other.reference: other}, [], [])
        assert found(mail(REPLY), text=other.reference, matches=knowing).conflict is conflict
    assert not found(mail(REPLY), text="K7Q2-M9XE").conflict


def test_the_reply_address_counts_in_the_header_too():
    assert found(mail(header_to=[REPLY])).at_reply_address


def test_another_senders_mail_to_the_reply_address_is_a_strangers():
    belongs = found(mail(REPLY), sender="eve@example.net")
    assert belongs.case == CASE
    assert not belongs.by_party


@pytest.mark.parametrize(
    "forged", [REPLY.replace("r.", "r.0")[: len(REPLY)], REPLY[:-20] + "0" + REPLY[-19:], BOUNCE]
)
def test_a_forged_reply_address_ties_to_nothing(forged):
    assert found(mail(forged)) is None


def test_an_expired_reply_address_ties_to_nothing():
    assert found(mail(REPLY), now=NOW + timedelta(days=366)) is None


def test_a_reply_address_of_a_case_that_is_gone_ties_to_nothing():
    assert found(mail(REPLY), matches=knows(cases=())) is None


def test_an_answer_to_our_letter_ties_to_its_case_without_authenticating():
    belongs = found(mail(answers_to=["x@pypi.example"]), matches=knows(by_message_id=[CASE]))
    assert belongs.case == CASE
    assert not belongs.at_reply_address


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        (["first@pypi.example"], ("account", "conduct")),
        (["second@pypi.example", "first@pypi.example"], ("conduct",)),
        (["nothing@pypi.example", "second@pypi.example"], ()),
        (["mine@example.org", "first@pypi.example"], ("account", "conduct")),
        (["mine@example.org"], ("last",)),
        (["other@example.net", "first@pypi.example"], ("last",)),
        (["older@pypi.example", "first@pypi.example"], ("last",)),
        ([], ("last",)),
    ],
    ids=[
        "one of our letters",
        "the nearest",
        "one that asks nothing",
        "by an own mail",
        "an own mail, and no letter",
        "one with another Message-ID",
        "one of an older program",
        "none",
    ],
)
def test_the_letter_that_a_mail_answers_says_what_was_asked(named, asked):
    letters = {
        "first@pypi.example": Asking("missing", ("account", "conduct")),
        "second@pypi.example": Asking("reminder", ("conduct",)),
        "nothing@pypi.example": Asking("noted", ()),
    }
    clues = Clues((), tuple(named), ())
    matches = replace(knows(by_message_id=[CASE]), asked=letters)
    assert asked_of(clues, matches, replace(CASE, thread=("mine@example.org",), asked=("last",))) == asked


def test_the_letter_that_closes_a_silent_case_asks_one_thing_more():
    """It does also where no letter can be told, but a letter before it does not."""
    silent = replace(CLOSED, outcome=Outcome.EXPIRED, asked=("conduct",))
    letters = {
        "last@pypi.example": Asking("expired", ("conduct",)),
        "a@pypi.example": Asking("reminder", ("conduct",)),
    }
    matches = replace(knows(by_message_id=[silent]), asked=letters)
    for named, asked in (
        (["last@pypi.example"], ("conduct", STILL_NEEDED)),
        (["other@example.net"], ("conduct", STILL_NEEDED)),
        (["a@pypi.example"], ("conduct",)),
    ):
        assert asked_of(Clues((), tuple(named), ()), matches, silent) == asked


def test_a_typed_reference_counts_for_the_party_alone():
    assert found(mail(), text="about 7kq2-m9xd").case == CASE
    assert found(mail(), text="about AAAA-BBBB") is None
    assert found(mail(), text="about 1111-2222") is None


def test_a_mail_that_goes_on_from_ones_own_belongs_to_its_case_also_after_closing():
    mine = replace(CLOSED, thread=("first@example.org",))
    answering = mail(answers_to=["first@example.org"])
    assert found(answering, matches=knows(of_sender=[mine])).case == mine
    assert found(mail(answers_to=["other@example.org"]), matches=knows(of_sender=[mine])) is None


def test_the_senders_open_case_takes_a_mail_that_points_to_none():
    belongs = found_by_sender(CASE)
    assert belongs == Belongs(CASE, "the sender has an open case", by_party=True, threaded=False)


def test_of_several_open_cases_the_one_about_the_account_is_taken():
    second = replace(CASE, id="f" * 32, answers=answers(username="second"), changed_at=NOW + DAY)
    assert found_by_sender(CASE, second, says={"username": "Jo"}).case == CASE
    assert found_by_sender(CASE, second).case == second


def test_a_full_request_about_another_account_is_a_new_one():
    assert found_by_sender(CASE, says={**COMPLETE, "username": "another"}) == NewRequest()


def test_a_lone_other_name_corrects_the_open_case():
    assert found_by_sender(CASE, says={"username": "another"}).case == CASE


def test_a_request_joins_an_open_case_that_names_no_account_yet():
    assert found_by_sender(replace(CASE, answers={}), says=COMPLETE).case.reference == CASE.reference


def test_nothing_ties_a_first_mail():
    assert found_by_sender() == NewRequest()


def test_a_reply_address_that_is_not_genuine_opens_nothing():
    forged = REPLY[:-20] + "0" + REPLY[-19:]
    assert isinstance(found_by_sender(to=forged), SetAside)
    assert found_by_sender(CASE, to=forged).case == CASE


@pytest.mark.parametrize(
    ("sender", "starts_anew"), [(PARTY, True), (PARTY.upper(), True), ("eve@example.net", False)]
)
def test_who_answers_a_letter_of_a_case_that_is_gone_starts_anew(sender, starts_anew):
    """It was purged, or the database was restored from before it; the reply address is the party's own all the same."""
    clues = without_lost(clues_of(mail(REPLY), "", DESK), sender, DESK, NOW)
    found = find_case_of_sender(clues, knows(cases=()), reading(), NOTHING, FORM)
    assert isinstance(found, NewRequest if starts_anew else SetAside)


def test_what_is_long_expired_starts_nothing():
    clues = without_lost(clues_of(mail(REPLY), "", DESK), PARTY, DESK, NOW + 400 * DAY)
    assert isinstance(find_case_of_sender(clues, knows(cases=()), reading(), NOTHING, FORM), SetAside)


CLOSED = case(Status.CLOSED)


def test_a_closed_case_takes_thanks_and_questions_but_no_new_request():
    for intent in (Intent.CONFIRMATION, Intent.WITHDRAWAL, Intent.STATUS):
        assert found_by_sender(CLOSED, wish=Wish(intent)).case == CLOSED
        assert found_by_sender(CLOSED, wish=Wish(intent), says=COMPLETE) == NewRequest()
    assert found_by_sender(CLOSED) == NewRequest()
    assert found_by_sender(CLOSED, wish=Wish(Intent.OFF_TOPIC)) == NewRequest()


def test_who_was_shown_the_way_to_another_desk_is_not_shown_it_again():
    redirected = replace(CLOSED, outcome=Outcome.REDIRECTED)
    assert found_by_sender(redirected, wish=Wish(Intent.OFF_TOPIC)).case == redirected


@pytest.mark.parametrize("address", [BOUNCE, REPLY])
def test_a_bounce_is_believed_at_a_genuine_address(address):
    assert case_of_bounce(clues_of(mail(address), "", DESK), knows(), DESK, NOW) == CASE


@pytest.mark.parametrize(
    "address",
    [
        BOUNCE[:-20] + "0" + BOUNCE[-19:],
        "recovery@pypi.example",
        DESK.staff(CASE.reference, PARTY, NOW),  # of a member of the staff who is a party too
    ],
)
def test_a_bounce_is_not_believed_elsewhere(address):
    assert case_of_bounce(clues_of(mail(address), "", DESK), knows(), DESK, NOW) is None
    assert case_of_bounce(clues_of(mail(BOUNCE), "", DESK), knows(cases=()), DESK, NOW) is None


@pytest.mark.parametrize(
    ("intent", "says", "kind"),
    [
        (Intent.NONE, {}, MailKind.REQUEST),
        (Intent.RECOVERY, {}, MailKind.REQUEST),
        (Intent.STATUS, {}, MailKind.FOLLOW_UP_STATUS),
        (Intent.AGAIN, COMPLETE, MailKind.DUPLICATE_REQUEST),
        (Intent.CONFIRMATION, {}, MailKind.REQUEST),
        (Intent.OFF_TOPIC, {}, MailKind.OFF_TOPIC),
        (Intent.BULK, {}, MailKind.OFF_TOPIC),
        (Intent.OFF_TOPIC, COMPLETE, MailKind.REQUEST),
        (Intent.OFF_TOPIC, {"link": "https://example.org/x"}, MailKind.OFF_TOPIC),
        (Intent.WITHDRAWAL, {}, MailKind.WITHDRAWAL),
    ],
)
def test_what_a_mail_is_that_belongs_to_no_case(intent, says, kind):
    assert kind_of_first(reading(**says), Wish(intent), FORM) is kind


def test_what_is_certainly_of_another_desk_is_no_request_whatever_it_answers():
    wish = Wish(Intent.OFF_TOPIC, topic="limits", certain=True)
    assert kind_of_first(reading(username="jo"), wish, FORM) is MailKind.OFF_TOPIC


def test_a_mail_that_is_sent_elsewhere_says_nothing_and_any_other_what_was_read():
    said = reading(username="jo")
    assert heard(MailKind.OFF_TOPIC, said) == Reading()
    assert heard(MailKind.REQUEST, said) == said


@pytest.mark.parametrize(
    ("intent", "says", "kind"),
    [
        (Intent.NONE, {}, MailKind.AMENDMENT),
        (Intent.NONE, {"conduct": True}, MailKind.AMENDMENT),
        (Intent.STATUS, {}, MailKind.FOLLOW_UP_STATUS),
        (Intent.STATUS, {"username": "jo"}, MailKind.FOLLOW_UP_STATUS),
        (Intent.STATUS, {"username": "joe"}, MailKind.AMENDMENT),
        (Intent.WITHDRAWAL, {"username": "joe"}, MailKind.WITHDRAWAL),
        (Intent.PROOF, {}, MailKind.PROOF_SUBMITTED),
        (Intent.NONE, {"link": "https://example.org/x"}, MailKind.PROOF_SUBMITTED),
        (Intent.CONFIRMATION, {}, MailKind.CONFIRMATION),
        (Intent.CONFIRMATION, {"conduct": True}, MailKind.AMENDMENT),
        (Intent.YES, {}, MailKind.CONFIRMATION),
        (Intent.GO_ON, {}, MailKind.CONFIRMATION),
        (Intent.OFF_TOPIC, {}, MailKind.OFF_TOPIC),
        (Intent.BULK, {}, MailKind.OFF_TOPIC),
    ],
)
def test_what_a_mail_is_to_its_case(intent, says, kind):
    belongs = Belongs(CASE, "", by_party=True)
    assert kind_in_case(belongs, reading(**says), Wish(intent), FORM) is kind


def test_a_yes_to_the_staff_is_a_confirmation_whatever_else_it_says():
    belongs = Belongs(case(Status.AWAITING_REQUESTER), "", by_party=True)
    assert (
        kind_in_case(belongs, reading(contact="x@example.org"), Wish(Intent.CONFIRMATION), FORM)
        is MailKind.CONFIRMATION
    )


def test_thanks_that_answer_something_after_closing_answer_it():
    belongs = Belongs(case(Status.CLOSED), "", by_party=True)
    found = kind_in_case(belongs, reading(contact="x@example.org"), Wish(Intent.CONFIRMATION), FORM)
    assert found is MailKind.AMENDMENT


def test_a_fresh_request_about_the_same_account_is_a_duplicate():
    belongs = Belongs(CASE, "", by_party=True, threaded=False)
    assert kind_in_case(belongs, reading(**COMPLETE), NOTHING, FORM) is MailKind.DUPLICATE_REQUEST
    assert (
        kind_in_case(replace(belongs, threaded=True), reading(**COMPLETE), NOTHING, FORM)
        is MailKind.AMENDMENT
    )
    assert kind_in_case(belongs, reading(username="jo"), NOTHING, FORM) is MailKind.AMENDMENT


def test_who_asks_after_a_request_or_adds_to_it_may_say_anew_what_it_is_about():
    known = reading(username="jo", reason=("lost_2fa",))
    belongs = Belongs(CASE.evolve(answers=known.answers), "", by_party=True, threaded=False)
    asks, adds = Wish(Intent.STATUS), Wish(Intent.NONE, goes_on=True)
    assert kind_in_case(belongs, known, NOTHING, FORM) is MailKind.DUPLICATE_REQUEST
    assert kind_in_case(belongs, known, adds, FORM) is MailKind.DUPLICATE_REQUEST
    assert kind_in_case(belongs, known, asks, FORM) is MailKind.FOLLOW_UP_STATUS
    assert kind_in_case(belongs, reading(**COMPLETE), asks, FORM) is MailKind.DUPLICATE_REQUEST
    assert kind_in_case(belongs, reading(**COMPLETE), adds, FORM) is MailKind.DUPLICATE_REQUEST
    more = reading(username="jo", contact="x@example.org")
    assert kind_in_case(belongs, more, adds, FORM) is MailKind.AMENDMENT
    assert kind_in_case(belongs, more, NOTHING, FORM) is MailKind.DUPLICATE_REQUEST


def test_a_mail_that_contradicts_itself_says_something():
    both = Reading(doubts=(Doubt("username", (answer("username", "a"), answer("username", "b"))),))
    assert (
        kind_in_case(Belongs(CASE, "", by_party=True), both, Wish(Intent.STATUS), FORM) is MailKind.AMENDMENT
    )


@pytest.mark.parametrize(
    ("to", "typed", "elsewhere"),
    [
        ("kim@example.net", (), True),
        ("kim@example.net", ("7KQ2-M9XD",), False),
        ("kim@example.net, recovery@pypi.example", (), False),
        ("help@PyPI.example", (), False),
        ("undisclosed-recipients:;", (), False),
    ],
)
def test_what_is_taken_back_from_somebody_else(to, typed, elsewhere):
    got = replace(mail(), fields=(("to", to),))
    assert takes_back_elsewhere(got, Clues((), (), typed), None, "recovery@pypi.example") is elsewhere


@pytest.mark.parametrize(("typed", "elsewhere"), [((), True), (("7KQ2-M9XD",), False)])
def test_what_is_taken_back_in_answer_to_somebody_else(typed, elsewhere):
    """Who may have had the answer go to the desk."""
    got = replace(mail(answers_to=("table@example.net",)), fields=(("to", "recovery@pypi.example"),))
    assert takes_back_elsewhere(got, Clues((), (), typed), None, "recovery@pypi.example") is elsewhere


@pytest.mark.parametrize(
    ("in_reply_to", "pointed", "to", "aside"),
    [
        ((), False, "kim@example.net", False),
        ((), True, "kim@example.net", False),
        (("x@example.net",), False, "recovery@pypi.example", True),
        (("x@example.net",), True, "recovery@pypi.example", False),
        (("x@example.net",), True, "Kim <kim@example.net>, Desk <Recovery+x@pypi.example>", False),
        (("x@example.net",), True, "kim@example.net", True),
        (("x@example.net",), True, "", True),
        (("x@example.net", "1@PyPI.example"), True, "kim@example.net", False),
    ],
)
def test_a_mail_that_answers_somebody_else(in_reply_to, pointed, to, aside):
    got = replace(mail(answers_to=in_reply_to), fields=(("to", to),))
    found = Belongs(CASE, "", True) if pointed else None
    assert answers_others(got, found, "recovery@pypi.example") is aside
    assert answers_others(replace(got, in_reply_to=()), found, "recovery@pypi.example") is aside


ONE = case(Status.IN_REVIEW, answers=answers(username="acc1"), account="acc1")
TWO = case(
    Status.IN_REVIEW, id="f" * 32, reference="B2N8-41TQ", answers=answers(username="acc2"), account="acc2"
)
GONE = replace(TWO, status=Status.CLOSED, outcome=Outcome.WITHDRAWN)
CANCELS = Wish(Intent.WITHDRAWAL)


def meant(text, *mine, to=ONE, wish=CANCELS, pointed=True, says=None, **more):
    belongs = Belongs(to, "", by_party=True, at_reply_address=True, proven=True)
    belongs = replace(belongs, **more)
    return of_several(belongs, mine or (ONE, TWO), text, reading(**(says or {})), wish, FORM, pointed=pointed)


def test_a_mail_means_the_request_that_it_names_whatever_letter_it_answers():
    for text in ("Cancel acc2.", "cancel my request (ACC2)", "cancel B2N8-41TQ", "请关闭acc2的申请"):
        belongs = meant(text)
        assert (belongs.case, belongs.unclear) == (TWO, False)
        assert (belongs.at_reply_address, belongs.proven) == (False, True)
    assert meant("Cancel acc1.") == meant("Cancel it.") == replace(meant("acc1"), unclear=False)


def test_a_name_is_a_whole_word_of_one_request_alone():
    for text in ("acc2x", "my-acc2", "acc2@example.org"):
        assert meant(text).case == ONE
    shared = replace(TWO, answers=answers(username="acc1"))
    assert meant("acc1", ONE, shared) == meant("it", ONE, shared)


def test_what_is_asked_about_names_a_request_too():
    both = {"username": (answer("username", "acc2"), answer("username", "acc22"))}
    assert meant("acc22", ONE, replace(TWO, answers={}, doubts=both)).case.id == TWO.id


def test_it_is_not_clear_which_one_is_meant():
    assert meant("Close acc1, I only need acc2.").unclear
    assert meant("Close it.", pointed=False).unclear
    assert not meant("Close it.", ONE, GONE, pointed=False).unclear
    assert not meant("Close it.", pointed=False, says={"username": "acc1"}).unclear


def test_what_is_closed_is_not_meant():
    belongs = meant("Cancel acc2.", ONE, GONE)
    assert (belongs.case, belongs.unclear) == (ONE, True)
    assert not meant("Thanks for acc2.", ONE, GONE, wish=NOTHING).unclear
    assert not meant("Close acc1, as acc2.", ONE, GONE).unclear
    assert meant("Cancel acc2.", ONE, replace(GONE, answers={})).unclear
    again = replace(GONE, answers=answers(username="acc1"), account="acc1")
    assert not meant("Cancel acc1.", ONE, again).unclear
    both = meant("Close acc1 and acc2.", ONE, to=GONE)
    assert (both.case, both.unclear) == (ONE, True)


def test_the_answer_to_a_letter_stays_with_its_case():
    asks = case(account="jo")
    belongs = meant("1. yes. How far is acc2?", asks, TWO, to=asks, wish=NOTHING, says={"conduct": True})
    assert (belongs.case, belongs.unclear) == (asks, False)
    assert meant("1. yes. Cancel acc2.", asks, TWO, to=asks, says={"conduct": True}).unclear
    unknown = case(answers={})
    assert meant("It is acc2.", unknown, TWO, to=unknown, wish=NOTHING).case == unknown
    assert meant("Cancel acc2.", asks, TWO, to=asks).case == TWO


def test_others_than_the_party_have_no_other_request():
    assert meant("Cancel acc2.", by_party=False).case == ONE
    assert meant("Cancel acc2.", ONE).case == ONE


def test_a_request_that_joined_another_one_is_none_of_two():
    joined = replace(ONE, status=Status.CLOSED, merged_into="B2N8-41TQ")
    belongs = meant("Cancel acc1 and acc2.", TWO, to=joined)
    assert (belongs.case, belongs.unclear) == (TWO, False)
