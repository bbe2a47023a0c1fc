"""How many letters leave: each rule by itself."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from mailflow.core.authentication import Verdict
from mailflow.core.case import Flag, Outcome, Status
from mailflow.core.envelope import Envelope, MailKind
from mailflow.core.events import DueTimePassed, StaffClosed, StrangerWrote, UnprovenWrote
from mailflow.core.mail import parse
from mailflow.core.restraint import (
    Spent,
    domain_of,
    flags_of_stranger,
    flags_of_text_again,
    is_familiar,
    text_key,
)
from mailflow.core.source import source_of
from tests.core.given import COMPLETE, DAY, FORM, NOW, POLICY, case, happens, kinds, wrote

HOUR = DAY / 24
CIRCLES = frozenset({Flag.GOING_IN_CIRCLES})
FORGED = frozenset({Flag.MAYBE_FORGED})
LONG = "Thank you for your mail. We have opened a ticket for it and one of us will answer soon."


def test_the_second_mail_in_a_row_that_brings_nothing_gets_no_letter():
    once = happens(case(), wrote())
    assert kinds(once) == ["missing"]
    twice = happens(once.case, wrote(), after=DAY)
    assert kinds(twice) == []
    assert twice.case.flags == CIRCLES | {Flag.WORDS_UNREAD}
    assert twice.note.facts["not_written"] == ["missing"]


def test_whoever_says_something_new_is_answered_again():
    stuck = case(fruitless=2, flags=CIRCLES)
    heard = happens(stuck, wrote(says={"conduct": True}))
    assert kinds(heard) == ["missing"]
    assert (heard.case.fruitless, heard.case.flags) == (0, frozenset())


def test_a_value_that_was_said_before_is_nothing_new():
    assert happens(case(), wrote(says={"username": "jo"})).case.fruitless == 1


@pytest.mark.parametrize("kind", [MailKind.WITHDRAWAL, MailKind.PROOF_SUBMITTED])
def test_some_mails_bring_something_whatever_they_say(kind):
    assert happens(case(fruitless=1), wrote(kind)).case.fruitless == 0


@pytest.mark.parametrize(("hours", "fruitless"), [(0, 2), (2, 0)])
def test_a_status_question_is_an_echo_only_right_after_a_letter(hours, fruitless):
    asked = replace(happens(case(), wrote()).case, fruitless=1)
    again = happens(asked, wrote(MailKind.FOLLOW_UP_STATUS), after=hours * HOUR)
    assert again.case.fruitless == fruitless
    assert (Flag.GOING_IN_CIRCLES in again.case.flags) is (fruitless == 2)


@pytest.mark.parametrize("outcome", [Outcome.RECOVERED, Outcome.DENIED])
def test_trouble_after_the_outcome_is_answered_however_soon_it_follows_thanks(outcome):
    closed = happens(case(Status.IN_REVIEW), StaffClosed(outcome, "so")).case
    for _ in range(3):
        thanked = happens(closed, wrote(MailKind.CONFIRMATION), after=HOUR / 2)
        assert (thanked.letters, thanked.case.fruitless, thanked.case.status) == ((), 0, Status.CLOSED)
        closed = thanked.case
    troubled = happens(closed, wrote(), after=HOUR / 2)
    assert (kinds(troubled), troubled.case.status) == (["noted"], Status.IN_REVIEW)
    assert Flag.GOING_IN_CIRCLES not in troubled.case.flags


@pytest.mark.parametrize(("hours", "fruitless"), [(0, 1), (2, 0)])
def test_what_adds_to_a_case_with_the_staff_need_not_be_readable(hours, fruitless):
    reviewed = happens(None, wrote(MailKind.REQUEST, says=COMPLETE)).case
    assert reviewed.status is Status.IN_REVIEW
    assert happens(reviewed, wrote(), after=hours * HOUR).case.fruitless == fruitless


@pytest.mark.parametrize(
    "flag",
    [Flag.GOING_IN_CIRCLES, Flag.MAYBE_FORGED, Flag.ANSWERED_FROM_ELSEWHERE, Flag.ADDRESS_FAILING],
)
def test_who_is_not_answered_is_not_reminded(flag):
    assert kinds(happens(case(flags=frozenset({flag})), DueTimePassed(), after=4 * DAY)) == []
    assert kinds(happens(case(), DueTimePassed(), after=4 * DAY)) == ["reminder"]


def test_a_new_request_in_a_name_that_got_a_letter_today_is_answered_only_where_the_first_came_from():
    elsewhere = wrote(MailKind.REQUEST, source="b.example", known_sources=frozenset({"a.example"}))
    held = happens(None, elsewhere, spent=Spent(to_address=1))
    assert (kinds(held), held.case.flags) == ([], FORGED)
    assert kinds(happens(None, elsewhere)) == ["missing"]
    assert kinds(happens(None, replace(elsewhere, source="a.example"), spent=Spent(to_address=1))) == [
        "missing"
    ]
    assert kinds(happens(None, replace(elsewhere, proven=True), spent=Spent(to_address=1))) == ["missing"]


def test_who_was_never_written_to_is_not_reminded():
    """Their first letter was held back: the mail may be forged."""
    assert kinds(happens(case(letters=0), DueTimePassed(), after=4 * DAY)) == []
    assert kinds(happens(case(letters=0, confirmed=True), DueTimePassed(), after=4 * DAY)) == ["reminder"]


@pytest.mark.parametrize(("proof", "letters"), [(None, 4), (Verdict.PASS, 4), (Verdict.NONE, 1)])
def test_who_was_looked_for_in_vain_is_reminded_once(proof, letters):
    now, written = case(proof=proof), []
    for days in (3, 7, 14, 30):
        passed = happens(now, DueTimePassed(), after=days * DAY)
        now, written = passed.case, written + list(passed.letters)
    assert (len(written), now.status) == (letters, Status.CLOSED)
    assert [letter.facts.get("last", False) for letter in written[:3]] == [[False, False, True], [True]][
        letters == 1
    ]
    asked = case(Status.AWAITING_REQUESTER, proof=proof, reminders=1)
    assert kinds(happens(asked, DueTimePassed(), after=8 * DAY)) == ["reminder"]


@pytest.mark.parametrize(
    "spent",
    [Spent(5), Spent(to_domain=50), Spent(in_all=100), Spent(to_mailbox=5)],
    ids=["address", "domain", "in all", "mailbox"],
)
def test_a_reminder_past_a_budget_waits_for_a_day_with_room(spent):
    waits = happens(case(), DueTimePassed(), after=4 * DAY, spent=spent)
    assert (kinds(waits), waits.note.kind, waits.note.facts) == ([], "put_off", {"not_written": ["reminder"]})
    assert (waits.case.reminders, waits.case.due_at) == (0, NOW + 4 * DAY + 25 * HOUR)
    assert kinds(happens(waits.case, DueTimePassed(), after=6 * DAY)) == ["reminder"]
    known = happens(case(confirmed=True), DueTimePassed(), after=4 * DAY, spent=spent)
    assert kinds(known) == ([] if spent.to_address else ["reminder"])


def test_what_time_has_to_say_waits_without_end_only_for_who_is_known_to_be_there():
    late = {"after": 30 * DAY, "spent": Spent(5)}
    closed = happens(case(reminders=3), DueTimePassed(), **late)
    assert (kinds(closed), closed.case.status, closed.case.flags) == ([], Status.CLOSED, {Flag.LETTERS_SPENT})
    waits = happens(case(reminders=3, confirmed=True), DueTimePassed(), **late)
    assert (kinds(waits), waits.case.status) == ([], Status.AWAITING_ANSWERS)
    spent = happens(case(reminders=3, confirmed=True, letters=20), DueTimePassed(), **late)
    assert (kinds(spent), spent.case.status) == ([], Status.CLOSED)


@pytest.mark.parametrize(
    "spent",
    [Spent(to_domain=50), Spent(in_all=100), Spent(to_mailbox=5)],
    ids=["domain", "in all", "mailbox"],
)
def test_past_a_budget_only_those_who_answered_a_letter_get_one(spent):
    held = happens(None, wrote(MailKind.REQUEST), spent=spent)
    assert (kinds(held), held.case.flags) == ([], {Flag.LETTERS_SPENT})
    assert kinds(happens(case(confirmed=True), wrote(), spent=spent)) == ["missing"]
    assert kinds(happens(case(), wrote(proven=True), spent=spent)) == ["missing"]


FULL = Spent(to_domain=50)


def held(**says):
    """A case whose first letter found no room."""
    return happens(None, wrote(MailKind.REQUEST, says=says), spent=FULL).case


@pytest.mark.parametrize(
    ("spent", "waits"),
    [
        (FULL, True),
        (Spent(in_all=100), True),
        (Spent(to_mailbox=5), False),
        (Spent(to_mailbox=5, to_domain=50), False),
        (Spent(to_address=5), False),
    ],
)
def test_a_first_letter_waits_for_room_that_others_took(spent, waits):
    event = wrote(MailKind.REQUEST, source="a", known_sources=frozenset({"a"}))
    found = happens(None, event, spent=spent)
    assert (kinds(found), found.case.held_back) == ([], waits)
    assert found.case.due_at == NOW + (25 * HOUR if waits else 3 * DAY)
    assert not happens(case(), wrote(), spent=spent).case.held_back  # who was written to before is reminded


def test_it_is_written_on_a_day_with_room_and_nothing_after_it_till_they_answer():
    late = happens(held(username="jo"), DueTimePassed(), after=25 * HOUR)
    assert (kinds(late), late.note.kind) == (["missing"], "first_letter_written")
    [letter] = late.letters
    assert (letter.facts["first"], letter.asked) == (True, ("reason", "conduct"))
    assert letter.in_reply_to == "m1@example.org"
    assert (late.case.flags, late.case.asked) == (frozenset(), ("reason", "conduct"))
    now, due = late.case, []
    while now.status is not Status.CLOSED:
        due.append((now.due_at - NOW - 25 * HOUR) / DAY)
        passed = happens(now, DueTimePassed(), after=now.due_at - NOW)
        now = passed.case
        assert kinds(passed) == []
    assert due == [3, 7, 14, 30]  # days from that letter on
    answered = happens(late.case, wrote(at_reply_address=True, proven=True), after=2 * DAY).case
    assert kinds(happens(answered, DueTimePassed(), after=5 * DAY)) == ["reminder"]


@pytest.mark.parametrize(
    "spent", [Spent(to_domain=25), Spent(in_all=50), Spent(to_address=1), Spent(to_mailbox=1)]
)
def test_it_leaves_half_of_the_room_to_reminders_and_goes_to_nobody_who_got_a_letter_today(spent):
    waits = happens(held(), DueTimePassed(), after=25 * HOUR, spent=spent)
    assert (kinds(waits), waits.note.kind, waits.case.due_at) == ([], "put_off", NOW + 50 * HOUR)
    room = Spent(to_domain=24, in_all=49)
    assert kinds(happens(waits.case, DueTimePassed(), after=50 * HOUR, spent=room)) == ["missing"]


def test_a_domain_that_gets_one_letter_a_day_gets_that_one():
    policy = replace(POLICY, letters_per_domain=1)
    late = happens(held(), DueTimePassed(), after=25 * HOUR, policy=policy)
    assert kinds(late) == ["missing"]


def test_nobody_moves_it_by_writing_into_the_case():
    waits = happens(held(), StrangerWrote("eve@example.net", "9"), after=24 * HOUR).case
    assert waits.due_at == NOW + 25 * HOUR
    waits = happens(waits, UnprovenWrote("9", "why", elsewhere=True), after=24 * HOUR)
    assert (kinds(waits), waits.case.due_at) == ([], NOW + 25 * HOUR)
    late = happens(waits.case, DueTimePassed(), after=25 * HOUR)
    assert kinds(late) == ["missing"]
    assert Flag.MAYBE_FORGED in late.case.flags


@pytest.mark.parametrize("flag", [Flag.GOING_IN_CIRCLES, Flag.ANSWERED_FROM_ELSEWHERE, Flag.ADDRESS_FAILING])
def test_it_is_not_written_to_a_machine_or_an_address_that_fails(flag):
    stopped = replace(held(), flags=frozenset({flag}))
    assert kinds(happens(stopped, DueTimePassed(), after=25 * HOUR)) == []


def test_it_is_not_written_when_the_case_would_be_closed():
    put_off = happens(held(), DueTimePassed(), after=30 * DAY - HOUR, spent=FULL).case
    passed = happens(put_off, DueTimePassed(), after=30 * DAY)
    assert (kinds(passed), passed.note.kind) == ([], "reminder_withheld")
    reviewed = happens(held(**COMPLETE), StrangerWrote("eve@example.net", "9"), after=30 * DAY).case
    assert reviewed.due_at == NOW + 7 * DAY


def test_that_all_is_there_is_said_on_a_day_with_room_and_the_staff_is_told_no_later():
    reviewed = held(**COMPLETE)
    assert reviewed.due_at == NOW + 25 * HOUR
    late = happens(reviewed, DueTimePassed(), after=25 * HOUR)
    assert (kinds(late), late.case.waiting_since, late.case.due_at) == (["received"], NOW, NOW + 7 * DAY)
    early = happens(reviewed, DueTimePassed(), after=24 * HOUR)
    assert (kinds(early), early.note.kind) == ([], "nothing_to_do")
    no_room = happens(reviewed, DueTimePassed(), after=6.9 * DAY, spent=FULL)
    assert (no_room.note.kind, no_room.case.due_at) == ("put_off", NOW + 7 * DAY)
    both = happens(no_room.case, DueTimePassed(), after=7 * DAY)
    assert (set(kinds(both)), both.case.due_at) == ({"escalation"}, NOW + 7 * 25 * HOUR)


def test_who_writes_again_on_a_day_with_room_is_answered_at_once_and_once():
    answered = happens(held(), wrote(says={"username": "jo"}), after=24 * HOUR)
    assert kinds(answered) == ["missing"]
    assert answered.case.due_at == NOW + 4 * DAY


def test_a_mail_is_familiar_that_proves_itself_or_comes_from_where_others_came_from():
    known = case(sources=("a.example", "b.example"))
    assert is_familiar(known, proven=True, source="x.example")
    assert is_familiar(known, proven=False, source="b.example")
    assert not is_familiar(known, proven=False, source="x.example")
    assert is_familiar(case(), proven=False, source="x.example")
    assert not is_familiar(replace(known, flags=FORGED), proven=False, source="a.example")


def test_the_places_of_a_partys_mail_are_kept_and_not_without_end():
    now = case()
    for number in range(20):
        now = happens(now, wrote(source=f"{number}.example", proven=True)).case
    assert now.sources == tuple(f"{number}.example" for number in range(8))


def test_a_proof_takes_the_suspicion_back():
    said = {"conduct": True}
    assert happens(case(flags=FORGED), wrote(says=said, proven=True)).case.flags == frozenset()
    assert happens(case(flags=FORGED), wrote(says=said)).case.flags == FORGED


@pytest.mark.parametrize("proven", [False, True])
def test_what_the_staff_is_told_of_a_stranger(proven):
    flags = {Flag.STRANGER_WROTE, Flag.ANSWERED_FROM_ELSEWHERE} if proven else {Flag.STRANGER_WROTE}
    told = flags_of_stranger(proven=proven)
    assert told == flags
    assert happens(case(), StrangerWrote("eve@example.net", "9", told)).case.flags == flags


@pytest.mark.parametrize(
    ("confirmed", "flags"),
    [(False, {Flag.UNPROVEN_WROTE, Flag.MAYBE_FORGED}), (True, {Flag.UNPROVEN_WROTE})],
)
def test_what_is_not_believed_may_be_forged_until_the_party_answers_a_letter(confirmed, flags):
    assert happens(case(confirmed=confirmed), UnprovenWrote("9", "why")).case.flags == flags


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("jo@example.org", "example.org"),
        ("jo@Mail.EXAMPLE.org", "example.org"),
        ("jo@example.org.", "example.org"),
        ("jo@localhost", "localhost"),
        ("jo@mail.example.co.uk", "example.co.uk"),
        ("jo@mail.example.com.br", "example.com.br"),
        ("jo@co.uk", "co.uk"),
        ("jo@mail.co.example", "co.example"),
    ],
)
def test_a_budget_is_kept_for_the_end_of_a_domain(address, domain):
    assert domain_of(address) == domain


def test_a_text_is_told_again_whatever_its_numbers_and_addresses():
    first = text_key("ticket-1@help.example.com", f"{LONG} Ticket 4711, see https://help.example.com/1", FORM)
    assert first
    second = f"{LONG}  Ticket 4712,\nsee https://help.example.com/2"
    assert first == text_key("Ticket-2@desk.example.com", second, FORM)
    assert first != text_key("ticket-2@example.org", second, FORM)
    assert first != text_key("case-2@desk.example.com", second, FORM)
    assert first != text_key("ticket-1@help.example.com", f"{LONG} Goodbye.", FORM)
    assert text_key("support+id7f1@help.example.com", LONG, FORM)


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("ticket-1@help.example.com", "I cannot log in to my account"),  # anybody writes that
        ("ann@example.org", LONG),  # as do two people who fill in nothing of a form
        ("s1234567@example.edu", LONG),
        ("john11@example.org", LONG),
        ("mary-2@example.org", LONG),
        ("cid.case.84@example.org", LONG),
        ("help@example.org", LONG),
        ("", LONG),
        ("support+1@example.org", "\n".join(f"{field.label}: {field.ask}" for field in FORM.fields) * 3),
    ],
)
def test_what_two_people_may_well_write_is_not_told_again(sender, text):
    assert text_key(sender, text, FORM) is None


def test_a_text_that_comes_again_says_nothing_of_a_party_that_has_answered():
    assert flags_of_text_again(case()) == CIRCLES
    assert flags_of_text_again(case(confirmed=True)) == {Flag.STRANGER_WROTE}


INSIDE = "from mx (localhost [127.0.0.1]) by filter\r\nReceived: "


@pytest.mark.parametrize(
    ("remote", "received", "source"),
    [
        ("93.184.216.34", "from x (a.example.net [192.0.2.1])", "93.184.0.0/16"),
        ("2606:2800:220:1::1", "", "2606:2800::/32"),
        ("127.0.0.1", "from x (mail-1.out.Example.NET [192.0.2.1]) by mx", "example.net"),
        ("", "from x (a.example.net. [192.0.2.1]) by mx", "example.net"),
        ("pipe", "from x (unknown [192.0.2.1]) by mx", "192.0.0.0/16"),
        ("127.0.0.1", "from [192.0.2.1] (helo=a.example.net) by mx", "192.0.0.0/16"),
        ("127.0.0.1", "from x (unknown [IPv6:2001:db8::1]) by mx", "2001:db8::/32"),
        ("127.0.0.1", "from x (unknown [IPv6:::ffff:192.0.2.1]) by mx", "192.0.0.0/16"),
        ("127.0.0.1", "from x (unknown [999.0.2.1]) by mx", ""),
        ("127.0.0.1", "by mx", ""),
        ("", "", ""),
        # a HELO that is an address, and one in the identity that Exim asks for
        ("127.0.0.1", "from [203.0.113.5] (unknown [192.0.2.1]) by mx", "192.0.0.0/16"),
        ("127.0.0.1", "from [203.0.113.5] ([192.0.2.1]) by mx", "192.0.0.0/16"),
        ("127.0.0.1", "from [203.0.113.5] by mx", ""),
        ("127.0.0.1", "from [192.0.2.1] (ident=a [203.0.113.5]) by mx", ""),
        ("127.0.0.1", "from (a.example.net [203.0.113.5]) (b.example [192.0.2.1]) by mx", ""),
        # servers of ours behind each other, and one in the world
        ("127.0.0.1", INSIDE + "from x (a.example.net [192.0.2.1]) by mx", "example.net"),
        ("10.1.2.3", INSIDE + "from x (a.example.net [192.0.2.1]) by mx", "example.net"),
        ("93.184.216.35", "from x (a.example.net [192.0.2.1]) by mx", "example.net"),
        ("127.0.0.1", INSIDE + "by mx", ""),
    ],
)
def test_where_a_mail_came_from(remote, received, source):
    raw = f"Received: {received}\r\nReceived: from z (z.example.com [198.51.100.1])\r\n\r\n".encode()
    if not received:
        raw = b"Subject: x\r\n\r\n"
    relays = [ip_network("127.0.0.0/8"), ip_network("93.184.216.35")]
    assert source_of(parse(raw, Envelope("jo@example.org", ("desk@example.com",), remote)), relays) == source
