from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as having
from hypothesis import strategies as st

from mailflow.core.authentication import Verdict
from mailflow.core.case import Flag, Outcome, Status
from mailflow.core.digest import MOST, FailedLetter, Numbers, ParkedMail, SetAside, brief, make_digest
from tests.core.given import DAY, FORM, NOW, answer, answers, case

SINCE = NOW - DAY
LATER = NOW - timedelta(hours=2)


def digest(*cases, parked=(), failed=(), set_aside=(), numbers=None, **more):
    return make_digest(NOW, cases, parked, failed, set_aside, numbers or Numbers(), FORM, SINCE, **more)


def references(section):
    return [one.reference for one in section.listed]


def reviewed(reference, since, **more):
    return case(Status.IN_REVIEW, reference=reference, waiting_since=since, opened_at=since, **more)


def test_each_open_case_stands_in_one_section():
    escalated = frozenset({Flag.ESCALATED})
    spent = frozenset({Flag.LETTERS_SPENT})
    made = digest(
        reviewed("NEW", LATER),
        reviewed("SEEN", LATER, touched_at=NOW),
        reviewed("TOUCHED-BEFORE", LATER, touched_at=LATER - DAY),
        reviewed("OLD", NOW - 3 * DAY),
        reviewed("LATE", NOW - 9 * DAY, flags=escalated),
        case(Status.AWAITING_ANSWERS, reference="PERSON"),
        case(Status.AWAITING_REQUESTER, reference="ASKED", waiting_since=NOW - DAY),
        case(Status.AWAITING_ANSWERS, reference="SPENT", flags=spent),
        case(Status.CLOSED, reference="CLOSED"),
    )
    assert references(made.escalated) == ["LATE"]
    assert references(made.new) == ["NEW", "TOUCHED-BEFORE"]
    assert references(made.waiting_on_staff) == ["OLD", "SEEN", "SPENT"]
    assert references(made.waiting_on_person) == ["ASKED", "PERSON"]


def test_a_request_that_was_not_its_partys_stands_apart_closed_or_not():
    disowned = frozenset({Flag.DISOWNED})
    made = digest(
        reviewed("OPEN", NOW - DAY, flags=disowned),
        case(Status.CLOSED, reference="CLOSED", waiting_since=NOW - 2 * DAY, flags=disowned),
    )
    assert references(made.disowned) == ["CLOSED", "OPEN"]
    assert not made.new.listed


def test_a_case_that_is_stuck_stands_first_among_those_for_us_and_says_why():
    made = digest(
        reviewed("OLD", NOW - 3 * DAY),
        case(Status.AWAITING_ANSWERS, reference="STUCK", stuck="UndefinedError in reminder.txt, line 3"),
    )
    assert references(made.waiting_on_staff) == ["STUCK", "OLD"]
    assert made.waiting_on_staff.listed[0].flags == (
        "what was due could not be done: UndefinedError in reminder.txt, line 3",
    )


def test_what_waits_longest_comes_first_in_every_section():
    since = [LATER, NOW - 5 * DAY, NOW - 3 * DAY]
    made = digest(*(reviewed(str(moment), moment, flags=frozenset({Flag.ESCALATED})) for moment in since))
    assert references(made.escalated) == [str(moment) for moment in sorted(since)]


def test_failing_addresses_are_listed_whatever_the_status():
    failing = frozenset({Flag.ADDRESS_FAILING})
    made = digest(
        case(Status.CLOSED, reference="CLOSED", flags=failing, changed_at=LATER),
        case(Status.AWAITING_ANSWERS, reference="OPEN", flags=failing),
    )
    assert references(made.failing) == ["OPEN", "CLOSED"]
    assert references(made.waiting_on_person) == ["OPEN"]


def test_mails_and_letters_are_listed_oldest_first():
    parked = [ParkedMail(1, "b@c", "late", NOW, "x"), ParkedMail(2, "b@c", "early", LATER, "y")]
    failed = [
        FailedLetter(1, "missing", "b@c", None, "x", NOW),
        FailedLetter(2, "missing", "b@c", None, "y", LATER),
    ]
    aside = [SetAside(1, "b@c", "late", NOW, "x"), SetAside(2, "b@c", "early", LATER, "y")]
    made = digest(parked=parked, failed=failed, set_aside=aside)
    for section in (made.parked, made.failed, made.set_aside):
        assert [one.id for one in section.listed] == [2, 1]


def test_a_long_section_is_cut_and_says_how_much_is_left():
    made = digest(*(reviewed(f"{number:03}", NOW - 3 * DAY) for number in range(MOST + 5)))
    assert len(made.waiting_on_staff.listed) == MOST
    assert made.waiting_on_staff.total == MOST + 5
    assert made.waiting_on_staff.more == 5


def test_open_cases_that_were_not_read_are_counted():
    made = digest(
        reviewed("NEW", LATER),
        case(Status.AWAITING_ANSWERS, reference="PERSON"),
        unread={Status.IN_REVIEW: 3, Status.AWAITING_ANSWERS: 4, Status.AWAITING_REQUESTER: 5},
    )
    assert (made.new.total, made.waiting_on_staff.total, made.waiting_on_person.total) == (1, 3, 10)
    assert (made.waiting_on_staff.more, made.waiting_on_person.more) == (3, 9)


def test_a_digest_that_lists_nothing_is_empty_whatever_its_numbers():
    assert digest(case(Status.CLOSED), numbers=Numbers(requests=3)).empty
    assert not digest(case(Status.AWAITING_ANSWERS)).empty
    assert not digest(parked=[ParkedMail(1, "", "", NOW, "x")]).empty


def test_numbers_come_largest_first_and_not_too_many():
    silent = {f"reason {number:02}": number for number in range(20)}
    numbers = digest(numbers=Numbers(closed={"denied": 1, "recovered": 3}, silent=silent)).numbers
    assert list(numbers.closed.items()) == [("recovered", 3), ("denied", 1)]
    assert next(iter(numbers.silent)) == "reason 19"
    assert len(numbers.silent) == 12


def test_a_brief_says_what_the_staff_needs_at_first_sight():
    told = answers(username="jo", registered="jo@old.example", conduct=True)
    told["reason"] = replace(answer("reason", ("lost_mail", "lost_2fa")), words="it all broke")
    one = brief(case(Status.AWAITING_REQUESTER, answers=told, opened_at=NOW - 3 * DAY), FORM, NOW + DAY)
    assert one.account == "jo"
    assert [(said.label, said.value, said.words) for said in one.reasons] == [
        ("reason", "lost_mail, lost the phone", "it all broke")
    ]
    assert [(said.label, said.value, said.words) for said in one.answers] == [
        ("registered", "jo@old.example", ""),
        ("conduct", "yes", ""),
    ]
    assert (one.age, one.waiting) == (4 * DAY, DAY)
    assert one.question == "Which project?"
    assert one.commands == ("mailflow cases show 7KQ2-M9XD",)


def test_a_brief_says_which_command_settles_what_waits_for_us():
    assert brief(reviewed("B2N8-41TQ", LATER), FORM, NOW).commands == (
        "mailflow cases show B2N8-41TQ",
        "mailflow cases close B2N8-41TQ recovered",
    )


def test_a_brief_names_the_account_by_what_is_known_of_it():
    assert brief(case(answers=answers(registered="jo@old.example")), FORM, NOW).account == "jo@old.example"
    assert brief(case(answers={}), FORM, NOW).account == ""


def test_a_brief_says_what_was_asked_in_vain_and_which_flags_stand():
    flags = frozenset(Flag)
    asked = ("account", "conduct", "no-longer-in-the-form")
    one = brief(case(asked=asked, answers={}, flags=flags), FORM, NOW)
    assert one.missing == ("username or registered", "conduct")
    assert brief(case(asked=asked), FORM, NOW).missing == ("conduct",)  # they have said which account
    assert len(one.flags) == len(Flag)


def test_a_closed_case_says_how_it_ended():
    one = brief(case(Status.CLOSED, outcome=Outcome.DENIED), FORM, NOW)
    assert (one.status, one.outcome) == (Status.CLOSED, Outcome.DENIED)


def test_sensitive_answers_and_those_of_fields_that_are_gone_are_not_shown():
    one = brief(case(answers=answers(phone="+49 123", gone="x")), FORM, NOW)
    assert [(said.value, said.words) for said in one.answers] == [("(not shown)", "")]


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J\x1b]0;x\x07", "a\r\nb", "a\u202eb", "a\u2028b", "\x9b31m", "a\0b", "\ud800"]
)
def test_nothing_in_a_digest_moves_a_cursor_or_starts_a_line(hostile):
    told = {key: replace(answer(key, hostile), words=hostile) for key in ("username", "registered", "link")}
    told["reason"] = replace(answer("reason", (hostile,)), words=hostile)
    one = case(answers=told, party=hostile, question=hostile)
    made = digest(
        one,
        parked=[ParkedMail(1, hostile, hostile, NOW, hostile)],
        failed=[FailedLetter(1, hostile, hostile, hostile, hostile, NOW)],
        set_aside=[SetAside(1, hostile, hostile, NOW, hostile)],
        numbers=Numbers(silent={hostile: 1}),
    )
    assert all(text.isprintable() for text in texts_of(made))


@having(st.text(), st.text())
def test_any_text_becomes_short_and_visible(value, words):
    told = {"username": replace(answer("username", value), words=words)}
    texts = [*texts_of(brief(case(answers=told, party=words), FORM, NOW))]
    assert all(text.isprintable() and len(text) <= 200 for text in texts)


def texts_of(thing):
    """Every string in it, however deep."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        yield from (text for pair in thing.items() for one in pair for text in texts_of(one))
    elif isinstance(thing, tuple):
        yield from (text for one in thing for text in texts_of(one))
    elif hasattr(thing, "__slots__"):
        yield from (text for name in thing.__slots__ for text in texts_of(getattr(thing, name)))


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        (None, ""),
        (Verdict.PASS, "proven"),
        (Verdict.NONE, "not proven"),
        (Verdict.FAIL, "not proven: it fails DMARC"),
    ],
)
def test_a_brief_says_whether_the_party_is_proven(proof, words):
    assert brief(replace(case(Status.IN_REVIEW), proof=proof), FORM, NOW).proof == words
