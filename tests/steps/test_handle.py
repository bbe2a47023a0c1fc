"""What becomes of a mail: its case, its letters, what is kept of it, and what a fault leaves."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from mailflow.core.case import Flag, Outcome, Status
from mailflow.core.envelope import MailKind
from mailflow.core.events import StaffAsked, StaffClosed
from mailflow.core.letters import LetterKind
from mailflow.core.mail import parse
from mailflow.steps import handle, understand
from mailflow.steps.handle import RETRY_WAITS, Failed, handle_waiting
from mailflow.steps.operate import act, merge
from mailflow.steps.report import build_digest
from mailflow.store.engine import Unavailable
from mailflow.store.mails import MailState
from tests.world import COMPLETE, INCOMPLETE

ANSWERS = "1. yes\n2. yes\n3. yes"
BAD = "this one raises"


def history(world, case=None):
    with world.store.read() as uow:
        return uow.cases.history((case or world.case()).id)


def raises(error, when=BAD):
    """A parser that raises for some mails."""

    def parse_or_raise(raw, envelope):
        if when.encode() in raw:
            raise error
        return parse(raw, envelope)

    return parse_or_raise


# ------------------------------------------------------------------------------------------------ the same words again


def test_the_same_words_once_more_are_heard_where_nothing_in_them_tells_the_time(world):
    """Without Message-ID and Date, as forms on web pages send it: after a case was closed, it is another request."""
    raw = world.mail(COMPLETE, Message_ID=None, Date=None)
    world.receive(raw, "jo@example.org")
    (letter,) = world.run()
    act(world.app, letter.reference, StaffClosed(Outcome.RECOVERED), "kim")
    world.run()
    world.receive(raw, "jo@example.org")  # its client saw no 250
    assert world.run() == []
    world.now += timedelta(days=2)
    world.receive(raw, "jo@example.org")
    assert [letter.recipient for letter in world.run()] == ["jo@example.org"]
    assert world.case().status is Status.IN_REVIEW


# ------------------------------------------------------------------------------------------------ a mail that raises


def test_a_reference_that_is_taken_costs_its_mail_ten_seconds(world, monkeypatch):
    world.write(INCOMPLETE)
    taken = world.case().reference
    references = iter(
        [taken, taken, "7KQ2-M9XD"]
    )  # twice, as a transaction that failed is tried mail by mail
    monkeypatch.setattr("mailflow.core.rules.mails.new_reference", lambda _: next(references))
    world.receive(world.mail(INCOMPLETE, sender="kim@example.org"), "kim@example.org")
    world.run()
    assert world.stored(2).state is MailState.WAITING
    world.now += RETRY_WAITS[0]
    (letter,) = world.run()
    assert letter.recipient == "kim@example.org"
    assert letter.reference == "7KQ2-M9XD"
    assert taken not in letter.text


def test_a_mail_that_raises_is_tried_after_growing_waits_and_then_parked(world, monkeypatch):
    monkeypatch.setattr(understand, "parse", raises(ValueError("secret words of the mail")))
    world.receive(world.mail(BAD), "jo@example.org")
    tries = []
    for wait in (timedelta(0), *RETRY_WAITS):
        world.now += wait - timedelta(microseconds=1)
        assert handle_waiting(world.app, 10) == [], "too early"
        world.now += timedelta(microseconds=1)
        tries += handle_waiting(world.app, 10)
    assert (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10)) == RETRY_WAITS
    assert [one.attempts for one in tries] == [1, 2, 3, 4]
    assert [one.parked for one in tries] == [False, False, False, True]
    assert world.stored(1).state is MailState.PARKED
    world.now += timedelta(days=1)
    assert handle_waiting(world.app, 10) == []


def test_what_is_said_of_the_fault_quotes_nothing_of_the_mail(world, monkeypatch):
    monkeypatch.setattr(understand, "parse", raises(ValueError("secret words of the mail")))
    world.receive(world.mail(BAD), "jo@example.org")
    (failed,) = handle_waiting(world.app, 10)
    assert failed.error.startswith("ValueError in ")
    assert "understand.py" in failed.error or "test_handle.py" in failed.error
    assert "secret" not in failed.error
    assert world.stored(1).error == failed.error


def test_a_parked_mail_stands_in_the_digest_and_can_be_handled_anew(world, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(understand, "parse", raises(ValueError()))
        world.write(f"{BAD}. {INCOMPLETE}", Subject="help me")
        for wait in RETRY_WAITS:
            world.now += wait
            world.run()
        with world.store.read() as uow:
            (parked,) = build_digest(world.app, uow, world.now).parked.listed
    assert (parked.id, parked.sender) == (1, "jo@example.org")
    assert world.run() == []
    with world.store.begin() as uow:
        assert uow.mails.replay(1)
    (letter,) = world.run()
    assert letter.recipient == "jo@example.org"
    assert (world.stored(1).state, world.stored(1).error) == (MailState.HANDLED, None)


def test_a_bad_mail_neither_blocks_nor_undoes_its_neighbours(world, monkeypatch):
    monkeypatch.setattr(understand, "parse", raises(RecursionError()))
    for sender, body in (
        ("ann@example.org", INCOMPLETE),
        ("bad@example.org", BAD),
        ("cay@example.org", INCOMPLETE),
    ):
        world.receive(world.mail(body, sender=sender), sender)
    done = handle_waiting(world.app, 10)
    assert [isinstance(one, Failed) for one in done] == [False, True, False]
    assert {letter.recipient for letter in world.run()} == {"ann@example.org", "cay@example.org"}
    assert world.opened() == 2


def test_what_a_bad_mail_had_written_is_undone(world, monkeypatch):
    def settle_or_raise(app, uow, handled):
        if BAD in handled.body.text:
            raise KeyError("late")
        settle(app, uow, handled)

    settle = handle._settle
    monkeypatch.setattr(handle, "_settle", settle_or_raise)
    for sender, body in (("ann@example.org", INCOMPLETE), ("bad@example.org", f"{BAD} {INCOMPLETE}")):
        world.receive(world.mail(body, sender=sender), sender)
    world.run()
    assert [letter.recipient for letter in world.sent] == ["ann@example.org"]
    assert world.opened() == 1


def test_a_letter_that_cannot_be_made_undoes_its_mail(world, monkeypatch):
    def refuse(*_):
        raise ValueError("a line end in a header field")

    with monkeypatch.context() as patch:
        patch.setattr(type(world.app.renderer), "render", refuse)
        world.write(INCOMPLETE)
    assert isinstance(world.handled[0], Failed)
    assert world.opened() == 0
    world.now += RETRY_WAITS[0]
    assert len(world.run()) == 1


def test_when_the_database_fails_the_whole_batch_is_left_as_it_was(world, monkeypatch):
    for sender, body in (("ann@example.org", INCOMPLETE), ("bad@example.org", BAD)):
        world.receive(world.mail(body, sender=sender), sender)
    with monkeypatch.context() as patch:
        patch.setattr(understand, "parse", raises(Unavailable("disk full")))
        with pytest.raises(Unavailable):
            handle_waiting(world.app, 10)
    assert world.opened() == 0
    assert [world.stored(number).attempts for number in (1, 2)] == [0, 0]
    assert len(handle_waiting(world.app, 10)) == 2


def test_a_crash_before_the_commit_leaves_nothing_but_the_mail(world, monkeypatch):
    def crash(*_):
        raise SystemExit("pulled the plug")

    world.receive(world.mail(INCOMPLETE), "jo@example.org")
    with monkeypatch.context() as patch:
        patch.setattr(handle, "_settle", crash)
        with pytest.raises(SystemExit):
            handle_waiting(world.app, 10)
    assert (world.opened(), world.sent) == (0, [])
    assert len(world.run()) == 1
    assert world.opened() == 1


def test_two_nodes_handle_each_mail_once(world, node):
    for number in range(6):
        sender = f"jo{number}@example.org"
        world.receive(world.mail(INCOMPLETE, sender=sender), sender)
    first, second = handle_waiting(world.app, 4), handle_waiting(node.app, 4)
    assert (len(first), len(second)) == (4, 2)
    assert world.opened() == 6


# ------------------------------------------------------------------------------------------------ read before the lock


@pytest.fixture
def meanwhile(world, monkeypatch):
    """Has something happen after mails were read, and before the transaction that handles them."""

    def happen(what):
        def read_and_happen(app, mails):
            read = read_ahead(app, mails)
            what()
            return read

        read_ahead = handle.read_ahead
        monkeypatch.setattr(handle, "read_ahead", read_and_happen)

    return happen


@pytest.fixture
def readings(monkeypatch):
    """What each reading of a mail was given as what our letter asked."""

    def counted(lines, form, asked, *others):
        found.append(asked)
        return read(lines, form, asked, *others)

    found, read = [], understand.read_answers
    monkeypatch.setattr(understand, "read_answers", counted)
    return found


def test_an_answer_is_read_once_by_what_our_letter_asked(world, readings):
    (letter,) = world.write(INCOMPLETE)
    asked = world.case().asked
    world.answer(letter, ANSWERS)
    assert readings == [None, asked]
    assert world.case().status is Status.IN_REVIEW


def test_an_answer_is_read_again_where_the_staff_asked_something_else_meanwhile(world, meanwhile, readings):
    (letter,) = world.write(INCOMPLETE)
    asked = world.case().asked
    meanwhile(
        lambda: len(readings) == 2 and act(world.app, letter.reference, StaffAsked("Which year?"), "kim")
    )
    world.write(ANSWERS, to=letter.reply_to)
    assert readings == [None, asked, ()]
    assert world.handled[-1].reading.answers == {}


def test_an_answer_is_read_by_what_its_letter_asked_whatever_the_staff_asked_meanwhile(
    world, meanwhile, readings
):
    (letter,) = world.write(INCOMPLETE)
    asked = world.case().asked
    meanwhile(
        lambda: len(readings) == 2 and act(world.app, letter.reference, StaffAsked("Which year?"), "kim")
    )
    world.answer(letter, ANSWERS)
    assert set(readings[1:]) == {asked}
    assert world.handled[-1].reading.answers.keys() >= {"code_of_conduct", "acknowledges_delay"}


def test_mail_comes_in_while_others_are_read(world, meanwhile):
    world.receive(world.mail(INCOMPLETE), "jo@example.org")
    later = iter([world.mail(INCOMPLETE, sender="kim@example.org")])
    meanwhile(lambda: [world.receive(raw, "kim@example.org") for raw in later])
    assert [letter.recipient for letter in world.run()] == ["jo@example.org", "kim@example.org"]


# ------------------------------------------------------------------------------------------------ other scripts


def test_a_person_at_a_domain_in_another_script_is_answered_at_its_form_in_ascii(world):
    (letter,) = world.write(INCOMPLETE, sender="jo@bücher.example")
    assert letter.recipient == "jo@xn--bcher-kva.example"
    assert world.case().party == "jo@xn--bcher-kva.example"


def test_both_forms_of_a_domain_are_the_same_person(world):
    (letter,) = world.write(INCOMPLETE, sender="jo@bücher.example")
    world.answer(letter, ANSWERS, sender="jo@xn--bcher-kva.example")
    world.answer(letter, "I also have an old invoice.", sender="jo@BÜCHER.example")
    assert world.opened() == 1
    assert Flag.STRANGER_WROTE not in world.case().flags


def test_a_name_before_the_at_in_another_script_is_for_the_staff(world):
    assert world.write(INCOMPLETE, sender="jürgen@bücher.example") == []
    assert world.handled[-1].set_aside


# ------------------------------------------------------------------------------------------------ the same mail twice


def test_the_same_mail_twice_is_answered_once(world):
    raw = world.mail(INCOMPLETE)
    for trace in (b"Received: from a by b\r\n", b"Received: from c by d\r\nDelivered-To: x\r\n"):
        world.receive(trace + raw, "jo@example.org")
    assert len(world.run()) == 1
    assert world.opened() == 1


def test_the_same_message_id_with_other_words_is_another_mail(world):
    world.write(INCOMPLETE, Message_ID="<same@mail.example.org>")
    world.write("And recovery codes: lost", Message_ID="<same@mail.example.org>")
    assert world.opened() == 1
    assert world.case().answers["recovery_codes"].value == "never_generated_or_lost"


# ------------------------------------------------------------------------------------------------ threads


def test_a_letter_answers_the_mail_in_its_thread(world):
    (letter,) = world.write(
        INCOMPLETE, Message_ID="<two@mail.example.org>", References="<one@mail.example.org>"
    )
    assert letter.message["In-Reply-To"] == "<two@mail.example.org>"
    assert letter.message["References"].split() == ["<one@mail.example.org>", "<two@mail.example.org>"]
    assert letter.message["Auto-Submitted"] == "auto-replied"


def test_the_next_letter_carries_the_thread_on(world):
    (letter,) = world.write(INCOMPLETE, Message_ID="<one@mail.example.org>")
    (answer,) = world.answer(
        letter,
        ANSWERS,
        Message_ID="<two@mail.example.org>",
        References=f"<one@mail.example.org> <{letter.message_id}>",
    )
    assert answer.message["In-Reply-To"] == "<two@mail.example.org>"
    assert answer.message["References"].split() == [
        "<one@mail.example.org>",
        f"<{letter.message_id}>",
        "<two@mail.example.org>",
    ]
    assert answer.message_id != letter.message_id


def test_a_mail_without_a_message_id_is_answered_and_can_be_replied_to(world):
    (letter,) = world.write(INCOMPLETE, Message_ID=None)
    assert letter.message["In-Reply-To"] is None
    assert letter.message["References"] is None
    world.answer(letter, ANSWERS, Message_ID=None)
    assert (world.opened(), world.case().status) == (1, Status.IN_REVIEW)


@pytest.mark.parametrize(
    "fields",
    [
        {"In_Reply_To": "<{id}>"},
        {"References": "<unknown@example.org> <{id}>"},
        {"Subject": "Re: my request {reference}"},
        {"Subject": "nothing", "body": "It is about {reference}.\n\nRecovery codes: lost"},
        {"Subject": "nothing"},
    ],
)
def test_an_answer_to_the_desks_own_address_finds_its_case(world, fields):
    (letter,) = world.write(INCOMPLETE)
    known = {"id": letter.message_id, "reference": letter.reference}
    filled = {name: text.format(**known) for name, text in fields.items()}
    world.write(filled.pop("body", "Recovery codes: lost"), **filled)
    assert world.opened() == 1
    assert "recovery_codes" in world.case().answers
    assert not world.case().confirmed


@pytest.mark.parametrize("fields", [{"In_Reply_To": "<{id}>"}, {"References": "<{id}>"}])
def test_a_stranger_with_a_message_id_joins_and_hears_nothing(world, fields):
    (letter,) = world.write(INCOMPLETE)
    filled = {name: text.format(id=letter.message_id) for name, text in fields.items()}
    assert world.write("New address: eve@example.net", sender="eve@example.net", **filled) == []
    assert world.case().flags == {Flag.STRANGER_WROTE, Flag.ANSWERED_FROM_ELSEWHERE}
    assert "contact_email" not in world.case().answers
    assert world.handled[-1].silence == "it is not from the party of the case"
    assert world.opened() == 1


def test_a_reference_typed_by_a_stranger_counts_for_nothing(world):
    (letter,) = world.write(INCOMPLETE)
    (other,) = world.write(f"About {letter.reference}: {INCOMPLETE}", sender="eve@example.net")
    assert other.recipient == "eve@example.net"
    assert other.reference != letter.reference
    assert world.case(letter.reference).flags == frozenset()


def test_references_of_the_cases_of_two_people_are_for_the_staff_to_sort_out(world):
    (mine,) = world.write(INCOMPLETE)
    (other,) = world.write(INCOMPLETE.replace("jdoe42", "eve"), sender="eve@example.net")
    assert world.write(f"{other.reference} or {mine.reference}: recovery codes: lost") == []
    assert "recovery_codes" not in world.case(mine.reference).answers
    assert Flag.UNPROVEN_WROTE in world.case(mine.reference).flags
    assert "recovery_codes" not in world.case(other.reference).answers


def test_the_reply_address_authenticates_in_capitals_too(world):
    (letter,) = world.write(INCOMPLETE)
    world.write(ANSWERS, to=letter.reply_to.upper(), Subject="Re:")
    assert world.case().confirmed
    assert world.case().status is Status.IN_REVIEW


def forged(letter):
    local, _, domain = letter.reply_to.partition("@")
    return f"{local[:-4]}0000@{domain}"


def test_a_forged_reply_address_opens_nothing_and_says_nothing(world):
    (letter,) = world.write(INCOMPLETE)
    assert world.write("What is the state?", sender="eve@example.net", to=forged(letter)) == []
    assert world.opened() == 1
    assert world.case().flags == frozenset()
    assert world.handled[-1].case is None
    with world.store.read() as uow:
        (aside,) = build_digest(world.app, uow, world.now).set_aside.listed
    assert aside.sender == "eve@example.net"


def test_an_expired_reply_address_is_no_better(world):
    (letter,) = world.write(INCOMPLETE)
    world.now += world.config.case.reply_address_lifetime + timedelta(days=1)
    world.write("Hello, are you there?", sender="eve@example.net", to=letter.reply_to)
    assert world.handled[-1].case is None
    assert world.handled[-1].set_aside


def test_the_party_itself_is_known_by_its_case_even_at_an_expired_address(world):
    (letter,) = world.write(INCOMPLETE)
    world.now += world.config.case.reply_address_lifetime + timedelta(days=1)
    world.write("Recovery codes: lost", to=letter.reply_to)
    assert "recovery_codes" in world.case().answers
    assert not world.case().confirmed


def test_the_reply_address_of_one_case_does_not_open_another(world):
    (mine,) = world.write(INCOMPLETE)
    (other,) = world.write(INCOMPLETE.replace("jdoe42", "eve"), sender="eve@example.net")
    swapped = other.reply_to.replace(
        other.reference.replace("-", "").lower(), mine.reference.replace("-", "").lower()
    )
    assert world.write("Recovery codes: lost", sender="eve@example.net", to=swapped) != []
    assert "recovery_codes" not in world.case(mine.reference).answers


def test_a_desk_address_with_something_behind_it_is_the_desk(world):
    (letter,) = world.write(INCOMPLETE, to="recovery+help@pypi.example")
    assert letter.recipient == "jo@example.org"


# ------------------------------------------------------------------------------------------------ several cases


def test_two_accounts_of_one_sender_are_two_cases(world):
    world.write(COMPLETE)
    world.write(COMPLETE.replace("jdoe42", "jdoe-work"))
    assert world.opened() == 2


def test_a_second_request_about_the_same_account_joins_the_open_case(world):
    world.write(INCOMPLETE)
    (letter,) = world.write(COMPLETE, Subject="Account recovery request")
    assert world.opened() == 1
    assert world.handled[-1].kind is MailKind.DUPLICATE_REQUEST
    assert letter.reference == world.case().reference


def test_the_same_account_of_another_sender_is_another_case(world):
    world.write(COMPLETE)
    world.write(COMPLETE, sender="eve@example.net")
    assert world.opened() == 2


def merged(world):
    """Two cases of one person, the second of them merged into the first."""
    (first,) = world.write(COMPLETE)
    (second,) = world.write(COMPLETE.replace("jdoe42", "jdoe-work"))
    merge(world.app, second.reference, first.reference, "kim")
    world.run()
    return first, second


def test_a_reply_to_a_merged_case_goes_to_the_one_it_was_merged_into(world):
    first, second = merged(world)
    (letter,) = world.answer(second, "I also own the project loomkit. Projects: loomkit")
    assert letter.reference == first.reference
    assert world.case(second.reference).outcome is Outcome.DUPLICATE
    assert "projects" in world.case(first.reference).answers


def test_along_a_row_of_merges_to_its_end(world):
    first, second = merged(world)
    (third,) = world.write(COMPLETE.replace("jdoe42", "jdoe-home"))
    merge(world.app, first.reference, third.reference, "kim")
    world.run()
    world.now += timedelta(days=2)  # enough letters were written today
    (letter,) = world.answer(second, "Projects: loomkit")
    assert letter.reference == third.reference


def test_a_reply_to_a_case_merged_into_a_strangers_stays_where_it_is(world):
    (mine,) = world.write(COMPLETE)
    (other,) = world.write(COMPLETE, sender="eve@example.net")
    merge(world.app, mine.reference, other.reference, "kim")
    assert world.run() == []
    world.answer(mine, "Projects: loomkit")
    assert "projects" not in world.case(other.reference).answers
    assert "projects" in world.case(mine.reference).answers


def test_a_mail_without_a_thread_joins_the_case_that_changed_last(world):
    (first,) = world.write(INCOMPLETE)
    world.now += timedelta(hours=1)
    (second,) = world.write(COMPLETE.replace("jdoe42", "jdoe-work").replace("Recovery codes: lost\n", ""))
    world.write("Recovery codes: lost")
    assert "recovery_codes" in world.case(second.reference).answers
    assert "recovery_codes" not in world.case(first.reference).answers


# ------------------------------------------------------------------------------------------------ silence


def test_staff_who_answer_an_escalation_open_no_case(world):
    world.write(COMPLETE)
    (escalation,) = (
        letter for letter in world.wait(timedelta(days=7)) if "waits for us to decide" in letter.text
    )
    before = world.opened()
    world.write(
        "I will look at it. User name: jdoe42. I lost my phone.",
        sender=escalation.recipient,
        In_Reply_To=f"<{escalation.message_id}>",
    )
    assert world.opened() == before
    assert world.handled[-1].set_aside
    assert "staff" in world.handled[-1].silence


def test_a_member_of_the_staff_may_lose_an_account_too(world):
    (letter,) = world.write(INCOMPLETE, sender=world.config.desk.staff[0])
    assert letter.recipient == world.config.desk.staff[0]


def test_an_absence_notice_to_the_reply_address_changes_nothing(world):
    (letter,) = world.write(INCOMPLETE)
    before = world.case()
    assert world.answer(letter, ANSWERS, Auto_Submitted="auto-replied") == []
    assert world.case() == before
    assert world.handled[-1].kind is MailKind.AUTO_GENERATED


TICKET = "Incident INC0311870 has been opened for you.\n\nPlease do not reply to this e-mail, this mailbox is not monitored."


def test_a_machine_that_only_its_words_tell_is_filed_with_its_case_and_listed(world):
    (letter,) = world.write(INCOMPLETE)
    before = world.case()
    assert world.answer(letter, TICKET) == []
    assert world.case() == before
    handled = world.handled[-1]
    assert (handled.kind, handled.set_aside) == (MailKind.AUTO_GENERATED, True)
    assert handled.case.reference == before.reference


def test_a_machine_that_only_its_words_tell_opens_no_case(world):
    assert world.write(TICKET) == []
    assert world.opened() == 0


def digest_of_tomorrow(world):
    return next(letter for letter in world.wait(timedelta(days=1)) if "Digest of" in letter.subject).text


def test_the_digest_lists_what_only_its_words_tell_to_be_a_machines(world):
    """They may err, and then nobody else would ever see the mail."""
    (letter,) = world.write(INCOMPLETE)
    world.answer(letter, TICKET, Subject="about my case")
    world.write(TICKET, sender="desk@firm.example.org", Subject="about nothing")
    text = " ".join(digest_of_tomorrow(world).split())
    assert "SET ASIDE: mails that changed no case and were not answered (2)" in text
    assert (
        f"Subject: about my case Why: It says that nobody reads answers to it, or that its writer is away. It stands on {letter.reference}."
        in text
    )
    assert (
        "Subject: about nothing Why: It says that nobody reads answers to it, or that its writer is away. $"
        in text
    )


@pytest.mark.parametrize("to", ["postmaster@pypi.example", "Postmaster@PYPI.example", "postmaster"])
def test_mail_to_the_postmaster_is_for_the_staff(world, to):
    world.receive(
        world.mail("Your server greets ours wrongly.", to="postmaster@pypi.example"), "jo@example.org", to
    )
    assert world.run() == []
    assert world.handled[-1].set_aside
    assert world.opened() == 0
    assert "It was written to the postmaster, not to the desk." in digest_of_tomorrow(world)


def test_who_answers_below_words_of_a_machine_is_a_person(world):
    (letter,) = world.write(INCOMPLETE)
    assert world.answer(letter, f"{ANSWERS}\n\n{TICKET}")


def test_a_mail_from_nobody_in_particular_is_not_answered_and_the_digest_lists_it(world):
    assert world.write(INCOMPLETE, From="jo@example.org, eve@example.net") == []
    assert world.opened() == 0
    assert "Its From field does not name exactly one mailbox." in digest_of_tomorrow(world)


def test_what_is_offered_for_sale_is_set_aside(world):
    offer = "We offer SEO services and can bring your website to the first page of Google. Unsubscribe here."
    assert world.write(offer, Subject="Rank higher on Google") == []
    assert world.handled[-1].set_aside
    assert world.opened() == 0


def test_what_another_desk_is_to_hear_is_taken_into_no_case(world):
    malware = 'I found a package called "reqeusts-pro" that steals the cookies of the browser. It is malware.'
    assert len(world.write(malware)) == 1
    assert world.handled[-1].kind is MailKind.OFF_TOPIC
    assert world.case().answers == {}


def test_thanks_for_nothing_are_set_aside(world):
    assert world.write("Never mind, I found my password again. Please close this.") == []
    assert world.handled[-1].kind is MailKind.WITHDRAWAL
    assert world.handled[-1].set_aside
    assert world.opened() == 0


# ------------------------------------------------------------------------------------------------ bounces


def test_a_bounce_marks_the_address_and_stands_in_the_digest(world):
    (letter,) = world.write(INCOMPLETE)
    world.bounce(letter)
    assert world.case().flags == {Flag.ADDRESS_FAILING}
    assert world.handled[-1].kind is MailKind.BOUNCE
    assert history(world)[-1].facts["status"] == "5.1.1"
    with world.store.read() as uow:
        assert [case.reference for case in build_digest(world.app, uow, world.now).failing.listed] == [
            letter.reference
        ]


def test_who_writes_again_is_reachable_again(world):
    (letter,) = world.write(INCOMPLETE)
    world.bounce(letter)
    world.answer(letter, ANSWERS)
    assert world.case().flags == frozenset()


def test_a_delay_is_only_noted(world):
    (letter,) = world.write(INCOMPLETE)
    world.bounce(letter, action="delayed", status="4.4.7")
    assert world.case().flags == frozenset()
    assert history(world)[-1].kind == "delivery_trouble"


def test_a_bounce_that_gives_no_reasons_marks_the_address_too(world):
    (letter,) = world.write(INCOMPLETE)
    raw = world.mail(
        "Sorry, it did not work out.", sender="MAILER-DAEMON@mx.example.org", Subject="failure notice"
    )
    world.receive(raw, "", letter.envelope_sender)
    world.run()
    assert world.case().flags == {Flag.ADDRESS_FAILING}


def test_a_bounce_to_a_forged_or_plain_address_marks_nothing(world):
    (letter,) = world.write(INCOMPLETE)
    local, _, domain = letter.envelope_sender.partition("@")
    for address in (f"{local[:-4]}0000@{domain}", world.desk):
        world.bounce(letter, to=address)
        assert world.case().flags == frozenset()


def test_a_bounce_of_a_letter_to_a_closed_case_marks_it_and_leaves_it_closed(world):
    (letter,) = world.write(COMPLETE)
    act(world.app, letter.reference, StaffClosed(Outcome.RECOVERED), "kim")
    (recovered,) = world.run()
    world.bounce(recovered)
    assert world.case().status is Status.CLOSED
    assert Flag.ADDRESS_FAILING in world.case().flags


def test_nobody_is_reminded_at_an_address_that_fails(world):
    (letter,) = world.write(INCOMPLETE)
    world.bounce(letter)
    assert [one for one in world.wait(timedelta(days=31)) if one.recipient == "jo@example.org"] == []
    assert world.case().outcome is Outcome.EXPIRED


# ------------------------------------------------------------------------------------------------ secrets

SECRET = "correct-Horse-77"
TOKEN = "pypi-" + "AgEIcHlwaS5vcmcCJDU2" * 4


def files_of(world):
    with closing(sqlite3.connect(world.folder / "mailflow.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(path.read_bytes() for path in world.folder.glob("mailflow.db*"))


def test_nothing_of_a_secret_is_kept_anywhere(world):
    html = f"<p>My password: {SECRET}</p><p>token {TOKEN}</p>"
    raw = world.mail(html, Content_Type="text/html; charset=utf-8", Subject=f"password: {SECRET}")
    world.receive(raw, "jo@example.org")
    assert SECRET.encode() in world.stored(1).raw  # it waits, and nobody has read it yet
    world.run()
    assert Flag.SECRET_PASTED in world.case().flags
    kept = world.stored(1)
    assert b"[password removed]" in kept.raw
    assert b"X-Mailflow-Redacted: " in kept.raw
    everything = files_of(world)
    for secret in (SECRET, TOKEN, TOKEN[-20:]):
        assert secret.encode() not in everything
    for letter in world.sent:
        assert SECRET.encode() not in letter.raw


def test_a_secret_quoted_back_is_masked_and_nobody_is_warned_twice(world):
    letters = world.write(f"{INCOMPLETE}\n\npassword: {SECRET}")
    assert [letter.recipient for letter in letters] == ["jo@example.org"]
    (letter,) = world.answer(letters[0], f"{ANSWERS}\n\n> {INCOMPLETE}\n>\n> password: {SECRET}")
    assert LetterKind.PASTED_SECRET not in {one.kind for one in world.handled[-1].letters}
    assert letter.recipient == "jo@example.org"
    assert SECRET.encode() not in files_of(world)


def test_a_mail_without_a_secret_is_kept_as_it_came(world):
    raw = world.mail(INCOMPLETE)
    world.receive(raw, "jo@example.org")
    world.run()
    assert world.stored(1).raw == raw


# ------------------------------------------------------------------------------------------------ limits


def test_five_letters_a_day_then_the_staff_sees_it(world):
    (letter,) = world.write("I need my account")
    for number in range(4):
        (letter,) = world.answer(letter, f"User name: jo{number}")
    assert world.answer(letter, "User name: jo") == []
    assert Flag.LETTERS_SPENT in world.case().flags
    world.now += timedelta(days=1, minutes=1)
    assert len(world.answer(letter, "User name: joe")) == 1


def test_the_limit_counts_all_cases_of_an_address(world):
    for name in ("one", "two", "three", "four", "five"):
        assert len(world.write(COMPLETE.replace("jdoe42", name))) == 1
    assert world.write(COMPLETE.replace("jdoe42", "six")) == []
    assert Flag.LETTERS_SPENT in world.case().flags


def test_twenty_letters_a_case_then_the_staff_sees_it(world):
    (letter,) = world.write("I need my account")
    written = 1
    for number in range(30):
        world.now += timedelta(days=1, minutes=1)
        written += len(world.answer(letter, f"User name: jo{number}"))
    assert written == world.config.policy.letters_per_case
    assert Flag.LETTERS_SPENT in world.case().flags


def test_an_address_that_no_letter_can_reach_is_set_aside_for_the_staff(world):
    assert (
        world.write("My user name is jdoe42.", sender="j\N{LATIN SMALL LETTER O WITH DIAERESIS}@example.org")
        == []
    )
    [handled] = world.handled
    assert handled.set_aside
    assert "not ASCII" in handled.silence


def test_who_needs_us_no_longer_agrees_to_nothing(world):
    (letter,) = world.write(INCOMPLETE)
    (closed,) = world.answer(letter, "Yes, I got back in by myself. Please close this, it is solved.")
    assert "closed your request" in closed.subject
    assert not {"code_of_conduct", "acknowledges_delay", "recovery_codes"} & set(world.case().answers)
