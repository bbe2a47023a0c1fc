"""What becomes of the commands of one mail: each by itself, in one letter, on record."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from mailflow.core.case import Flag, Outcome, Status
from mailflow.steps import handle, look, obey
from mailflow.store.engine import Unavailable
from tests.world import COMPLETE

SERVER = "mx.pypi.example"


@pytest.fixture
def staffed(world):
    """A desk whose server says who writes, and a digest that its staff can answer."""
    settings = replace(world.config.authentication, authserv_ids=frozenset({SERVER}))
    world.config = replace(world.config, authentication=settings)
    world.app = world.make_app(world.config)
    world.write(COMPLETE)
    world.wait(timedelta(days=1))
    return world


def command(world, body):
    """A member of the staff answers the digest; the letters that leave, the last of which answers it."""
    receive(world, body)
    return world.run()


def receive(world, body):
    digest = [letter for letter in world.sent if "Digest" in letter.subject][-1]
    raw = world.mail(
        body,
        sender=digest.recipient,
        to=digest.reply_to,
        Authentication_Results=f"{SERVER}; dmarc=pass header.from=pypi.example",
        Received=f"from mail (mail.example.org [192.0.2.9]) by {SERVER}",
    )
    world.receive(raw, digest.recipient, digest.reply_to.rpartition("<")[2].rstrip(">"), remote="127.0.0.1")


def entries(world):
    with world.store.read() as uow:
        return [(entry.by, entry.verb, entry.reference) for entry in uow.audit.entries()]


def staff(world):
    return f"staff:{world.config.desk.staff[0]}"


def test_each_command_is_on_record_in_the_order_in_which_it_was_given(staffed):
    first = staffed.case()
    staffed.write(COMPLETE.replace("jdoe42", "jdoe-work"))
    second = staffed.case()
    letters = command(
        staffed,
        f"note {second.reference} the same person\nshow {first.reference}\n"
        f"merge {second.reference} into {first.reference}\nsnooze {first.reference} 5 days",
    )
    assert [letter.subject.partition("] ")[2] for letter in letters][-1] == "What became of your commands"
    assert entries(staffed) == [
        (staff(staffed), "note", second.reference),
        (staff(staffed), "merge", second.reference),
        (staff(staffed), "snooze", first.reference),
    ]
    assert staffed.case(second.reference).merged_into == first.reference
    assert staffed.case(first.reference).due_at == staffed.now + timedelta(days=5)
    assert letters[-1].message["In-Reply-To"] == staffed.handled[-1].mail.fields[4][1]


def test_a_snoozed_case_is_escalated_when_the_staff_said(staffed):
    reference = staffed.case().reference
    command(staffed, f"snooze {reference} 2 days")
    letters = staffed.wait(timedelta(days=2))
    assert Flag.ESCALATED in staffed.case().flags
    assert any("Nobody has taken" in letter.subject for letter in letters)


def test_what_cannot_be_done_is_told_and_undoes_nothing_else(staffed):
    reference = staffed.case().reference
    [question, answer] = command(
        staffed,
        f"merge {reference} into {reference}\nnote 0000-1111 seen\nask {reference} Which?\nreopen {reference}",
    )
    assert "Which?" in question.text
    text = " ".join(answer.text.split())
    assert f"Not done: {reference} cannot be merged into {reference}." in text
    assert "Not done: there is no case 0000-1111." in text
    assert (
        f"{reference} is awaiting requester: there was nothing to do. Only what is closed is reopened" in text
    )
    assert staffed.case().status is Status.AWAITING_REQUESTER
    assert [verb for _, verb, _ in entries(staffed)] == ["ask", "reopen"]


def test_a_command_for_a_case_that_cannot_be_read_is_told_why(staffed):
    reference = staffed.case().reference
    with staffed.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE cases SET details = '{'")
    [answer] = command(staffed, f"show {reference}\nfind jo@example.org")
    said = " ".join(answer.text.split())
    assert f"Not done: the case {reference} cannot be read: its details are no JSON." in said
    assert "There are none." in said


def test_who_decides_otherwise_by_mail_is_told_who_decided(staffed):
    case = staffed.case()
    command(staffed, f"close {case.reference} recovered")
    (answer,) = command(
        staffed, f"close {case.reference} denied It is not yours.\n\nnote {case.reference} seen"
    )
    assert "Not done:" in answer.text
    assert f"closed as recovered by {staffed.config.desk.staff[0]} at" in " ".join(answer.text.split())
    assert staffed.case().outcome is Outcome.RECOVERED


def test_a_case_is_shown_with_what_was_written_last_and_what_others_have_to_do_with_it(staffed):
    jo = staffed.case()
    staffed.write("One more thing: my project is jo-tools.\n" + "word " * 1000, to=staffed.sent[0].reply_to)
    staffed.write(COMPLETE, sender="kim@example.com")
    [answer] = command(staffed, f"show {jo.reference}")
    shown = answer.text
    assert shown.index("Code of Conduct: I agree") < shown.index("One more thing: my project is jo-tools.")
    assert "$ mailflow queue show mail:2" in shown
    assert "! another address asks for this account too" in shown
    assert "you can write" not in shown
    assert entries(staffed) == []


def test_what_a_person_wrote_is_no_command_when_it_comes_back_unquoted(staffed):
    jo = staffed.case()
    staffed.write(f"close {jo.reference} recovered\n\nnote {jo.reference} seen", to=staffed.sent[0].reply_to)
    [answer] = command(staffed, f"show {jo.reference}")
    assert f"    close {jo.reference} recovered" in answer.text.splitlines()
    command(staffed, answer.text)
    command(staffed, "\n".join(line for line in answer.text.splitlines() if not line.startswith("> ")))
    assert staffed.case(jo.reference).status is Status.IN_REVIEW
    assert entries(staffed) == []


def test_of_many_mails_only_the_last_are_shown(staffed):
    jo, reply_to = staffed.case(), staffed.sent[0].reply_to
    for number in range(5):
        staffed.write(f"This is number {number}.", to=reply_to)
    [answer] = command(staffed, f"show {jo.reference}")
    assert re.findall(r"This is number (\d)", answer.text) == ["2", "3", "4"]


def test_cases_are_found_by_what_the_staff_knows_of_them(staffed):
    jo = staffed.case()
    staffed.write(COMPLETE, sender="kim@example.com")
    kim = staffed.case()
    sought = ("JO@example.org", "jdoe42", kim.reference.lower().replace("-", ""), "nobody@example.org")
    [answer] = command(staffed, "\n".join(f"find {one}" for one in sought))
    told = re.split(r"^> find .*$", answer.text, flags=re.MULTILINE)[1:]
    references = [re.findall(r"^(\S+)  opened", part, flags=re.MULTILINE) for part in told]
    assert references == [[jo.reference], [kim.reference, jo.reference], [kim.reference], []]
    assert told[3].strip() == "There are none."
    assert entries(staffed) == []


def test_a_closed_case_is_shown_as_one(staffed):
    reference = staffed.case().reference
    *_, answer = command(
        staffed, f"snooze {reference} 36 hours\nclose {reference} recovered\nshow {reference}"
    )
    assert f"{reference} is in review, and told of again in 36 hours; no letter." in " ".join(
        answer.text.split()
    )
    assert f"{reference}  opened 24 hours ago, closed: recovered\r\n" in answer.text


def test_more_cases_than_are_shown_are_told_to_be_there(staffed, monkeypatch):
    monkeypatch.setattr(look, "MOST_FOUND", 1)
    staffed.write(COMPLETE, sender="kim@example.com")
    [answer] = command(staffed, "find jdoe42")
    assert answer.text.count("  opened ") == 1
    assert "These are the newest ones." in answer.text


def test_what_was_read_wrongly_is_put_right_by_mail(staffed):
    reference = staffed.case().reference
    [answer] = command(
        staffed,
        f"correct {reference} User name: jdoe43\ncorrect {reference} code_of_conduct: yes\nshow {reference}",
    )
    text = " ".join(answer.text.split())
    assert f"{reference} is in review, now with User name: jdoe43; no letter." in text
    assert "Not done: only the person can agree to it: ask them." in text
    assert "Account: jdoe43" in text
    assert entries(staffed) == [(staff(staffed), "correct", reference)]


def test_help_is_given_as_often_as_it_is_asked_for(staffed):
    for _ in range(2):
        [answer] = command(staffed, "help")
        assert answer.subject.endswith("What you can write")
        assert "- find WORD: " in answer.text


def test_who_asks_for_something_in_a_sentence_learns_each_time_that_nothing_was_done(staffed):
    reference = staffed.case().reference
    for _ in range(2):
        [answer] = command(staffed, f"Hi, please close {reference} as recovered. Thanks!")
        assert answer.subject.endswith("Nothing was done: no command was found")
        assert f"> Hi, please close {reference} as recovered. Thanks!" in answer.text
        assert "- close REFERENCE OUTCOME TEXT" in answer.text
    assert staffed.case().status is Status.IN_REVIEW


def test_a_command_that_raises_half_way_leaves_nothing_behind(staffed, monkeypatch):
    reference = staffed.case().reference
    act_in = obey.act_in

    def break_down(app, uow, of, event, by):
        done = act_in(app, uow, of, event, by)
        if getattr(event, "text", "") == "break":
            raise ZeroDivisionError("the person's words")
        return done

    monkeypatch.setattr(obey, "act_in", break_down)
    [answer] = command(staffed, f"note {reference} one\nnote {reference} break\nnote {reference} two")
    assert "Not done: a fault of mailflow (ZeroDivisionError)." in answer.text
    assert "the person's words" not in answer.text
    with staffed.store.read() as uow:
        notes = [
            entry.facts["text"] for entry in uow.cases.history(staffed.case().id) if entry.kind == "noted"
        ]
    assert notes == ["one", "two"]
    assert [verb for _, verb, _ in entries(staffed)] == ["note", "note"]


def test_a_database_that_is_away_has_the_whole_mail_tried_again(staffed, monkeypatch):
    reference = staffed.case().reference
    merge_in = obey.merge_in

    def go_away(*_):
        raise Unavailable("the database is away")

    monkeypatch.setattr(obey, "merge_in", go_away)
    with pytest.raises(Unavailable):
        command(staffed, f"note {reference} seen\nmerge {reference} into 0000-1111")
    assert entries(staffed) == []
    monkeypatch.setattr(obey, "merge_in", merge_in)
    [answer] = staffed.run()
    assert "seen" in answer.text
    assert entries(staffed) == [(staff(staffed), "note", reference)]


def test_a_mail_that_raises_behind_its_commands_leaves_no_entry(staffed, monkeypatch):
    reference = staffed.case().reference

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(obey, "_write", fail)
    assert command(staffed, f"note {reference} seen\nshow") == []
    assert staffed.handled[-1].error.startswith("ZeroDivisionError")
    assert entries(staffed) == []
    assert staffed.case().touched_at is None


def test_the_audit_log_is_locked_only_when_all_mails_of_the_transaction_are_handled(staffed, monkeypatch):
    """Who adds to it holds up every other node, and must not wait for a case that such a node has locked."""
    happened = []

    def told_of(name):
        function = getattr(handle, name)

        def told(*given):
            happened.append(name)
            return function(*given)

        return told

    for name in ("handle", "record"):
        monkeypatch.setattr(handle, name, told_of(name))
    receive(staffed, f"note {staffed.case().reference} seen")
    staffed.receive(staffed.mail(COMPLETE, sender="ann@example.org"), "ann@example.org")
    staffed.run()
    assert happened[:3] == ["handle", "handle", "record"]
    assert len(entries(staffed)) == 1
