"""Every status with every event, and the rules that hold in all of them."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st

from mailflow.core.authentication import Verdict
from mailflow.core.case import Flag, Outcome, Status
from mailflow.core.envelope import MailKind
from mailflow.core.events import (
    AddressFailed,
    AddressReached,
    DueTimePassed,
    Event,
    PersonWrote,
    StaffAsked,
    StaffClosed,
    StaffCorrected,
    StaffMerged,
    StaffNoted,
    StaffReopened,
    StaffSnoozed,
    StrangerWrote,
    UnprovenWrote,
)
from mailflow.core.letters import LetterKind
from mailflow.core.lifecycle import TRANSITIONS, due_at
from mailflow.core.wish import Intent
from tests.core.given import (
    COMPLETE,
    DAY,
    NOW,
    PARTY,
    POLICY,
    STAFF,
    answer,
    answers,
    case,
    happens,
    kinds,
    wrote,
)

HOUR = DAY / 24
EVENTS = {
    PersonWrote: wrote(),
    StrangerWrote: StrangerWrote("eve@example.net", "8"),
    UnprovenWrote: UnprovenWrote("9", "it fails DMARC of example.org"),
    DueTimePassed: DueTimePassed(),
    AddressFailed: AddressFailed(PARTY, "5.1.1", "no such user"),
    AddressReached: AddressReached(),
    StaffAsked: StaffAsked("Which project?"),
    StaffNoted: StaffNoted("looked at it"),
    StaffClosed: StaffClosed(Outcome.DENIED, "not yours"),
    StaffReopened: StaffReopened(),
    StaffMerged: StaffMerged("AAAA-BBBB", same_party=True),
    StaffSnoozed: StaffSnoozed(5 * DAY),
    StaffCorrected: StaffCorrected("username: joanna"),
}


def test_the_table_has_each_status_with_each_event_and_nothing_else():
    assert set(get_args(Event)) == set(EVENTS)
    pairs = {(status, event) for status in Status for event in EVENTS}
    assert set(TRANSITIONS) == pairs | {(None, PersonWrote)}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: type(event).__name__)
@pytest.mark.parametrize(
    "after", [timedelta(0), 8 * DAY, 60 * DAY], ids=["at once", "after 8 days", "after 60 days"]
)
def test_each_event_in_each_status_keeps_what_must_hold(status, event, after):
    before = case(status)
    decision = happens(before, event, after=after)
    now = decision.case
    assert now.status in TRANSITIONS[status, type(event)][1]
    assert (now.outcome is not None) == (now.closed_at is not None) == (now.status is Status.CLOSED)
    assert (now.due_at is None) == (now.status is Status.CLOSED)
    assert bool(now.question) == (now.status is Status.AWAITING_REQUESTER)
    assert now.changed_at == NOW + after
    assert all(
        letter.to in {PARTY, *POLICY.staff} and letter.reference == before.reference
        for letter in decision.letters
    )
    assert now.letters == before.letters + sum(letter.to == PARTY for letter in decision.letters)
    assert now.completed_at is not None or now.status is not Status.IN_REVIEW


# ------------------------------------------------------------------------------------------------- the person writes


def test_a_first_mail_that_says_little_opens_a_case_and_asks_for_the_rest():
    decision = happens(None, wrote(MailKind.REQUEST, says={"username": "jo"}))
    assert decision.case.status is Status.AWAITING_ANSWERS
    assert decision.case.asked == ("reason", "conduct")
    [letter] = decision.letters
    assert letter.kind is LetterKind.MISSING
    assert letter.facts["first"]
    assert [asked.item for asked in letter.facts["missing"]] == ["reason", "conduct"]
    assert [(item.key, item.value) for item in letter.facts["understood"]] == [("username", None)]
    assert letter.in_reply_to == "m1@example.org"
    assert decision.case.due_at == NOW + 3 * DAY


def test_the_account_is_the_name_or_else_the_address():
    assert happens(None, wrote(MailKind.REQUEST)).case.account == ""
    by_address = happens(None, wrote(MailKind.REQUEST, says={"registered": "jo@old.example"})).case
    assert by_address.account == "jo@old.example"
    assert happens(by_address, wrote(says={"username": "jo"})).case.account == "jo"


def test_a_first_mail_that_says_everything_goes_to_the_staff():
    decision = happens(None, wrote(MailKind.REQUEST, says=COMPLETE))
    assert decision.case.status is Status.IN_REVIEW
    assert decision.case.completed_at == NOW
    assert kinds(decision) == ["received"]
    assert decision.case.due_at == NOW + 7 * DAY


def test_what_a_reason_makes_required_is_asked_too():
    decision = happens(None, wrote(MailKind.REQUEST, says={**COMPLETE, "reason": ("lost_mail", "lost_2fa")}))
    assert decision.case.asked == ("contact",)


def test_the_lost_address_is_no_new_address():
    says = {**COMPLETE, "reason": ("lost_mail",), "registered": "jo@old.example", "contact": "Jo@old.example"}
    assert happens(None, wrote(MailKind.REQUEST, says=says)).case.asked == ("contact",)
    says["contact"] = "jo@new.example"
    assert happens(None, wrote(MailKind.REQUEST, says=says)).case.status is Status.IN_REVIEW


def test_a_refusal_is_no_agreement():
    decision = happens(case(), wrote(says={"reason": ("lost_2fa",), "conduct": False}))
    assert decision.case.asked == ("conduct",)


@pytest.mark.parametrize(("at_reply_address", "told"), [(True, True), (False, False)])
def test_a_refusal_is_told_as_one_to_who_reads_our_letters(at_reply_address, told):
    event = wrote(
        says={"reason": ("lost_2fa",), "conduct": False},
        at_reply_address=at_reply_address,
        proven=at_reply_address,
    )
    letter = happens(case(), event).letters[0]
    assert [one.refused for one in letter.facts["missing"]] == [told]


def test_a_value_that_is_not_sure_is_asked_to_be_confirmed():
    decision = happens(case(answers=answers(**COMPLETE)), wrote(says={"username": "j0"}, sure=0.4))
    assert decision.case.answers["username"].value == "jo"
    assert decision.case.asked == ("account",)
    assert decision.letters[0].facts["missing"][0].guesses == ()
    settled = happens(decision.case, wrote(says={"username": "jo"}))
    assert settled.case.status is Status.IN_REVIEW


def test_a_value_that_is_not_sure_but_known_already_changes_nothing():
    decision = happens(case(answers=answers(**COMPLETE)), wrote(says={"username": "jo"}, sure=0.4))
    assert decision.case.status is Status.IN_REVIEW


def test_two_values_that_contradict_each_other_are_both_shown_to_who_reads_our_letters():
    event = wrote(doubts=[("username", ("jo", "joe"))], at_reply_address=True, proven=True)
    decision = happens(case(answers=answers(**COMPLETE)), event)
    assert decision.letters[0].facts["missing"][0].guesses == ("jo", "joe")


def test_values_are_shown_only_after_an_answer_to_our_own_address():
    shown = happens(
        case(), wrote(says={"reason": ("lost_2fa",), "phone": "123"}, at_reply_address=True, proven=True)
    ).letters[0]
    values = {item.key: item.value for item in shown.facts["understood"]}
    assert values == {"username": "jo", "reason": "lost the phone", "phone": None}
    later = happens(case(confirmed=True, answers=answers(username="jo", conduct=True)), wrote()).letters[0]
    assert {item.key: item.value for item in later.facts["understood"]} == {
        "username": "jo",
        "conduct": "yes",
    }


def test_later_words_correct_earlier_ones():
    decision = happens(case(Status.IN_REVIEW), wrote(says={"username": "joanna"}))
    assert decision.case.answers["username"].value == "joanna"
    assert decision.case.answers["username"].mail == "7"
    assert decision.note.facts["answers"]["username"]["value"] == "joanna"


def test_a_change_that_needs_more_goes_back_to_the_person():
    decision = happens(case(Status.IN_REVIEW), wrote(says={"reason": ("lost_mail",)}))
    assert decision.case.status is Status.AWAITING_ANSWERS
    assert kinds(decision) == ["missing"]
    assert decision.case.completed_at == NOW


def test_a_new_address_given_late_is_flagged_for_the_staff():
    before = case(Status.IN_REVIEW, answers=answers(**COMPLETE, contact="jo@new.example"))
    assert Flag.CONTACT_CHANGED in happens(before, wrote(says={"contact": "eve@new.example"})).case.flags
    assert Flag.CONTACT_CHANGED not in happens(before, wrote(says={"contact": "jo@new.example"})).case.flags


def test_while_the_staff_looks_each_mail_is_noted_until_two_brought_nothing():
    first = happens(case(Status.IN_REVIEW), wrote())
    assert kinds(first) == ["noted"]
    second = happens(first.case, wrote(), after=DAY / 9)
    third = happens(second.case, wrote(says={"contact": "jo@newer.example"}), after=DAY / 9)
    assert kinds(third) == ["noted"]


def test_an_answer_to_the_staff_goes_back_to_the_staff():
    decision = happens(
        case(Status.AWAITING_REQUESTER, confirmed=True), wrote(MailKind.CONFIRMATION), after=DAY
    )
    assert decision.case.status is Status.IN_REVIEW
    assert decision.case.completed_at == NOW
    assert kinds(decision) == ["noted"]


@pytest.mark.parametrize("status", [Status.AWAITING_ANSWERS, Status.IN_REVIEW, Status.AWAITING_REQUESTER])
def test_never_mind_closes_the_case(status):
    decision = happens(case(status), wrote(MailKind.WITHDRAWAL))
    assert decision.case.outcome is Outcome.WITHDRAWN
    assert kinds(decision) == ["withdrawn"]


@pytest.mark.parametrize("status", Status)
def test_how_far_is_it_is_answered_at_most_once_a_day(status):
    first = happens(case(status), wrote(MailKind.FOLLOW_UP_STATUS))
    assert kinds(first) == ["status"]
    assert first.case.status is status
    assert bool(first.letters[0].facts["missing"]) == (status is Status.AWAITING_ANSWERS)
    assert kinds(happens(first.case, wrote(MailKind.FOLLOW_UP_STATUS), after=DAY / 2)) == []
    assert kinds(happens(first.case, wrote(MailKind.FOLLOW_UP_STATUS), after=DAY)) == ["status"]


def test_who_asks_how_far_it_is_in_the_mail_that_completes_the_request_is_told_that_it_is_complete():
    decision = happens(case(), wrote(MailKind.FOLLOW_UP_STATUS, says=COMPLETE))
    assert decision.case.status is Status.IN_REVIEW
    assert kinds(decision) == ["received"]


@pytest.mark.parametrize("status", [Status.AWAITING_ANSWERS, Status.IN_REVIEW])
def test_a_second_request_is_answered_as_one(status):
    decision = happens(case(status), wrote(MailKind.DUPLICATE_REQUEST))
    assert kinds(decision) == ["duplicate"]
    assert decision.case.status is status


def test_a_request_for_another_desk_is_shown_the_way_once():
    first = happens(None, wrote(MailKind.OFF_TOPIC, topic="limits"))
    assert first.case.outcome is Outcome.REDIRECTED
    assert first.letters[0].facts["url"] == "https://example.org/limits"
    assert kinds(happens(first.case, wrote(MailKind.OFF_TOPIC, topic="limits"))) == []
    assert kinds(happens(case(), wrote(MailKind.OFF_TOPIC, topic="limits"))) == ["redirected"]
    assert kinds(happens(case(), wrote(MailKind.OFF_TOPIC, topic="unheard of"))) == []


def test_who_was_sent_elsewhere_but_lost_an_account_is_taken_in_after_all():
    closed = happens(None, wrote(MailKind.OFF_TOPIC, topic="limits")).case
    decision = happens(closed, wrote(says={"username": "jo"}))
    assert decision.case.status is Status.AWAITING_ANSWERS
    assert decision.letters[0].facts["reopened"]


@pytest.mark.parametrize("kind", [MailKind.CONFIRMATION, MailKind.WITHDRAWAL])
def test_thanks_after_closing_get_no_letter(kind):
    decision = happens(case(Status.CLOSED), wrote(kind))
    assert decision.case.status is Status.CLOSED
    assert decision.letters == ()


@pytest.mark.parametrize("wants", [Intent.YES, Intent.GO_ON])
def test_a_yes_to_the_letter_that_asks_do_you_still_need_us_opens_it_again(wants):
    decision = happens(
        case(Status.CLOSED, outcome=Outcome.EXPIRED), wrote(MailKind.CONFIRMATION, wants=wants)
    )
    assert decision.case.status is Status.IN_REVIEW
    assert kinds(decision) == ["received"]


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.RECOVERED, Outcome.DENIED])
def test_elsewhere_a_yes_changes_nothing_and_a_wish_to_go_on_does(outcome):
    closed = case(Status.CLOSED, outcome=outcome)
    assert happens(closed, wrote(MailKind.CONFIRMATION, wants=Intent.YES)).case.status is Status.CLOSED
    assert happens(closed, wrote(MailKind.CONFIRMATION, wants=Intent.GO_ON)).case.status is Status.IN_REVIEW


def test_an_answer_after_closing_for_silence_reopens_the_case():
    decision = happens(case(Status.CLOSED, reminders=3), wrote(), after=90 * DAY)
    assert decision.case.status is Status.IN_REVIEW
    assert decision.case.completed_at == NOW + 90 * DAY
    assert kinds(decision) == ["received"]
    assert Flag.WROTE_AFTER_CLOSING not in decision.case.flags


@pytest.mark.parametrize("outcome", [Outcome.DENIED, Outcome.RECOVERED])
def test_who_writes_after_a_decision_reaches_the_staff_again(outcome):
    decision = happens(case(Status.CLOSED, outcome=outcome), wrote())
    assert decision.case.status is Status.IN_REVIEW
    assert Flag.WROTE_AFTER_CLOSING in decision.case.flags
    assert kinds(decision) == ["noted"]


def test_off_topic_mail_after_closing_does_not_reopen():
    decision = happens(case(Status.CLOSED), wrote(MailKind.OFF_TOPIC, topic="limits"))
    assert decision.case.status is Status.CLOSED
    assert kinds(decision) == ["redirected"]


def test_a_pasted_secret_gets_a_letter_of_its_own():
    decision = happens(case(confirmed=True), wrote(secrets=("api_token", "api_token")))
    assert kinds(decision) == ["missing", "pasted_secret"]
    assert decision.letters[0].secrets == ()
    assert decision.letters[1].facts["kinds"] == ("api_token",)
    assert Flag.SECRET_PASTED in decision.case.flags


def test_whom_nobody_has_seen_to_write_one_letter_tells_of_a_secret_too():
    told = happens(None, wrote(MailKind.REQUEST, secrets=("password",)))
    assert (kinds(told), told.letters[0].secrets) == (["missing"], ("password",))
    closed = case(Status.CLOSED)
    alone = happens(closed, wrote(MailKind.CONFIRMATION, secrets=("password",)))
    assert (kinds(alone), alone.letters[0].secrets) == (["pasted_secret"], ())
    proven = happens(None, wrote(MailKind.REQUEST, secrets=("password",), proven=True))
    assert kinds(proven) == ["missing", "pasted_secret"]


def test_a_person_who_writes_again_can_be_reached_again():
    decision = happens(case(flags=frozenset({Flag.ADDRESS_FAILING})), wrote())
    assert Flag.ADDRESS_FAILING not in decision.case.flags


def test_the_thread_keeps_the_newest_message_ids():
    many = tuple(f"r{n}@example.org" for n in range(30))
    decision = happens(case(), wrote(references=many, message_id="new@example.org"))
    assert decision.case.thread[-1] == "new@example.org"
    assert len(decision.case.thread) == 20
    assert happens(case(), wrote(message_id=None)).case.thread == ("m0@example.org",)


# ------------------------------------------------------------------------------------------------ strangers and bounces


@pytest.mark.parametrize("status", Status)
def test_a_strangers_mail_changes_nothing_but_a_flag_and_gets_no_letter(status):
    before = case(status)
    decision = happens(before, StrangerWrote("eve@example.net", "8"))
    assert decision.letters == ()
    assert Flag.STRANGER_WROTE in decision.case.flags
    assert decision.case.answers == before.answers


@pytest.mark.parametrize(("status", "failing"), [("5.1.1", True), ("", True), ("4.2.2", False)])
def test_a_bounce_marks_the_address_and_a_delay_does_not(status, failing):
    decision = happens(case(), AddressFailed(PARTY.upper(), status, "text"))
    assert (Flag.ADDRESS_FAILING in decision.case.flags) == failing
    assert decision.letters == ()


def test_a_bounce_of_another_address_does_not_mark_the_partys():
    assert not happens(case(), AddressFailed("other@example.org", "5.1.1", "text")).case.flags


# ---------------------------------------------------------------------------------------------------------- time passes


def pass_time(before, days):
    return happens(before, DueTimePassed(), after=timedelta(days=days))


@pytest.mark.parametrize("status", [Status.AWAITING_ANSWERS, Status.AWAITING_REQUESTER])
def test_three_reminders_then_the_case_is_closed(status):
    now, letters = case(status), []
    now = replace(now, due_at=due_at(now, POLICY))
    while now.due_at is not None:
        decision = happens(now, DueTimePassed(), after=now.due_at - NOW)
        letters += [(letter.kind.value, (now.due_at - NOW).days) for letter in decision.letters]
        now = decision.case
    assert letters == [("reminder", 3), ("reminder", 7), ("reminder", 14), ("expired", 30)]
    assert now.outcome is Outcome.EXPIRED


def test_a_reminder_asks_only_for_what_is_still_missing_and_says_when_it_closes():
    letter = pass_time(case(), 3).letters[0]
    assert [asked.item for asked in letter.facts["missing"]] == ["reason", "conduct"]
    assert letter.facts["closes_at"] == NOW + 30 * DAY
    assert not letter.facts["last"]
    assert pass_time(case(reminders=2), 14).letters[0].facts["last"]
    question = pass_time(case(Status.AWAITING_REQUESTER), 3).letters[0]
    assert question.facts["question"] == "Which project?"
    assert question.facts["missing"] == ()


def test_an_outage_that_ate_the_reminders_does_not_eat_the_time_to_answer():
    decision = pass_time(case(), 40)
    assert kinds(decision) == ["reminder"]
    assert decision.case.due_at == NOW + 43 * DAY


def test_what_was_stuck_is_so_no_longer_once_anything_happens():
    assert pass_time(case(stuck="ValueError in x.py"), 3).case.stuck == ""


def test_nothing_happens_before_the_time():
    for status in (Status.AWAITING_ANSWERS, Status.IN_REVIEW):
        decision = pass_time(case(status), 2)
        assert decision.letters == ()
        assert decision.case == replace(case(status), changed_at=NOW + 2 * DAY, due_at=decision.case.due_at)


def test_a_failing_address_gets_no_reminders_and_the_case_still_closes():
    failing = case(flags=frozenset({Flag.ADDRESS_FAILING}))
    withheld = pass_time(failing, 3)
    assert (withheld.letters, withheld.note.kind) == ((), "reminder_withheld")
    again = happens(withheld.case, AddressReached()).case
    assert kinds(pass_time(again, 7)) == ["reminder"]
    closed = pass_time(replace(failing, reminders=3), 30)
    assert closed.case.outcome is Outcome.EXPIRED
    assert closed.letters == ()


def test_a_complete_case_nobody_touched_is_escalated_again_and_again():
    first = pass_time(case(Status.IN_REVIEW), 7)
    assert [letter.to for letter in first.letters] == list(POLICY.staff)
    assert Flag.ESCALATED in first.case.flags
    assert first.case.due_at == NOW + 14 * DAY
    assert first.case.letters == 1  # those to the staff count for nobody
    touched = happens(first.case, StaffNoted("on it"), after=8 * DAY)
    assert Flag.ESCALATED not in touched.case.flags
    assert touched.case.due_at == NOW + 15 * DAY


@pytest.mark.parametrize("days", [2, 20])
def test_a_snooze_moves_the_escalation_to_its_time(days):
    snoozed = happens(case(Status.IN_REVIEW), StaffSnoozed(days * DAY), after=DAY)
    assert (snoozed.case.due_at, snoozed.letters) == (NOW + (1 + days) * DAY, ())
    assert snoozed.note.facts == {"until": (NOW + (1 + days) * DAY).strftime("%Y-%m-%d %H:%M")}
    assert pass_time(snoozed.case, days).letters == ()
    told = pass_time(snoozed.case, days + 1)
    assert [letter.to for letter in told.letters] == list(POLICY.staff)
    assert told.case.due_at == NOW + (1 + days + 7) * DAY


def test_a_snooze_holds_until_the_staff_acts_or_the_case_is_complete_anew():
    snoozed = happens(case(Status.IN_REVIEW), StaffSnoozed(20 * DAY)).case
    assert happens(snoozed, wrote(), after=DAY).case.due_at == NOW + 20 * DAY
    assert happens(snoozed, StaffNoted("on it"), after=DAY).case.due_at == NOW + 8 * DAY
    taken_back = happens(snoozed, wrote(says={"conduct": False})).case
    assert taken_back.status is Status.AWAITING_ANSWERS
    complete = happens(taken_back, wrote(says={"conduct": True}), after=DAY).case
    assert complete.due_at == NOW + 8 * DAY


def test_the_days_of_a_snooze_are_business_days_where_the_others_are():
    policy = replace(POLICY, business_days=True)
    assert happens(case(Status.IN_REVIEW), StaffSnoozed(5 * DAY), policy=policy).case.due_at == NOW + 7 * DAY


def test_a_request_that_only_lacked_what_was_not_read_goes_to_the_staff_when_that_is_put_right():
    lacking = case(answers=answers(reason=("lost_2fa",), conduct=True), asked=("account",))
    done = happens(lacking, StaffCorrected("username: jo"), after=DAY)
    assert (done.case.status, done.case.completed_at, kinds(done)) == (
        Status.IN_REVIEW,
        NOW + DAY,
        ["received"],
    )
    assert done.case.account == "jo"
    assert done.note.facts["field"] == "username"


@pytest.mark.parametrize("status", list(Status))
def test_a_correction_changes_the_answer_and_no_more_than_that(status):
    before = case(status)
    done = happens(before, StaffCorrected("username: joanna"), after=DAY)
    assert (done.case.status, done.letters, done.case.asked) == (status, (), before.asked)
    assert done.case.answers["username"].value == done.case.account == "joanna"
    assert done.case.answers.keys() == before.answers.keys()


def test_a_correction_settles_what_was_in_doubt():
    doubtful = case(doubts={"username": (answer("username", "jo"), answer("username", "joe"))})
    assert happens(doubtful, StaffCorrected("username: joe")).case.doubts == {}


def test_what_was_never_said_is_taken_out():
    done = happens(case(Status.IN_REVIEW), StaffCorrected("conduct:"))
    assert "conduct" not in done.case.answers
    assert (done.case.status, done.note.facts["text"]) == (Status.IN_REVIEW, "taken out")


def test_a_mail_from_the_person_does_not_put_off_the_escalation():
    assert happens(case(Status.IN_REVIEW), wrote(), after=6 * DAY).case.due_at == NOW + 7 * DAY


def test_a_site_may_do_without_reminders():
    silent = replace(POLICY, remind_after=())
    reminded = case(reminders=1, reminded_at=NOW)
    assert happens(reminded, DueTimePassed(), after=29 * DAY, policy=silent).case.due_at == NOW + 30 * DAY
    assert kinds(happens(reminded, DueTimePassed(), after=30 * DAY, policy=silent)) == ["expired"]


def test_an_item_that_left_the_form_is_asked_no_more():
    decision = happens(case(asked=("reason", "gone")), StaffClosed(Outcome.EXPIRED))
    assert decision.letters[0].asked == decision.case.asked == ("reason", "conduct")


def test_a_letter_that_is_held_back_has_asked_nothing():
    """The person has the one before, and answers by its numbers."""
    before = case(asked=("account", "reason", "conduct"))
    held = happens(before, wrote(says={"reason": ("lost_2fa",)}), letters_today=POLICY.letters_per_day)
    assert (held.letters, held.case.asked) == ((), before.asked)
    assert happens(None, wrote(), letters_today=POLICY.letters_per_day).case.asked == ()


def test_a_reminder_that_is_held_back_has_asked_nothing():
    before = case(asked=("account", "reason"), flags=frozenset({Flag.MAYBE_FORGED}))
    assert pass_time(before, 3).case.asked == before.asked


def test_a_letter_that_asks_nothing_leaves_what_was_asked_last():
    decision = happens(case(), wrote(secrets=("password",), proven=True))
    assert [letter.asked for letter in decision.letters] == [("reason", "conduct"), ()]
    assert decision.case.asked == ("reason", "conduct")


def test_an_answer_to_the_closing_letter_is_understood_by_what_it_asked():
    closed = pass_time(case(reminders=3), 30).case
    assert closed.status is Status.CLOSED
    assert closed.asked == ("reason", "conduct")


def test_a_case_that_a_new_form_makes_complete_goes_to_the_staff():
    complete = case(answers=answers(**COMPLETE))
    decision = pass_time(complete, 3)
    assert decision.case.status is Status.IN_REVIEW
    assert kinds(decision) == ["received"]


# ------------------------------------------------------------------------------------------------------- the staff acts


@pytest.mark.parametrize("status", Status)
def test_a_question_waits_for_the_person(status):
    decision = happens(case(status), StaffAsked("When was your last upload?"))
    assert decision.case.status is Status.AWAITING_REQUESTER
    assert decision.letters[0].facts["question"] == "When was your last upload?"
    assert decision.case.due_at == NOW + 3 * DAY


@pytest.mark.parametrize(
    ("outcome", "letter"),
    [
        (Outcome.RECOVERED, ["recovered"]),
        (Outcome.DENIED, ["denied"]),
        (Outcome.WITHDRAWN, ["withdrawn"]),
        (Outcome.EXPIRED, ["expired"]),
        (Outcome.DUPLICATE, []),
        (Outcome.REDIRECTED, ["redirected"]),
    ],
)
def test_each_way_to_close_has_its_letter(outcome, letter):
    decision = happens(case(Status.IN_REVIEW), StaffClosed(outcome, "why"))
    assert kinds(decision) == letter
    assert [one.facts["text"] for one in decision.letters] == ["why"] * len(letter)
    assert decision.case.outcome is outcome
    again = happens(decision.case, StaffClosed(outcome, "why"))
    assert kinds(again) == []


@pytest.mark.parametrize("status", [Status.AWAITING_ANSWERS, Status.IN_REVIEW, Status.AWAITING_REQUESTER])
def test_who_kept_nobody_waiting_is_not_told_that_they_did(status):
    (letter,) = happens(case(status), StaffClosed(Outcome.EXPIRED)).letters
    assert letter.facts["silent"] is (status is not Status.IN_REVIEW)


def test_the_staff_may_change_its_mind():
    assert kinds(happens(case(Status.CLOSED), StaffClosed(Outcome.RECOVERED))) == ["recovered"]


def test_reopening_asks_or_queues():
    missing = happens(case(Status.CLOSED, answers={}), StaffReopened())
    assert kinds(missing) == ["missing"]
    assert missing.case.asked == ("account", "reason", "conduct")
    complete = happens(case(Status.CLOSED), StaffReopened(), after=DAY)
    assert kinds(complete) == ["received"]
    assert complete.case.completed_at == NOW + DAY


def test_a_duplicate_of_ones_own_case_is_said_and_of_a_strangers_is_not():
    own = happens(case(Status.IN_REVIEW), StaffMerged("AAAA-BBBB", same_party=True))
    assert kinds(own) == ["duplicate"]
    assert own.case.merged_into == "AAAA-BBBB"
    assert kinds(happens(case(), StaffMerged("AAAA-BBBB", same_party=False))) == []
    assert kinds(happens(case(Status.CLOSED), StaffMerged("AAAA-BBBB", same_party=True))) == []


# --------------------------------------------------------------------------------------------------------------- limits


def test_past_the_days_limit_the_case_goes_to_the_staff_without_a_letter():
    decision = happens(case(confirmed=True), wrote(secrets=("password",)), letters_today=4)
    assert kinds(decision) == ["missing"]
    assert Flag.LETTERS_SPENT in decision.case.flags
    assert decision.note.facts["not_written"] == ["pasted_secret"]
    assert kinds(happens(case(), wrote(), letters_today=5)) == []
    assert kinds(happens(case(), wrote(), letters_today=9)) == []


def test_that_all_is_there_is_said_once_there_is_room_again():
    """Five answers in five mails used up the letters of a day: the last word was that one answer is missing."""
    held = happens(case(confirmed=True), wrote(says=COMPLETE, proven=True), letters_today=5)
    assert (kinds(held), held.case.status, held.case.due_at) == ([], Status.IN_REVIEW, NOW + 25 * HOUR)
    again = happens(held.case, DueTimePassed(), after=25 * HOUR, letters_today=5)
    assert (kinds(again), again.case.due_at) == ([], NOW + 50 * HOUR)
    asked = happens(again.case, wrote(MailKind.FOLLOW_UP_STATUS), after=26 * HOUR)
    assert (kinds(asked), asked.case.due_at) == (["status"], NOW + 7 * DAY)
    told = happens(again.case, DueTimePassed(), after=50 * HOUR)
    assert (kinds(told), told.case.due_at, told.case.flags) == (["received"], NOW + 7 * DAY, frozenset())
    assert told.letters[0].facts["reopened"] is False


def test_who_is_not_reminded_is_not_told_later_either():
    held = happens(
        case(flags=frozenset({Flag.ADDRESS_FAILING})), wrote(says=COMPLETE, proven=True), letters_today=5
    ).case
    failing = held.evolve(flags=held.flags | {Flag.ADDRESS_FAILING})
    assert happens(failing, StrangerWrote("x@example.org", "8")).case.due_at == NOW + 7 * DAY


def test_past_the_cases_limit_only_the_staff_writes():
    spent = case(letters=20)
    assert kinds(happens(spent, wrote())) == []
    assert kinds(happens(spent, StaffAsked("?"))) == ["question"]


def test_letters_to_the_staff_have_no_limit():
    spent = case(Status.IN_REVIEW, letters=20)
    assert next(letter.to for letter in pass_time(spent, 7).letters) == STAFF


EVENT = st.sampled_from(
    [
        *EVENTS.values(),
        *(wrote(kind, says=says) for kind in MailKind for says in ({}, COMPLETE)),
        wrote(at_reply_address=True, secrets=("password",)),
        StaffClosed(Outcome.RECOVERED),
    ]
)


@holds_for(st.lists(st.tuples(EVENT, st.integers(0, 20)), max_size=30))
def test_whatever_happens_a_case_stays_sound_and_its_letters_stay_bounded(story):
    now, after, automatic = happens(None, wrote(MailKind.REQUEST)).case, timedelta(0), 1
    for event, days in story:
        after += timedelta(days=days)
        decision = happens(now, event, after=after)
        if type(event) in {PersonWrote, StrangerWrote, DueTimePassed, AddressFailed, AddressReached}:
            automatic += sum(letter.to == PARTY for letter in decision.letters)
        now = decision.case
        assert now.due_at is None or now.due_at > NOW + after or type(event) is not DueTimePassed
        assert (now.status is Status.CLOSED) == (now.outcome is not None)
    assert automatic <= POLICY.letters_per_case


# ---------------------------------------------------------------------------------------------------- who wrote it


@pytest.mark.parametrize("status", Status)
def test_a_mail_that_is_not_believed_changes_nothing_but_what_the_staff_sees(status):
    before = case(status, answers=answers(username="jo"))
    decision = happens(before, UnprovenWrote("9", "it fails DMARC of example.org", odd=True))
    assert decision.letters == ()
    assert decision.note.facts == {"mail": "9", "why": "it fails DMARC of example.org"}
    flags = before.flags | {Flag.UNPROVEN_WROTE, Flag.ODD_SENDER, Flag.MAYBE_FORGED}
    assert (
        replace(decision.case, changed_at=before.changed_at, due_at=before.due_at, flags=before.flags)
        == before
    )
    assert decision.case.flags == flags


@pytest.mark.parametrize(
    ("status", "letter"),
    [
        (Status.AWAITING_ANSWERS, ["missing"]),
        (Status.IN_REVIEW, ["received"]),
        (Status.AWAITING_REQUESTER, []),
        (Status.CLOSED, []),
    ],
)
def test_the_first_mail_from_elsewhere_is_told_what_the_first_letter_said(status, letter):
    event = UnprovenWrote("9", "from elsewhere", elsewhere=True, message_id="own@example.org")
    told = happens(case(status), event)
    assert kinds(told) == letter
    for one in told.letters:
        assert (one.in_reply_to, one.references) == ("own@example.org", ("own@example.org",))
        assert not any(settled.value for settled in one.facts["understood"])
    assert kinds(happens(told.case, event)) == []
    assert kinds(happens(case(status, confirmed=True), event)) == []
    without_id = happens(case(status), replace(event, message_id=None))
    assert all(one.references == () for one in without_id.letters)


def test_the_case_keeps_whether_its_party_is_proven():
    event = replace(wrote(MailKind.REQUEST, says={"username": "jo"}), proof=Verdict.PASS, trusted=True)
    decision = happens(None, event)
    assert decision.case.proof is Verdict.PASS
    [username] = [one for one in decision.letters[0].facts["understood"] if one.key == "username"]
    assert username.value == "jo"
    assert happens(None, replace(event, trusted=False)).letters[0].facts["understood"][0].value is None


def test_an_odd_sender_is_flagged_whoever_it_is():
    for event in (replace(wrote(), odd=True), StrangerWrote("eve@example.net", "8", odd=True)):
        assert Flag.ODD_SENDER in happens(case(Status.IN_REVIEW), event).case.flags


@pytest.mark.parametrize("status", [Status.AWAITING_ANSWERS, Status.IN_REVIEW])
def test_words_that_nothing_was_read_of_are_left_to_eyes(status):
    open_ = case(status)
    known = {"username": "jo"}
    assert Flag.WORDS_UNREAD in happens(open_, wrote()).case.flags
    assert Flag.WORDS_UNREAD in happens(open_, wrote(says=known)).case.flags
    for told in (
        wrote(says={"username": "joe"}),
        wrote(doubts=[("username", ("jo", "joe"))]),
        wrote(secrets=("password",)),
        wrote(MailKind.FOLLOW_UP_STATUS),
    ):
        assert Flag.WORDS_UNREAD not in happens(open_, told).case.flags
    assert happens(case(Status.AWAITING_REQUESTER), wrote()).case.flags == frozenset()
    assert happens(None, wrote()).case.flags == frozenset()


MORE = case(
    Status.IN_REVIEW,
    id="f" * 32,
    reference="B2N8-41TQ",
    answers=answers(username="bo"),
    account="bo",
    confirmed=True,
)


@pytest.mark.parametrize(
    "event",
    [
        wrote(MailKind.WITHDRAWAL, unclear=True, others=(MORE,)),
        wrote(MailKind.DISOWNED, unclear=True, others=(MORE,)),
        wrote(says={"contact": "eve@new.example"}, unclear=True, others=(MORE,)),
    ],
)
def test_which_request_is_meant_is_asked_before_one_is_changed(event):
    before = case(Status.IN_REVIEW, account="jo")
    decision = happens(before, event)
    assert kinds(decision) == [LetterKind.WHICH]
    assert (decision.case.status, decision.case.answers) == (Status.IN_REVIEW, before.answers)
    assert decision.case.flags == {Flag.WORDS_UNREAD}
    again = happens(decision.case.evolve(last_letters={LetterKind.WHICH: NOW}), event)
    assert kinds(again) == []
    requests = decision.letters[0].facts["requests"]
    assert [(one.reference, one.account) for one in requests] == [("7KQ2-M9XD", ""), ("B2N8-41TQ", "bo")]


def test_what_changes_none_needs_no_asking():
    decision = happens(case(Status.IN_REVIEW), wrote(MailKind.FOLLOW_UP_STATUS, unclear=True, others=(MORE,)))
    assert kinds(decision) == [LetterKind.STATUS]
    assert [one.account for one in decision.letters[0].facts["others"]] == ["bo"]


def test_a_letter_names_the_account_where_the_party_may_be_told():
    closed = wrote(MailKind.WITHDRAWAL, at_reply_address=True, others=(MORE,))
    assert happens(case(Status.IN_REVIEW), closed).letters[0].facts["account"] == "jo"
    disowned = wrote(MailKind.DISOWNED, at_reply_address=True)
    assert happens(case(Status.IN_REVIEW), disowned).letters[0].facts["account"] == "jo"
    nobody = happens(case(Status.IN_REVIEW), wrote(MailKind.WITHDRAWAL))
    assert nobody.letters[0].facts["account"] == ""
    unnamed = happens(case(answers={}, confirmed=True), wrote(MailKind.WITHDRAWAL))
    assert unnamed.letters[0].facts["account"] == ""
    in_vain = wrote(MailKind.WITHDRAWAL, proof=Verdict.NONE, others=(MORE,))
    facts = happens(case(Status.IN_REVIEW, confirmed=True), in_vain).letters[0].facts
    assert (facts["account"], facts["others"][0].account) == ("", "")
