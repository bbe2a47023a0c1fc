"""What becomes of the commands of one mail: each by itself, in one letter, on record."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailflow.core.case import Flag, Status
from mailflow.steps import handle, obey
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
    assert f"{reference} is awaiting_requester: there was nothing to do." in text
    assert staffed.case().status is Status.AWAITING_REQUESTER
    assert [verb for _, verb, _ in entries(staffed)] == ["ask", "reopen"]


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

    monkeypatch.setattr(obey, "help_lines", fail)
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
