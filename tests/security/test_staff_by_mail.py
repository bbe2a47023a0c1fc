"""Commands by mail from whom they must not come: each mail changes nothing and is answered by nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailflow.core.case import Status
from mailflow.core.envelope import MailKind
from tests.security.conftest import RECEIVED, SERVER
from tests.world import COMPLETE

THEIRS = "From: Jo <jo@example.org>\nDate: Mon, 9 Mar 2026\nSubject: please\nTo: <recovery@pypi.example>\n\n"
KIM, LEE = "kim@pypi.example", "lee@pypi.example"


def result(dmarc, domain="pypi.example"):
    return f"Authentication-Results: {SERVER}; dmarc={dmarc} (p=reject) header.from={domain}"


PASSES = result("pass")


@pytest.fixture
def staffed(desk):
    """A desk with two members of the staff, one complete case that was escalated, and today's digest."""
    config = desk.world.config
    desk.world.config = replace(
        config,
        desk=replace(config.desk, staff=(KIM, LEE)),
        policy=replace(config.policy, staff=(KIM, LEE)),
    )
    desk.set()
    desk.get(COMPLETE, RECEIVED)
    desk.world.wait(timedelta(days=7))
    desk.reference = desk.world.case().reference
    return desk


def told(desk, to, of="escalated"):
    """The newest letter to a member of the staff."""
    subject = {"escalated": "Nobody has taken", "digest": "Digest"}[of]
    return next(
        letter for letter in reversed(desk.world.sent) if letter.recipient == to and subject in letter.subject
    )


def address(letter):
    return letter.reply_to.rpartition("<")[2].rstrip(">")


def nothing_happens(desk, handled, letters, why):
    assert letters == []
    assert handled.set_aside
    assert why in handled.silence
    case = desk.world.case(desk.reference)
    assert (case.status, case.touched_at) == (Status.IN_REVIEW, None)
    assert desk.world.opened() == 1
    with desk.world.store.read() as uow:
        assert list(uow.audit.entries()) == []


def recovered(desk):
    return f"close {desk.reference} recovered"


@pytest.mark.parametrize("of", ["escalated", "digest"])
def test_what_a_member_of_the_staff_commands_is_done(staffed, of):
    """What the attacks below are measured against."""
    handled, letters = staffed.get(
        recovered(staffed), PASSES, RECEIVED, sender=KIM, to=address(told(staffed, KIM, of))
    )
    assert [letter.recipient for letter in letters] == ["jo@example.org", KIM]
    assert handled.kind is MailKind.STAFF_COMMANDS
    assert staffed.world.case().status is Status.CLOSED
    with staffed.world.store.read() as uow:
        [entry] = uow.audit.entries()
        history = uow.cases.history(staffed.world.case().id)
    assert (entry.by, entry.verb, entry.reference) == (f"staff:{KIM}", "close", staffed.reference)
    assert history[-1].by == f"staff:{KIM}"


@pytest.mark.parametrize(
    "results",
    [(), (result("fail"),), (result("none"),), (result("pass", "evil.example"),)],
    ids=["nothing", "fail", "none", "another domain"],
)
def test_a_member_of_the_staff_whose_domain_does_not_vouch(staffed, results):
    got = staffed.get(recovered(staffed), *results, RECEIVED, sender=KIM, to=address(told(staffed, KIM)))
    nothing_happens(staffed, *got, "does not vouch for it")


def test_a_pass_that_was_written_by_the_forger(staffed):
    got = staffed.get(
        recovered(staffed), PASSES, sender=KIM, to=address(told(staffed, KIM)), remote="192.0.2.66"
    )
    nothing_happens(staffed, *got, "does not vouch for it")


def test_a_site_that_checks_nobody_obeys_nobody(staffed):
    tag = address(told(staffed, KIM))
    staffed.set(authserv_ids=frozenset())
    got = staffed.get(recovered(staffed), PASSES, RECEIVED, sender=KIM, to=tag)
    nothing_happens(staffed, *got, "does not vouch for it")


def test_the_tag_of_another_member_of_the_staff(staffed):
    got = staffed.get(recovered(staffed), PASSES, RECEIVED, sender=KIM, to=address(told(staffed, LEE)))
    nothing_happens(staffed, *got, "is not the sender's, or has expired")


def test_a_tag_that_was_guessed_or_is_for_something_else(staffed):
    genuine = address(told(staffed, KIM))
    local, _, domain = genuine.partition("@")
    reply = staffed.world.app.addresses.reply(staffed.reference, KIM, staffed.world.now)
    bounce = staffed.world.app.addresses.bounce(staffed.reference, KIM, staffed.world.now)
    other_case = genuine.replace(staffed.reference.replace("-", "").lower(), "00000000")
    changed = f"{local[:-1]}{'0' if local[-1] != '0' else '1'}@{domain}"
    for tag in (changed, other_case, reply.replace("r.", "s.", 1), bounce.replace("b.", "s.", 1)):
        got = staffed.get(recovered(staffed), PASSES, RECEIVED, sender=KIM, to=tag)
        nothing_happens(staffed, *got, "is not the sender's, or has expired")


def test_a_tag_that_has_expired(staffed):
    tag = address(told(staffed, KIM))
    staffed.world.now += timedelta(days=8)
    got = staffed.get(recovered(staffed), PASSES, RECEIVED, sender=KIM, to=tag)
    nothing_happens(staffed, *got, "is not the sender's, or has expired")


def test_a_member_of_the_staff_who_writes_to_the_desk_itself(staffed):
    letter = told(staffed, KIM)
    got = staffed.get(recovered(staffed), PASSES, RECEIVED, sender=KIM, In_Reply_To=f"<{letter.message_id}>")
    nothing_happens(staffed, *got, "a member of the staff answered a letter of the desk")


def test_a_person_who_writes_commands(staffed):
    results = result("pass", "example.org")
    tag = address(told(staffed, KIM))
    got = staffed.get(recovered(staffed), results, RECEIVED, sender="jo@example.org", to=tag)
    nothing_happens(staffed, *got, "is not from one of them")
    staffed.get(recovered(staffed), results, RECEIVED, sender="jo@example.org")
    assert staffed.world.case(staffed.reference).status is not Status.CLOSED


def test_a_mail_that_names_a_member_of_the_staff_beside_its_writer(staffed):
    tag = address(told(staffed, KIM))
    for sender in (f"{KIM} <eve@evil.example>", f"eve@evil.example, {KIM}"):
        handled, letters = staffed.get(
            recovered(staffed), result("pass", "evil.example"), RECEIVED, sender=sender, to=tag
        )
        assert letters == []
        assert handled.silence
        assert staffed.world.case().status is Status.IN_REVIEW


def test_a_mail_that_is_sent_again_by_somebody_who_saw_it(staffed):
    """Its signature still passes; fields that it does not cover can be changed, so that it is another mail."""
    tag = address(told(staffed, KIM, "digest"))
    note = f"note {staffed.reference} seen"
    _, [answer] = staffed.get(
        note, PASSES, RECEIVED, sender=KIM, to=tag, Message_ID="<signed@mail.pypi.example>"
    )
    assert answer.recipient == KIM
    for days in (0, 1, 6):  # to the last day on which the address works
        staffed.world.now += timedelta(days=days)
        handled, letters = staffed.get(
            note,
            PASSES,
            RECEIVED,
            sender=KIM,
            to=tag,
            Message_ID="<signed@mail.pypi.example>",
            X_Again=f"{days}",
        )
        assert letters == []
        assert "obeyed before" in handled.silence
    handled, letters = staffed.get(note, PASSES, RECEIVED, sender=KIM, to=tag, Message_ID=None)
    assert (letters, handled.set_aside) == ([], True)
    assert "no Message-ID" in handled.silence


def test_a_mail_that_is_sent_again_under_another_message_id_on_top_of_the_signed_one(staffed):
    """Its signature still passes, as it is about the lowest field of a name; and the topmost is read."""
    tag = address(told(staffed, KIM, "digest"))
    note = f"note {staffed.reference} seen"
    signed = {"sender": KIM, "to": tag, "Message_ID": "<signed@mail.pypi.example>"}
    _, [answer] = staffed.get(note, PASSES, RECEIVED, **signed)
    assert answer.recipient == KIM
    for head in ("Message-ID: <again@evil.example>", "Subject: x"):
        handled, letters = staffed.get(note, PASSES, RECEIVED, head, **signed)
        assert letters == []
        assert "does not vouch for it" in handled.silence
        assert any("more than one" in oddity for oddity in handled.authentication.oddities)


def signature(covers, domain="pypi.example"):
    return f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=k; h={covers}; bh=x; b=y"


def test_a_mail_that_is_sent_again_under_a_message_id_that_its_signature_leaves_open(staffed):
    """So is each later one: none of them tells itself from a copy."""
    tag = address(told(staffed, KIM, "digest"))
    for covers in ("from:to:subject:date", "from:subject"):
        for head in ([signature(covers)], [signature("from:subject:message-id"), signature(covers)]):
            handled, letters = staffed.get(recovered(staffed), PASSES, RECEIVED, *head, sender=KIM, to=tag)
            nothing_happens(staffed, handled, letters, "leaves its Message-ID open")


def test_a_mail_whose_message_id_nobody_else_can_have_written(staffed):
    tag = address(told(staffed, KIM, "digest"))
    by_spf = PASSES.replace("dmarc=", "spf=pass smtp.mailfrom=pypi.example; dmarc=")
    signed, another = signature("from:to:Subject:Message-ID"), signature("from:subject", "lists.example.net")
    for head in ([PASSES, RECEIVED, signed, another], [by_spf, RECEIVED, signature("from:subject")]):
        _, [answer] = staffed.get(f"note {staffed.reference} seen", *head, sender=KIM, to=tag)
        assert answer.recipient == KIM


def test_commands_that_are_quoted_are_not_obeyed(staffed):
    """The digest's own words come back with each answer, and whatever people wrote stands in them."""
    digest = told(staffed, KIM, "digest")
    quoted = "\n".join(f"> {line}" for line in [recovered(staffed), *digest.text.splitlines()])
    for between in ("\n", "\n\nOn Mon, 9 Mar 2026 at 08:00, PyPI account recovery wrote:\n"):
        body = f"show {staffed.reference}{between}{quoted}"
        _, [answer] = staffed.get(body, PASSES, RECEIVED, sender=KIM, to=address(digest))
        assert staffed.world.case().status is Status.IN_REVIEW
        assert "Account: jdoe42" in answer.text


def test_a_command_in_a_persons_subject_that_a_program_wraps_as_it_quotes(staffed):
    """Each quoted line gets its mark first and is wrapped then, so that the rest of it stands there without."""
    staffed.get(
        "x", RECEIVED, sender="eve@example.net", to=staffed.world.desk.replace("@", f"+00000000s.{30 * '0'}@"),
        Subject=f"{'x' * 50} {recovered(staffed)}",
    )  # fmt: skip
    staffed.world.wait(timedelta(days=1))
    digest = told(staffed, KIM, "digest")
    assert recovered(staffed) in digest.text.replace("\r\n", " ")
    quoted = "\n".join(f"> {line}" for line in digest.text.splitlines())
    wrapped = quoted.replace(f" {recovered(staffed)}", f"\n{recovered(staffed)}").replace(
        f"> {recovered(staffed)}", recovered(staffed)
    )
    assert f"\n{recovered(staffed)}" in wrapped
    body = f"note {staffed.reference} seen\n\nOn Mon, 9 Mar 2026 at 08:00, the desk wrote:\n{wrapped}"
    _, [answer] = staffed.get(body, PASSES, RECEIVED, sender=KIM, to=address(digest))
    assert staffed.world.case(staffed.reference).status is Status.IN_REVIEW
    assert "Nothing was read from this line on" in answer.text


def test_a_letter_of_ours_that_comes_back_unquoted_holds_no_command(staffed):
    for of in ("digest", "escalated"):
        letter = told(staffed, KIM, of)
        staffed.get(letter.text, PASSES, RECEIVED, sender=KIM, to=address(letter))
        assert staffed.world.case().touched_at is None
    [helped] = [letter for letter in staffed.world.sent if "What you can write" in letter.subject]
    staffed.world.now += timedelta(days=1, minutes=1)
    _, [again] = staffed.get(helped.text, PASSES, RECEIVED, sender=KIM, to=address(helped))
    assert "What you can write" in again.subject
    assert staffed.world.case().touched_at is None


@pytest.mark.parametrize(
    "around",
    [
        f"---------- Forwarded message ---------\n{THEIRS}{{}}",
        f"What do you make of this?\n\n-------- Forwarded Message --------\n{THEIRS}{{}}",
        "Jo writes:\n{}",
        "FYI\n\n{}",
    ],
    ids=["gmail", "thunderbird", "introduced", "pasted"],
)
def test_a_command_in_a_persons_mail_that_a_member_of_the_staff_passes_on(staffed, around):
    _, letters = staffed.get(
        around.format(recovered(staffed)), PASSES, RECEIVED, sender=KIM, to=address(told(staffed, KIM))
    )
    assert [letter.recipient for letter in letters] == [KIM]
    assert "What became" not in letters[0].subject
    assert staffed.world.case().touched_at is None


def test_machines_that_answer_each_other_through_the_staffs_address(staffed):
    """An absence notice that hides is told once a day what to write; one that says what it is, never."""
    letter = told(staffed, KIM)
    for number in range(10):
        staffed.get(f"I am away. {number}", PASSES, RECEIVED, sender=KIM, to=address(letter))
        staffed.get("Away", PASSES, RECEIVED, sender=KIM, to=address(letter), Auto_Submitted="auto-replied")
    answers = [letter for letter in staffed.world.sent if "What you can write" in letter.subject]
    assert len(answers) == 1
    assert answers[0].message["Auto-Submitted"] == "auto-replied"


def test_a_machine_whose_words_are_commands_is_obeyed_a_bounded_number_of_times(staffed):
    most = 3
    config = staffed.world.config
    staffed.world.config = replace(config, digest=replace(config.digest, answers_per_day=most))
    staffed.set()
    tag = address(told(staffed, KIM, "digest"))
    told_of = [
        len(staffed.get(f"show {staffed.reference}", PASSES, RECEIVED, sender=KIM, to=tag)[1])
        for _ in range(most + 2)
    ]
    assert told_of == [1, 1, 1, 0, 0]
    assert "as many answers" in staffed.world.handled[-1].silence
    lee = address(told(staffed, LEE, "digest"))
    assert len(staffed.get(f"show {staffed.reference}", PASSES, RECEIVED, sender=LEE, to=lee)[1]) == 1
    staffed.world.now += timedelta(days=1, minutes=1)
    assert len(staffed.get(f"show {staffed.reference}", PASSES, RECEIVED, sender=KIM, to=tag)[1]) == 1


def test_the_digest_lists_what_was_not_obeyed_and_not_what_was(staffed):
    tag = address(told(staffed, KIM, "digest"))
    staffed.get("show", RECEIVED, sender=KIM, to=tag, Subject="forged")
    staffed.get(f"note {staffed.reference} ok", PASSES, RECEIVED, sender=KIM, to=tag, Subject="genuine")
    staffed.world.wait(timedelta(days=1))
    digest = told(staffed, KIM, "digest").text
    assert "forged" in digest
    assert "genuine" not in digest


def test_a_mail_that_was_not_believed_is_shown_as_one(staffed):
    """Else its words would stand beside those of the party as if they were theirs."""
    staffed.get("My new address is jo@example.net.", RECEIVED)
    staffed.get("It is eve@evil.example now.", result("fail", "example.org"), RECEIVED)
    _, [answer] = staffed.get(
        f"show {staffed.reference}", PASSES, RECEIVED, sender=KIM, to=address(told(staffed, KIM))
    )
    genuine, forged = answer.text.split("jo@example.org wrote:")[-2:]
    assert "jo@example.net" in genuine
    assert "!" not in genuine.partition("jo@example.net")[0]
    assert (
        "! who wrote it is not proven: it fails DMARC of example.org"
        in forged.partition("eve@evil.example")[0]
    )


def test_what_a_command_says_of_a_case_holds_nothing_that_acts_on_a_reader(staffed):
    staffed.get(
        "My user name is \x1b[31m<b>evil</b>\u202e. I lost my phone.", RECEIVED, sender="eve@example.net"
    )
    reference = staffed.world.case().reference
    _, [answer] = staffed.get(
        f"show {reference}\n<b>\x1b[2J",
        PASSES,
        RECEIVED,
        sender=KIM,
        to=address(told(staffed, KIM, "digest")),
    )
    assert "".join(answer.text.splitlines()).isprintable()
    assert answer.message.get_content_type() == "text/plain"
